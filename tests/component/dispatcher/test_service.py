"""Operators' consoles over running dispatcher instances (O1, O8, O9)."""

import asyncio
import json
from uuid import uuid4

from redis.asyncio import Redis

from shared import keys
from shared.chat.frames import (
    Board,
    Erased,
    Held,
    SetStatus,
    Stage,
    Welcome,
)
from shared.chat.store import ConversationStore
from shared.contracts.conversation import Category, EndedBy, Force
from tests.component.dispatcher.conftest import Sitting, Start
from tests.component.dispatcher.people import Desk, Place, facts_of
from tests.patience import PATIENCE_S
from tests.servers import NatsServer, eventually

SOON = {"grace_s": 1.0}


async def test_a_visitor_is_queued_assigned_and_shown_to_the_operator(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    instance = await start()
    conversation = await place.visit()
    store = ConversationStore(client, 900)

    async def waits() -> bool:
        record = await store.record(conversation)
        return record is not None and record.stage is Stage.WAITING and record.position == 1

    await eventually(waits)
    desk = await seat(instance, "police1")
    welcome = await desk.hears(Welcome)
    assert (welcome.operator, welcome.force, welcome.status, welcome.limit) == (
        "police1",
        Force.POLICE,
        "available",
        3,
    )
    held = await desk.hears(Held)
    assert (held.conversation, held.category, held.department, held.turn) == (
        conversation,
        Category.DOMESTIC,
        "95",
        1,
    )
    assert held.new
    record = await store.record(conversation)
    assert record is not None
    assert (record.stage, record.operator) == (Stage.ACTIVE, "police1")
    board = await desk.hears(Board)
    assert {line.category for line in board.queues} == set(Category)


async def test_the_red_button_frees_the_operator_even_when_the_announcement_is_lost(
    busy: tuple[Desk, str], place: Place, client: Redis
) -> None:
    desk, conversation = busy
    await place.red_button(conversation)
    erased = await desk.hears(Erased)
    assert erased.conversation == conversation
    assert await client.scard(keys.load("police1")) == 0


async def test_a_conversation_that_fell_silent_frees_its_operator(busy: tuple[Desk, str], client: Redis) -> None:
    desk, conversation = busy
    await client.delete(*keys.all_of(conversation))
    assert (await desk.hears(Erased)).ended_by is EndedBy.SILENCE
    assert await client.hexists(keys.HELD, conversation) == 0


async def test_a_routed_event_that_comes_again_changes_nothing(
    busy: tuple[Desk, str], place: Place, client: Redis, nats: NatsServer
) -> None:
    desk, conversation = busy
    for _ in range(3):
        await place.route(conversation)
    later = await place.visit()
    await desk.hears(Held, lambda held: held.conversation == later)
    facts = [fact["type"] for fact in await facts_of(nats) if fact["conversation_id"] == conversation]
    assert facts.count("dispatcher.conversation.queued.v1") == 1
    assert facts.count("dispatcher.conversation.assigned.v1") == 1
    assert await client.scard(keys.load("police1")) == 2


async def test_a_visitor_who_left_before_being_routed_is_not_queued(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    instance = await start()
    gone = str(uuid4())
    await place.route(gone)
    stays = await place.visit()
    desk = await seat(instance, "police1")
    await desk.hears(Held, lambda held: held.conversation == stays)
    assert await client.exists(keys.ticket(gone)) == 0


async def test_a_decision_whose_maker_died_is_carried_out_by_another_instance(
    start: Start, place: Place, seat: Sitting, client: Redis, nats: NatsServer
) -> None:
    """O9: the instance that decided is killed before it says a word to anybody."""
    instance = await start()
    desk = await seat(instance, "police1")
    await desk.hears(Welcome)
    await desk.send(SetStatus(status="paused"))
    await desk.hears(SetStatus)
    conversation = await place.visit()
    store = instance.floor.dispatch

    async def queued() -> bool:
        return await store.waiting("police.domestic") == [conversation]

    await eventually(queued)
    async with client.pipeline(transaction=True) as pipe:  # between the two, the running instance can decide nothing
        commands: list[list[str | int]] = [["status", 0, "police1", "available"], ["assign", 0, 1]]
        for command in commands:
            await store._script(keys=[keys.HELD], args=command, client=pipe)
        _, [decided] = await pipe.execute()
    assert json.loads(decided)["conversation"] == conversation
    held = await desk.hears(Held)
    assert held.conversation == conversation

    async def settled() -> bool:
        return await client.zcard(keys.UNANNOUNCED) == 0

    await eventually(settled)
    facts = [fact["type"] for fact in await facts_of(nats) if fact["conversation_id"] == conversation]
    assert facts.count("dispatcher.conversation.assigned.v1") == 1


async def test_a_visitor_who_writes_english_gets_the_one_who_speaks_it(
    start: Start, place: Place, seat: Sitting
) -> None:
    """V17: from the account to the assignment."""
    instance = await start()
    french = await seat(instance, "police1")
    english = await seat(instance, "police2", languages=("fr", "en"))
    for desk in (french, english):
        await desk.hears(Welcome)
    visitors = [await place.visit(language="en-GB") for _ in range(3)]
    for visitor in visitors:
        await english.hears(Held, lambda held, visitor=visitor: held.conversation == visitor)  # type: ignore[misc]
    await place.visit()
    assert (await french.hears(Held)).conversation not in visitors


async def test_positions_move_up_as_those_before_are_served(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    """V15."""
    instance = await start()
    visitors = [await place.visit() for _ in range(5)]
    store = ConversationStore(client, 900)

    async def positions(*wanted: int | None) -> bool:
        records = await store.records(visitors)
        shown = [record.position if record and record.stage is Stage.WAITING else None for record in records]
        return sorted(shown, key=str) == sorted(wanted, key=str)

    await eventually(lambda: positions(1, 2, 3, 4, 5))
    desk = await seat(instance, "police1")
    await desk.hears(Held)
    await eventually(lambda: positions(None, None, None, 1, 2))


async def test_many_visitors_and_many_consoles_each_get_one_another(start: Start, place: Place, seat: Sitting) -> None:
    instances = [await start(), await start()]
    desks = [await seat(instances[number % 2], f"police{number}") for number in range(6)]
    visitors = await asyncio.gather(*(place.visit() for _ in range(18)))
    for desk in desks:
        async with asyncio.timeout(PATIENCE_S):
            while len({frame.conversation for frame in desk.heard if isinstance(frame, Held)}) < 3:
                desk._news.clear()
                await desk._news.wait()
    given = [{frame.conversation for frame in desk.heard if isinstance(frame, Held)} for desk in desks]
    assert sorted(one for some in given for one in some) == sorted(visitors)
