"""What supervisors decide and how operators are cared for, one by one, on a real Valkey (O11, O12)."""

import pytest
from redis.asyncio import Redis

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.dispatch import Decision, DispatchStore, queue_parts
from services.dispatcher.store.supervision import Notice, Supervision
from shared import keys
from shared.contracts.dispatcher import ReleaseReason
from tests.component.dispatcher.people import Clock

COUPLE, HATE, RURAL = "police.domestic", "police.discrimination", "gendarmerie.domestic"
NOTICE = Notice({"fr": "Le chat rouvre à 8 h.", "en": "The chat opens again at 8."}, "supervisor1", 0)
CARE = Care(in_a_row=2, break_ms=600_000)


@pytest.fixture
def dispatch(client: Redis, clock: Clock) -> DispatchStore:
    """The store, in which two hard conversations in a row are enough and nobody is ever lost."""
    return DispatchStore(client, Patience(sign_ms=10**9, grace_ms=10**9), clock, CARE)


@pytest.fixture
def supervision(dispatch: DispatchStore) -> Supervision:
    """What supervisors do to it."""
    return Supervision(dispatch)


async def _sit(store: DispatchStore, operator: str, limit: int = 3, *queues: str) -> None:
    await store.arrive(operator, queues or (COUPLE,), limit, "dispatcher.1", f"socket-{operator}")


async def _come(store: DispatchStore, clock: Clock, *conversations: str, queue: str = COUPLE) -> None:
    for conversation in conversations:
        clock.passes(1)
        assert await store.enqueue(conversation, queue, clock())


async def _pairs(store: DispatchStore) -> list[tuple[str, str]]:
    return [(one.conversation, one.operator) for one in await store.assign()]


def _made(found: list[Decision] | str) -> list[tuple[str, str, int]]:
    assert not isinstance(found, str), found
    return [(one.kind, one.operator, one.turn) for one in found]


