"""The road for events, commands and queries: FastStream on NATS, with JetStream where losing a message matters.

The chat itself does not pass here (``shared.chat.wire``).
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import nats.errors
import nats.js.errors
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.security import SASLPlaintext
from pydantic_core import from_json

from shared import metrics, streams, subjects
from shared.contracts.envelope import Contract, Event
from shared.contracts.reply import Refusal, RefusalCode
from shared.logs import get_logger
from shared.settings import Settings
from shared.settle import settle_for

if TYPE_CHECKING:
    from faststream.nats.subscriber.usecases import LogicSubscriber

Reply = TypeVar("Reply", bound=Contract)

PUBLISH_TIMEOUT_S = 2.0
PUBLISH_TRIES = 5
ASK_TIMEOUT_S = 2.0


class PublishFailed(Exception):
    """JetStream did not confirm an event; the caller keeps it and tries again."""


class QueryUnavailable(Exception):
    """Nobody answered a query in time."""


class QueryRefused(Exception):
    """The query was answered by a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal

    @property
    def invalid(self) -> bool:
        """Whether the asker was wrong (and not the service)."""
        return self.refusal.code is RefusalCode.INVALID


def make_broker(settings: Settings, owner: str) -> NatsBroker:
    """Return the broker of service ``owner``: reconnects for ever, settles as ``shared.settle`` says."""
    settle = settle_for(owner)

    async def disconnected() -> None:
        get_logger().warning("broker_lost")

    async def reconnected() -> None:
        get_logger().info("broker_back")

    async def driver_error(error: Exception) -> None:
        get_logger().warning("broker_error", error=error)

    broker = NatsBroker(
        settings.nats_url.split(","),
        security=SASLPlaintext(settings.nats_user, settings.nats_password.get_secret_value())
        if settings.nats_user
        else None,
        name=owner,
        inbox_prefix=inbox_prefix(settings),
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
        ping_interval=5,
        disconnected_cb=disconnected,
        reconnected_cb=reconnected,
        error_cb=driver_error,
        graceful_timeout=5.0,
        middlewares=[settle],
        logger=None,
    )
    settle.broker = broker
    return broker


def inbox_prefix(settings: Settings) -> str:
    """Return the user's own inbox prefix, which no other user may read."""
    return settings.inbox_prefix


def consumer(
    broker: NatsBroker,
    settings: Settings,
    subject: str,
    name: str,
    pull: PullSub,
    stream: str = streams.CONVERSATIONS,
) -> "LogicSubscriber[Any]":
    """Return the decorator for the handler of durable consumer ``name``, which is filtered to ``subject``.

    The consumer, its filter and the stream are declared by ``infra.streams``, never from here: what does not exist
    makes the service unready instead of being made up.
    """
    return broker.subscriber(
        subject,
        durable=name,
        stream=JStream(stream, declare=False),
        pull_sub=pull,
        inbox_prefix=f"{inbox_prefix(settings)}.".encode(),
    )


def one_by_one() -> PullSub:
    """Return a pull that keeps the order of messages."""
    return PullSub(batch_size=1, timeout=5.0)


def many_at_once(size: int = 32) -> PullSub:
    """Return a pull for handlers that do not depend on order: up to ``size`` at the same time."""
    return PullSub(batch_size=size, timeout=5.0)


async def publish(broker: NatsBroker, event: Event, stream: str = streams.CONVERSATIONS) -> None:
    """Store ``event`` in ``stream``; a resend with the same id is dropped by the server.

    Raises ``PublishFailed`` when JetStream did not confirm it after several tries.
    """
    headers = {
        "Nats-Msg-Id": str(event.id),
        "ce-specversion": "1.0",
        "ce-id": str(event.id),
        "ce-type": event.type,
        "ce-source": f"/havre/{event.type.split('.', 1)[0]}",
        "ce-time": event.time.isoformat(),
        "content-type": "application/json",
    }
    subject = subjects.event(type(event), event.entity_id)
    body = event.model_dump_json().encode()
    for attempt in range(1, PUBLISH_TRIES + 1):
        try:
            await broker.publish(body, subject, headers=headers, stream=stream, timeout=PUBLISH_TIMEOUT_S)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
            metrics.PUBLISH_RETRIES.inc()
            get_logger().warning("publish_retry", type=event.type, id=str(event.id), attempt=attempt, error=error)
            await asyncio.sleep(min(0.1 * 2**attempt, 1.0))
        else:
            metrics.PUBLISHED.labels(event.type).inc()
            return
    raise PublishFailed(event.type)


async def ask(
    broker: NatsBroker, subject: str, query: Contract, reply: type[Reply], timeout_s: float = ASK_TIMEOUT_S
) -> Reply:
    """Send a query and return its typed reply.

    Raises ``QueryUnavailable`` when nobody answers, ``QueryRefused`` when the answer is a refusal.
    """
    try:
        message = await broker.request(query.model_dump_json().encode(), subject, timeout=timeout_s)
    except (nats.errors.Error, TimeoutError, OSError) as error:
        raise QueryUnavailable(subject) from error
    answer = from_json(message.body)
    if isinstance(answer, dict) and answer.get("refused"):
        raise QueryRefused(Refusal.model_validate(answer))
    return reply.model_validate_json(message.body)


async def consumers_exist(broker: NatsBroker, stream: str, names: Sequence[str]) -> None:
    """Health check: raise when a durable consumer is missing; a subscriber would otherwise spin in silence."""
    manager = broker.connection.jetstream()
    for name in names:
        await manager.consumer_info(stream, name)


async def broker_answers(broker: NatsBroker) -> None:
    """Health check: raise when the server is away."""
    if not await broker.ping(timeout=1.0):
        raise ConnectionError("NATS does not answer")
