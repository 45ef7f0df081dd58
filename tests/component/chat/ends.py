"""Two instances of the chat path without the services around them."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

from aiohttp import web

from shared.chat.batch import Batcher
from shared.chat.frames import Ack, Error, Message, Role, Say, ServerFrame, decode_server
from shared.chat.hub import Hub, new_instance
from shared.chat.lane import Lane
from shared.chat.outbox import Outbox, TokenBucket
from shared.chat.socket import Socket
from shared.chat.store import ConversationStore, connect, who
from shared.chat.wire import NatsWire
from shared.settings import Settings
from tests.transcript import Transcript

SILENCE_S = 600
MOST = 5_000
PROOF = "digest-of-the-token"
OPERATOR = "operator-7"

FIELDS: dict[str, str | int] = {
    "category": "domestic",
    "audience": "victim",
    "language": "fr",
    "opened_at": 1,
    who(Role.VISITOR): PROOF,
    who(Role.OPERATOR): OPERATOR,
}


async def begin(store: ConversationStore, **changes: str | int) -> str:
    """Create a conversation that has an operator; return its id."""
    cid = str(uuid4())
    await store.create(cid, {**FIELDS, **changes})
    return cid


class Ear(Outbox):
    """Takes what a client would be sent; with ``room``, as slowly as the test allows."""

    __slots__ = ("frames", "room", "transcript")

    def __init__(self, conversation: str, role: Role) -> None:
        super().__init__(Socket(1 << 30), 1 << 30)
        self.frames: list[ServerFrame] = []
        self.room: asyncio.Event | None = None
        self.transcript = Transcript(conversation, role)

    @property
    def waiting(self) -> int:
        return 1 << 20 if self.room is not None and not self.room.is_set() else 0

    def put(self, frame: bytes) -> None:
        read = decode_server(frame)
        self.frames.append(read)
        if isinstance(read, Message):
            self.transcript.arrived(read)
        elif isinstance(read, Ack):
            self.transcript.acknowledged(read)

    async def drained(self) -> None:
        await (self.room.wait() if self.room is not None else asyncio.sleep(0))

    def errors(self) -> list[Error]:
        """Return every refusal."""
        return [frame for frame in self.frames if isinstance(frame, Error)]


@dataclass
class Person:
    """One end: its lane, and what reached it."""

    lane: Lane
    ear: Ear

    async def say(self, body: str, cid: str | None = None) -> str:
        """Say something; returns before it is stored."""
        say = Say(conversation=self.lane.conversation, cid=cid or uuid4().hex, body=body)
        self.ear.transcript.say(say)
        await self._give(say)
        return say.cid

    async def say_again(self, cid: str) -> None:
        """Send a message that had no answer once more."""
        await self._give(self.ear.transcript.pending[cid])

    async def _give(self, say: Say) -> None:
        if backlog := self.lane.say(say):
            await backlog


class Instance:
    """What a gateway or a dispatcher holds of the chat path."""

    def __init__(self, user: dict[str, str], valkey_url: str, kind: str) -> None:
        self._user = user
        self._valkey_url = valkey_url
        self.name = new_instance(kind)
        self.changed: list[str] = []
        self.erased: list[str] = []
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        client = connect(self._valkey_url)
        self._stack.push_async_callback(client.aclose)
        settings: Any = Settings.model_validate(self._user)
        self.wire = await NatsWire.connect(settings, self.name)
        self._stack.push_async_callback(self.wire.close)
        self.store = ConversationStore(client, SILENCE_S)
        self.batcher = Batcher(client, SILENCE_S, MOST)
        self._stack.push_async_callback(self.batcher.close)
        self.hub = Hub(self.name, self.store, self.batcher, self.wire, self.changed.append, self._forget)
        await self.hub.start()
        await self.wire.ping()
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._stack.aclose()

    def person(self, conversation: str, role: Role, proof: str, seq: int = 0) -> Person:
        """Return an end that is not attached yet."""
        ear = Ear(conversation, role)
        return Person(Lane(self.hub, conversation, role, proof, ear, TokenBucket(1e6, 1_000_000), seq), ear)

    async def attached(self, conversation: str, role: Role, proof: str, seq: int = 0) -> Person:
        """Return an end that holds its side of the conversation."""
        person = self.person(conversation, role, proof, seq)
        outcome = await person.lane.attach()
        assert outcome.status == "ok"
        person.lane.catch_up()
        return person

    def _forget(self, conversation: str, _frame: bytes) -> None:
        self.erased.append(conversation)
        self.hub.drop(conversation)


@dataclass
class Place:
    """A visitor's instance and an operator's."""

    gateway: Instance
    dispatcher: Instance
    conversations: list[str] = field(default_factory=list)

    async def pair(self) -> tuple[Person, Person]:
        """Begin a conversation; return its visitor and its operator."""
        conversation = await begin(self.gateway.store)
        visitor = await self.gateway.attached(conversation, Role.VISITOR, PROOF)
        operator = await self.dispatcher.attached(conversation, Role.OPERATOR, OPERATOR)
        return visitor, operator


async def serve(handler: Any) -> tuple[web.AppRunner, int]:
    """Serve one WebSocket handler on a free port; return the runner and the port."""
    app = web.Application()
    app.add_routes([web.get("/ws", handler)])
    runner = web.AppRunner(app, access_log=None, handle_signals=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, runner.addresses[0][1]
