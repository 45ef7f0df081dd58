"""Operators' consoles over running dispatcher instances (O1, O8, O9)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.store.dispatch import Seat
from shared import keys, streams
from shared.chat.frames import (
    Ack,
    Board,
    End,
    Erased,
    Error,
    ErrorCode,
    Held,
    Message,
    Ping,
    Pong,
    Released,
    Say,
    SetStatus,
    Stage,
    Sync,
    Welcome,
)
from shared.chat.store import ConversationStore
from shared.clock import now_ms
from shared.contracts.conversation import Category, EndedBy, Force
from shared.contracts.dispatcher import ReleaseReason
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import Desk, Place
from tests.servers import NatsServer, eventually

Sitting = Callable[[Running, str], Awaitable[Desk]]
SOON = {"grace_s": 1.0}


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def seat(place: Place, browser: aiohttp.ClientSession) -> Sitting:
    """Hire, log in and open a console."""

    async def one(instance: Running, login: str) -> Desk:
        await place.hire(login)
        desk = Desk(instance.port, login, browser)
        assert (await desk.log_in()).status == 200
        return await desk.open()

    return one


def _say(conversation: str, body: str) -> Say:
    return Say(conversation=conversation, cid=uuid4().hex, body=body)


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


async def test_a_message_is_stored_acknowledged_and_there_after_a_reload(
    start: Start, place: Place, seat: Sitting
) -> None:
    instance = await start()
    desk = await seat(instance, "police1")
    conversation = await place.visit()
    await desk.hears(Held)
    for number in range(5):
        await desk.send(_say(conversation, f"words {number}"))
    await desk.hears(Ack, lambda ack: ack.seq == 5)
    await desk.drop()
    await desk.open()
    held = await desk.hears(Held)
    assert not held.new
    await desk.hears(Message, lambda message: message.seq == 5)
    assert [frame.body for frame in desk.heard if isinstance(frame, Message)] == [f"words {n}" for n in range(5)]
    await desk.drop()
    await desk.open({conversation: 3})
    await desk.hears(Message, lambda message: message.seq == 5)
    assert [frame.seq for frame in desk.heard if isinstance(frame, Message)] == [4, 5]


async def test_the_other_operator_gets_a_lost_operators_chat_whole(start: Start, place: Place, seat: Sitting) -> None:
    """O8: the first console is lost; after the grace, another instance's operator reads all of it."""
    first, second = await start(**SOON), await start(**SOON)
    lost = await seat(first, "police1")
    conversation = await place.visit()
    await lost.hears(Held)
    await lost.send(_say(conversation, "I hear you"))
    await lost.hears(Ack)
    other = await seat(second, "police2")
    await lost.drop()
    held = await other.hears(Held)
    assert (held.conversation, held.turn, held.new) == (conversation, 2, True)
    assert (await other.hears(Message)).body == "I hear you"
    await lost.open({conversation: 1})
    await lost.hears(Released, lambda frame: frame.conversation == conversation)
    await lost.send(_say(conversation, "too late"))
    assert (await lost.hears(Error)).code is ErrorCode.NOT_FOUND


async def test_a_console_that_comes_back_within_the_grace_to_another_instance_keeps_its_chat(
    start: Start, place: Place, seat: Sitting
) -> None:
    first, second = await start(), await start()
    desk = await seat(first, "police1")
    conversation = await place.visit()
    await desk.hears(Held)
    await desk.drop()
    desk.port = second.port
    await desk.open({conversation: 0})
    welcome = await desk.hears(Welcome)
    assert welcome.conversations == [conversation]
    held = await desk.hears(Held)
    assert (held.turn, held.new) == (1, False)
    await desk.send(_say(conversation, "still here"))
    await desk.hears(Ack)


async def test_a_stopped_instance_sends_its_consoles_to_another(start: Start, seat: Sitting) -> None:
    first = await start()
    desk = await seat(first, "police1")
    await desk.hears(Welcome)
    await first.floor.close_all()
    assert await desk.closed() == 1012


