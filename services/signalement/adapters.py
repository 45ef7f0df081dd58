"""Figures in a JetStream key-value bucket."""

from nats.js import JetStreamContext
from nats.js.kv import KeyValue

from services.signalement.buckets import value_of
from services.signalement.domain.figures import Month, Progress
from services.signalement.domain.report_figures import Counted, ReportMonth
from shared import streams, subjects
from shared.contracts.envelope import Contract

PROGRESS_TTL_S = 2 * 86_400
"""Longer than the stream keeps a fact, so that a late or repeated one still meets what came before."""
COUNTED_TTL_S = 400 * 86_400
"""Longer than a report is commonly answered; one that changes later counts once more."""


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
        found = await value_of(self._bucket, streams.figures_conversation(conversation), Progress)
        return found[0] if found else None

    async def keep_progress(self, conversation: str, progress: Progress) -> None:
        await self._keep_for(streams.figures_conversation(conversation), progress, PROGRESS_TTL_S)

    async def month(self, name: str) -> tuple[Month, int]:
        return await value_of(self._bucket, streams.figures_month(name), Month) or (Month(), 0)

    async def keep_month(self, name: str, month: Month, revision: int) -> None:
        await self._bucket.update(streams.figures_month(name), month.model_dump_json().encode(), last=revision)

    async def months(self) -> list[str]:
        return await self._names(streams.figures_month(subjects.ANY))

    async def counted(self, report: str) -> Counted | None:
        found = await value_of(self._bucket, streams.figures_report(report), Counted)
        return found[0] if found else None

    async def keep_counted(self, report: str, counted: Counted) -> None:
        await self._keep_for(streams.figures_report(report), counted, COUNTED_TTL_S)

    async def report_month(self, name: str) -> tuple[ReportMonth, int]:
        return await value_of(self._bucket, streams.figures_reports(name), ReportMonth) or (ReportMonth(), 0)

    async def keep_report_month(self, name: str, month: ReportMonth, revision: int) -> None:
        await self._bucket.update(streams.figures_reports(name), month.model_dump_json().encode(), last=revision)

    async def report_months(self) -> list[str]:
        return await self._names(streams.figures_reports(subjects.ANY))

    async def _keep_for(self, key: str, value: Contract, seconds: int) -> None:
        subject = streams.bucket_key(streams.FIGURES, key)
        await self._jetstream.publish(subject, value.model_dump_json().encode(), msg_ttl=seconds)

    async def _names(self, keys: str) -> list[str]:
        """Return the last token of each key that there is, in order."""
        every = streams.bucket_key(streams.FIGURES, keys)
        info = await self._jetstream.stream_info(streams.bucket_stream(streams.FIGURES), subjects_filter=every)
        return sorted(subject.rsplit(".", 1)[1] for subject in info.state.subjects or {})
