"""Where a visitor comes from, sealed for the magistrates: kept beside the conversation and gone with it (P2, V6)."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from redis.asyncio import Redis

from infra.local.stack import Stack
from services.gateway import metrics
from services.gateway.addresses import Addresses
from shared import keys
from shared.chat.frames import Role
from shared.chat.store import ConversationStore, connect
from shared.clock import now_ms
from shared.contracts.conversation import Audience, Category
from shared.proxies import Endpoint
from shared.run import background
from shared.sealing.jose import jwk_of, kid_of, make_key
from shared.sealing.magistrates import MagistrateKey
from tests.client import Visitor
from tests.sealing.magistrates import opened
from tests.search import store_client
from tests.servers import ValkeyServer, eventually

READER = make_key()
MAGISTRATE = MagistrateKey(kid_of(jwk_of(READER)), READER, int(time.time()) + 3_600)
PROOF = "digest of the visitor's token"
SILENCE_S = 900
KEPT_MS = 86_400_000


@dataclass
class Clock:
    """Milliseconds since 1970 that a test moves."""

    ms: int = field(default_factory=now_ms)

    def __call__(self) -> int:
        return self.ms


@dataclass
class Room:
    """A conversation, the store, and what seals."""

    client: Redis
    store: ConversationStore
    addresses: Addresses
    clock: Clock
    conversation: str = "7a5b8f1e-54f7-4f0f-9c8e-0d2f9c3b1a11"

    async def begin(self) -> None:
        fields: dict[str, str | int] = {
            "category": Category.DOMESTIC,
            "audience": Audience.VICTIM,
            "language": "fr",
            "opened_at": now_ms(),
            "who:visitor": PROOF,
        }
        await self.store.create(self.conversation, fields)

    async def comes(self, ip: str, port: int | None = 40_000, *, first: bool = False) -> None:
        """Hold the visitor's end from there, and wait until that was looked at."""
        before = metrics.SEALED._value.get()
        self.addresses.connected(self.conversation, Endpoint(ip, port, "connection"), first=first)

        async def stored() -> bool:
            return bool(metrics.SEALED._value.get() > before)

        await eventually(stored)

    async def kept(self) -> list[str]:
        """Return the sealed texts: first, last, and the time before."""
        found: list[Any] = [await self.client.hget(key, "sealed") for key in keys.addresses(self.conversation)]
        return [text.decode() for text in found if text]

    async def lives_ms(self) -> list[int]:
        """Return when each of what is kept ends, and last when the conversation does."""
        names = [*keys.addresses(self.conversation), keys.conversation(self.conversation)]
        return [at for at in [await self.client.pexpiretime(name) for name in names] if at > 0]


@pytest.fixture
async def room(valkey: ValkeyServer) -> AsyncIterator[Room]:
    client = connect(valkey.url_of("gateway"))
    clock = Clock()
    addresses = Addresses(client, (MAGISTRATE,), KEPT_MS, clock)
    room = Room(client, ConversationStore(client, SILENCE_S), addresses, clock)
    await room.begin()
    with background(addresses.run()):
        yield room
    await client.aclose()


async def test_the_magistrate_reads_where_and_when_and_whose_it_is(room: Room) -> None:
    await room.comes("203.0.113.9", 51_514, first=True)
    (sealed,) = await room.kept()
    assert "203.0.113.9" not in sealed
    assert opened(sealed, READER) == {
        "v": 1,
        "conversation": room.conversation,
        "ip": "203.0.113.9",
        "port": 51_514,
        "by": "connection",
        "at": room.clock.ms,
    }


async def test_the_first_and_the_last_two_are_kept(room: Room) -> None:
    """Behind a shared address each connection has another port: the newest one leads furthest."""
    await room.comes("203.0.113.1", first=True)
    for last in range(2, 7):
        await room.comes(f"203.0.113.{last}")
    found = [opened(sealed, READER)["ip"] for sealed in await room.kept()]
    assert found == ["203.0.113.1", "203.0.113.6", "203.0.113.5"]


async def test_it_is_erased_with_the_conversation_in_the_same_step(room: Room, eyes: Redis) -> None:
    for ip in ("203.0.113.1", "203.0.113.2", "203.0.113.3"):
        await room.comes(ip)
    assert len(await room.kept()) == 3
    assert (await room.store.erase(room.conversation, Role.VISITOR, PROOF)).status == "erased"
    assert await eyes.keys("*") == []


