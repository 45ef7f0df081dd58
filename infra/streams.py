"""Every JetStream stream and key-value bucket, declared here and nowhere else; consumers are in ``infra.consumers``.

``python -m infra.streams`` creates what is missing and brings what exists to these settings; running it again changes
nothing. A service never declares anything: it finds its consumer, or says that it is not ready.
"""

import asyncio
import sys
from dataclasses import dataclass, replace

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from pydantic import Field

from infra.consumers import consumer_configs, consumers_of, conversation_facts
from shared import streams, subjects
from shared.contracts.signalement_reports import ReportChanged
from shared.settings import LIFTING_DAYS, LIFTING_DAYS_MEANING, Settings

MINUTE_S = 60.0
DAY_S = 86_400.0
AUDIT_DAYS = 365
REPORT_DAYS = 365
FOLLOW_DAYS = 30
KIB = 1024
MIB = 1024 * KIB


class AdminSettings(Settings):
    """What declaring streams needs: the ``admin`` user, in ``HAVRE_NATS_USER`` and ``HAVRE_NATS_PASSWORD``."""

    nats_replicas: int = Field(
        default=1, ge=1, le=5, description="Copies of each stream: 1 on one machine, 3 on a cluster"
    )
    audit_days: int = Field(
        default=AUDIT_DAYS, ge=1, le=3_660, description="Days that the audit of staff actions is kept"
    )
    report_days: int = Field(
        default=REPORT_DAYS,
        ge=1,
        le=3_660,
        description="Days after its last change that the receipt of a report is kept: consent and outcome, no content",
    )
    follow_days: int = Field(
        default=FOLLOW_DAYS, ge=1, le=365, description="Days that words lead to what became of a report"
    )
    lifting_days: int = Field(default=LIFTING_DAYS, ge=1, le=90, description=LIFTING_DAYS_MEANING)

    @property
    def kept(self) -> "Kept":
        """How long what is kept for a stated time is kept."""
        return Kept(self.audit_days, self.report_days, self.follow_days, self.lifting_days)


@dataclass(frozen=True, slots=True)
class Kept:
    """Days that the audit, receipts of reports, words that lead to one, and requests to lift anonymity are kept."""

    audit_days: int = AUDIT_DAYS
    report_days: int = REPORT_DAYS
    follow_days: int = FOLLOW_DAYS
    lifting_days: int = LIFTING_DAYS


DEFAULTS = Kept()


def stream_configs(replicas: int, kept: Kept = DEFAULTS) -> list[StreamConfig]:
    """Return every stream and bucket, as the server shall have them."""
    return [
        replace(config, num_replicas=replicas)
        for config in (
            StreamConfig(
                name=streams.CONVERSATIONS,
                description="Lifecycle facts of conversations, kept until every consumer has them",
                subjects=conversation_facts(),
                retention=RetentionPolicy.INTEREST,
                storage=StorageType.FILE,
                max_age=DAY_S,
                # A full stream refuses, so that the publisher keeps the fact and somebody is told.
                discard=DiscardPolicy.NEW,
                max_bytes=256 * MIB,
                # A fact is a few hundred bytes: nothing of the size of a chat gets in by mistake.
                max_msg_size=8 * KIB,
                duplicate_window=10 * MINUTE_S,
            ),
            StreamConfig(
                name=streams.REFERENCE,
                description="Last word on each embedded table",
                subjects=[
                    subjects.events_of("router", "territory"),
                    subjects.events_of("referral", "directory"),
                ],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_msgs_per_subject=1,
                max_msg_size=64 * KIB,
                max_bytes=64 * MIB,
                duplicate_window=10 * MINUTE_S,
                allow_direct=True,
            ),
            StreamConfig(
                name=streams.DEAD_LETTERS,
                description="Messages that no retry could settle, for a person to look at",
                subjects=[subjects.DEAD_LETTERS],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=7 * DAY_S,
                max_bytes=64 * MIB,
                max_msg_size=64 * KIB,
                duplicate_window=10 * MINUTE_S,
                allow_direct=True,
            ),
            StreamConfig(
                name=streams.AUDIT,
                description="What staff did, without content: added to, never changed",
                subjects=[subjects.AUDIT],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=kept.audit_days * DAY_S,
                # Full, it refuses and its writer raises the alarm: the oldest entries are not pushed out by newer ones.
                discard=DiscardPolicy.NEW,
                max_bytes=512 * MIB,
                max_msg_size=4 * KIB,
                deny_delete=True,
                deny_purge=True,
                duplicate_window=10 * MINUTE_S,
            ),
            *_reports(),
            bucket_config(streams.STAFF, "Staff accounts: hashes, sealed secrets, roles", history=5),
            bucket_config(streams.FIGURES, "Counts by month, category and force; no identity", history=1),
            bucket_config(streams.TRAFFIC, "What came in each hour, for the forecast of staff; no identity", history=1),
            replace(
                bucket_config(streams.REPORTS, "What became of each report, and the consent to it", history=1),
                max_age=kept.report_days * DAY_S,
                max_bytes=256 * MIB,
            ),
            bucket_config(streams.PARTNERS, "Who takes reports: territory and public keys", history=5),
            replace(
                bucket_config(streams.FOLLOWS, "Words that lead to what became of a report", history=1),
                max_age=kept.follow_days * DAY_S,
                max_bytes=256 * MIB,
            ),
            replace(
                bucket_config(streams.LIFTINGS, "Requests to lift anonymity, and decisions", history=1),
                max_age=kept.lifting_days * DAY_S,
            ),
        )
    ]


