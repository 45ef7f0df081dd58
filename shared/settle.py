"""What happens to a message after its handler: acknowledged, tried again later, or put aside for a person.

FastStream's default ends a message at the first exception, and its nack redelivers at once without end. Here: success
acknowledges; a body that breaks its contract goes to the dead letters at once; any other failure is tried again with
growing delay, and goes to the dead letters after the last try. A query's failure is a typed reply, never silence.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from faststream import BaseMiddleware
from faststream.exceptions import HandlerException, NackMessage, RejectMessage
from faststream.message import StreamMessage
from faststream.nats import NatsBroker
from nats.aio.msg import Msg
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared import metrics, streams, subjects
from shared.contracts.reply import Refusal, RefusalCode
from shared.logs import get_logger

DELAYS_S = (0.2, 0.5, 1, 2, 5, 10, 20, 30)
"""Seconds before each further try; a message that fails after all of them is put aside."""

_JETSTREAM_REPLY = "$JS.ACK."


class UnreadableMessage(Exception):
    """A body that is no JSON at all; it says nothing of what was sent."""


def is_contract_error(error: BaseException) -> bool:
    """Tell whether a body broke its contract: no retry can mend that."""
    return isinstance(error, ValidationError | UnreadableMessage) or type(error).__name__ == "RequestValidationError"


class Settle(BaseMiddleware[Any, Msg | None]):
    """Broker middleware; see the module's text. ``settle_for`` makes a service's own."""

    broker: NatsBroker
    owner: str

    async def consume_scope(
        self, call_next: Callable[[StreamMessage[Any]], Awaitable[Any]], msg: StreamMessage[Any]
    ) -> Any:
        raw: Msg = msg.raw_message
        family = subjects.family(raw.subject)
        started = time.perf_counter()
        outcome = "ok"
        try:
            await read(msg)
            return await call_next(msg)
        except HandlerException:
            outcome = "handled"
            raise
        except Exception as error:  # noqa: BLE001 - the border: every failure of a handler is settled here
            outcome = "refused" if is_contract_error(error) else "failed"
            if raw.reply.startswith(_JETSTREAM_REPLY):
                await self._settle(raw, error)
            get_logger().warning("query_refused", family=family, error=error)
            return refusal(error)
        finally:
            metrics.CONSUMED.labels(family, outcome).inc()
            metrics.HANDLING.labels(family).observe(time.perf_counter() - started)

    async def _settle(self, raw: Msg, error: Exception) -> None:
        tries = raw.metadata.num_delivered
        consumer = raw.metadata.consumer
        if not is_contract_error(error) and tries <= len(DELAYS_S):
            get_logger().warning(
                "message_will_be_retried", subject=raw.subject, consumer=consumer, tries=tries, error=error
            )
            raise NackMessage(delay=DELAYS_S[tries - 1]) from None
        get_logger().error("message_put_aside", subject=raw.subject, consumer=consumer, tries=tries, error=error)
        headers = {
            "Havre-Subject": raw.subject,
            "Havre-Error": type(error).__name__,
            "Nats-Msg-Id": f"{consumer}.{raw.metadata.stream}.{raw.metadata.sequence.stream}",
        }
        await self.broker.publish(
            raw.data, subjects.dead_letter(self.owner, consumer), headers=headers, stream=streams.DEAD_LETTERS
        )
        raise RejectMessage from None


def settle_for(owner: str) -> type[Settle]:
    """Return the middleware class of one service; set its ``broker`` once there is one."""
    return type("SettleFor" + owner.capitalize(), (Settle,), {"owner": owner})


async def read(msg: StreamMessage[Any]) -> None:
    """Decode a body before its handler does: once it runs, a broken body looks like any of the handler's own errors.

    Raises ``UnreadableMessage``.
    """
    try:
        await msg.decode()
    except (ValueError, RecursionError):
        raise UnreadableMessage from None


def refusal(error: Exception) -> Refusal:
    """Return the typed reply for a failed query: what was wrong with it, or that it is the service's fault."""
    if isinstance(error, ValidationError):
        found = error.errors(include_input=False, include_context=False, include_url=False)
        fields = ", ".join(dict.fromkeys(map(_where, found)))
        return Refusal(code=RefusalCode.INVALID, detail=f"these fields break the contract: {fields}")
    if is_contract_error(error):
        return Refusal(code=RefusalCode.INVALID, detail="the query breaks its contract")
    return Refusal(code=RefusalCode.FAILED, detail="the service could not answer; its log says why")


def _where(item: ErrorDetails) -> str:
    """Name a field of the contract, never one that the sender made up: its name may be anything."""
    known = item["loc"][:-1] if item["type"] == "extra_forbidden" else item["loc"]
    names = [part if isinstance(part, str) else "[...]" for part in known]
    return ".".join([*names, "(unknown field)"] if item["type"] == "extra_forbidden" else names)