async def test_a_wrong_token_erases_neither(room: Room) -> None:
    await room.comes("203.0.113.1", first=True)
    assert (await room.store.erase(room.conversation, Role.VISITOR, "another")).status == "forbidden"
    assert len(await room.kept()) == 1


async def test_who_pressed_the_red_button_before_it_was_sealed_leaves_nothing(room: Room, eyes: Redis) -> None:
    await room.store.erase(room.conversation, Role.VISITOR, PROOF)
    room.addresses.connected(room.conversation, Endpoint("203.0.113.1", 1, "connection"), first=True)
    assert await room.addresses.seal_all() == 1, "sealed here, before what does it beside has its turn"
    assert await eyes.keys("*") == []


async def test_it_ends_when_the_conversation_does_and_never_later_than_stated(room: Room) -> None:
    await room.comes("203.0.113.1", first=True)
    kept, conversation = await room.lives_ms()
    assert kept == conversation, "by the store's own clock, should everything else die now"
    await room.client.pexpire(keys.conversation(room.conversation), 10 * KEPT_MS)
    await room.addresses.follow([room.conversation])
    kept, conversation = await room.lives_ms()
    assert kept == room.clock.ms + KEPT_MS < conversation


async def test_what_was_left_of_a_conversation_that_fell_silent_goes(room: Room) -> None:
    await room.comes("203.0.113.1", first=True)
    await room.client.delete(keys.conversation(room.conversation))
    await room.addresses.follow([room.conversation])
    assert await room.kept() == []


async def test_it_expires_by_the_store_s_own_clock(room: Room) -> None:
    room.clock.ms = now_ms() - KEPT_MS + 300
    await room.comes("203.0.113.1", first=True)

    async def gone() -> bool:
        return await room.kept() == []

    await eventually(gone)
    assert int(await room.client.hget(keys.conversation(room.conversation), "address_until") or 0) > 0


async def test_without_keys_nothing_is_kept(room: Room) -> None:
    nobody = Addresses(room.client, (), KEPT_MS)
    nobody.connected(room.conversation, Endpoint("203.0.113.1", 1, "connection"), first=True)
    assert await nobody.seal_all() == 0
    assert await room.kept() == []


async def test_a_key_whose_time_is_over_is_not_sealed_for_and_keeps_nobody_from_talking(room: Room) -> None:
    before = metrics.NOT_SEALED["no_key"]._value.get()
    room.clock.ms = (MAGISTRATE.expires_at + 1) * 1000
    room.addresses.connected(room.conversation, Endpoint("203.0.113.1", 1, "connection"), first=True)

    async def counted() -> bool:
        return bool(metrics.NOT_SEALED["no_key"]._value.get() == before + 1)

    await eventually(counted)
    assert await room.kept() == []


async def test_a_store_that_is_away_is_counted_and_the_next_one_is_kept(room: Room) -> None:
    """It fails open: the chat goes on, and so does what seals."""
    away = connect("redis://127.0.0.1:1/0")
    addresses = Addresses(away, (MAGISTRATE,), KEPT_MS, room.clock)
    before = metrics.NOT_SEALED["store"]._value.get()
    addresses.connected(room.conversation, Endpoint("203.0.113.1", 1, "connection"), first=True)
    await addresses.seal_all()
    assert metrics.NOT_SEALED["store"]._value.get() == before + 1
    await away.aclose()
    await room.comes("203.0.113.2", first=True)


async def test_each_connection_of_a_visitor_is_sealed_by_its_port_and_all_go_with_the_red_button(stack: Stack) -> None:
    """The real gateway: opened, cut, resumed; the magistrate reads two ports of one address."""
    assert stack.magistrate is not None
    async with Visitor(stack.addresses.visitor) as visitor, store_client(stack) as client:
        await visitor.opened()
        names = keys.addresses(visitor.conversation)

        async def sealed() -> list[str]:
            found: list[Any] = [await client.hget(name, "sealed") for name in names]
            return [text.decode() for text in found if text]

        async def so_many(number: int) -> bool:
            return len(await sealed()) == number

        await eventually(partial(so_many, 1))
        await visitor.cut()
        await eventually(partial(so_many, 2))
        origins = [opened(one, stack.magistrate.key) for one in await sealed()]
        assert [origin["ip"] for origin in origins] == ["127.0.0.1"] * 2
        assert len({origin["port"] for origin in origins}) == 2
        assert await visitor.red_button() == 204
        assert await sealed() == []
