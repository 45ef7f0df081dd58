"""``GET /api/desk``: the operator's desk, for whoever has a session; made once, answered from memory."""

import gzip
import hashlib
from collections.abc import Awaitable, Callable

from aiohttp import web

from services.dispatcher.domain.library import Library

MAY_BE_KEPT = "private, no-cache"
"""A browser may keep the answer for its own operator if it asks each time whether it still holds. Nothing in it is of a
chat; all other answers stay ``no-store``."""


class DeskDoor:
    """The handler. ``member``: raises when a request has no session."""

    def __init__(self, library: Library, member: Callable[[web.Request], Awaitable[object]]) -> None:
        self._member = member
        self._body = library.model_dump_json(by_alias=True, exclude_defaults=True).encode()
        self._packed = gzip.compress(self._body, 9, mtime=0)
        self._etag = hashlib.sha256(self._body).hexdigest()[:32]

    def routes(self) -> list[web.RouteDef]:
        """Return the route."""
        return [web.get("/api/desk", self.desk)]

    async def desk(self, request: web.Request) -> web.StreamResponse:
        """Answer with the whole desk; 304 to a browser that has it."""
        await self._member(request)
        headers = {"Cache-Control": MAY_BE_KEPT, "ETag": f'"{self._etag}"', "Vary": "Accept-Encoding, Cookie"}
        if any(known.value in (self._etag, "*") for known in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        body = self._body
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = self._packed, "gzip"
        return web.Response(body=body, content_type="application/json", headers=headers)
