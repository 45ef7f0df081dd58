"""What waits to be written to one socket, bounded; and how fast that socket may speak."""

import asyncio
import time
from collections.abc import Callable

from shared.chat.frames import Frame, encode
from shared.chat.socket import CLOSE_TOO_SLOW, FULL_BYTES, Socket

COMPANY_S = 0.02
"""How long a frame that nobody waits for may wait for another to the same socket; nobody sees so short a time."""


class Outbox:
    """Writes frames to a WebSocket in order, without ever making anybody else wait.

    All that is put in one turn of the loop leaves in one write: the system call costs more than all else here. A client
    that does not read is disconnected once ``limit`` bytes wait for it: the log in the store has what it misses.
    """

    __slots__ = ("_due", "_empty", "_limit", "_loop", "_queue", "_socket", "_timer", "_waiting", "_wrote_at")

    def __init__(self, socket: Socket, limit: int) -> None:
        self._socket = socket
        # Kept, since asking for it is a system call (getpid) every time, and this is done for every frame.
        self._loop = asyncio.get_running_loop()
        self._limit = limit - FULL_BYTES
        self._queue: list[bytes] = []
        self._waiting = 0
        self._due = False
        self._timer: asyncio.TimerHandle | None = None
        self._wrote_at = 0.0
        self._empty: asyncio.Event | None = None

    @property
    def waiting(self) -> int:
        """Bytes that wait to be written."""
        return self._waiting

    def put(self, frame: bytes) -> None:
        """Queue an encoded frame; returns at once."""
        if self._take(frame) and not self._due:
            self._due = True
            self._loop.call_soon(self.flush)

    def send(self, frame: Frame) -> None:
        """Encode and queue a frame."""
        self.put(encode(frame))

    def send_in_company(self, frame: Frame) -> None:
        """Encode and queue a frame that may leave with the next one, if this socket was written to a moment ago.

        Of a busy socket, it saves every other write.
        """
        if self._loop.time() - self._wrote_at > COMPANY_S:
            self.send(frame)
        elif self._take(encode(frame)) and not self._due and self._timer is None:
            self._timer = self._loop.call_later(COMPANY_S, self.flush)

    def shut(self, code: int, reason: bytes) -> None:
        """Drop what waits and close the socket; returns at once. A second call changes nothing."""
        self.drop()
        self._socket.shut(code, reason)

    async def drained(self) -> None:
        """Return once everything queued so far has been handed to the network, or the socket is closed."""
        self.flush()
        if self._queue:
            self._empty = self._empty or asyncio.Event()
            await self._empty.wait()

    def flush(self) -> None:
        """Write what waits, if there is room for it; called again when there is."""
        self._due = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._queue and self._socket.write(self._queue):
            self._wrote_at = self._loop.time()
            self.drop()

    def drop(self) -> None:
        """Nothing waits any more."""
        self._queue.clear()
        self._waiting = 0
        if self._empty is not None:
            self._empty.set()
            self._empty = None

    def _take(self, frame: bytes) -> bool:
        """Queue a frame; False when the socket takes none, or none any more."""
        if not self._socket.open:
            return False
        self._queue.append(frame)
        self._waiting += len(frame)
        if self._waiting > self._limit:
            self.shut(CLOSE_TOO_SLOW, b"too slow")
            return False
        return True


class TokenBucket:
    """So many at once, so many a second."""

    __slots__ = ("_at", "_burst", "_clock", "_rate", "_tokens")

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._at = clock()

    def take(self, now: float | None = None) -> int:
        """Take one; return 0, or how many milliseconds to wait before the next try. ``now``: by the bucket's clock."""
        if now is None:
            now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0
        return int((1 - self._tokens) / self._rate * 1000) + 1