async def test_a_waiting_conversation_is_handed_to_a_named_operator_past_the_others(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _come(dispatch, clock, "c1", "c2")
    await _sit(dispatch, "o1", 1)
    assert _made(await supervision.hand("c2", "o1")) == [("assigned", "o1", 1)]
    assert await dispatch.waiting(COUPLE) == ["c1"]
    assert await _pairs(dispatch) == []


async def test_a_running_conversation_goes_from_one_operator_to_another_in_one_step(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    for operator in ("o1", "o2"):
        await _sit(dispatch, operator)
    await _come(dispatch, clock, "c1")
    assert await _pairs(dispatch) == [("c1", "o1")]
    found = await supervision.hand("c1", "o2")
    assert _made(found) == [("released", "o1", 1), ("assigned", "o2", 2)]
    assert not isinstance(found, str)
    assert found[0].reason is ReleaseReason.REASSIGNED
    assert await dispatch.holder("c1") == "o2"
    assert await supervision.hand("c1", "o2") == "theirs"


async def test_nobody_is_handed_what_they_cannot_take(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _come(dispatch, clock, "c1", "c2")
    await _come(dispatch, clock, "h1", queue=HATE)
    await _sit(dispatch, "o1", 1)
    assert await supervision.hand("c9", "o1") == "gone"
    assert await supervision.hand("c1", "nobody") == "absent"
    assert await supervision.hand("h1", "o1") == "untrained"
    await dispatch.set_status("o1", "paused")
    assert await supervision.hand("c1", "o1") == "paused"
    await dispatch.set_status("o1", "available")
    await supervision.drain("o1", drained=True)
    assert await supervision.hand("c1", "o1") == "drained"
    await supervision.drain("o1", drained=False)
    assert _made(await supervision.hand("c1", "o1")) == [("assigned", "o1", 1)]
    assert await supervision.hand("c2", "o1") == "full"
    assert await dispatch.waiting(COUPLE) == ["c2"]


async def test_what_is_put_back_stands_at_the_head_of_its_queue(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _sit(dispatch, "o1", 1)
    await _come(dispatch, clock, "c1", "c2")
    assert await _pairs(dispatch) == [("c1", "o1")]
    decision = await supervision.put_back("c1")
    assert decision is not None
    assert (decision.kind, decision.operator, decision.reason) == ("released", "o1", ReleaseReason.REASSIGNED)
    assert await dispatch.waiting(COUPLE) == ["c1", "c2"]
    assert await supervision.put_back("c1") is None


async def test_a_drained_operator_keeps_what_they_have_and_gets_nothing_new_until_they_log_in_again(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _sit(dispatch, "o1", 2)
    await _come(dispatch, clock, "c1")
    assert await _pairs(dispatch) == [("c1", "o1")]
    assert await supervision.drain("o1", drained=True)
    await _come(dispatch, clock, "c2")
    assert await _pairs(dispatch) == []
    assert await dispatch.holder("c1") == "o1"
    [couple] = [queue for queue in (await dispatch.board()).queues if queue.name == COUPLE]
    assert couple.serving == 0
    await supervision.drain("o1", drained=False)
    assert await _pairs(dispatch) == [("c2", "o1")]
    await supervision.drain("o1", drained=True)
    await dispatch.unseat("o1", ReleaseReason.OPERATOR_LEFT)
    await _sit(dispatch, "o1", 1)
    assert len(await dispatch.assign()) == 1
    assert not await supervision.drain("nobody", drained=True)


async def test_a_closed_queue_serves_only_who_is_in_danger_or_had_an_operator_and_all_once_it_is_open(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _sit(dispatch, "o1", 9)
    await _come(dispatch, clock, "had")
    await dispatch.assign()
    await _come(dispatch, clock, "waits", "danger")
    await supervision.close(COUPLE, NOTICE)
    await supervision.put_back("had")
    await _come(dispatch, clock, "comes")
    assert await dispatch.shut(COUPLE) == ["waits", "danger", "comes"]
    assert await _pairs(dispatch) == [("had", "o1")]
    await dispatch.hurry("danger", Hurry.DANGER)
    assert await _pairs(dispatch) == [("danger", "o1")]
    [couple] = [queue for queue in (await dispatch.board()).queues if queue.name == COUPLE]
    assert couple.waiting == 2
    assert '"fr":"Le chat rouvre' in couple.closed
    assert await dispatch.withdraw("waits") is None
    await _come(dispatch, clock, "late")
    assert await supervision.reopen(COUPLE)
    assert not await supervision.reopen(COUPLE)
    assert await _pairs(dispatch) == [("comes", "o1"), ("late", "o1")]


async def test_people_overflow_after_so_long_once_somebody_serves_there(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _come(dispatch, clock, "c1", "c2")
    assert await supervision.flow() == []
    assert await supervision.let_overflow(COUPLE, RURAL, 60_000)
    clock.passes(59)
    await _sit(dispatch, "g1", 1, RURAL)
    [moved] = await supervision.flow()
    assert (moved.kind, moved.conversation, queue_parts(moved.queue)) == ("moved", "c1", queue_parts(RURAL))
    clock.passes(1)
    await dispatch.set_status("g1", "paused")
    assert await supervision.flow() == []
    await dispatch.set_status("g1", "available")
    await supervision.close(RURAL, NOTICE)
    assert await supervision.flow() == []
    await supervision.reopen(RURAL)
    assert [one.conversation for one in await supervision.flow()] == ["c2"]
    assert await _pairs(dispatch) == [("c1", "g1")]
    assert await supervision.stop_overflow(COUPLE)
    assert not await supervision.stop_overflow(COUPLE)


async def test_rules_of_overflow_send_nobody_round(supervision: Supervision) -> None:
    assert await supervision.let_overflow(COUPLE, RURAL, 1)
    assert not await supervision.let_overflow(RURAL, COUPLE, 1)
    assert not await supervision.let_overflow(RURAL, HATE, 1)
    assert not await supervision.let_overflow(HATE, COUPLE, 1)
    assert not await supervision.let_overflow(HATE, HATE, 1)
    assert await supervision.let_overflow(HATE, RURAL, 1)
    assert (await supervision.overview()).overflow == {COUPLE: (RURAL, 1), HATE: (RURAL, 1)}


async def _a_hard_one(dispatch: DispatchStore, supervision: Supervision, clock: Clock, name: str) -> None:
    await _come(dispatch, clock, name)
    assert await _pairs(dispatch) == [(name, "o1")]
    assert await supervision.mark_hard(name, "o1", hard=True)
    await dispatch.finish(name, "o1", 3)


async def test_after_hard_ones_in_a_row_the_next_comes_after_a_break(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _sit(dispatch, "o1")
    await _a_hard_one(dispatch, supervision, clock, "h1")
    await _a_hard_one(dispatch, supervision, clock, "h2")
    strain = await supervision.strain("o1")
    assert (strain.row, strain.rests_until_ms) == (0, clock() + CARE.break_ms)
    await _come(dispatch, clock, "c1")
    assert await _pairs(dispatch) == []
    assert await supervision.hand("c1", "o1") == "resting"
    clock.passes(598)
    assert await _pairs(dispatch) == []
    clock.passes(1)
    assert await _pairs(dispatch) == [("c1", "o1")]
    assert (await supervision.strain("o1")).rests_until_ms == 0


async def test_an_operator_goes_on_of_their_own_will(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _sit(dispatch, "o1")
    for name in ("h1", "h2"):
        await _a_hard_one(dispatch, supervision, clock, name)
    await _come(dispatch, clock, "c1")
    assert await supervision.go_on("o1")
    assert not await supervision.go_on("o1")
    assert await _pairs(dispatch) == [("c1", "o1")]


async def test_an_easy_one_or_a_long_pause_makes_an_end_of_the_row(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _sit(dispatch, "o1")
    await _a_hard_one(dispatch, supervision, clock, "h1")
    await _come(dispatch, clock, "easy")
    await dispatch.assign()
    await dispatch.finish("easy", "o1", 3)
    await _a_hard_one(dispatch, supervision, clock, "h2")
    assert (await supervision.strain("o1")).row == 1
    await dispatch.set_status("o1", "paused")
    clock.passes(CARE.break_ms / 1000)
    await dispatch.set_status("o1", "available")
    assert (await supervision.strain("o1")).row == 0


async def test_danger_counts_as_hard_and_only_ones_own_conversation_can_be_marked(
    dispatch: DispatchStore, supervision: Supervision, clock: Clock
) -> None:
    await _sit(dispatch, "o1")
    for name in ("d1", "d2"):
        await _come(dispatch, clock, name)
        await dispatch.assign()
        await dispatch.hurry(name, Hurry.DANGER)
        assert not await supervision.mark_hard(name, "o2", hard=True)
        await dispatch.finish(name, "o1", 3)
    assert (await supervision.strain("o1")).rests_until_ms > clock()


async def test_a_debrief_is_asked_for_once_and_ticked_off_once(supervision: Supervision, clock: Clock) -> None:
    assert await supervision.ask_debrief("o1", clock())
    assert not await supervision.ask_debrief("o1", clock() + 1)
    assert (await supervision.overview()).debriefs == {"o1": clock()}
    assert (await supervision.strain("o1")).debrief_ms == clock()
    assert await supervision.tick_debrief("o1")
    assert not await supervision.tick_debrief("o1")


async def test_an_hours_counts_say_who_came_waited_left_and_talked_and_name_nobody(
    client: Redis, dispatch: DispatchStore, clock: Clock
) -> None:
    await _sit(dispatch, "o1", 1)
    await _come(dispatch, clock, "c1", "c2")
    clock.passes(30)
    await dispatch.assign()
    clock.passes(100)
    await dispatch.finish("c1", "o1", 3)
    await dispatch.withdraw("c2")
    hour = clock() // 3_600_000
    assert await client.hgetall(keys.traffic(hour)) == {
        f"{COUPLE}.came".encode(): b"2",
        f"{COUPLE}.waited_ms".encode(): b"161000",
        f"{COUPLE}.talks".encode(): b"1",
        f"{COUPLE}.talked_ms".encode(): b"100000",
        f"{COUPLE}.left".encode(): b"1",
    }
    assert await client.pttl(keys.traffic(hour)) > 0
