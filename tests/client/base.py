"""What both ends share: the connection, what waits to be said, what came."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Self
from uuid import uuid4

import aiohttp

from shared.chat.frames import (
    Ack,
    Danger,
    Error,
    ErrorCode,
    Message,
    OperatorFrame,
    Ping,
    Role,
    Say,
    ServerFrame,
    Typing,
    VisitorFrame,
    decode_server,
    encode,
)
from tests.patience import PATIENCE_S
from tests.sealing.body import Opened, State
from tests.sealing.plain import TYPING_CID, Plain, PlainKind
from tests.transcript import Transcript

Sendable = VisitorFrame | OperatorFrame

ACK_S = 8.0
"""Without an answer for so long, a message is sent again."""
UNAVAILABLE_S = 0.5
"""Pause before a refused message is sent again, when the refusal names none."""
_PASSING = {ErrorCode.TOO_FAST, ErrorCode.UNAVAILABLE}
_CLOSED = Opened(State.SEALED)
_LOST = (aiohttp.ClientError, OSError, TimeoutError, RuntimeError)


def client_id() -> str:
    """Return a new client message id."""
    return uuid4().hex


class Client(ABC):
    """What both ends share; ``async with`` connects it and disconnects it at the end."""

    role = Role.VISITOR

    def __init__(self, site: str, *, window: int = 1, ping_s: float = 10.0) -> None:
        """``site``: ``http://host:port``, without a slash at its end."""
        self.site = site.rstrip("/")
        self.transcripts: dict[str, Transcript] = {}
        self.frames: list[ServerFrame] = []
        """Every frame that came, in order, but for messages and acks (``transcripts`` has those)."""
        self.ready = False
        self.connections = 0
        self.headers = {"Origin": self.site}
        self.http = aiohttp.ClientSession()
        self._window = window
        self._ping_s = ping_s
        self._unsealed: dict[str, list[Plain]] = {}
        self._read: dict[tuple[str, int], Opened] = {}
        self._flying: dict[str, dict[str, float]] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._outgoing: asyncio.Queue[Sendable] = asyncio.Queue()
        self._news: asyncio.Future[None] | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._closing: asyncio.Task[None] | None = None

    # ---- for tests

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._stay_connected()), asyncio.create_task(self._tick())]
        return self

    async def __aexit__(self, *_raised: object) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Vanish: no end, no erase, as a browser that is closed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self.http.close()

    async def until(self, condition: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
        """Wait until ``condition`` holds; it is looked at after every frame."""
        deadline = time.monotonic() + within_s
        while not condition():
            left = deadline - time.monotonic()
            assert left > 0, f"{self.role} waited {within_s} s in vain; last frames: {self._seen()}"
            if self._news is None:
                self._news = asyncio.get_running_loop().create_future()
            await asyncio.wait([self._news], timeout=min(left, 0.5))

    def say(self, text: str, conversation: str, kind: PlainKind = PlainKind.TEXT) -> str:
        """Say something, now or as soon as there is a key and a connection; return its client id."""
        plain = Plain(conversation, client_id(), self.role, kind, text)
        self._unsealed.setdefault(conversation, []).append(plain)
        self.seal_what_waits(conversation)
        return plain.cid

    def say_body(self, body: str, conversation: str, cid: str | None = None) -> str:
        """Say a body as it is; return its client id."""
        say = Say(conversation=conversation, cid=cid or client_id(), body=body)
        self.transcript(conversation).say(say)
        self._pump(conversation)
        return say.cid

    def typing(self, conversation: str) -> None:
        """Show the others that somebody writes, if there is a key."""
        body = self.seal(Plain(conversation, TYPING_CID, self.role, PlainKind.TYPING, ""))
        if body is not None:
            self.send(Typing(conversation=conversation, body=body))

    def texts(self, conversation: str, by: Role | None = None) -> list[str]:
        """Return what this end can read of a conversation, in order, by one role or by all."""
        opened = (self.reading(message) for message in self.transcript(conversation).ordered(by))
        return [one.data for one in opened if one.state is State.PLAIN and one.data is not None]

    def reading(self, message: Message) -> Opened:
        """Return what this end makes of a stored message."""
        place = (message.conversation, message.seq)
        if self._read.get(place, _CLOSED).state is State.SEALED:
            self._read[place] = self.open(message)
        return self._read[place]

    def send(self, frame: Sendable) -> None:
        """Send a frame that is worthless later; dropped while there is no connection."""
        if self._socket is not None and not self._socket.closed:
            self._outgoing.put_nowait(frame)

    def danger(self, conversation: str, *, on: bool = True) -> None:
        """Say that somebody is in danger now, or no longer."""
        self.send(Danger(conversation=conversation, on=on))

    def transcript(self, conversation: str) -> Transcript:
        """Return what this end holds of a conversation."""
        return self.transcripts.setdefault(conversation, Transcript(conversation, self.role))

    def errors(self) -> list[Error]:
        """Return every refusal that came."""
        return [frame for frame in self.frames if isinstance(frame, Error)]

    async def cut(self) -> None:
        """Lose the connection; a new one is made at once."""
        if self._socket is not None:
            await self._socket.close()

    def seqs(self) -> dict[str, int]:
        """Return the last number of every conversation's unbroken run."""
        return {cid: transcript.last for cid, transcript in self.transcripts.items()}

    # ---- for the two kinds

    def seal(self, plain: Plain) -> str | None:
        """Return a body for what is said; None while there is no key."""
        return plain.data or plain.kind

    def open(self, message: Message) -> Opened:
        """Read a body with the keys of this moment."""
        return Opened(State.PLAIN, PlainKind.TEXT, message.body)

    def forget_keys(self, conversation: str) -> None:
        """Forget that key messages were read: they count again when they come again."""
        for place in [at for at, one in self._read.items() if at[0] == conversation and one.state is State.KEYS]:
            del self._read[place]

    def seal_what_waits(self, conversation: str) -> None:
        """Seal what was said before there was a key, in order of saying."""
        waiting = self._unsealed.get(conversation, [])
        while waiting and (body := self.seal(waiting[0])) is not None:
            self.say_body(body, conversation, waiting.pop(0).cid)

    @abstractmethod
    def first(self) -> Sendable:
        """Return the first frame of a new connection."""

    @abstractmethod
    def heard(self, frame: ServerFrame) -> None:
        """Act on a frame that only this kind of client understands."""

    def become_ready(self) -> None:
        """The server knows who this is: send what waits."""
        self.ready = True
        self._flying.clear()
        for conversation in self.transcripts:
            self._pump(conversation)

    # ---- inside

    async def _stay_connected(self) -> None:
        pause = 0.05
        while True:
            try:
                address = self.site.replace("http", "ws", 1) + "/ws"
                async with self.http.ws_connect(address, headers=self.headers, max_msg_size=0) as socket:
                    self.connections += 1
                    await self._converse(socket)
                    pause = 0.05
            except _LOST:
                pause = min(pause * 2, 0.5)
            self._socket = None
            self.ready = False
            self._tell()
            await asyncio.sleep(pause)

    async def _converse(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._outgoing = asyncio.Queue()
        await socket.send_str(encode(self.first()).decode())
        writer = asyncio.create_task(self._write(socket, self._outgoing))
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._receive(decode_server(message.data))
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    async def _write(self, socket: aiohttp.ClientWebSocketResponse, outgoing: "asyncio.Queue[Sendable]") -> None:
        while True:
            await socket.send_str(encode(await outgoing.get()).decode())

    async def _tick(self) -> None:
        pinged = time.monotonic()
        while True:
            await asyncio.sleep(min(self._ping_s, 0.5))
            now = time.monotonic()
            if self.ready and now - pinged >= self._ping_s:
                pinged = now
                self.send(Ping(seqs=self.seqs()))
            for conversation, flying in self._flying.items():
                for cid in [cid for cid, sent in flying.items() if now - sent > ACK_S]:
                    del flying[cid]
                self._pump(conversation)

    def _pump(self, conversation: str) -> None:
        """Send the next messages that wait, in order of saying, as far as the window allows."""
        if not self.ready:
            return
        flying = self._flying.setdefault(conversation, {})
        for say in list(self.transcript(conversation).pending.values())[: self._window]:
            if say.cid not in flying:
                flying[say.cid] = time.monotonic()
                self.send(say)

    def _settle(self, conversation: str, cid: str) -> None:
        self._flying.get(conversation, {}).pop(cid, None)
        self._pump(conversation)

    def _receive(self, frame: ServerFrame) -> None:
        match frame:
            case Ack():
                self.transcript(frame.conversation).acknowledged(frame)
                self._settle(frame.conversation, frame.cid)
            case Message():
                self._take(frame)
            case Error(cid=str(cid), conversation=str(conversation)):
                self.frames.append(frame)
                self._refused(conversation, cid, frame)
            case Error(code=ErrorCode.UNAVAILABLE) if not self.ready:
                self.frames.append(frame)
                self._hang_up_soon()
            case _:
                self.frames.append(frame)
                self.heard(frame)
        self._tell()

    def _take(self, message: Message) -> None:
        transcript = self.transcript(message.conversation)
        had_gap = transcript.gap
        transcript.arrived(message)
        self._settle(message.conversation, message.cid)
        if self.reading(message).state is State.KEYS:
            self.seal_what_waits(message.conversation)
        if transcript.gap and not had_gap:
            self.send(Ping(seqs=self.seqs()))

    def _refused(self, conversation: str, cid: str, error: Error) -> None:
        if error.code in _PASSING:
            wait = (error.retry_after_ms or int(UNAVAILABLE_S * 1000)) / 1000
            asyncio.get_running_loop().call_later(wait, self._settle, conversation, cid)
        else:
            self.transcript(conversation).pending.pop(cid, None)
            self._settle(conversation, cid)

    def _hang_up_soon(self) -> None:
        """The first frame was refused for a while: say it again on a new connection."""
        self._closing = asyncio.create_task(self.cut())

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
        self._news = None

    def _seen(self) -> str:
        return ", ".join(type(frame).__name__ for frame in self.frames[-8:])