async def test_a_newer_console_of_the_same_operator_supersedes_the_older_on_another_instance(
    start: Start, place: Place, seat: Sitting
) -> None:
    first, second = await start(), await start()
    older = await seat(first, "police1")
    conversation = await place.visit()
    await older.hears(Held)
    newer = Desk(second.port, "police1", older.http, older.cookie, shift=older.shift)
    await newer.open()
    assert (await older.hears(Error)).code is ErrorCode.SUPERSEDED
    assert await older.closed() == 4001
    await newer.hears(Held, lambda held: held.conversation == conversation)
    await newer.send(_say(conversation, "from here"))
    await newer.hears(Ack)


async def test_the_operator_ends_and_nothing_is_left(
    start: Start, place: Place, seat: Sitting, client: Redis, nats: NatsServer
) -> None:
    instance = await start()
    desk = await seat(instance, "police1")
    conversation = await place.visit()
    await desk.hears(Held)
    await desk.send(_say(conversation, "canary-7f3a"))
    await desk.hears(Ack)
    await desk.send(End(conversation=conversation))
    assert (await desk.hears(Erased)).ended_by is EndedBy.OPERATOR
    assert await client.exists(*keys.all_of(conversation)) == 0

    async def stated() -> bool:
        return any(fact["type"].endswith("erased.v1") for fact in await _facts(nats))

    await eventually(stated)
    [erased] = [fact for fact in await _facts(nats) if fact["type"].endswith("erased.v1")]
    assert (erased["ended_by"], erased["messages"]) == ("operator", 1)
    assert await client.hexists(keys.HELD, conversation) == 0


