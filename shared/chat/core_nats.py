"""A small client for core NATS: publish, one subscription, and coming back. For the chat path alone.

It does what the path needs and nothing more: a message costs a few microseconds here and several times that in a client
that serves every use of NATS. Protocol: https://docs.nats.io/reference/reference-protocols/nats-protocol
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from shared.chat.line import Line
from shared.logs import get_logger
from shared.run import going_on

HANDSHAKE_S = 2.0
RETRY_S = 1.0
PING_EVERY_S = 5.0
MOST_UNANSWERED = 2
"""Pings without an answer after which the connection counts as lost."""
DEFAULT_PORT = 4222
MOST_BYTES = 8_388_608
"""Bytes of one message, or of a line without an end, above which the other side is no NATS server of ours."""
MOST_DIGITS = len(str(MOST_BYTES))

Received = Callable[[str, bytes], None]
"""Called with subject and payload; must not block."""


class CoreNats:
    """One connection at a time, to the first of the servers that takes it; kept up until ``close``."""

    def __init__(self, servers: Sequence[str], connect: dict[str, Any], most_waiting: int) -> None:
        """``connect``: fields of the CONNECT message (user, pass, name). ``most_waiting``: messages kept while away."""
        self._servers = servers
        self._hello = {**connect, "verbose": False, "pedantic": False, "lang": "python", "version": "1", "protocol": 1}
        self._most_waiting = most_waiting
        self._loop = asyncio.get_running_loop()
        self._subject = b""
        self._heard: Received | None = None
        self._returned: Callable[[], None] | None = None
        self._waiting: list[bytes] = []
        self._flush_due = False
        self._line: Line | None = None
        self._up = False
        self._rest = b""
        self._info: asyncio.Future[bytes] = self._loop.create_future()
        self._pongs: list[asyncio.Future[None]] = []
        self._gone = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    # ---- for its owner

    @property
    def connected(self) -> bool:
        """Whether a server has taken the connection and it is not known to be lost."""
        return self._up

    async def start(self) -> None:
        """Connect; returns once a server has taken the connection, however long that takes."""
        first: asyncio.Future[None] = self._loop.create_future()
        self._keeper = asyncio.create_task(self._keep(first))
        await first

    def on_return(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` whenever the connection is back after a loss."""
        self._returned = callback

    async def subscribe(self, subject: str, heard: Received) -> None:
        """Hear one subject (the last one asked for), across reconnections; returns once the server knows."""
        self._subject, self._heard = subject.encode(), heard
        if self._line is not None and self._up:
            self._line.write(b"SUB %b 1\r\n" % self._subject)
            await self.ping(HANDSHAKE_S)

    def publish(self, subject: str, payload: bytes) -> None:
        """Send with everything else of this turn of the loop; the oldest half is dropped when too much waits."""
        if len(self._waiting) >= self._most_waiting:
            del self._waiting[: self._most_waiting // 2]
        self._waiting.append(b"PUB %b %d\r\n%b\r\n" % (subject.encode(), len(payload), payload))
        if not self._flush_due:
            self._flush_due = True
            self._loop.call_soon(self._flush)

    async def ping(self, within_s: float) -> None:
        """Raise ``ConnectionError`` or ``TimeoutError`` unless the server answers."""
        if self._line is None or not self._up:
            raise ConnectionError("NATS is away")
        async with asyncio.timeout(within_s):
            await self._ask(self._line)

    async def close(self) -> None:
        """Send what waits, if there is a connection, and disconnect."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        self._flush()
        if self._line is not None and self._line.transport is not None:
            self._line.transport.close()

    # ---- for its connection

    def received(self, line: Line, data: bytes) -> None:
        """Read every whole message; keep the beginning of the next. What is no NATS ends the connection."""
        try:
            self._read(line, data)
        except ValueError as error:
            line.drop()
            self.lost(line, error)

    def _read(self, line: Line, data: bytes) -> None:
        """As ``received``. Raises ``ValueError`` for what no server says."""
        buffer = self._rest + data if self._rest else data
        at = 0
        while (end := buffer.find(b"\r\n", at)) >= 0:
            if buffer.startswith(b"MSG ", at):
                head = buffer[at + 4 : end].split(b" ")
                after = end + 4 + _size(head[-1])
                if len(buffer) < after:
                    break
                self._deliver(head[0], buffer[end + 2 : after - 2])
                at = after
            else:
                self._control(line, buffer[at:end])
                at = end + 2
        self._rest = buffer[at:]
        if len(self._rest) > MOST_BYTES:
            raise ValueError("no end in sight")

    def lost(self, line: Line, error: Exception | None) -> None:
        """Have the keeper connect again."""
        if line is self._line:
            get_logger().warning("wire_lost", error=error)
            self._gone.set()

    def room(self, line: Line) -> None:
        """The server keeps up again."""
        if line is self._line:
            self._flush()

    # ---- inside

    def _deliver(self, subject: bytes, payload: bytes) -> None:
        if self._heard is None:
            return
        try:
            self._heard(subject.decode(), payload)
        except Exception as error:  # noqa: BLE001 - one message must not end the connection of all
            get_logger().error("announcement_not_handled", error=error)

    def _control(self, line: Line, words: bytes) -> None:
        if words == b"PING":
            line.write(b"PONG\r\n")
        elif words == b"PONG":
            if self._pongs and not (waiter := self._pongs.pop(0)).done():
                waiter.set_result(None)
        elif words.startswith(b"INFO "):
            if not self._info.done():
                self._info.set_result(words[5:])
        elif words.startswith(b"-ERR"):
            get_logger().warning("wire_error", error=words[5:].decode(errors="replace"))

    def _flush(self) -> None:
        self._flush_due = False
        if self._up and self._line is not None and not self._line.full and self._waiting:
            data, self._waiting = b"".join(self._waiting), []
            self._line.write(data)

    async def _ask(self, line: Line) -> None:
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._pongs.append(waiter)
        line.write(b"PING\r\n")
        await waiter

    async def _keep(self, first: "asyncio.Future[None]") -> None:
        turn = 0
        while going_on():
            server = self._servers[turn % len(self._servers)]
            turn += 1
            try:
                async with asyncio.timeout(HANDSHAKE_S):
                    line = await self._connect(server)
            except (OSError, TimeoutError, msgspec.MsgspecError) as error:
                get_logger().warning("wire_not_connected", error=error)
                self._forget()
                await asyncio.sleep(RETRY_S)
                continue
            if not first.done():
                first.set_result(None)
            elif self._returned is not None:
                self._returned()
            self._flush()
            await self._watch(line)
            self._forget()

    async def _connect(self, server: str) -> Line:
        address = urlsplit(server)
        host, port = address.hostname or "", address.port or DEFAULT_PORT
        self._gone.clear()
        self._rest, self._info = b"", self._loop.create_future()
        self._line = line = Line(self)
        await self._loop.create_connection(lambda: line, host, port)
        info = msgspec.json.decode(await self._info, type=dict[str, Any])
        if (info.get("tls_required") or address.scheme == "tls") and line.transport is not None:
            context = ssl.create_default_context()
            line.transport = await self._loop.start_tls(line.transport, line, context, server_hostname=host)
        line.write(b"CONNECT %b\r\n" % msgspec.json.encode(self._hello))
        if self._subject:
            line.write(b"SUB %b 1\r\n" % self._subject)
        await self._ask(line)
        self._up = True
        return line

    async def _watch(self, line: Line) -> None:
        """Return when the connection is lost, or has not answered for too long."""
        while len(self._pongs) < MOST_UNANSWERED:
            self._pongs.append(self._loop.create_future())
            line.write(b"PING\r\n")
            try:
                async with asyncio.timeout(PING_EVERY_S):
                    await self._gone.wait()
            except TimeoutError:
                continue
            return

    def _forget(self) -> None:
        self._up = False
        line, self._line = self._line, None
        if line is not None:
            line.drop()
        waiters, self._pongs = self._pongs, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_exception(ConnectionError("NATS is away"))
                waiter.exception()  # marked as seen: nobody may be waiting for it


def _size(word: bytes) -> int:
    """Return the size that a message's head names. Raises ``ValueError``: a negative one would be read for ever."""
    if not word.isdigit() or len(word) > MOST_DIGITS or (size := int(word)) > MOST_BYTES:
        raise ValueError("no size of a message")
    return size
