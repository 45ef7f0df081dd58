"""Figures in a JetStream key-value bucket."""

from nats.js import JetStreamContext
from nats.js.errors import KeyNotFoundError
from nats.js.kv import KeyValue

from services.signalement.domain import Month, Progress
from shared import streams, subjects

PROGRESS_TTL_S = 2 * 86_400
"""Longer than the stream keeps a fact, so that a late or repeated one still meets what came before."""


class BucketFigures:
    """See ``ports.Figures``."""

    def __init__(self, jetstream: JetStreamContext, bucket: KeyValue) -> None:
        self._jetstream = jetstream
        self._bucket = bucket

    @classmethod
    async def open(cls, jetstream: JetStreamContext) -> "BucketFigures":
        """Return the bucket that ``infra.streams`` declared; raises when it is missing."""
        return cls(jetstream, await jetstream.key_value(streams.FIGURES))

    async def progress(self, conversation: str) -> Progress | None:
        value = await self._value(streams.figures_conversation(conversation))
        return Progress.model_validate_json(value[0]) if value else None

    async def keep_progress(self, conversation: str, progress: Progress) -> None:
        subject = streams.bucket_key(streams.FIGURES, streams.figures_conversation(conversation))
        await self._jetstream.publish(subject, progress.model_dump_json().encode(), msg_ttl=PROGRESS_TTL_S)

    async def month(self, name: str) -> tuple[Month, int]:
        value = await self._value(streams.figures_month(name))
        return (Month.model_validate_json(value[0]), value[1]) if value else (Month(), 0)

    async def keep_month(self, name: str, month: Month, revision: int) -> None:
        await self._bucket.update(streams.figures_month(name), month.model_dump_json().encode(), last=revision)

    async def months(self) -> list[str]:
        every = streams.bucket_key(streams.FIGURES, streams.figures_month(subjects.ANY))
        info = await self._jetstream.stream_info(streams.bucket_stream(streams.FIGURES), subjects_filter=every)
        return sorted(subject.rsplit(".", 1)[1] for subject in info.state.subjects or {})

    async def _value(self, key: str) -> tuple[bytes, int] | None:
        try:
            entry = await self._bucket.get(key)
        except KeyNotFoundError:
            return None
        return entry.value or b"", entry.revision or 0
