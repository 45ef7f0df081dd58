"""The duty key of a force in the store: one wins, and who lacks its box is known (O9, V6)."""

import asyncio

import pytest
from redis.asyncio import Redis

from services.dispatcher.domain.duty import DutyState
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.dispatch import Decision, DispatchStore
from services.dispatcher.store.duty import DutyStore
from services.dispatcher.store.projection import Projection
from shared import keys
from shared.chat.store import ConversationStore
from shared.contracts.conversation import Force
from shared.contracts.dispatcher import ReleaseReason
from tests.component.dispatcher.people import Clock

POLICE, GENDARMERIE = Force.POLICE, Force.GENDARMERIE
COUPLE = "police.domestic"


@pytest.fixture
def duties(client: Redis, clock: Clock) -> DutyStore:
    return DutyStore(client, Patience(), clock)


async def _arrive(
    dispatch: DispatchStore, *operators: str, force: Force = POLICE, instance: str = "dispatcher.1"
) -> None:
    for one in operators:
        await dispatch.arrive(one, (f"{force}.domestic",), 3, instance, f"socket-{one}", f"kid-{one}")


async def _look(duties: DutyStore, force: Force = POLICE) -> DutyState:
    return (await duties.look())[force]


def _ends(clock: Clock) -> int:
    return clock() + 3_600_000


