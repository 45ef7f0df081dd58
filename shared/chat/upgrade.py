"""From a request for a WebSocket to the socket: the HTTP server checks the handshake and lets go of the connection."""

import base64
import hashlib

from aiohttp import hdrs, web
from aiohttp.http import WS_KEY

from shared.chat.socket import Socket

_ACCEPTED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n"
)


def upgrade(request: web.Request, socket: Socket) -> web.StreamResponse:
    """Answer a handshake and hand its connection over to ``socket``; return what the handler has to return.

    The HTTP server hears that the connection is lost, and so forgets the request and all that it holds for it.
    Raises ``HTTPBadRequest`` for what is no handshake, ``ConnectionResetError`` when the client is gone already.
    """
    if not web.WebSocketResponse(compress=False).can_prepare(request).ok:
        raise web.HTTPBadRequest
    protocol, transport = request.protocol, request.transport
    if transport is None:
        raise ConnectionResetError
    transport.set_protocol(socket)
    protocol.transport = None  # or it would close it
    protocol.connection_lost(None)
    socket.connection_made(transport)
    key = request.headers[hdrs.SEC_WEBSOCKET_KEY].encode()
    # SHA-1 as the protocol asks for it (RFC 6455, 4.2.2): it proves that this is a WebSocket, and protects nothing.
    transport.write(_ACCEPTED % base64.b64encode(hashlib.sha1(key + WS_KEY, usedforsecurity=False).digest()))
    return _Taken()


class _Taken(web.StreamResponse):
    """Nothing is left to answer."""

    async def prepare(self, request: web.BaseRequest) -> None:  # noqa: ARG002 - the library's signature
        return None

    async def write_eof(self, data: bytes = b"") -> None:  # noqa: ARG002
        return None
