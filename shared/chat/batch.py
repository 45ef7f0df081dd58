"""Many operations on conversations in one round trip to the store: at once when idle, in batches under load."""

import asyncio
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import msgspec
import redis.asyncio

from shared import keys
from shared.chat.pipe import Pipe, bulk
from shared.logs import get_logger

MAX_BATCH = 256
"""Operations in one call of the script: about 2 ms of the store's time."""

HEAD, KEYS, ARGUMENTS = 2, 3, 5
"""What the script takes: arguments before all operations, then keys and arguments of each."""


class StoreUnavailable(Exception):
    """The memory store did not answer; nothing is known to be stored, and a resend is harmless."""


class Outcome(msgspec.Struct, frozen=True):
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


class Operation(msgspec.Struct):
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
        self._pipe = Pipe(client, files("shared.chat").joinpath("append.lua").read_text())
        self._head = bulk(silence_s) + bulk(most_messages)
        self._waiting: list[Operation] = []
        self._under_way: list[Operation] = []
        self._flush_due = False
        self._idle = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def submit(self, operation: Operation) -> None:
        """Queue one operation; returns at once. Goes out with all others of this turn of the loop."""
        self._waiting.append(operation)
        if not self._flush_due and not self._under_way:
            self._flush_due = True
            self._loop.call_soon(self._flush)

    async def perform(
        self, verb: str, conversation: str, role: str, who: str, a: str | int = "", b: bytes | int = b""
    ) -> Outcome:
        """Queue one operation and wait for its outcome. Raises ``StoreUnavailable``."""
        future: asyncio.Future[Outcome] = self._loop.create_future()

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
        while self._waiting or self._under_way:
            self._idle.clear()
            await self._idle.wait()
        self._pipe.close()

    def _flush(self) -> None:
        self._flush_due = False
        if self._under_way or not self._waiting:
            return
        if len(self._waiting) <= MAX_BATCH:
            batch, self._waiting = self._waiting, []
        else:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        self._under_way = batch
        names = [_keys(operation.conversation) for operation in batch]
        values = [self._head, *(_arguments(operation) for operation in batch)]
        self._pipe.call(names, values, (KEYS * len(batch), HEAD + ARGUMENTS * len(batch)), self._answered)

    def _answered(self, answers: list[Any] | None) -> None:
        batch, self._under_way = self._under_way, []
        if answers is None:
            for operation in batch:
                _tell(operation, UNAVAILABLE)
        else:
            for operation, answer in zip(batch, answers, strict=True):
                _tell(operation, _outcome(operation, answer))
        if self._waiting:
            self._flush()
        else:
            self._idle.set()


def _keys(conversation: str) -> bytes:
    record, log, ids = keys.all_of(conversation)
    return f"${len(record)}\r\n{record}\r\n${len(log)}\r\n{log}\r\n${len(ids)}\r\n{ids}\r\n".encode()


def _arguments(operation: Operation) -> bytes:
    verb, role, who, a, b = operation.verb, operation.role, operation.who, operation.a, operation.b
    if not isinstance(a, str):
        a = str(a)
    if not isinstance(b, bytes):
        b = str(b).encode()
    # Verbs, roles, proofs and client ids are ASCII: their lengths in characters are their lengths in bytes.
    head = f"${len(verb)}\r\n{verb}\r\n${len(role)}\r\n{role}\r\n${len(who)}\r\n{who}\r\n${len(a)}\r\n{a}\r\n"
    return b"%b$%d\r\n%b\r\n" % (head.encode("ascii"), len(b), b)


def _outcome(operation: Operation, answer: list[Any]) -> Outcome:
    status = answer[0].decode()
    if status == UNAVAILABLE.status:
        get_logger().error("operation_failed", verb=operation.verb, reason=answer[2].decode())
    return Outcome(status, answer[1], answer[2], tuple(map(bytes.decode, answer[3:])))


def _tell(operation: Operation, outcome: Outcome) -> None:
    """Hand an outcome over; a fault in what one conversation does with it must not stop the others' work."""
    try:
        operation.done(outcome)
    except Exception as error:  # noqa: BLE001 - the border between one conversation and all
        get_logger().error("outcome_not_handled", verb=operation.verb, error=error)