async def test_who_is_connected_wants_a_box_until_there_is_one(
    dispatch: DispatchStore, duties: DutyStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1", "o2")
    await _arrive(dispatch, "g1", force=GENDARMERIE, instance="dispatcher.2")
    assert (await _look(duties)).kid is None
    assert await duties.make(POLICE, None, "key", _ends(clock), {"kid-o1": "box one"})
    state = await _look(duties)
    assert (state.kid, state.holders, state.instances) == ("key", 1, {"dispatcher.1"})
    assert state.wanted_of("kid-o1") == ["kid-o2"]
    assert state.wanted_of("kid-o2") == []
    assert await duties.share(POLICE, "key", "kid-o1", {"kid-o2": "box two"})
    assert (await _look(duties)).holders == 2
    assert await duties.boxes("key", ["kid-o1", "kid-o2", "kid-o3"]) == {"kid-o1": "box one", "kid-o2": "box two"}
    other = await _look(duties, GENDARMERIE)
    assert (other.kid, other.holders, other.instances) == (None, 0, {"dispatcher.2"})


async def test_of_many_that_make_a_key_at_once_one_wins(client: Redis, dispatch: DispatchStore, clock: Clock) -> None:
    operators = [f"o{number}" for number in range(20)]
    await _arrive(dispatch, *operators)
    stores = [DutyStore(client, Patience(), clock) for _ in operators]
    made = await asyncio.gather(
        *(
            store.make(POLICE, None, f"key-{one}", _ends(clock), {f"kid-{one}": "mine"})
            for one, store in zip(operators, stores, strict=True)
        )
    )
    assert sum(made) == 1
    assert (await _look(stores[0])).kid == f"key-{operators[made.index(True)]}"


async def test_only_the_key_that_counts_is_replaced_or_shared_and_only_by_who_has_it(
    client: Redis, dispatch: DispatchStore, duties: DutyStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1", "o2", "o3")
    assert await duties.make(POLICE, None, "first", _ends(clock), {"kid-o1": "box"})
    assert not await duties.make(POLICE, None, "second", _ends(clock), {"kid-o2": "box"})
    assert not await duties.make(POLICE, "other", "second", _ends(clock), {"kid-o2": "box"})
    assert not await duties.share(POLICE, "first", "kid-o2", {"kid-o2": "mine"})
    assert not await duties.share(POLICE, "second", "kid-o1", {"kid-o2": "box"})
    assert await duties.make(POLICE, "first", "second", _ends(clock), {"kid-o2": "box"})
    assert not await duties.share(POLICE, "first", "kid-o1", {"kid-o3": "box"})
    state = await _look(duties)
    assert (state.kid, state.holders) == ("second", 1)
    assert not await client.exists(keys.duty_boxes("first"))


async def test_a_box_is_for_a_console_of_the_force_that_is_there_and_the_first_one_stays(
    client: Redis, dispatch: DispatchStore, duties: DutyStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1", "o2")
    await _arrive(dispatch, "g1", force=GENDARMERIE)
    boxes = {"kid-o1": "box", "kid-g1": "of the other force", "kid-nobody": "of nobody"}
    assert await duties.make(POLICE, None, "key", _ends(clock), boxes)
    assert await duties.share(POLICE, "key", "kid-o1", {"kid-o1": "another", "kid-o2": "box"})
    assert await client.hgetall(keys.duty_boxes("key")) == {b"kid-o1": b"box", b"kid-o2": b"box"}


async def test_a_console_that_is_gone_neither_holds_nor_wants(
    dispatch: DispatchStore, duties: DutyStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1", "o2", "o3")
    await duties.make(POLICE, None, "key", _ends(clock), {"kid-o1": "box"})
    await dispatch.leave("o1", "socket-o1")
    await dispatch.leave("o3", "socket-o3")
    state = await _look(duties)
    assert (state.holders, [shift.kid for shift in state.shifts]) == (0, ["kid-o2"])
    clock.passes(60)
    assert (await _look(duties)).shifts == ()


async def test_the_key_and_its_boxes_end_together_and_can_be_dropped(
    client: Redis, dispatch: DispatchStore, duties: DutyStore, clock: Clock
) -> None:
    await _arrive(dispatch, "o1")
    clock.ms = (await client.time())[0] * 1000
    await _arrive(dispatch, "o1")
    await duties.make(POLICE, None, "key", _ends(clock), {"kid-o1": "box"})
    for key in (keys.duty(POLICE), keys.duty_boxes("key")):
        assert 3_500 < await client.ttl(key) <= 3_600
    assert await duties.drop(POLICE, "o1", "another console")
    assert [shift.kid for shift in (await _look(duties)).shifts] == ["kid-o1"]
    assert not await duties.drop(POLICE, "o1")
    assert not await client.exists(keys.duty(POLICE), keys.duty_boxes("key"))
    assert (await _look(duties)).shifts == (), "whose sessions were ended is not given the next one"


async def test_many_newcomers_are_shared_out_among_the_holders_and_soon_among_others(
    dispatch: DispatchStore, duties: DutyStore, clock: Clock
) -> None:
    old, new = [f"o{number}" for number in range(30)], [f"n{number}" for number in range(60)]
    await _arrive(dispatch, *old, *new)
    await duties.make(POLICE, None, "key", _ends(clock), {f"kid-{one}": "box" for one in old})
    state = await _look(duties)
    asked = [one for holder in old for one in state.wanted_of(f"kid-{holder}")]
    assert {asked.count(f"kid-{one}") for one in new} == {3}
    before = state.wanted_of("kid-o3")
    clock.passes(5)
    assert (await _look(duties)).wanted_of("kid-o3") != before


async def test_the_record_names_the_key_of_who_has_the_conversation(
    client: Redis, dispatch: DispatchStore, clock: Clock
) -> None:
    conversations, projection = ConversationStore(client, 900), Projection(client)
    await conversations.create("c1", {"category": "domestic", "audience": "victim", "language": "fr", "opened_at": 1})

    async def written(decision: Decision | None) -> str | None:
        assert decision is not None
        await projection.write(decision)
        record = await conversations.record("c1")
        assert record is not None
        return record.operator_key

    await _arrive(dispatch, "o1")
    await dispatch.enqueue("c1", COUPLE, clock())
    assert await written((await dispatch.assign())[0]) == "kid-o1"
    assert not await projection.reads_with("c1", "operator", "o2", "kid-o2")
    assert await projection.reads_with("c1", "operator", "o1", "newer")
    assert not await projection.reads_with("c1", "operator", "o1", "newer")
    assert await written(await dispatch.release("c1", "o1", ReleaseReason.OPERATOR_LEFT)) is None
