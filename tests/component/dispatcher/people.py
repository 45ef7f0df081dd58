"""Visitors and operators for the dispatcher's tests: what they do, and waiting for what they see."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

import aiohttp
from nats.aio.client import Client
from redis.asyncio import Redis

from services.dispatcher.doors import COOKIE
from services.dispatcher.staff.accounts import Account, Accounts, StaffRole
from services.dispatcher.staff.passwords import Passwords
from shared import keys, streams, subjects
from shared.chat.frames import Frame, Stage, Sync, decode_server, encode
from shared.clock import now_ms
from shared.contracts.conversation import Audience, Category, EndedBy, Force
from shared.contracts.envelope import Event, derived_id
from shared.contracts.gateway import ConversationErasedByGateway
from shared.contracts.router import ConversationRouted, RoutingBasis
from tests.component.dispatcher.office import account_of, certified, shift_of
from tests.patience import PATIENCE_S
from tests.sealing.staff import Account as Signer
from tests.sealing.staff import ShiftKey
from tests.servers import NatsServer

PASSWORD = "long enough a password"
F = TypeVar("F", bound=Frame)


class Clock:
    """Milliseconds since 1970 that pass only when a test says so."""

    def __init__(self) -> None:
        self.ms = 1_800_000_000_000

    def __call__(self) -> int:
        return self.ms

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.ms += int(seconds * 1000)


@dataclass
class Place:
    """Where visitors come in and staff are made."""

    nats: Client
    routing: Client
    gateway: Client
    valkey: Redis
    passwords: Passwords

    async def hire(self, login: str, force: Force = Force.POLICE, **changes: object) -> Account:
        """Make an account."""
        fields = {
            "login": login,
            "force": force,
            "categories": tuple(Category),
            "limit": 3,
            "password_hash": self.passwords.hash(PASSWORD),
            **certified(force, PASSWORD),
            **changes,
        }
        account = Account.model_validate(fields)
        await Accounts(self.nats).add(account)
        return account

    async def hire_psychologist(
        self, login: str, force: Force = Force.POLICE, *, limit: int = 3, both_forces: bool = False
    ) -> Account:
        """Make the account of a psychologist."""
        roles = (StaffRole.PSYCHOLOGIST,)
        keys = certified(force, PASSWORD, roles, both_forces=both_forces)
        return await self.hire(login, force, limit=limit, roles=roles, both_forces=both_forces, **keys)

    async def visit(
        self, category: Category = Category.DOMESTIC, force: Force = Force.POLICE, language: str = "fr"
    ) -> str:
        """Have a visitor come in, as gateway and router leave it; return the conversation."""
        conversation = await self.visit_unrouted(category, language)
        await self.route(conversation, category, force, language)
        return conversation

    async def visit_unrouted(
        self, category: Category = Category.DOMESTIC, language: str = "fr", *, minor: bool = False
    ) -> str:
        """Have a visitor come in, as the gateway leaves it before the router has said whose it is."""
        conversation = str(uuid4())
        await self.valkey.hset(
            keys.conversation(conversation),
            mapping={
                "stage": Stage.ROUTING,
                "category": category,
                "audience": Audience.VICTIM,
                "language": language,
                "opened_at": now_ms(),
                "who:visitor": "digest",
            },
        )
        if minor:
            await self.valkey.hset(keys.conversation(conversation), "minor", "1")
        return conversation

    async def route(
        self,
        conversation: str,
        category: Category = Category.DOMESTIC,
        force: Force = Force.POLICE,
        language: str = "fr",
    ) -> None:
        """State that the router knows whose it is, under an id of its own: as if it had never been stated."""
        fact = ConversationRouted(
            conversation_id=UUID(conversation),
            category=category,
            audience=Audience.VICTIM,
            language=language,
            force=force,
            department="95",
            commune=None,
            commune_name=None,
            unit=None,
            queue=f"{force}.{category}",
            basis=RoutingBasis.SAME_FORCE,
        )
        await self.state(self.routing, fact)

    async def red_button(self, conversation: str) -> None:
        """Have the visitor leave for good, as the gateway leaves it: no announcement, the event alone."""
        await self.valkey.delete(*keys.all_of(conversation))
        cause = UUID(conversation)
        fact = ConversationErasedByGateway(
            id=derived_id(cause, "erased"), conversation_id=cause, ended_by=EndedBy.RED_BUTTON, messages=0
        )
        await self.state(self.gateway, fact)

    async def state(self, who: Client, fact: Event) -> None:
        """Publish an event as a service does."""
        subject = subjects.event(type(fact), fact.entity_id)
        headers = {"Nats-Msg-Id": str(fact.id), "content-type": "application/json"}
        await who.jetstream().publish(subject, fact.model_dump_json().encode(), headers=headers)


@dataclass
class Desk:
    """One operator's browser: a session, and a console once it is opened."""

    port: int
    login: str
    http: aiohttp.ClientSession
    cookie: str = ""
    socket: aiohttp.ClientWebSocketResponse | None = None
    heard: list[Frame] = field(default_factory=list)
    account: Signer | None = None
    shift: ShiftKey | None = None
    _reader: asyncio.Task[None] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def base(self) -> str:
        """Address of the instance that this browser talks to."""
        return f"http://127.0.0.1:{self.port}"

    def headers(self) -> dict[str, str]:
        """Return what the page sends along."""
        cookie = {"Cookie": f"{COOKIE}={self.cookie}"} if self.cookie else {}
        return {"X-Havre": "1", "Origin": self.base, **cookie}

    async def log_in(self, password: str = PASSWORD, code: str | None = None) -> aiohttp.ClientResponse:
        """Log in; keep the cookie."""
        body = {"login": self.login, "password": password, **({"code": code} if code else {})}
        answer = await self.http.post(f"{self.base}/api/login", json=body, headers=self.headers())
        if answer.status == 200:
            self.cookie = answer.cookies[COOKIE].value
            who = await answer.json()
            self.account = account_of(who, password) if who["certificate"] else None
            self.shift = shift_of(self.account) if self.account else None
        return answer

    async def open(self, seqs: dict[str, int] | None = None, credential: str | None = None) -> "Desk":
        """Open the console's socket and sync, with the credential of this browser's own shift key or another one."""
        self.heard.clear()
        self.socket = await self.http.ws_connect(f"{self.base}/ws", headers=self.headers())
        self._reader = asyncio.create_task(self._read(self.socket))
        own = self.shift.credential if self.shift else ""
        await self.say_hello(own if credential is None else credential, seqs)
        return self

    async def say_hello(self, credential: str, seqs: dict[str, int] | None = None) -> None:
        """Say the first frame."""
        await self.send(Sync(seqs=seqs or {}, credential=credential))

    async def send(self, frame: Frame) -> None:
        """Send a frame."""
        assert self.socket is not None
        await self.socket.send_str(encode(frame).decode())

    async def hears(
        self, kind: type[F], that: Callable[[F], bool] = lambda _frame: True, within: float = PATIENCE_S
    ) -> F:
        """Wait for a frame of this kind, heard already or yet to come."""
        async with asyncio.timeout(within):
            while True:
                self._news.clear()
                for frame in self.heard:
                    if isinstance(frame, kind) and that(frame):
                        return frame
                await self._news.wait()

    async def closed(self, within: float = PATIENCE_S) -> int | None:
        """Wait until the server closes the socket; return the code."""
        assert self._reader is not None
        assert self.socket is not None
        await asyncio.wait_for(asyncio.shield(self._reader), within)
        return self.socket.close_code

    async def drop(self) -> None:
        """Lose the connection."""
        if self.socket is not None:
            await self.socket.close()
        if self._reader is not None:
            await self._reader

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            self.heard.append(decode_server(message.data))
            self._news.set()


async def facts_of(nats: NatsServer) -> list[dict[str, Any]]:
    """Return every fact that the stream still has: none is taken away while one consumer has not read it."""
    admin = await nats.connect("admin")
    manager = admin.jetstream()
    state = (await manager.stream_info(streams.CONVERSATIONS)).state
    facts = []
    for seq in range(state.first_seq, state.last_seq + 1):
        message = await manager.get_msg(streams.CONVERSATIONS, seq)
        facts.append(json.loads(message.data or b"{}"))
    await admin.close()
    return facts
