"""A conversation that its visitor left without a word ends once, in the figures too (O9, S5)."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from redis.asyncio import Redis

from services.dispatcher.store.dispatch import DispatchStore
from shared import keys, streams
from shared.chat.frames import Erased, Held
from shared.contracts.conversation import EndedBy
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import Clock, Desk, Place
from tests.servers import NatsServer, eventually

COUPLE = "police.domestic"
SURE_MS = 20_000
SOON = {"sure_s": 0}
ERASED = "dispatcher.conversation.erased.v1"


@pytest.fixture
async def held(dispatch: DispatchStore, clock: Clock) -> str:
    """A conversation that o1 has, nothing of it left to announce."""
    conversation = str(uuid4())
    queued = await dispatch.enqueue(conversation, COUPLE, clock())
    await dispatch.arrive("o1", (COUPLE,), 3, "dispatcher.1", "s")
    assert queued
    for decision in (queued, *await dispatch.assign()):
        await dispatch.settled(decision)
    return conversation


async def _said(dispatch: DispatchStore, clock: Clock) -> list[tuple[str, str]]:
    """What is announced in the end."""
    clock.passes(60)
    return [(decision.kind, decision.conversation) for decision in await dispatch.claim(0)]


async def test_one_that_vanished_frees_its_operator_at_once_and_is_stated_once_it_is_sure(
    eyes: Redis, dispatch: DispatchStore, clock: Clock, held: str
) -> None:
    assert await dispatch.vanish(held, SURE_MS) == "o1"
    assert await eyes.scard(keys.load("o1")) == 0
    clock.passes(19)
    assert await dispatch.claim(0) == []
    clock.passes(1)
    [silence] = await dispatch.claim(0)
    assert (silence.kind, silence.conversation, silence.operator) == ("vanished", held, "o1")
    await dispatch.settled(silence)
    assert await dispatch.vanish(held, SURE_MS) is None
    assert await _said(dispatch, clock) == []
    assert held not in str([(key, await eyes.dump(key)) for key in await eyes.keys("*")])


async def test_one_that_only_waited_leaves_its_queue_and_is_stated_too(dispatch: DispatchStore, clock: Clock) -> None:
    queued = await dispatch.enqueue("c1", COUPLE, clock())
    assert queued
    await dispatch.settled(queued)
    assert await dispatch.vanish("c1", SURE_MS) is None
    assert await dispatch.waiting(COUPLE) == []
    assert await _said(dispatch, clock) == [("vanished", "c1")]


async def test_the_gateways_word_that_comes_later_counts_instead(
    dispatch: DispatchStore, clock: Clock, held: str
) -> None:
    await dispatch.vanish(held, SURE_MS)
    clock.passes(10)
    await dispatch.withdraw(held)
    assert await _said(dispatch, clock) == []


async def test_the_operators_end_between_whose_halves_it_was_missed_counts_instead(
    dispatch: DispatchStore, clock: Clock, held: str
) -> None:
    await dispatch.vanish(held, SURE_MS)
    assert await dispatch.finish(held, "o2", 7) is None
    ended = await dispatch.finish(held, "o1", 7)
    assert ended
    assert (ended.kind, ended.operator, ended.messages) == ("ended", "o1", 7)
    assert await dispatch.finish(held, "o1", 7) is None
    assert await _said(dispatch, clock) == [("ended", held)]


async def _ends(nats: NatsServer) -> list[dict[str, Any]]:
    """Return every fact that a conversation is over."""
    admin = await nats.connect("admin")
    manager = admin.jetstream()
    state = (await manager.stream_info(streams.CONVERSATIONS)).state
    found = [await manager.get_msg(streams.CONVERSATIONS, seq) for seq in range(state.first_seq, state.last_seq + 1)]
    await admin.close()
    facts = [json.loads(message.data or b"{}") for message in found]
    return [fact for fact in facts if "conversation.erased" in fact["type"]]


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_two_instances_state_a_silence_once_for_one_held_and_for_one_that_waits(
    start: Start, place: Place, browser: aiohttp.ClientSession, client: Redis, nats: NatsServer
) -> None:
    first, _ = await start(**SOON), await start(**SOON)
    await place.hire("police1", limit=1)
    desk = Desk(first.port, "police1", browser)
    await desk.log_in()
    await desk.open()
    held = await place.visit()
    await desk.hears(Held)
    waits = await place.visit()
    store = first.floor.dispatch
    await eventually(lambda: _is(store.waiting(COUPLE), [waits]))
    await client.delete(*keys.all_of(held), *keys.all_of(waits))
    assert (await desk.hears(Erased)).ended_by is EndedBy.SILENCE
    await eventually(lambda: _is(_conversations(nats), sorted([held, waits])))
    await eventually(lambda: _is(client.zcard(keys.UNANNOUNCED), 0))
    ends = await _ends(nats)
    assert [(fact["type"], fact["ended_by"], fact["messages"]) for fact in ends] == [(ERASED, "silence", None)] * 2
    assert await client.exists(keys.VANISHED) == 0


async def test_the_red_button_is_never_taken_for_silence(
    start: Start, place: Place, browser: aiohttp.ClientSession, client: Redis, nats: NatsServer
) -> None:
    """Even when the sweeper finds the conversation gone before the gateway has said why."""
    instance = await start()
    await place.hire("police1")
    desk = Desk(instance.port, "police1", browser)
    await desk.log_in()
    await desk.open()
    conversation = await place.visit()
    await desk.hears(Held)
    await client.delete(*keys.all_of(conversation))
    await eventually(lambda: _is(client.hexists(keys.VANISHED, conversation), True))
    await place.red_button(conversation)
    await eventually(lambda: _is(client.zcard(keys.UNANNOUNCED), 0))
    assert [(fact["type"], fact["ended_by"]) for fact in await _ends(nats)] == [
        ("gateway.conversation.erased.v1", "red_button")
    ]


async def _conversations(nats: NatsServer) -> list[str]:
    return sorted(fact["conversation_id"] for fact in await _ends(nats))


async def _is(answer: Any, wanted: object) -> bool:
    return bool(await answer == wanted)
