"""One operator's console: its seat, its messages, and what it is told of both (O1, O8, O9)."""

from typing import Any
from uuid import uuid4

import pytest
from redis.asyncio import Redis

from services.dispatcher.store.dispatch import Arrival, Seat
from shared import keys
from shared.chat.frames import (
    Ack,
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
    Sync,
    Welcome,
)
from shared.clock import now_ms
from shared.contracts.conversation import EndedBy
from shared.contracts.dispatcher import ReleaseReason
from tests.component.dispatcher.conftest import Sitting, Start
from tests.component.dispatcher.people import Desk, Place, facts_of
from tests.servers import NatsServer, eventually

SOON = {"grace_s": 1.0}


def _say(conversation: str, body: str) -> Say:
    return Say(conversation=conversation, cid=uuid4().hex, body=body)


async def test_a_message_is_stored_acknowledged_and_there_after_a_reload(busy: tuple[Desk, str]) -> None:
    desk, conversation = busy
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


async def test_the_operator_ends_and_nothing_is_left(busy: tuple[Desk, str], client: Redis, nats: NatsServer) -> None:
    desk, conversation = busy
    await desk.send(_say(conversation, "canary-7f3a"))
    await desk.hears(Ack)
    await desk.send(End(conversation=conversation))
    assert (await desk.hears(Erased)).ended_by is EndedBy.OPERATOR
    assert await client.exists(*keys.all_of(conversation)) == 0

    async def stated() -> bool:
        return any(fact["type"].endswith("erased.v1") for fact in await facts_of(nats))

    await eventually(stated)
    [erased] = [fact for fact in await facts_of(nats) if fact["type"].endswith("erased.v1")]
    assert (erased["ended_by"], erased["messages"]) == ("operator", 1)
    assert await client.hexists(keys.HELD, conversation) == 0


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


async def test_who_is_given_a_chat_while_taking_the_seat_again_is_shown_it(
    start: Start, place: Place, seat: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O9: the page keeps only what a welcome names, and this one names what was held before."""
    instance = await start()
    desk = await seat(instance, "police1")
    await desk.hears(Welcome)
    arrive, came = instance.floor.dispatch.arrive, []

    async def slowly(*given: Any) -> Arrival:
        arrival = await arrive(*given)
        came.append(await place.visit())
        await desk.hears(Held)
        return arrival

    monkeypatch.setattr(instance.floor.dispatch, "arrive", slowly)
    await instance.floor.dispatch.unseat("police1", ReleaseReason.OPERATOR_LOST)
    desk.heard.clear()
    await desk.send(Ping())
    await desk.hears(Welcome)
    order = [type(frame) for frame in desk.heard if isinstance(frame, Welcome | Held)]
    assert order[:2] == [Held, Welcome], "else this is not the case that is meant"
    await desk.send(Ping())

    async def shown_again() -> bool:
        since = [frame for frame in desk.heard if isinstance(frame, Welcome | Held)][2:]
        return [frame.conversation for frame in since if isinstance(frame, Held)] == came

    await eventually(shown_again)


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
    start: Start, seat: Sitting
) -> None:
    desk = await seat(await start(), "police1")
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
