"""A WebSocket that can always be closed, also when its client reads nothing any more."""

import asyncio
from collections.abc import Sequence
from struct import Struct

from aiohttp import web

CLOSE_TOO_SLOW = 4008
"""Close code: the client did not read; it may come back and resume."""
CLOSE_SUPERSEDED = 4001
"""Close code: the same end was taken over by a newer connection."""

SHUT_WITHIN_S = 3.0
"""How long a client may take to read what was sent before, and to answer the close frame."""
FULL_BYTES = 32_768
"""Bytes in the network's own buffer above which a frame waits its turn."""

_LONG, _LONGER = Struct(">BBH").pack, Struct(">BBQ").pack


class Socket(web.WebSocketResponse):
    """aiohttp's own, and a close that cannot hang.

    ``close`` waits for room in a buffer that a client who does not read never empties, and closing its transport waits
    for the same; only aborting the transport ends that.
    """

    def write_now(self, frames: Sequence[bytes]) -> bool:
        """Hand text frames to the network in one write; False when that cannot be done now and nothing was written.

        ``send_str`` does the same for one frame and may wait for room, which costs a coroutine and, here, a task. A
        server's frames carry no mask and, without compression, no state: writing some beside aiohttp's own is safe.
        """
        request = self._req
        if request is None or self._closed or self._closing or (transport := request.transport) is None:
            return False
        if transport.is_closing() or transport.get_write_buffer_size() > FULL_BYTES:
            return False
        transport.write(b"".join([part for frame in frames for part in (_header(len(frame)), frame)]))
        return True

    async def shut(self, code: int, reason: bytes) -> None:
        """Close with ``code``; the connection is aborted a little later, which changes nothing once it is closed."""
        request = self._req
        if request is not None and request.transport is not None:
            asyncio.get_running_loop().call_later(SHUT_WITHIN_S, request.transport.abort)
        await self.close(code=code, message=reason, drain=False)


def _header(size: int) -> bytes:
    """Return what goes before an unmasked text frame of ``size`` bytes (RFC 6455, 5.2)."""
    if size < 126:
        return b"\x81%c" % size
    if size < 65_536:
        return _LONG(0x81, 126, size)
    return _LONGER(0x81, 127, size)
