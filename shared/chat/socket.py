"""A WebSocket that can always be closed, also when its client reads nothing any more."""

import asyncio

from aiohttp import web

CLOSE_TOO_SLOW = 4008
"""Close code: the client did not read; it may come back and resume."""
CLOSE_SUPERSEDED = 4001
"""Close code: the same end was taken over by a newer connection."""

SHUT_WITHIN_S = 3.0
"""How long a client may take to read what was sent before, and to answer the close frame."""


class Socket(web.WebSocketResponse):
    """aiohttp's own, and a close that cannot hang.

    ``close`` waits for room in a buffer that a client who does not read never empties, and closing its transport waits
    for the same; only aborting the transport ends that.
    """

    async def shut(self, code: int, reason: bytes) -> None:
        """Close with ``code``; the connection is aborted a little later, which changes nothing once it is closed."""
        request = self._req
        if request is not None and request.transport is not None:
            asyncio.get_running_loop().call_later(SHUT_WITHIN_S, request.transport.abort)
        await self.close(code=code, message=reason, drain=False)
