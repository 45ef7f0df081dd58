"""Reading one client's socket: at its pace, at most at ours, and never faster than it reads us."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable
from typing import Protocol

from aiohttp import WSCloseCode, WSMsgType

from shared.chat.frames import Error, ErrorCode
from shared.chat.outbox import Outbox, TokenBucket
from shared.chat.socket import Message, Socket
from shared.logs import get_logger
from shared.settings import StoreSettings


class Client(Protocol):
    """Whose socket it is."""

    def receive(self, raw: str) -> Awaitable[object] | None:
        """Take one text; what this returns is waited for before the next one is taken."""

    def refuse(self, error: Error) -> None:
        """Tell the client what was not taken."""

    async def leave(self) -> None:
        """The socket is gone."""


class Reader:
    """Hands every text of a socket to its client, one at a time, and then the news that it is gone.

    A task exists only while something has to be waited for; the socket is not read meanwhile.
    ``heard_at``: when the client last sent anything, on the monotonic clock, in seconds.
    """

    __slots__ = ("_bucket", "_client", "_half", "_held", "_outbox", "_socket", "_work", "heard_at")

    def __init__(self, client: Client, socket: Socket, outbox: Outbox, settings: StoreSettings) -> None:
        self._client: Client | None = client
        self._socket = socket
        self._outbox = outbox
        self._bucket = TokenBucket(settings.frame_rate, settings.frame_burst)
        self._half = settings.outbox_bytes // 2
        self._held: deque[Message] | None = None
        self._work: asyncio.Task[None] | None = None
        self.heard_at = time.monotonic()
        socket.belongs_to(self)

    async def left(self) -> None:
        """Return once the socket is gone and its client has left."""
        await self._socket.closed()
        if self._work is not None:
            await asyncio.wait([self._work])

    # ---- for the socket

    def heard(self, message: Message) -> None:
        """Take a message, after those that came before."""
        if self._work is not None:
            self._held = self._held or deque()
            self._held.append(message)
            return
        try:
            work = self._take(message)
        except Exception as error:  # noqa: BLE001 - the border between one client and all
            self._failed(error)
        else:
            if work is not None:
                self._socket.pause()
                self._work = asyncio.create_task(self._go_on(work))

    def room(self) -> None:
        """Write what waited."""
        self._outbox.flush()

    def lost(self) -> None:
        """The socket is gone: once what it said has been done, its client leaves."""
        self._outbox.drop()
        if self._work is None:
            self._work = asyncio.create_task(self._leave())

    # ---- inside

    def _take(self, message: Message) -> Awaitable[object] | None:
        self.heard_at = now = time.monotonic()
        if wait := self._bucket.take(now):
            return self._later(wait, message)
        return self._give(message)

    def _give(self, message: Message) -> Awaitable[object] | None:
        if self._client is None:
            return None
        kind, data, _ = message
        if kind is WSMsgType.TEXT:
            work = self._client.receive(data)
            if work is not None:
                return work
        else:
            self._client.refuse(Error(code=ErrorCode.NOT_JSON, detail="a frame is a text message"))
        return self._outbox.drained() if self._outbox.waiting > self._half else None

    async def _later(self, wait_ms: int, message: Message) -> None:
        await asyncio.sleep(wait_ms / 1000)  # not reading holds a flood back at its source
        self._bucket.take()
        if work := self._give(message):
            await work

    async def _go_on(self, work: Awaitable[object] | None) -> None:
        """Wait for ``work``, then take what came meanwhile; read the socket again, or leave if it is gone."""
        try:
            while True:
                if work is not None:
                    await work
                if self._outbox.waiting > self._half:
                    await self._outbox.drained()
                if not self._held:
                    break
                work = self._take(self._held.popleft())
        except Exception as error:  # noqa: BLE001 - as above
            self._failed(error)
        self._held = None
        if self._socket.gone:
            await self._leave()
        else:
            self._work = None
            self._socket.resume()

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            try:
                await client.leave()
            except Exception as error:  # noqa: BLE001 - as above
                get_logger().error("client_not_left", error=error)

    def _failed(self, error: Exception) -> None:
        """A fault in what one frame leads to ends its socket: the page comes back and says again what had no answer."""
        get_logger().error("frame_not_handled", error=error)
        self._outbox.shut(WSCloseCode.INTERNAL_ERROR, b"")
