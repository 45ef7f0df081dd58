"""A WebSocket that can always be closed, also when its client reads nothing any more."""

import asyncio

from aiohttp import web

CLOSE_TOO_SLOW = 4008
"""Close code: the client did not read; it may come back and resume."""
CLOSE_SUPERSEDED = 4001
"""Close code: the same end was taken over by a newer connection."""

SHUT_WITHIN_S = 3.0
"""How long a client may take to answer a close frame."""


class Socket(web.WebSocketResponse):
    """aiohttp's own, and a close that cannot hang.

    ``close`` waits for room in a buffer that a client who does not read never empties, and closing its transport waits
    for the same; only aborting the transport ends that.
    """

    async def shut(self, code: int, reason: bytes) -> None:
        """Close with ``code``; abort the connection when that takes too long."""
        request = self._req
        transport = request.transport if request is not None else None
        try:
            async with asyncio.timeout(SHUT_WITHIN_S):
                await self.close(code=code, message=reason, drain=False)
        except TimeoutError:
            if transport is not None:
                transport.abort()
