"""One raw connection to the store, for the one script of the hot path.

A call is written as bytes that its caller has packed, and its reply read by hiredis straight from the socket: no task,
no stream reader, no pool. Everything else uses the client of ``shared.chat.store``.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Any

import hiredis
import redis.asyncio
from redis.asyncio import SSLConnection

from shared.chat.line import Line
from shared.logs import get_logger

CALL_S = 2.0
"""Time for a call, connecting included; then nothing is known of it."""

Answered = Callable[[list[Any] | None], None]
"""Called with a call's reply, or with None when there was none."""


def bulk(value: str | bytes | int) -> bytes:
    """Return one argument as RESP has it."""
    data = value if isinstance(value, bytes) else str(value).encode()
    return b"$%d\r\n%b\r\n" % (len(data), data)


class Pipe:
    """Calls one script, one call at a time; connects when a call finds it unconnected."""

    def __init__(self, client: "redis.asyncio.Redis", script: str) -> None:
        self._pool = client.connection_pool
        self._script = script
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        self._reader = hiredis.Reader()
        self._head = b""
        self._greeting: asyncio.Future[None] | None = None
        self._greeted: list[Any] = []
        self._steps = 0
        self._answered: Answered | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._opening: asyncio.Task[None] | None = None

    def call(
        self, keys: Sequence[bytes], arguments: Sequence[bytes], count: tuple[int, int], answered: Answered
    ) -> None:
        """Run the script. ``keys`` and ``arguments`` are packed (``bulk``), ``count`` says how many of each."""
        self._answered = answered
        self._timer = self._loop.call_later(CALL_S, self._fail, "no answer in time")
        words = b"%b%b%b" % (bulk(count[0]), b"".join(keys), b"".join(arguments))
        if self._line is not None and self._opening is None:
            self._send(self._line, words, sum(count))
        else:
            self._opening = asyncio.create_task(self._open_and_send(words, sum(count)))

    def close(self) -> None:
        """Disconnect; a call under way has no reply."""
        self._fail("closed")

    # ---- for its connection

    def received(self, line: Line, data: bytes) -> None:
        """Take replies."""
        self._reader.feed(data)
        while line is self._line and (reply := self._reader.gets()) is not False:
            if self._greeting is not None:
                self._greet(reply, self._greeting)
            elif isinstance(reply, list):
                self._done(reply)
            else:
                self._fail(str(reply))

    def lost(self, line: Line, error: Exception | None) -> None:
        """A call under way has no reply."""
        if line is self._line:
            self._fail(str(error or "the store closed the connection"))

    def room(self, line: Line) -> None:
        """One call is under way at a time: what it may write is bounded."""

    # ---- inside

    def _send(self, line: Line, words: bytes, arguments: int) -> None:
        line.write(b"*%d\r\n%b%b" % (3 + arguments, self._head, words))

    def _done(self, reply: list[Any] | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        answered, self._answered = self._answered, None
        if answered is not None:
            answered(reply)

    def _fail(self, why: str) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.drop()
        opening, self._opening = self._opening, None
        if opening is not None:
            opening.cancel()
        if self._answered is not None:
            get_logger().warning("store_unavailable", error=why)
            self._done(None)

    def _greet(self, reply: Any, greeting: "asyncio.Future[None]") -> None:
        self._greeted.append(reply)
        if len(self._greeted) == self._steps and not greeting.done():
            greeting.set_result(None)

    async def _open_and_send(self, words: bytes, arguments: int) -> None:
        try:
            line = await self._open()
        except (OSError, hiredis.HiredisError) as error:
            self._opening = None
            self._fail(str(error))
        else:
            self._opening = None
            self._send(line, words, arguments)

    async def _open(self) -> Line:
        """Connect and say what is said first. Raises ``OSError``, or ``HiredisError`` for what the store refuses."""
        options = self._pool.connection_kwargs
        context = ssl.create_default_context() if issubclass(self._pool.connection_class, SSLConnection) else None
        steps = _greetings(options, self._script)
        self._reader, self._greeted, self._steps = hiredis.Reader(), [], len(steps)
        self._greeting = self._loop.create_future()
        self._line = line = Line(self)
        await self._loop.create_connection(lambda: line, options["host"], options["port"], ssl=context)
        line.write(b"".join(b"*%d\r\n%b" % (len(one), b"".join(map(bulk, one))) for one in steps))
        await self._greeting
        self._greeting = None
        _refuse_errors(self._greeted)
        self._head = bulk("EVALSHA") + bulk(self._greeted[-1])
        return line


def _refuse_errors(replies: Sequence[Any]) -> None:
    for reply in replies:
        if isinstance(reply, hiredis.HiredisError):
            raise reply


def _greetings(options: dict[str, Any], script: str) -> list[list[str]]:
    """Return what is said first on a connection: who this is, which database, the script."""
    steps: list[list[str]] = []
    if options.get("password"):
        steps.append(["AUTH", options.get("username") or "default", options["password"]])
    if options.get("db"):
        steps.append(["SELECT", str(options["db"])])
    return [*steps, ["SCRIPT", "LOAD", script]]
