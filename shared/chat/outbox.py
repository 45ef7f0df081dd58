"""What waits to be written to one socket, bounded; and how fast that socket may speak."""

import asyncio
import time
from collections import deque

from aiohttp import web

from shared.chat.frames import Frame, encode

CLOSE_TOO_SLOW = 4008
"""WebSocket close code: the client did not read; it may come back and resume."""


class Outbox:
    """Writes frames to a WebSocket in order, without ever making anybody else wait.

    A task exists only while something waits, so that an idle socket costs nothing. A client that does not read is
    disconnected once ``limit`` bytes wait for it: the log in the store has what it misses.
    """

    __slots__ = ("_drained", "_limit", "_queue", "_socket", "_task", "_waiting")

    def __init__(self, socket: web.WebSocketResponse, limit: int) -> None:
        self._socket = socket
        self._limit = limit
        self._queue: deque[bytes] = deque()
        self._waiting = 0
        self._task: asyncio.Task[None] | None = None
        self._drained: asyncio.Event | None = None

    @property
    def waiting(self) -> int:
        """Bytes that wait to be written."""
        return self._waiting

    def put(self, frame: bytes) -> None:
        """Queue an encoded frame; returns at once."""
        if self._socket.closed:
            return
        self._queue.append(frame)
        self._waiting += len(frame)
        if self._task is None:
            self._task = asyncio.create_task(self._write())
        if self._waiting > self._limit:
            self._queue.clear()
            self._waiting = 0
            self._task.cancel()
            self._task = asyncio.create_task(self._give_up())

    def send(self, frame: Frame) -> None:
        """Encode and queue a frame."""
        self.put(encode(frame))

    async def drained(self) -> None:
        """Return once everything queued so far has been handed to the network, or the socket is closed."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _write(self) -> None:
        try:
            while self._queue:
                frame = self._queue.popleft()
                self._waiting -= len(frame)
                await self._socket.send_str(frame.decode())
        except (ConnectionError, RuntimeError):
            self._queue.clear()
            self._waiting = 0
        finally:
            self._task = None
            if self._queue:
                self._task = asyncio.create_task(self._write())

    async def _give_up(self) -> None:
        await self._socket.close(code=CLOSE_TOO_SLOW, message=b"too slow", drain=False)


class TokenBucket:
    """So many at once, so many a second."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = time.monotonic()

    def take(self) -> int:
        """Take one; return 0, or how many milliseconds to wait before the next try."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return int((1 - self._tokens) / self._rate * 1000) + 1
