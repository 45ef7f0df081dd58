"""What staff write among themselves: whoever may reads it, nobody else does, and it goes when it should (O10)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.audit.reading import entries
from services.dispatcher.backroom.store import Lines, SealedLine
from services.dispatcher.domain.backroom import MOST_NOTES, MOST_WRITTEN, Channel, Notes, Room
from services.dispatcher.staff.accounts import StaffRole
from shared import keys
from shared.contracts.audit import AuditAction
from shared.contracts.conversation import Force
from tests.client import Operator, client_id
from tests.client.backroom import Backroom
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.office import AUTHORITY, certified
from tests.component.dispatcher.people import PASSWORD, Clock, Place
from tests.patience import PATIENCE_S
from tests.sealing.backroom import seal_line
from tests.sealing.keys import Verified
from tests.servers import NatsServer, eventually

Sitting = Callable[..., Awaitable[Operator]]
BOTH = (StaffRole.OPERATOR, StaffRole.SUPERVISOR)
COLLEAGUES, CHIEFS = "police.colleagues", "police.supervisors"


@pytest.fixture
async def sit(place: Place) -> AsyncIterator[Sitting]:
    """Hire somebody who logs in and sits down; returns once they hold the duty key."""
    async with AsyncExitStack() as stack:

        async def one(instance: Running, login: str, force: Force = Force.POLICE, **changes: object) -> Operator:
            await place.hire(login, force, **changes)
            operator = Operator(f"http://127.0.0.1:{instance.port}", ping_s=1.0)
            await operator.log_in(login, PASSWORD)
            await stack.enter_async_context(operator)
            await operator.until(lambda: operator.duty is not None and operator.duty.has_it)
            return operator

        yield one


@pytest.fixture
async def chief(place: Place) -> AsyncIterator[Callable[..., Awaitable[Backroom]]]:
    """Hire a supervisor who has their page open, and sits at no console."""
    async with AsyncExitStack() as stack:

        async def one(instance: Running, login: str, force: Force = Force.POLICE) -> Backroom:
            await place.hire(login, force, roles=BOTH, **certified(force, PASSWORD, BOTH))
            operator = Operator(f"http://127.0.0.1:{instance.port}")
            stack.push_async_callback(operator.leave)
            return await Backroom.of_supervisor(await operator.log_in(login, PASSWORD))

        yield one


async def _held(operator: Operator, place: Place) -> str:
    """Have a visitor come; return where its notes are, once this operator has it."""
    conversation = await place.visit()
    await operator.until(lambda: conversation in operator.held)
    return f"conversation.{conversation}"


def _id(notes: str) -> str:
    return notes.partition(".")[2]


async def test_who_takes_over_reads_the_notes_of_who_was_lost_and_nobody_else_does(
    start: Start, place: Place, sit: Sitting, chief: Callable[..., Awaitable[Backroom]]
) -> None:
    """O8, O10: they are sealed for the duty key too, and never for the conversation's."""
    one, two = await start(grace_s=0.5), await start(grace_s=0.5)
    first = await sit(one, "police1")
    notes = await _held(first, place)
    room = Backroom(first)
    for text in ("il a une arme", "rappeler l’hôpital"):
        assert (await room.write(notes, text))[0] == 200
    second = await sit(two, "police2")
    other, supervisor = Backroom(second), await chief(one, "chef1")
    for stranger in (other, supervisor):
        assert (await stranger.lines(notes))[0] == 403
        assert (await stranger.write(notes, "x"))[0] == 403
    await first.leave()
    await second.until(lambda: _id(notes) in second.held, 20)
    assert await other.read(notes) == [("police1", "il a une arme"), ("police1", "rappeler l’hôpital")]
    assert (await other.write(notes, "reçu"))[0] == 200
    assert (await supervisor.lines(notes))[0] == 403, "a supervisor sees no content, notes included"


