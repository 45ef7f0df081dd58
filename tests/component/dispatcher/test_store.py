"""The store's decisions one by one, on a real Valkey, with a clock that the test moves (O1, O8, O9)."""

import asyncio
from collections import Counter

from redis.asyncio import Redis

from services.dispatcher.domain.language import HELD_OUT_MS, LOOKED_PAST, skills
from services.dispatcher.domain.order import OVERTAKEN_AT_MOST_MS, Hurry
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.dispatch import DispatchStore, Seat, text
from shared import keys
from shared.contracts.dispatcher import ReleaseReason
from tests.component.dispatcher.people import Clock

COUPLE, HATE = "police.domestic", "police.discrimination"


async def _arrive(store: DispatchStore, operator: str, limit: int = 3, *queues: str) -> None:
    await store.arrive(operator, queues or (COUPLE,), limit, "dispatcher.1", f"socket-{operator}")


async def _come(store: DispatchStore, clock: Clock, *conversations: str, queue: str = COUPLE) -> None:
    for conversation in conversations:
        clock.passes(1)
        assert await store.enqueue(conversation, queue, clock())


async def _pairs(store: DispatchStore) -> list[tuple[str, str]]:
    return [(one.conversation, one.operator) for one in await store.assign()]


async def test_who_waits_longest_is_served_first(dispatch: DispatchStore, clock: Clock) -> None:
    await _come(dispatch, clock, "z-first", "m-second", "a-third")
    await _arrive(dispatch, "o1", 2)
    assert await _pairs(dispatch) == [("z-first", "o1"), ("m-second", "o1")]
    assert await dispatch.waiting(COUPLE) == ["a-third"]


async def test_one_who_opened_earlier_but_was_routed_later_keeps_the_place(
    dispatch: DispatchStore, clock: Clock
) -> None:
    opened = clock()
    await _come(dispatch, clock, "b")
    assert await dispatch.enqueue("a", COUPLE, opened)
    assert await dispatch.waiting(COUPLE) == ["a", "b"]


async def test_the_least_loaded_operator_is_chosen_then_the_longest_idle(dispatch: DispatchStore, clock: Clock) -> None:
    await _arrive(dispatch, "o2")
    clock.passes(1)
    await _arrive(dispatch, "o1")
    clock.passes(1)
    await _arrive(dispatch, "o3")
    await _come(dispatch, clock, "c1", "c2", "c3", "c4")
    assert await _pairs(dispatch) == [("c1", "o2"), ("c2", "o1"), ("c3", "o3"), ("c4", "o1")]
    await dispatch.withdraw("c3")
    clock.passes(1)
    await _come(dispatch, clock, "c5")
    assert await _pairs(dispatch) == [("c5", "o3")]


async def test_the_one_idle_for_longest_is_chosen_among_equals(dispatch: DispatchStore, clock: Clock) -> None:
    for operator in ("o1", "o2"):
        await _arrive(dispatch, operator)
    await _come(dispatch, clock, "c1", "c2")
    await dispatch.assign()
    for conversation in ("c2", "c1"):
        clock.passes(5)
        await dispatch.withdraw(conversation)
    await _come(dispatch, clock, "c3")
    assert await _pairs(dispatch) == [("c3", "o2")]


async def test_having_less_to_do_counts_before_having_waited_longer(dispatch: DispatchStore, clock: Clock) -> None:
    await _arrive(dispatch, "o1")
    await _come(dispatch, clock, "c1")
    await dispatch.assign()
    clock.passes(7_200)
    await _arrive(dispatch, "o1")
    await _arrive(dispatch, "o2")
    await _come(dispatch, clock, "c2")
    assert await _pairs(dispatch) == [("c2", "o2")]


async def test_the_board_counts_who_waits_and_who_serves(dispatch: DispatchStore, clock: Clock) -> None:
    await _come(dispatch, clock, "c1")
    first = clock()
    await _come(dispatch, clock, "c2", "c3")
    await dispatch.hurry("c3", Hurry.DANGER)
    await _arrive(dispatch, "o1", 1)
    await _arrive(dispatch, "o2", 1)
    [couple] = [queue for queue in (await dispatch.board()).queues if queue.name == COUPLE]
    assert (couple.waiting, couple.oldest_ms, couple.serving, couple.served_ms) == (3, first, 2, [])
    await dispatch.assign(1)
    await dispatch.leave("o2", "socket-o2")
    [couple] = [queue for queue in (await dispatch.board()).queues if queue.name == COUPLE]
    assert (couple.waiting, couple.oldest_ms, couple.serving, couple.served_ms) == (2, first, 1, [clock()])


