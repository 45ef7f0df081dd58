"""Who waits for a psychologist stands in one line, whatever is lost on the way (O4, O9)."""

import asyncio

from redis.asyncio import Redis

from shared.chat.frames import Ack, Held, Message, Say
from shared.contracts.audit import AuditAction, AuditActor
from tests.component.dispatcher.conftest import Meet, Sitting, Start
from tests.component.dispatcher.people import Place
from tests.component.dispatcher.psychologists import (
    OPEN,
    audited,
    does,
    given,
    in_it,
    is_told,
    line_of,
    one_more_waits,
    record_of,
    said_as,
)
from tests.servers import NatsServer, eventually


async def test_nobody_is_free_so_they_stand_in_line_and_know_where(
    start: Start, place: Place, seat: Sitting, psychologist: Sitting
) -> None:
    instance = await start(**OPEN)
    psy = await psychologist(instance, limit=1)
    police = await seat(instance, "police1")
    first, second, third = [await given(police, place) for _ in range(3)]
    assert await does(police, "call", first) == (204, "")
    await in_it(psy, first)
    assert await does(police, "call", second) == (204, "")
    await is_told(police, lambda told: len(told.calls) == 1)
    assert await does(police, "call", third) == (204, "")
    waits = await is_told(police, lambda told: len(told.calls) == 2)
    assert line_of(waits) == [(second, 1, False), (third, 2, False)]
    assert (waits.present, waits.free, waits.waiting) == (1, 0, 2)
    assert line_of(await is_told(psy, lambda told: len(told.calls) == 2)) == line_of(waits)
    assert await does(police, "call", second) == (409, "called")
    assert await does(police, "take-back", second) == (204, "")
    assert line_of(await is_told(police, lambda told: len(told.calls) == 1)) == [(third, 1, False)]
    assert await does(psy, "leave", first) == (204, "")
    await in_it(psy, third)
    assert (await is_told(police, lambda told: not told.calls)).waiting == 0


async def test_a_lost_psychologist_is_followed_by_another_who_goes_to_the_head_of_the_line(
    together: Meet, place: Place, psychologist: Sitting, client: Redis, nats: NatsServer
) -> None:
    meeting = await together(limit=1, grace_s=0.5)
    police, first = meeting.operator, meeting.conversation
    second = await one_more_waits(meeting, place)
    await meeting.psychologist.drop()
    lost = await is_told(police, lambda told: len(told.calls) == 2)
    assert line_of(lost) == [(first, 1, True), (second, 2, False)]
    assert (await record_of(client, first)).psychologist is None
    other = await psychologist(meeting.instance, "psy2", limit=1)
    await in_it(other, first)
    assert line_of(await is_told(police, lambda told: len(told.calls) == 1)) == [(second, 1, False)]
    assert await audited(nats, first, AuditAction.PSYCHOLOGIST_LEFT) == [("psy1", AuditActor.SYSTEM, "operator_lost")]


async def test_a_psychologist_whose_page_comes_back_within_the_grace_is_still_in_it(
    together: Meet, client: Redis
) -> None:
    meeting = await together(grace_s=30)
    psy, conversation = meeting.psychologist, meeting.conversation
    await psy.drop()
    await psy.open()
    assert not (await in_it(psy, conversation)).new
    assert (await record_of(client, conversation)).psychologist == "psy1"


async def test_a_lost_operator_leaves_the_psychologist_in_and_another_takes_over(
    together: Meet, seat: Sitting, client: Redis
) -> None:
    meeting = await together(grace_s=0.5)
    psy, conversation = meeting.psychologist, meeting.conversation
    await meeting.operator.drop()
    await psy.hears(Held, lambda held: held.beside is None)
    await psy.send(Say(conversation=conversation, cid="still-with-them", body="x"))
    await psy.hears(Ack, said_as("still-with-them"))
    other = await seat(meeting.instance, "police2")
    taken = await other.hears(Held, lambda held: held.conversation == conversation)
    assert (taken.psychologist, taken.turn) == ("psy1", 2)
    assert (await other.hears(Message, said_as("still-with-them"))).by == "psychologist"
    await psy.hears(Held, lambda held: held.beside == "police2")
    assert (await record_of(client, conversation)).psychologist == "psy1"


async def test_of_many_free_ones_at_many_instances_one_joins(
    start: Start, place: Place, seat: Sitting, psychologist: Sitting, client: Redis
) -> None:
    """O9: four dispatchers decide at the same moment; none is joined twice, and nobody has more than their limit."""
    instances = [await start(**OPEN) for _ in range(4)]
    police = await seat(instances[0], "police1")
    conversations = [await given(police, place) for _ in range(3)]
    people = [await psychologist(instances[number], f"psy{number}", limit=1) for number in range(4)]
    stores = [instance.floor.calls for instance in instances]
    for conversation in conversations:
        assert await stores[0].call(conversation, "police1") is None
    made = await asyncio.gather(*(store.join() for store in stores for _ in range(3)))
    joined = [one.conversation for some in made for one in some]
    assert len(joined) == len(set(joined))

    async def all_there() -> bool:
        records = [await record_of(client, conversation) for conversation in conversations]
        return all(record.psychologist for record in records)

    for instance, some in zip([one for one in instances for _ in range(3)], made, strict=True):
        instance.floor.announcer.announce(some)
    await eventually(all_there)
    who = [(await record_of(client, conversation)).psychologist for conversation in conversations]
    assert len(set(who)) == 3
    shown = [sum(isinstance(frame, Held) and frame.new for frame in desk.heard) for desk in people]
    assert sum(shown) <= 3