async def test_the_red_button_frees_the_operator_even_when_the_announcement_is_lost(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    instance = await start()
    desk = await seat(instance, "police1")
    conversation = await place.visit()
    await desk.hears(Held)
    await place.red_button(conversation)
    erased = await desk.hears(Erased)
    assert erased.conversation == conversation
    assert await client.scard(keys.load("police1")) == 0


async def test_a_conversation_that_fell_silent_frees_its_operator(
    start: Start, place: Place, seat: Sitting, client: Redis
) -> None:
    instance = await start()
    desk = await seat(instance, "police1")
    conversation = await place.visit()
    await desk.hears(Held)
    await client.delete(*keys.all_of(conversation))
    assert (await desk.hears(Erased)).ended_by is EndedBy.SILENCE
    assert await client.hexists(keys.HELD, conversation) == 0


async def test_a_routed_event_that_comes_again_changes_nothing(
    start: Start, place: Place, seat: Sitting, client: Redis, nats: NatsServer
) -> None:
    instance = await start()
    desk = await seat(instance, "police1")
    conversation = await place.visit()
    await desk.hears(Held)
    for _ in range(3):
        await place.route(conversation)
    later = await place.visit()
    await desk.hears(Held, lambda held: held.conversation == later)
    facts = [fact["type"] for fact in await _facts(nats) if fact["conversation_id"] == conversation]
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
    facts = [fact["type"] for fact in await _facts(nats) if fact["conversation_id"] == conversation]
    assert facts.count("dispatcher.conversation.assigned.v1") == 1


async def test_a_visitor_who_writes_english_gets_the_one_who_speaks_it(
    start: Start, place: Place, seat: Sitting, browser: aiohttp.ClientSession
) -> None:
    """V17: from the account to the assignment."""
    instance = await start()
    await place.hire("police2", languages=("fr", "en"))
    french = await seat(instance, "police1")
    english = Desk(instance.port, "police2", browser)
    await english.log_in()
    await english.open()
    for desk in (french, english):
        await desk.hears(Welcome)
    visitors = [await place.visit(language="en-GB") for _ in range(3)]
    for visitor in visitors:
        await english.hears(Held, lambda held, visitor=visitor: held.conversation == visitor)  # type: ignore[misc]
    await place.visit()
    assert (await french.hears(Held)).conversation not in visitors


async def test_a_status_is_answered_and_taken_by_the_desk(start: Start, seat: Sitting) -> None:
    instance = await start()
    desk = await seat(instance, "police1")
    welcome = await desk.hears(Welcome)
    assert abs(welcome.at - now_ms()) < 5_000
    for wanted in (SetStatus(status="paused"), SetStatus(status="available")):
        await desk.send(wanted)
        await desk.hears(SetStatus, lambda said, wanted=wanted: said == wanted)  # type: ignore[misc]
        serving = {queue.serving for queue in (await instance.floor.dispatch.board()).queues}
        assert serving == ({0} if wanted.status == "paused" else {0, 1})


async def test_a_status_of_one_whose_seat_was_lost_takes_the_seat_again(start: Start, seat: Sitting) -> None:
    """The console's machine slept: the answer is what holds, not what the page hoped."""
    instance = await start()
    desk = await seat(instance, "police1")
    await desk.hears(Welcome)
    await instance.floor.dispatch.unseat("police1", ReleaseReason.OPERATOR_LOST)
    desk.heard.clear()
    await desk.send(SetStatus(status="paused"))
    await desk.hears(SetStatus)
    assert [type(frame) for frame in desk.heard if isinstance(frame, Welcome | SetStatus)] == [Welcome, SetStatus]
    assert (await instance.floor.dispatch.renew("police1", "another socket")).seat is Seat.SUPERSEDED


async def test_logging_out_gives_the_chats_to_others_at_once(start: Start, place: Place, seat: Sitting) -> None:
    instance = await start()
    leaving = await seat(instance, "police1")
    conversation = await place.visit()
    await leaving.hears(Held)
    staying = await seat(instance, "police2")
    await staying.hears(Welcome)
    answer = await leaving.http.post(f"{leaving.base}/api/logout", headers=leaving.headers())
    assert answer.status == 204
    held = await staying.hears(Held, within=5)
    assert (held.conversation, held.turn) == (conversation, 2)
    assert await leaving.closed() == 4003


async def test_frames_out_of_order_and_wrong_ones_get_a_typed_error_and_the_socket_lives(
    start: Start, place: Place, browser: aiohttp.ClientSession
) -> None:
    instance = await start()
    await place.hire("police1")
    desk = Desk(instance.port, "police1", browser)
    await desk.log_in()
    await desk.open()
    await desk.hears(Welcome)
    assert desk.socket is not None
    await desk.send(Sync())
    await desk.hears(Error, lambda error: error.code is ErrorCode.OUT_OF_ORDER)
    for raw, code in (
        ("not json", ErrorCode.NOT_JSON),
        ('{"t":"open","category":"sexual","audience":"victim"}', ErrorCode.UNKNOWN_FRAME),
        ('{"t":"end","conversation":"x"}', ErrorCode.INVALID),
        ('{"t":"typing","conversation":"' + "x" * 70_000 + '"}', ErrorCode.TOO_LARGE),
    ):
        await desk.socket.send_str(raw)
        await desk.hears(Error, lambda error, wanted=code: error.code is wanted)  # type: ignore[misc]
    await desk.send(Say(conversation=str(uuid4()), cid="12345678", body="{}"))
    await desk.hears(Error, lambda error: error.cid == "12345678" and error.code is ErrorCode.NOT_FOUND)
    await desk.send(Ping())
    await desk.hears(Pong)


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


async def _facts(nats: NatsServer) -> list[dict[str, Any]]:
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


async def test_many_visitors_and_many_consoles_each_get_one_another(start: Start, place: Place, seat: Sitting) -> None:
    instances = [await start(), await start()]
    desks = [await seat(instances[number % 2], f"police{number}") for number in range(6)]
    visitors = await asyncio.gather(*(place.visit() for _ in range(18)))
    for desk in desks:
        async with asyncio.timeout(8):
            while len({frame.conversation for frame in desk.heard if isinstance(frame, Held)}) < 3:
                desk._news.clear()
                await desk._news.wait()
    given = [{frame.conversation for frame in desk.heard if isinstance(frame, Held)} for desk in desks]
    assert sorted(one for some in given for one in some) == sorted(visitors)