@pytest.mark.parametrize("how", ["operator", "red button"])
async def test_notes_are_erased_with_the_conversation(
    start: Start, place: Place, sit: Sitting, client: Redis, how: str
) -> None:
    operator = await sit(await start(), "police1")
    notes, room = await _held(operator, place), Backroom(operator)
    assert (await room.write(notes, "x"))[0] == 200
    assert await client.exists(keys.staff_lines(notes)) == 1
    if how == "operator":
        operator.end(_id(notes))
    else:
        await place.red_button(_id(notes))

    async def gone() -> bool:
        return bool(await client.exists(keys.staff_lines(notes)) == 0)

    await eventually(gone)
    assert (await room.write(notes, "too late"))[0] == 403
    assert await gone()


async def test_what_is_said_in_a_room_is_heard_at_every_instance_by_its_force_and_supervisors(
    start: Start,
    sit: Sitting,
    chief: Callable[..., Awaitable[Backroom]],
    nats: NatsServer,
    client: Redis,
) -> None:
    one, two = await start(), await start()
    speaker, listener = Backroom(await sit(one, "police1")), Backroom(await sit(two, "police2"))
    stranger = Backroom(await sit(two, "gendarmerie1", Force.GENDARMERIE))
    supervisor = await chief(two, "chef1", Force.GENDARMERIE)
    ears = [await who.hear() for who in (listener, supervisor, stranger)]
    assert (await speaker.write(CHIEFS, "besoin de renfort"))[0] == 200
    for ear in ears[:2]:
        assert await ear.receive_str(timeout=PATIENCE_S) == CHIEFS
    for who in (speaker, listener, supervisor):
        assert await who.read(CHIEFS) == [("police1", "besoin de renfort")]
    assert (await stranger.lines(CHIEFS))[0] == 403
    assert (await supervisor.write(COLLEAGUES, "j’arrive"))[0] == 200
    assert await ears[0].receive_str(timeout=PATIENCE_S) == COLLEAGUES
    assert await listener.read(COLLEAGUES) == [("chef1", "j’arrive")]
    with pytest.raises(TimeoutError):
        await ears[2].receive_str(timeout=0.3)
    stored = repr(await client.hgetall(keys.staff_lines(CHIEFS)))
    assert "renfort" not in stored
    for ear in ears:
        await ear.close()
    auditor = await nats.connect("auditor")
    wanted = {
        (AuditAction.STAFF_LINE_WRITTEN, "police1", CHIEFS),
        (AuditAction.STAFF_LINE_WRITTEN, "chef1", COLLEAGUES),
    }

    async def written() -> bool:
        return wanted <= {(entry.action, entry.account, entry.target) async for _, entry in entries(auditor)}

    await eventually(written)
    await auditor.close()


async def test_a_line_is_stored_once_and_in_order_and_only_sealed(start: Start, sit: Sitting) -> None:
    room = Backroom(await sit(await start(), "police1"))
    cid = client_id()
    answers = [await room.write(COLLEAGUES, "un", cid), await room.write(COLLEAGUES, "un", cid)]
    assert answers == [(200, {"seq": 1})] * 2
    assert await room.write(COLLEAGUES, "deux") == (200, {"seq": 2})
    assert [text for _, text in await room.read(COLLEAGUES)] == ["un", "deux"]
    good = {"place": COLLEAGUES, "cid": client_id(), "mark": "A" * 43, "sealed": "en clair"}
    sealed = {"protected": "e30", "recipients": [], "iv": "x", "ciphertext": "x", "tag": "x"}
    for bad in (good, {**good, "sealed": sealed}, {**good, "cid": "x"}, {**good, "place": "police.nowhere"}, {}):
        status, said = await room.post_line(**bad)
        assert (status, said["error"]) == (400, "invalid")
        assert "clair" not in json.dumps(said)
    assert (await room.lines("conversation.not-an-id"))[0] == 400


async def test_who_writes_too_fast_is_told_to_wait(start: Start, sit: Sitting) -> None:
    room = Backroom(await sit(await start(), "police1"))
    answers = await asyncio.gather(*(room.write(COLLEAGUES, str(number)) for number in range(MOST_WRITTEN + 3)))
    assert sorted(status for status, _ in answers) == [200] * MOST_WRITTEN + [429] * 3


