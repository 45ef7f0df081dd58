"""A visitor's WebSocket with no manners: it sends any text or bytes, and reads one frame at a time."""

import json
import socket
from typing import Any, Self

import aiohttp

from shared.chat.frames import Admitted, Error, Opened, Pong, ServerFrame, State, decode_server
from tests.patience import PATIENCE_S


class Raw:
    """``async with Raw(site) as raw``."""

    def __init__(self, site: str) -> None:
        self.site = site.rstrip("/")
        self.http = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        headers = {"Origin": self.site}
        self.socket = await self.http.ws_connect(self.site.replace("http", "ws", 1) + "/ws", headers=headers)
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.socket.close()
        await self.http.close()

    async def send(self, **frame: Any) -> None:
        """Send a frame by its fields."""
        await self.socket.send_str(json.dumps(frame))

    async def hear(self) -> ServerFrame:
        """Return the next frame that says neither where the conversation stands nor who may read it."""
        while True:
            message = await self.socket.receive(timeout=PATIENCE_S)
            assert message.type is aiohttp.WSMsgType.TEXT, f"instead of a frame: {message}"
            frame = decode_server(message.data)
            if not isinstance(frame, State | Admitted):
                return frame

    async def refused(self) -> Error:
        """Return the next frame, which is a refusal."""
        frame = await self.hear()
        assert isinstance(frame, Error), frame
        return frame

    async def lives(self) -> None:
        """Check that this very connection still answers."""
        await self.send(t="ping")
        while not isinstance(await self.hear(), Pong):
            pass

    async def open(self) -> Opened:
        """Open a conversation without a postal code."""
        await self.send(t="open", category="domestic", audience="victim")
        frame = await self.hear()
        assert isinstance(frame, Opened), frame
        return frame


def deaf(host: str, port: int) -> socket.socket:
    """Open a visitor's WebSocket by hand; nobody ever reads from it. Blocking."""
    connection = socket.create_connection((host, port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    lines = (
        "GET /ws HTTP/1.1",
        f"Host: {host}:{port}",
        f"Origin: http://{host}:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    connection.sendall("\r\n".join((*lines, "", "")).encode())
    return connection


def masked(text: str) -> bytes:
    """Return a client's text frame of at most 125 bytes, masked with zeros."""
    payload = text.encode()
    return bytes([0x81, 0x80 | len(payload)]) + b"\0\0\0\0" + payload
