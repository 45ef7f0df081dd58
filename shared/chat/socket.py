"""A WebSocket straight on its connection, without a task, a request or a queue of its own; it can always be closed.

aiohttp takes the handshake (``shared.chat.upgrade``), and its parser the frames. What aiohttp's own WebSocket keeps
between the two is most of the memory of a client that only waits, and much of the work of one that speaks.
"""

import asyncio
from collections.abc import Sequence
from struct import Struct
from typing import Protocol, cast

from aiohttp import WSCloseCode, WSMessage, WSMsgType
from aiohttp._websocket.reader import WebSocketDataQueue
from aiohttp.http import WebSocketError, WebSocketReader, WSMessageTextBytes

CLOSE_TOO_SLOW = 4008
"""Close code: the client did not read; it may come back and resume."""
CLOSE_SUPERSEDED = 4001
"""Close code: the same end was taken over by a newer connection."""

SHUT_WITHIN_S = 3.0
"""How long a client may take to read what was sent before, and to answer the close frame."""
FULL_BYTES = 32_768
"""Bytes in the network's own buffer above which a frame waits its turn."""

Message = WSMessage | WSMessageTextBytes
"""What a client says: its kind, then what it carries (a str, if it is a text)."""

_LONG, _LONGER, _CODE = Struct(">BBH").pack, Struct(">BBQ").pack, Struct(">H").pack


class Owner(Protocol):
    """Who has a socket."""

    def heard(self, message: Message) -> None:
        """A text or binary message has come."""

    def room(self) -> None:
        """There is room for frames again."""

    def lost(self) -> None:
        """The connection is gone; called once."""


class Socket(asyncio.Protocol):
    """One client's WebSocket. Until ``connection_made``, and after ``connection_lost``, it counts as closed."""

    __slots__ = ("_closed", "_closing", "_found", "_full", "_owner", "_parser", "_transport")

    def __init__(self, most: int) -> None:
        """``most``: bytes of one message above which the socket is closed."""
        self._found = _Found()
        self._parser = WebSocketReader(self._found, most, compress=False, decode_text=True)
        self._transport: asyncio.Transport | None = None
        self._owner: Owner | None = None
        self._full = False
        self._closing = False
        self._closed: asyncio.Future[None] | None = None

    @property
    def open(self) -> bool:
        """Whether frames can be said, now or when there is room."""
        return self._transport is not None and not self._closing

    @property
    def gone(self) -> bool:
        """Whether there is no connection."""
        return self._transport is None

    def belongs_to(self, owner: Owner) -> None:
        """Tell ``owner`` what happens from now on."""
        self._owner = owner

    # ---- for its owner

    def write(self, frames: Sequence[bytes]) -> bool:
        """Hand text frames to the network in one write; False when that cannot be done now and nothing was written."""
        if self._transport is None or self._full or self._closing:
            return False
        self._transport.write(b"".join([part for frame in frames for part in (_header(len(frame)), frame)]))
        return True

    def pause(self) -> None:
        """Read no more from the client; what it says waits with itself."""
        if self._transport is not None and not self._closing:
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read again."""
        if self._transport is not None and not self._transport.is_reading():
            self._transport.resume_reading()

    def shut(self, code: int, reason: bytes = b"") -> None:
        """Say why, hear nothing more but the answer to that, and be gone soon; returns at once."""
        if self._transport is not None and not self._closing:
            self._say_close(_CODE(code) + reason)
            # Who was not read is read again, or the answer would not be heard.
            self.resume()

    async def closed(self) -> None:
        """Return once the connection is gone."""
        if self._transport is not None:
            self._closed = self._closed or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._closed)

    # ---- for the network

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: connected."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=FULL_BYTES)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes."""
        broken, _ = self._parser.feed_data(data)
        if self._found.messages:
            messages, self._found.messages = self._found.messages, []
            for message in messages:
                self._hear(message)
        if broken:
            self._give_up()

    def eof_received(self) -> bool:
        """asyncio: the client says nothing more. It is closed, in time even if it does not read what is under way."""
        self._end()
        return False

    def pause_writing(self) -> None:
        """asyncio: the network's buffer is full."""
        self._full = True

    def resume_writing(self) -> None:
        """asyncio: there is room again."""
        self._full = False
        if self._owner is not None and not self._closing:
            self._owner.room()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """asyncio: gone."""
        self._transport = None
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.lost()
        if self._closed is not None and not self._closed.done():
            self._closed.set_result(None)

    # ---- inside

    def _hear(self, message: Message) -> None:
        kind = message[0]
        if kind is WSMsgType.TEXT or kind is WSMsgType.BINARY:
            if self._owner is not None and not self._closing:
                self._owner.heard(message)
        elif kind is WSMsgType.PING:
            # Only the last of several need be answered (RFC 6455, 5.5.3): who does not read costs no memory.
            if self._transport is not None and not self._full and not self._closing:
                self._transport.write(b"\x8a%c%b" % (len(message.data), message.data))
        elif kind is WSMsgType.CLOSE and self._transport is not None:
            if not self._closing:
                self._say_close(_CODE(message.data) if message.data else b"")
            self._transport.close()

    def _give_up(self) -> None:
        """What comes can be read no more: say why; what comes after that is the answer, or as good."""
        if self._closing and self._transport is not None:
            self._transport.close()
        elif not self._closing:
            error = self._found.error
            self._say_close(_CODE(error.code if isinstance(error, WebSocketError) else WSCloseCode.PROTOCOL_ERROR))

    def _say_close(self, said: bytes) -> None:
        if self._transport is not None:
            self._transport.write(b"\x88%c%b" % (len(said), said))
        self._end()

    def _end(self) -> None:
        """Nothing more is said; the connection is aborted a little later, which changes nothing once it is closed.

        Closing it waits for room in a buffer that a client who does not read never empties: only aborting ends that.
        """
        if self._transport is not None and not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_later(SHUT_WITHIN_S, self._transport.abort)


class _Found(WebSocketDataQueue):
    """Where the parser puts what it has read, until it returns: the library's own has a waiting reader in mind."""

    __slots__ = ("error", "messages")

    _size = _limit = 0
    """Never full: what one read from the network holds is all there is."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.error: BaseException | None = None

    def feed_data(self, data: Message, size: int) -> None:  # noqa: ARG002 - the library's signature
        self.messages.append(data)

    def set_exception(self, exc: BaseException, exc_cause: BaseException | None = None) -> None:  # noqa: ARG002
        self.error = exc


def _header(size: int) -> bytes:
    """Return what goes before an unmasked text frame of ``size`` bytes (RFC 6455, 5.2)."""
    if size < 126:
        return b"\x81%c" % size
    if size < 65_536:
        return _LONG(0x81, 126, size)
    return _LONGER(0x81, 127, size)
