"""WebSocket clients of the load generator, one class a protocol.

Peers carry a text as it is; Havre's clients send what its pages make of the same text, at its sealed length.

Every test body is ``#`` + way (6 digits) + number (9 digits) + padding: whoever receives it knows which way it came
without parsing JSON, and no protocol's own frames hold a ``#``.
"""

import asyncio
import random
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

BODY_BYTES = 120
MARK = b"#"
PADDING = b"." * (BODY_BYTES - 16)
SEALED_BYTES = 436
"""What a text of ``BODY_BYTES`` is on Havre's wire: sealed by the pages, padded to 256 bytes, in base64url."""
SEALED_PADDING = b"." * (SEALED_BYTES - 16)
TEXT = WSMsgType.TEXT

Delivered = Callable[[int, int], None]
"""Called with the way and the number of a body that has arrived."""


class Client(WSListener):
    """A raw WebSocket whose text frames are test bodies, as the reference and Channels have it."""

    echoes = 0
    """Own messages that came back: a server of Havre may send one from the log before it acknowledges it."""
    own_ways = -1
    """0 or 1: whether the ways with even or with odd numbers begin at this client; -1: an echo cannot be."""

    def __init__(self, delivered: Delivered) -> None:
        self._delivered = delivered
        self.transport: WSTransport | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def connect(self, url: str, headers: dict[str, str] | None = None, timeout_s: float = 15.0) -> None:
        """Connect and be ready to send. Raises ``OSError`` or ``TimeoutError`` or picows's ``WSError``."""
        async with asyncio.timeout(timeout_s):
            await ws_connect(
                lambda: self,
                url,
                extra_headers=headers or {},
                websocket_handshake_timeout=timeout_s,
                read_buffer_init_size=2048,
                use_aiofastnet=False,
            )
            await self.begin()

    async def begin(self) -> None:
        """Do what the protocol asks for before the first message."""

    def template(self, way: int) -> bytes:
        """Return the frame of a message of ``way``, with one ``%09d`` for its number."""
        return b"#%06d%%09d%b" % (way, PADDING)

    def control(self, payload: bytes) -> None:
        """Take a frame that carries no test body."""

    def send(self, payload: bytes) -> None:
        """Write one text frame."""
        if self.transport is not None:
            self.transport.send(TEXT, payload)

    def close(self) -> None:
        """Drop the connection."""
        if self.transport is not None:
            self.transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Picows: the handshake is done."""
        self.transport = transport

    def on_ws_disconnected(self, _transport: WSTransport) -> None:
        """Picows: the connection is gone."""
        self.transport = None
        if not self.lost.done():
            self.lost.set_result(None)

    def on_ws_frame(self, _transport: WSTransport, frame: WSFrame) -> None:
        """Picows: a frame has arrived."""
        if frame.msg_type != TEXT:
            return
        payload = frame.get_payload_as_bytes()
        at = payload.find(MARK)
        if at < 0:
            self.control(payload)
        else:
            way = int(payload[at + 1 : at + 7])
            if way & 1 == self.own_ways:
                self.echoes += 1
            else:
                self._delivered(way, int(payload[at + 7 : at + 16]))


def sealed_say(conversation: str, way: int) -> bytes:
    """Return Havre's frame of a message of ``way``, with ``%09d`` for its number in client id and body."""
    template = b'{"t":"say","conversation":"%b","cid":"cid%06d%%09d","body":"#%06d%%09d%b"}'
    return template % (conversation.encode(), way, way, SEALED_PADDING)