def _reports() -> tuple[StreamConfig, StreamConfig]:
    """Return the recipients' queue and the facts about reports."""
    return (
        StreamConfig(
            name=streams.SIGNALEMENTS,
            description="Sealed reports, each kept until its recipient has acknowledged it",
            subjects=[subjects.delivery()],
            retention=RetentionPolicy.WORK_QUEUE,
            storage=StorageType.FILE,
            # Full, it refuses: the report stays with the service, which tries again. None is pushed out.
            discard=DiscardPolicy.NEW,
            max_bytes=512 * MIB,
            max_msg_size=64 * KIB,
            duplicate_window=DAY_S,
        ),
        StreamConfig(
            name=streams.SIGNALEMENT_FACTS,
            description="What became of each report, kept until every consumer has it",
            subjects=[subjects.event(ReportChanged)],
            retention=RetentionPolicy.INTEREST,
            storage=StorageType.FILE,
            discard=DiscardPolicy.NEW,
            max_bytes=256 * MIB,
            # A fact carries the recipient's sealed answer.
            max_msg_size=16 * KIB,
            duplicate_window=10 * MINUTE_S,
        ),
    )


def bucket_config(name: str, description: str, history: int) -> StreamConfig:
    """Return the stream behind a key-value bucket; the settings that make it one are those of NATS ADR-8."""
    return StreamConfig(
        name=streams.bucket_stream(name),
        description=description,
        subjects=[streams.bucket_keys(name)],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        max_msgs_per_subject=history,
        max_bytes=64 * MIB,
        max_msg_size=64 * KIB,
        discard=DiscardPolicy.NEW,
        allow_rollup_hdrs=True,
        allow_direct=True,
        deny_delete=True,
        allow_msg_ttl=True,
        duplicate_window=2 * MINUTE_S,
    )


async def declare(jetstream: JetStreamContext, replicas: int = 1, kept: Kept = DEFAULTS) -> None:
    """Create or update everything. Raises ``nats.js.errors.Error`` when the server refuses a change.

    Consumers come right after their stream, before anything can publish: with interest retention a fact that nobody
    has asked for yet is dropped at once.
    """
    for config in stream_configs(replicas, kept):
        try:
            await jetstream.add_stream(config)
        except nats.js.errors.BadRequestError as error:
            if error.err_code != _STREAM_EXISTS_WITH_OTHER_SETTINGS:
                raise
            await jetstream.update_stream(config)
    for stream, consumers in consumers_of().items():
        for consumer in consumers:
            await jetstream.add_consumer(stream, consumer)


_STREAM_EXISTS_WITH_OTHER_SETTINGS = 10058


async def connect(settings: Settings) -> Client:
    """Connect once as the user of ``settings``, with that user's own inbox prefix; no endless retries."""
    return await nats.connect(
        settings.nats_url.split(","),
        user=settings.nats_user or None,
        password=settings.nats_password.get_secret_value() or None,
        inbox_prefix=f"_INBOX_{settings.nats_user}" if settings.nats_user else "_INBOX",
        connect_timeout=5,
        max_reconnect_attempts=3,
        name="infra.streams",
    )


async def main() -> None:
    """Declare everything on the server that the environment names."""
    settings = AdminSettings()
    client = await connect(settings)
    try:
        await declare(client.jetstream(), settings.nats_replicas, settings.kept)
    finally:
        await client.close()
    names = [str(config.name) for config in stream_configs(settings.nats_replicas)]
    durables = [str(config.durable_name) for config in consumer_configs()]
    print(f"declared streams {', '.join(names)}; consumers {', '.join(durables)}")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (nats.errors.Error, nats.js.errors.Error, OSError) as failure:
        sys.exit(f"streams are not declared: {type(failure).__name__}: {failure}")
