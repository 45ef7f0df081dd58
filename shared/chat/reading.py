"""Reading one client's socket: at its pace, at most at ours, and never faster than it reads us."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from aiohttp import WSMsgType

from shared.chat.frames import Error, ErrorCode
from shared.chat.outbox import Outbox, TokenBucket
from shared.chat.socket import Socket
from shared.settings import StoreSettings


class Reader:
    """Hands every text of a socket to ``receive``, one at a time, and tells ``refuse`` of anything else.

    ``heard_at``: when the client last sent anything, on the monotonic clock, in seconds.
    """

    __slots__ = ("_bucket", "_half", "_outbox", "_socket", "heard_at")

    def __init__(self, socket: Socket, outbox: Outbox, settings: StoreSettings) -> None:
        self._socket = socket
        self._outbox = outbox
        self._bucket = TokenBucket(settings.frame_rate, settings.frame_burst)
        self._half = settings.outbox_bytes // 2
        self.heard_at = time.monotonic()

    async def read(self, receive: Callable[[str], Awaitable[None]], refuse: Callable[[Error], None]) -> None:
        """Read until the socket closes."""
        async for message in self._socket:
            self.heard_at = now = time.monotonic()
            if wait := self._bucket.take(now):
                await asyncio.sleep(wait / 1000)  # not reading holds a flood back at its source
            if message.type is WSMsgType.TEXT:
                await receive(message.data)
            elif message.type is WSMsgType.BINARY:
                refuse(Error(code=ErrorCode.NOT_JSON, detail="a frame is a text message"))
            if self._outbox.waiting > self._half:
                await self._outbox.drained()
