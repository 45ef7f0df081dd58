"""Many operations on conversations in one round trip to the store: at once when idle, in batches under load."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import redis.asyncio

from shared import keys
from shared.chat.store import STORE_FAILURES
from shared.logs import get_logger

MAX_BATCH = 256
"""Operations in one call of the script: about 2 ms of the store's time."""


class StoreUnavailable(Exception):
    """The memory store did not answer; nothing is known to be stored, and a resend is harmless."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the script answered to one operation.

    ``status``: ok, again (a resend, already stored), gone, forbidden, full, or unavailable (no answer at all,
    or the store failed on this operation alone).
    ``seq``: given to the message, or the conversation's last. ``frame``: of the first sending, for ``again``.
    ``others``: instances that hold the other ends now.
    """

    status: str
    seq: int = 0
    frame: bytes = b""
    others: tuple[str, ...] = ()


UNAVAILABLE = Outcome("unavailable")


Done = Callable[[Outcome], None]
"""Called with an operation's outcome, on the event loop; must not block."""


@dataclass(slots=True)
class Operation:
    """One line of work for ``append.lua``; ``done`` is called with the outcome, in the order of submission."""

    verb: str
    conversation: str
    role: str
    who: str
    a: str | int
    b: bytes | int
    done: Done


class Batcher:
    """Feeds ``append.lua``. One call is under way at a time, so operations keep their order."""

    def __init__(self, client: "redis.asyncio.Redis", silence_s: int, most_messages: int) -> None:
        self._script = client.register_script(files("shared.chat").joinpath("append.lua").read_text())
        self._head = [silence_s, most_messages]
        self._waiting: list[Operation] = []
        self._wake = asyncio.Event()
        self._worker = asyncio.create_task(self._work_for_ever())

    def submit(self, operation: Operation) -> None:
        """Queue one operation; returns at once."""
        self._waiting.append(operation)
        self._wake.set()

    async def perform(
        self, verb: str, conversation: str, role: str, who: str, a: str | int = "", b: bytes | int = b""
    ) -> Outcome:
        """Queue one operation and wait for its outcome. Raises ``StoreUnavailable``."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def done(outcome: Outcome) -> None:
            if not future.done():
                future.set_result(outcome)

        self.submit(Operation(verb, conversation, role, who, a, b, done))
        outcome = await future
        if outcome.status == UNAVAILABLE.status:
            raise StoreUnavailable
        return outcome

    async def close(self) -> None:
        """Finish what waits, then stop."""
        while self._waiting:
            await self._flush()
        self._worker.cancel()
        await asyncio.gather(self._worker, return_exceptions=True)

    async def _work_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                await self._flush()

    async def _flush(self) -> None:
        batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        names: list[str] = []
        values: list[Any] = [*self._head]
        for operation in batch:
            names.extend(keys.all_of(operation.conversation))
            values += (operation.verb, operation.role, operation.who, operation.a, operation.b)
        try:
            answers = await self._script(keys=names, args=values)
        except STORE_FAILURES as error:
            get_logger().warning("store_unavailable", operations=len(batch), error=error)
            for operation in batch:
                _tell(operation, UNAVAILABLE)
            return
        for operation, (status, seq, frame, *others) in zip(batch, answers, strict=True):
            if status == b"unavailable":
                get_logger().error("operation_failed", verb=operation.verb, reason=frame.decode())
            _tell(operation, Outcome(status.decode(), seq, frame, tuple(other.decode() for other in others)))


def _tell(operation: Operation, outcome: Outcome) -> None:
    """Hand an outcome over; a fault in what one conversation does with it must not stop the others' work."""
    try:
        operation.done(outcome)
    except Exception as error:  # noqa: BLE001 - the border between one conversation and all
        get_logger().error("outcome_not_handled", verb=operation.verb, error=error)
