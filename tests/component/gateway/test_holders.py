"""Who may read: the set that the gateway tells the visitor's page, as the store says it at each moment."""

import signal
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from infra.local.stack import Stack
from shared import keys
from shared.chat.frames import Admitted, Role, State
from shared.chat.store import key_of
from tests.client import Visitor
from tests.search import store_client

DUTY, OTHER_DUTY, SHIFT, LATER, UNPROVED = ("d" * 43, "e" * 43, "s" * 43, "l" * 43, "u" * 43)


@pytest.fixture
async def store(system: Stack) -> AsyncIterator["Redis"]:
    """The gateway's store, without what these tests put there when they are over."""
    async with store_client(system) as client:
        yield client
        await client.delete(*(keys.duty(force) for force in ("police", "gendarmerie")))
        await client.delete(*(keys.credential(kid) for kid in (DUTY, OTHER_DUTY, SHIFT, LATER, UNPROVED)))


def admitted(visitor: Visitor) -> list[tuple[str, str]]:
    """Return the last set told, as (role, kid)."""
    sets = [frame for frame in visitor.frames if isinstance(frame, Admitted)]
    return [(holder.role, holder.kid) for holder in sets[-1].holders] if sets else [("nobody", "was told")]


async def on_duty(store: "Redis", kid: str, force: str = "police") -> None:
    await store.set(keys.credential(kid), f"proof of {kid}")
    await store.set(keys.duty(force), kid)


async def record(store: "Redis", visitor: Visitor, **fields: str) -> None:
    for name, value in fields.items():
        await store.hset(keys.conversation(visitor.conversation), name, value)


async def test_a_page_is_told_at_once_that_nobody_may_read_yet(system: Stack) -> None:
    async with Visitor(system.addresses.visitor) as visitor:
        await visitor.opened()
        await visitor.until(lambda: admitted(visitor) == [])


async def test_the_set_follows_duty_assignment_and_loss(system: Stack, store: "Redis") -> None:
    """The duty key of the force alone, then the operator's shift key too, then another operator's, then none."""
    await on_duty(store, DUTY)
    await on_duty(store, OTHER_DUTY, "gendarmerie")
    await store.set(keys.credential(SHIFT), "proof")
    await store.set(keys.credential(LATER), "proof")
    async with Visitor(system.addresses.visitor) as visitor:
        await visitor.opened()
        await record(store, visitor, stage="waiting", force="police")
        await visitor.until(lambda: admitted(visitor) == [("duty", DUTY)])
        await record(store, visitor, **{key_of(Role.OPERATOR): SHIFT})
        await visitor.until(lambda: admitted(visitor) == [("duty", DUTY), ("operator", SHIFT)])
        await record(store, visitor, **{key_of(Role.OPERATOR): LATER})
        await visitor.until(lambda: admitted(visitor) == [("duty", DUTY), ("operator", LATER)])
        await store.hdel(keys.conversation(visitor.conversation), key_of(Role.OPERATOR))
        await visitor.until(lambda: admitted(visitor) == [("duty", DUTY)])


async def test_a_duty_key_that_is_replaced_reaches_every_page_of_its_force(system: Stack, store: "Redis") -> None:
    await on_duty(store, DUTY)
    async with Visitor(system.addresses.visitor) as visitor:
        await visitor.opened()
        await record(store, visitor, stage="active", force="police")
        await visitor.cut()
        await visitor.until(lambda: visitor.connections == 2 and visitor.ready)
        await visitor.until(lambda: admitted(visitor) == [("duty", DUTY)])
        await on_duty(store, OTHER_DUTY)
        await visitor.until(lambda: admitted(visitor) == [("duty", OTHER_DUTY)])
        last = [frame for frame in visitor.frames if isinstance(frame, Admitted)][-1]
        assert last.holders[0].credential == f"proof of {OTHER_DUTY}"


async def test_a_key_whose_proof_comes_late_is_told_when_it_is_there(system: Stack, store: "Redis") -> None:
    async with Visitor(system.addresses.visitor) as visitor:
        await visitor.opened()
        await record(store, visitor, stage="active", force="police", **{key_of(Role.OPERATOR): UNPROVED})
        await visitor.cut()
        await visitor.until(lambda: isinstance(visitor.state, State) and visitor.state.stage == "active")
        await visitor.until(lambda: admitted(visitor) == [])
        await store.set(keys.credential(UNPROVED), "proof")
        await visitor.until(lambda: admitted(visitor) == [("operator", UNPROVED)])


async def test_a_store_that_is_away_takes_nobody_s_key_away(system: Stack, store: "Redis") -> None:
    """The old set stands: a page that made a new epoch for every hiccup would lock its specialist out."""
    await on_duty(store, DUTY)
    async with Visitor(system.addresses.visitor) as visitor:
        await visitor.opened()
        await record(store, visitor, stage="waiting", force="police")
        await visitor.until(lambda: admitted(visitor) == [("duty", DUTY)])
        told = sum(isinstance(frame, Admitted) for frame in visitor.frames)
        valkey = system.children["valkey"]
        valkey.send(signal.SIGSTOP)
        try:
            visitor.tell("je suis là")
            await visitor.until(lambda: bool(visitor.errors()), 15.0)
        finally:
            valkey.send(signal.SIGCONT)
        await visitor.until(lambda: not visitor.heard_messages.pending, 20.0)
        assert sum(isinstance(frame, Admitted) for frame in visitor.frames) == told