class PingingClient(Client):
    """A client of Havre: it gives signs of life as the pages do, and says that it lacks nothing."""

    ping_s = 10.0
    EVERYTHING = 2**53 - 1

    def conversations(self) -> Iterable[str]:
        """Return what it takes part in."""
        return ()

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Picows: the handshake is done."""
        super().on_ws_connected(transport)
        loop = asyncio.get_running_loop()
        loop.call_later(random.uniform(0.5, 1) * self.ping_s, self._ping, loop)

    def _ping(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.transport is not None:
            self.send(msgspec.json.encode({"t": "ping", "seqs": dict.fromkeys(self.conversations(), self.EVERYTHING)}))
            loop.call_later(self.ping_s, self._ping, loop)


class SocketIoClient(Client):
    """Engine.IO 4 over WebSocket, default namespace."""

    def __init__(self, delivered: Delivered) -> None:
        super().__init__(delivered)
        self._ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def begin(self) -> None:
        await self._ready

    def template(self, way: int) -> bytes:
        return b'42["message","#%06d%%09d%b"]' % (way, PADDING)

    def control(self, payload: bytes) -> None:
        if payload == b"2":
            self.send(b"3")
        elif payload[:1] == b"0":
            self.send(b"40")
        elif payload[:2] == b"40" and not self._ready.done():
            self._ready.set_result(None)


class VisitorClient(PingingClient):
    """A visitor of Havre: opens a conversation, or resumes one that it had."""

    own_ways = 0
    OPEN = b'{"t":"open","category":"domestic","audience":"victim","postal_code":"%b"}'

    def __init__(self, delivered: Delivered, postal_code: str = "75011") -> None:
        super().__init__(delivered)
        loop = asyncio.get_running_loop()
        self._postal_code = postal_code
        self.conversation = ""
        self.token = ""
        self.opened: asyncio.Future[None] = loop.create_future()
        self.active: asyncio.Future[None] = loop.create_future()
        self.resumed: asyncio.Future[int] = loop.create_future()
        self.acks = 0
        self.errors: list[str] = []
        self.on_ack: Callable[[str], None] | None = None

    def conversations(self) -> Iterable[str]:
        return (self.conversation,) if self.conversation else ()

    async def open(self) -> None:
        """Ask for a specialist; returns once the conversation exists."""
        self.send(self.OPEN % self._postal_code.encode())
        await self.opened

    def template(self, way: int) -> bytes:
        return sealed_say(self.conversation, way)

    def control(self, payload: bytes) -> None:
        if payload[:10] == b'{"t":"ack"':
            self.acks += 1
            if self.on_ack is not None:
                self.on_ack(msgspec.json.decode(payload)["cid"])
            return
        frame: dict[str, Any] = msgspec.json.decode(payload)
        kind = frame["t"]
        if kind == "opened":
            self.conversation, self.token = frame["conversation"], frame["token"]
            self.opened.set_result(None)
        elif kind == "ask_commune":
            self.send(b'{"t":"commune"}')
        elif kind == "state" and frame["stage"] == "active" and not self.active.done():
            self.active.set_result(None)
        elif kind == "resumed":
            self.resumed.set_result(frame["seq"])
        elif kind == "error":
            self.errors.append(f"{frame['code']}: {frame['detail']}")


class ConsoleClient(PingingClient):
    """An operator's console of Havre, logged in (the cookie is among the headers); ``credential``: of its shift key."""

    own_ways = 1
    ping_s = 5.0

    def __init__(self, delivered: Delivered, credential: str) -> None:
        super().__init__(delivered)
        self._credential = credential
        self._welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.held: set[str] = set()
        self.on_held: Callable[[ConsoleClient, str], None] | None = None
        self.acks = 0
        self.errors: list[str] = []

    async def begin(self) -> None:
        self.send(msgspec.json.encode({"t": "sync", "seqs": {}, "credential": self._credential}))
        await self._welcome
        self.send(b'{"t":"status","status":"available"}')

    def conversations(self) -> Iterable[str]:
        return self.held

    def template_for(self, conversation: str, way: int) -> bytes:
        """Return the frame of a message of ``way`` into one of its conversations."""
        return sealed_say(conversation, way)

    def control(self, payload: bytes) -> None:
        if payload[:10] == b'{"t":"ack"':
            self.acks += 1
            return
        frame: dict[str, Any] = msgspec.json.decode(payload)
        kind = frame["t"]
        if kind == "welcome" and not self._welcome.done():
            self._welcome.set_result(None)
        elif kind == "held":
            known = frame["conversation"] in self.held
            self.held.add(frame["conversation"])
            if not known and self.on_held is not None:
                self.on_held(self, frame["conversation"])
        elif kind in {"erased", "released"}:
            self.held.discard(frame["conversation"])
        elif kind == "error":
            self.errors.append(f"{frame['code']}: {frame['detail']}")
