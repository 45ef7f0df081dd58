"""Every JetStream stream, durable consumer and key-value bucket, declared here and nowhere else.

``python -m infra.streams`` creates what is missing and brings what exists to these settings; running it again changes
nothing. A service never declares anything: it finds its consumer, or says that it is not ready.
"""

import asyncio
import sys
from dataclasses import replace

import nats
import nats.errors
import nats.js.errors
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from pydantic import Field

from shared import streams, subjects
from shared.contracts.gateway import ConversationErasedByGateway, ConversationOpened
from shared.contracts.router import ConversationRouted
from shared.settings import Settings

MINUTE_S = 60.0
DAY_S = 86_400.0
AUDIT_DAYS = 365
KIB = 1024
MIB = 1024 * KIB

BACKOFF_S = (5.0, 10.0, 20.0, 60.0)
"""How long a message may stay unsettled before another instance gets it, by try.

Short at first, because a visitor waits while an instance that died still holds the message; longer than any handler
takes, its publish retries included, only from the third try on: a second delivery meanwhile is harmless, for every
handler is idempotent. Failures that a handler notices have their own delays (``shared.settle``).
"""

MAX_DELIVER = 30
"""``shared.settle`` puts a failing message aside after 9 tries; this bounds only a message that kills its reader."""


class AdminSettings(Settings):
    """What declaring streams needs: the ``admin`` user, in ``HAVRE_NATS_USER`` and ``HAVRE_NATS_PASSWORD``."""

    nats_replicas: int = Field(
        default=1, ge=1, le=5, description="Copies of each stream: 1 on one machine, 3 on a cluster"
    )
    audit_days: int = Field(
        default=AUDIT_DAYS, ge=1, le=3_660, description="Days that the audit of staff actions is kept"
    )


def conversation_facts() -> list[str]:
    """Return the subjects of stream CONVERSATIONS: what each service that states facts about one may say."""
    return [subjects.events_of(owner, "conversation") for owner in ("gateway", "router", "dispatcher")]


def stream_configs(replicas: int, audit_days: int = AUDIT_DAYS) -> list[StreamConfig]:
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
                max_age=audit_days * DAY_S,
                # Full, it refuses and its writer raises the alarm: the oldest entries are not pushed out by newer ones.
                discard=DiscardPolicy.NEW,
                max_bytes=512 * MIB,
                max_msg_size=4 * KIB,
                deny_delete=True,
                deny_purge=True,
                duplicate_window=10 * MINUTE_S,
            ),
            bucket_config(streams.STAFF, "Staff accounts: hashes, sealed secrets, roles", history=5),
            bucket_config(streams.FIGURES, "Counts by month, category and force; no identity", history=1),
            bucket_config(streams.TRAFFIC, "What came in each hour, for the forecast of staff; no identity", history=1),
        )
    ]


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


def consumer_configs() -> list[ConsumerConfig]:
    """Return every durable consumer of stream CONVERSATIONS; each is pulled, and acknowledged one by one."""
    return [
        _consumer(streams.ROUTER_OPENED, "Finds who is competent", [subjects.event(ConversationOpened)]),
        _consumer(streams.DISPATCHER_ROUTED, "Queues and assigns", [subjects.event(ConversationRouted)]),
        _consumer(
            streams.DISPATCHER_ERASED,
            "Frees the operator of a visitor who left",
            [subjects.event(ConversationErasedByGateway)],
        ),
        # One at a time, so strictly in order, redeliveries included: counting once depends on it.
        _consumer(streams.SIGNALEMENT_FIGURES, "Counts persons accompanied", conversation_facts(), in_flight=1),
    ]


def _consumer(name: str, description: str, filters: list[str], in_flight: int = 1000) -> ConsumerConfig:
    return ConsumerConfig(
        name=name,
        durable_name=name,
        description=description,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=BACKOFF_S[0],
        backoff=list(BACKOFF_S),
        max_deliver=MAX_DELIVER,
        max_ack_pending=in_flight,
        filter_subject=filters[0] if len(filters) == 1 else None,
        filter_subjects=filters if len(filters) > 1 else None,
    )


async def declare(jetstream: JetStreamContext, replicas: int = 1, audit_days: int = AUDIT_DAYS) -> None:
    """Create or update everything. Raises ``nats.js.errors.Error`` when the server refuses a change.

    Consumers come right after their stream, before anything can publish: with interest retention a fact that nobody
    has asked for yet is dropped at once.
    """
    for config in stream_configs(replicas, audit_days):
        try:
            await jetstream.add_stream(config)
        except nats.js.errors.BadRequestError as error:
            if error.err_code != _STREAM_EXISTS_WITH_OTHER_SETTINGS:
                raise
            await jetstream.update_stream(config)
    for consumer in consumer_configs():
        await jetstream.add_consumer(streams.CONVERSATIONS, consumer)


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
        await declare(client.jetstream(), settings.nats_replicas, settings.audit_days)
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