async def test_only_a_supervisor_is_addressed_by_a_supervision_key(
    start: Start, sit: Sitting, chief: Callable[..., Awaitable[Backroom]]
) -> None:
    instance = await start()
    operator = await sit(instance, "police1")
    assert operator.shift is not None
    room = Backroom(operator)
    assert (await room.present(operator.shift.credential))[0] == 403, "operators are addressed by the duty key"
    supervisor = await chief(instance, "chef1")
    assert supervisor._supervision is not None
    assert (await room.present(supervisor._supervision.credential))[0] == 403, "somebody else's"


def _sealed() -> tuple[str, str, SealedLine]:
    cid = client_id()
    line = seal_line("x", cid, "x", [Verified("kid", "duty", AUTHORITY)])
    return cid, line.mark, msgspec.convert(line.sealed, SealedLine)


async def test_what_is_said_in_a_room_is_gone_after_the_shift(client: Redis, clock: Clock) -> None:
    lines = Lines(client, 43_200, clock)
    room = Room(Force.POLICE, Channel.COLLEAGUES)
    await lines.append(room, "police1", *_sealed())
    clock.passes(40_000)
    await lines.append(room, "police1", *_sealed())
    clock.passes(3_300)
    assert [line.seq for line in (await lines.read(room, 0))[1]] == [2]
    clock.passes(43_300)
    await lines.trim()
    assert (await lines.read(room, 0))[1] == []
    assert 0 < await client.pttl(keys.staff_lines(str(room))) <= 43_200_000


async def test_a_psychologist_writes_in_the_rooms_and_beside_the_conversations_that_they_are_in(
    start: Start, place: Place, sit: Sitting, client: Redis
) -> None:
    """They hold no duty key: lines are sealed for the key that their page shows."""
    instance = await start()
    operator = await sit(instance, "police1")
    notes = await _held(operator, place)
    await place.hire_psychologist("psy1", Force.GENDARMERIE, both_forces=True)
    called = await Operator(operator.site).log_in("psy1", PASSWORD)
    assert called.shift is not None
    one, other = Backroom(operator), Backroom(called)
    assert (await other.present(called.shift.credential))[0] == 204
    assert (await other.lines("gendarmerie.psychologists"))[0] == 200
    assert (await other.lines("police.psychologists"))[0] == 403, "a room is its own force's"
    assert (await other.write(notes, "x"))[0] == 403
    called_in: dict[Any, Any] = {"who:psychologist": "psy1", "key:psychologist": called.shift.kid}
    await client.hset(keys.conversation(_id(notes)), mapping=called_in)
    assert (await other.write(notes, "vu"))[0] == 200
    assert (await one.write(notes, "merci"))[0] == 200
    for who in (one, other):
        assert await who.read(notes) == [("psy1", "vu"), ("police1", "merci")]
    await called.leave()


async def test_notes_have_a_bound_and_none_is_dropped(client: Redis) -> None:
    lines, notes = Lines(client, 60), Notes(str(uuid4()))
    assert (await lines.append(notes, "police1", *_sealed())).outcome == "gone", "a conversation that is none"
    await client.hset(keys.ticket(notes.conversation), "queue", "police.domestic")
    outcomes = [
        (await lines.append(notes, f"police{number // MOST_WRITTEN}", *_sealed())).outcome
        for number in range(MOST_NOTES + 1)
    ]
    assert outcomes == ["new"] * MOST_NOTES + ["full"]
    assert (await lines.read(notes, MOST_NOTES - 1))[1][0].seq == MOST_NOTES


async def test_a_note_is_sealed_again_for_others_and_stays_the_same_text(client: Redis) -> None:
    lines, notes = Lines(client, 60), Notes(str(uuid4()))
    await client.hset(keys.ticket(notes.conversation), "queue", "police.domestic")
    cid, mark, sealed = _sealed()
    await lines.append(notes, "police1", cid, mark, sealed)
    _, other_mark, again = _sealed()
    assert not await lines.reseal(notes, 1, other_mark, again)
    assert await lines.reseal(notes, 1, mark, again)
    assert (await lines.read(notes, 0))[1][0].sealed == again
