"""A socket served without a service around it, and a client of bytes made by hand."""

import asyncio
import os
import struct
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

from shared.chat.frames import Error
from shared.chat.outbox import Outbox
from shared.chat.reading import Reader
from shared.chat.socket import SHUT_WITHIN_S, Socket
from shared.chat.upgrade import upgrade
from shared.settings import StoreSettings
from tests.component.chat.ends import serve
from tests.patience import PATIENCE_S
from tests.servers import eventually

MOST = 4_096
MORE, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


@dataclass
class Listener:
    """Whose socket it is: notes what it hears. ``wait`` is waited for, ``fail`` fails, ``wait and fail`` does both."""

    settings: StoreSettings
    texts: list[str] = field(default_factory=list)
    refused: list[Error] = field(default_factory=list)
    waits: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    left_after: int | None = None

    def __post_init__(self) -> None:
        self.socket = Socket(MOST)
        self.outbox = Outbox(self.socket, self.settings.outbox_bytes)
        self.reader = Reader(self, self.socket, self.outbox, self.settings)

    def receive(self, raw: str) -> Awaitable[object] | None:
        if raw.startswith("wait"):
            return self._later(raw)
        if raw == "fail":
            raise ValueError(raw)
        self.texts.append(raw)
        return None

    def refuse(self, error: Error) -> None:
        self.refused.append(error)

    async def leave(self) -> None:
        self.left_after = len(self.texts)

    async def _later(self, raw: str) -> None:
        self.waits.set()
        await self.gate.wait()
        if raw.endswith("fail"):
            raise ValueError(raw)
        self.texts.append(raw)


class Client:
    """Speaks to a listener byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, kind: int, payload: bytes = b"", *, whole: bool = True) -> None:
        """Send a masked frame."""
        self.writer.write(frame(kind, payload, whole=whole))

    async def hear(self) -> tuple[int, bytes]:
        """Return the next frame's kind and content."""
        async with asyncio.timeout(PATIENCE_S):
            first, size = await self.reader.readexactly(2)
            if size == 126:
                size = struct.unpack(">H", await self.reader.readexactly(2))[0]
            return first & 0xF, await self.reader.readexactly(size)

    async def ended(self) -> bool:
        """Return whether the connection ends, once it has said all."""
        async with asyncio.timeout(SHUT_WITHIN_S + 2):
            return await self.reader.read() == b""


@dataclass
class Place:
    """Where listeners are to be found, in order of coming."""

    port: int
    runner: web.AppRunner
    listeners: list[Listener]
    clients: list[Client] = field(default_factory=list)

    @property
    def held(self) -> int:
        """Connections of which the HTTP server still knows."""
        assert self.runner.server is not None
        return len(self.runner.server.connections)

    async def raw(self, said: bytes) -> Client:
        """Connect and say something."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(said)
        self.clients.append(Client(reader, writer))
        return self.clients[-1]

    async def come(self) -> tuple[Client, Listener]:
        """Open a socket."""
        client = await self.raw(HANDSHAKE)
        async with asyncio.timeout(PATIENCE_S):
            head = await client.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101 ")
        assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head  # RFC 6455, 1.3
        return client, self.listeners[-1]


def frame(kind: int, payload: bytes = b"", *, whole: bool = True) -> bytes:
    """Return a client's frame (RFC 6455, 5.2)."""
    mask, size = os.urandom(4), len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + struct.pack(">H", size)
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes([kind | (0x80 if whole else 0)]) + length + mask + masked


@asynccontextmanager
async def place(**changes: object) -> AsyncIterator[Place]:
    """Serve listeners."""
    settings = StoreSettings.model_validate(changes)
    listeners: list[Listener] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        listener = Listener(settings)
        response = upgrade(request, listener.socket)
        listeners.append(listener)
        return response

    runner, port = await serve(handle)
    found = Place(port, runner, listeners)
    try:
        yield found
    finally:
        for client in found.clients:
            client.writer.transport.abort()
        for listener in listeners:
            listener.gate.set()
            listener.outbox.shut(1001, b"")
            await listener.reader.left()
        await runner.cleanup()


async def heard(listener: Listener, *texts: str) -> None:
    """Wait until a listener has heard just these."""

    async def so_many() -> bool:
        return len(listener.texts) >= len(texts)

    await eventually(so_many, otherwise=lambda: str(listener.texts))
    assert listener.texts == list(texts)