async def test_nothing_of_a_conversation_stays_once_it_is_withdrawn_and_its_decisions_are_settled(
    eyes: Redis, dispatch: DispatchStore, clock: Clock
) -> None:
    """P1: not even that it was there."""
    await _arrive(dispatch, "o1", 1)
    await _come(dispatch, clock, "c-held", "c-waits")
    await dispatch.assign()
    assert await dispatch.withdraw("c-held") == "o1"
    assert await dispatch.withdraw("c-waits") is None
    clock.passes(5)
    for decision in await dispatch.claim(0):
        await dispatch.settled(decision)
    for key in await eyes.keys("*"):
        assert "c-" not in f"{key!r} {await eyes.dump(key)!r}"


async def test_no_operator_gets_more_than_their_limit_nor_a_queue_that_they_do_not_serve(
    dispatch: DispatchStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1", 2, COUPLE)
    await _come(dispatch, clock, "h1", queue=HATE)
    await _come(dispatch, clock, "c1", "c2", "c3")
    assert await _pairs(dispatch) == [("c1", "o1"), ("c2", "o1")]
    await _arrive(dispatch, "o2", 1, HATE)
    assert await _pairs(dispatch) == [("h1", "o2")]
    assert await _pairs(dispatch) == []


async def test_a_pause_stops_new_ones_and_keeps_running_ones(dispatch: DispatchStore, clock: Clock) -> None:
    await _arrive(dispatch, "o1")
    await _come(dispatch, clock, "c1")
    await dispatch.assign()
    assert await dispatch.set_status("o1", "paused")
    await _come(dispatch, clock, "c2")
    assert await _pairs(dispatch) == []
    assert await dispatch.holder("c1") == "o1"
    await dispatch.set_status("o1", "available")
    assert await _pairs(dispatch) == [("c2", "o1")]


async def test_a_closed_console_gets_nothing_new_and_keeps_what_it_has_during_the_grace(
    dispatch: DispatchStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1")
    await _come(dispatch, clock, "c1")
    await dispatch.assign()
    assert await dispatch.leave("o1", "socket-o1")
    await _come(dispatch, clock, "c2")
    assert await _pairs(dispatch) == []
    clock.passes(13.9)
    assert await dispatch.expire() == []
    arrival = await dispatch.arrive("o1", (COUPLE,), 3, "dispatcher.2", "another-socket")
    assert (arrival.conversations, arrival.instance_before) == (["c1"], "dispatcher.1")
    assert await _pairs(dispatch) == [("c2", "o1")]


async def test_a_lost_operators_conversations_go_to_the_head_and_to_another_operator(
    dispatch: DispatchStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1", 1)
    await _come(dispatch, clock, "c1")
    await dispatch.assign()
    await _come(dispatch, clock, "c2", "c3")
    await dispatch.leave("o1", "socket-o1")
    clock.passes(15)
    [released] = await dispatch.expire()
    assert (released.kind, released.conversation, released.operator, released.turn) == ("released", "c1", "o1", 1)
    assert await dispatch.waiting(COUPLE) == ["c1", "c2", "c3"]
    await _arrive(dispatch, "o2", 1)
    [assigned] = await dispatch.assign()
    assert (assigned.conversation, assigned.operator, assigned.turn) == ("c1", "o2", 2)
    assert assigned.version > released.version


async def test_a_console_that_only_falls_silent_is_absent_then_lost(dispatch: DispatchStore, clock: Clock) -> None:
    await _arrive(dispatch, "o1")
    await _come(dispatch, clock, "c1")
    await dispatch.assign()
    clock.passes(16)
    await _come(dispatch, clock, "c2")
    assert await _pairs(dispatch) == []
    assert (await dispatch.renew("o1", "socket-o1")).seat is Seat.KEPT
    assert await _pairs(dispatch) == [("c2", "o1")]
    clock.passes(30)
    assert len(await dispatch.expire()) == 2
    assert (await dispatch.renew("o1", "socket-o1")).seat is Seat.LOST


async def test_a_newer_console_supersedes_and_the_older_can_neither_renew_nor_leave(
    dispatch: DispatchStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1")
    arrival = await dispatch.arrive("o1", (COUPLE,), 3, "dispatcher.2", "newer")
    assert (arrival.instance_before, arrival.socket_before) == ("dispatcher.1", "socket-o1")
    assert (await dispatch.renew("o1", "socket-o1")).seat is Seat.SUPERSEDED
    assert not await dispatch.leave("o1", "socket-o1")
    clock.passes(14)
    assert await dispatch.enqueue("c1", COUPLE, clock())
    assert await _pairs(dispatch) == [("c1", "o1")]


async def test_going_home_gives_back_at_once(dispatch: DispatchStore, clock: Clock) -> None:
    await _arrive(dispatch, "o1")
    await _come(dispatch, clock, "c1")
    await dispatch.assign()
    [released] = await dispatch.unseat("o1", ReleaseReason.OPERATOR_LEFT)
    assert released.reason is ReleaseReason.OPERATOR_LEFT
    assert await dispatch.waiting(COUPLE) == ["c1"]


async def test_a_status_outlives_a_lost_console(dispatch: DispatchStore, clock: Clock) -> None:
    await _arrive(dispatch, "o1")
    await dispatch.set_status("o1", "paused")
    clock.passes(60)
    await dispatch.expire()
    arrival = await dispatch.arrive("o1", (COUPLE,), 3, "dispatcher.1", "again")
    assert arrival.status == "paused"


async def test_danger_goes_first_then_a_minor_then_a_comeback_and_nobody_is_overtaken_for_ever(
    dispatch: DispatchStore, clock: Clock
) -> None:
    await _come(dispatch, clock, "patient")
    clock.passes(OVERTAKEN_AT_MOST_MS / 1000)
    await _come(dispatch, clock, "waits", "comeback", "minor", "danger", "both")
    for conversation, reasons in {
        "comeback": [Hurry.COMEBACK],
        "minor": [Hurry.MINOR, Hurry.COMEBACK],
        "danger": [Hurry.DANGER],
        "both": [Hurry.DANGER, Hurry.MINOR, Hurry.COMEBACK],
    }.items():
        for reason in [*reasons, *reasons]:
            assert await dispatch.hurry(conversation, reason)
    assert await dispatch.waiting(COUPLE) == ["patient", "both", "danger", "minor", "comeback", "waits"]
    assert not await dispatch.hurry("nobody", Hurry.DANGER)


async def test_among_queues_the_one_who_waits_longest_goes_first(dispatch: DispatchStore, clock: Clock) -> None:
    await _come(dispatch, clock, "h1", queue=HATE)
    await _come(dispatch, clock, "c1")
    await _come(dispatch, clock, "h2", queue=HATE)
    await _arrive(dispatch, "o1", 3, COUPLE, HATE)
    assert [one for one, _ in await _pairs(dispatch)] == ["h1", "c1", "h2"]


async def test_enqueueing_again_changes_nothing_whether_waiting_or_held(dispatch: DispatchStore, clock: Clock) -> None:
    await _come(dispatch, clock, "c1", "c2")
    assert await dispatch.enqueue("c1", COUPLE, clock()) is None
    assert await dispatch.waiting(COUPLE) == ["c1", "c2"]
    await _arrive(dispatch, "o1", 1)
    await dispatch.assign()
    assert await dispatch.enqueue("c1", COUPLE, clock()) is None
    assert await dispatch.waiting(COUPLE) == ["c2"]


async def test_a_decision_stays_until_it_is_settled_and_is_claimed_by_one_at_a_time(
    dispatch: DispatchStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1")
    await _come(dispatch, clock, "c1")
    [made] = await dispatch.assign()
    assert await dispatch.claim(2_000) == []
    clock.passes(2)
    claimed = await dispatch.claim(2_000)
    assert made in claimed
    assert {one.kind for one in claimed} == {"queued", "assigned"}
    assert await dispatch.claim(2_000) == []
    for decision in claimed:
        await dispatch.settled(decision)
    clock.passes(60)
    assert await dispatch.claim(2_000) == []


async def test_only_the_holder_finishes_a_conversation_and_then_has_room(dispatch: DispatchStore, clock: Clock) -> None:
    await _arrive(dispatch, "o1", 1)
    await _come(dispatch, clock, "c1", "c2")
    await dispatch.assign()
    assert await dispatch.finish("c1", "o2", 4) is None
    ended = await dispatch.finish("c1", "o1", 4)
    assert ended is not None
    assert (ended.kind, ended.messages, ended.operator) == ("ended", 4, "o1")
    assert await dispatch.finish("c1", "o1", 4) is None
    assert await _pairs(dispatch) == [("c2", "o1")]


async def test_three_instances_racing_never_assign_twice_nor_over_a_limit(client: Redis) -> None:
    """O9: the peers' worst bug, tried with everything moving at once."""
    patient = Patience(sign_ms=600_000)  # nobody here gives another sign of life, however slow the machine
    stores = [DispatchStore(client, patient) for _ in range(3)]
    operators = {f"o{number}": 1 + number % 3 for number in range(30)}
    visitors = [f"c{number:03}" for number in range(300)]
    for operator, limit in operators.items():
        await stores[0].arrive(operator, (COUPLE, HATE), limit, "dispatcher.1", operator)
    turns: Counter[str] = Counter()
    over: list[str] = []

    async def dispatcher(store: DispatchStore, mine: list[str]) -> None:
        for number, conversation in enumerate(mine):
            await store.enqueue(conversation, COUPLE if number % 2 else HATE, 0)
            for decision in await store.assign(4):
                turns[decision.conversation] += 1
                if await client.scard(keys.load(decision.operator)) > operators[decision.operator]:
                    over.append(decision.operator)
                if number % 3 == 0:
                    await store.finish(decision.conversation, decision.operator, 0)

    await asyncio.gather(*(dispatcher(store, visitors[index::3]) for index, store in enumerate(stores)))
    while held := await client.hgetall(keys.HELD):
        for one, who in held.items():
            await stores[0].finish(text(one), text(who), 0)
        turns.update(decision.conversation for decision in await stores[1].assign())
    assert over == []
    assert turns == Counter(visitors)


async def test_a_language_is_waited_for_and_never_for_long(dispatch: DispatchStore, clock: Clock) -> None:
    """Which looks past so many and no more, as the rules do."""
    await dispatch.arrive("english", skills([COUPLE], ["en"]), 1, "dispatcher.1", "s")
    await _come(dispatch, clock, "c0")
    assert await _pairs(dispatch) == [("c0", "english")]
    await dispatch.arrive("french", skills([COUPLE], ["fr"]), 99, "dispatcher.1", "t")
    for number in range(LOOKED_PAST):
        assert await dispatch.enqueue(f"e{number:02}", COUPLE, clock(), "en-GB")
    await _come(dispatch, clock, "z1")
    assert await _pairs(dispatch) == []
    assert await dispatch.waiting(COUPLE, 0, 0) == ["e00"]
    await dispatch.withdraw("e00")
    assert await _pairs(dispatch) == [("z1", "french")]
    for _ in range(HELD_OUT_MS // 10_000):
        clock.passes(10)
        for operator, socket in (("english", "s"), ("french", "t")):
            await dispatch.renew(operator, socket)
    assert len(await _pairs(dispatch)) == LOOKED_PAST - 1


async def test_who_speaks_it_goes_before_who_has_less_to_do_and_danger_waits_for_no_language(
    dispatch: DispatchStore, clock: Clock
) -> None:
    await dispatch.arrive("english", skills([COUPLE], ["en"]), 2, "dispatcher.1", "s")
    await _come(dispatch, clock, "c0")
    await dispatch.assign()
    await dispatch.arrive("french", skills([COUPLE], ["fr"]), 9, "dispatcher.1", "t")
    for conversation in ("e1", "e2", "e3"):
        assert await dispatch.enqueue(conversation, COUPLE, clock(), "en")
    assert await _pairs(dispatch) == [("e1", "english")]
    await dispatch.hurry("e3", Hurry.DANGER)
    assert await _pairs(dispatch) == [("e3", "french")]
    await dispatch.set_status("english", "paused")
    assert await _pairs(dispatch) == [("e2", "french")]
