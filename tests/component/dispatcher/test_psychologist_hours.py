"""Operators call a psychologist into a chat: by whose hours one comes, and what both have of it (O4)."""

from datetime import datetime

import pytest
from redis.asyncio import Redis

from shared import keys
from shared.chat.frames import Ack, Error, ErrorCode, Held, Message, Released, Say, SetStatus
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.conversation import Category, Force
from tests.component.dispatcher.conftest import Sitting, Start
from tests.component.dispatcher.people import Place
from tests.component.dispatcher.psychologists import (
    ALWAYS,
    OPEN,
    asks,
    audited,
    does,
    given,
    in_it,
    is_told,
    record_of,
    said_as,
)
from tests.servers import NatsServer

OFFICE = "Mo-Fr 09:00-18:00"


class Wall:
    """A clock on the wall that shows what a test says."""

    def __init__(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self) -> datetime:
        return self.now


async def test_called_joins_from_another_instance_talks_and_leaves_while_the_chat_goes_on(
    start: Start, place: Place, seat: Sitting, psychologist: Sitting, client: Redis
) -> None:
    one, two = await start(**OPEN), await start(**OPEN)
    police = await seat(one, "police1")
    conversation = await given(police, place)
    await police.send(Say(conversation=conversation, cid="before-they-came", body="x"))
    await police.hears(Ack, said_as("before-they-came"))
    psy = await psychologist(two)
    assert (await is_told(police, lambda told: told.free == 1)).present == 1
    assert await does(police, "call", conversation) == (204, "")
    held = await in_it(psy, conversation)
    assert (held.beside, held.psychologist, held.new, held.category) == ("police1", "psy1", True, Category.DOMESTIC)
    assert (await psy.hears(Message, said_as("before-they-came"))).by == "operator", "they read what was said before"
    told = await police.hears(Held, lambda held: held.psychologist == "psy1")
    assert [(turn.role, turn.account, turn.why) for turn in told.turns] == [
        ("operator", "police1", "assigned"),
        ("psychologist", "psy1", "called"),
    ]
    record = await record_of(client, conversation)
    assert psy.shift is not None
    assert (record.operator, record.psychologist) == ("police1", "psy1")
    assert record.psychologist_key == psy.shift.kid, "the visitor's page is told to give them its keys"
    await psy.send(Say(conversation=conversation, cid="by-the-psychologist", body="x"))
    assert (await police.hears(Message, said_as("by-the-psychologist"))).by == "psychologist"
    assert await does(police, "call", conversation) == (409, "there")
    assert await does(psy, "leave", conversation) == (204, "")
    await psy.hears(Released, lambda frame: frame.conversation == conversation)
    record = await record_of(client, conversation)
    assert (record.operator, record.psychologist, record.psychologist_key) == ("police1", None, None)
    await psy.send(Say(conversation=conversation, cid="after-they-left", body="x"))
    assert (await psy.hears(Error, lambda error: error.cid == "after-they-left")).code is ErrorCode.NOT_FOUND
    assert await client.hgetall(keys.HELD) == {conversation.encode(): b"police1"}


@pytest.mark.parametrize(
    ("department", "now", "opens"),
    [
        pytest.param(None, "2026-09-16T11:00+02:00", None, id="by day"),
        pytest.param(None, "2026-09-16T03:00+02:00", "2026-09-16T09:00+02:00", id="by night"),
        pytest.param(None, "2026-07-14T11:00+02:00", "2026-07-15T09:00+02:00", id="on 14 July"),
        pytest.param("974", "2026-09-16T07:00+02:00", None, id="in Réunion, where it is nine"),
        pytest.param("974", "2026-09-16T16:30+02:00", "2026-09-17T09:00+04:00", id="in Réunion, where it is night"),
        pytest.param("974", "2026-07-14T09:00+02:00", "2026-07-15T09:00+04:00", id="in Réunion on 14 July"),
    ],
)
async def test_by_their_hours_one_comes_or_the_operator_reads_when_one_will(
    start: Start,
    place: Place,
    seat: Sitting,
    psychologist: Sitting,
    department: str | None,
    now: str,
    opens: str | None,
) -> None:
    """O4: by day, by night, on 14 July and in Réunion's time zone."""
    hours = {"week": OFFICE, "department": department}
    instance = await start(clock=Wall(now), psychologists={"police": hours})
    police = await seat(instance, "police1")
    conversation = await given(police, place)
    psy = await psychologist(instance)
    if opens is None:
        assert await does(police, "call", conversation) == (204, "")
        await in_it(psy, conversation)
        return
    status, refusal = await asks(police, "call", {"conversation": conversation})
    assert (status, refusal["error"]) == (409, "closed")
    assert datetime.fromisoformat(opens).isoformat() in refusal["detail"]
    told = await is_told(police, lambda told: told.ever and not told.open)
    assert told.opens_at == int(datetime.fromisoformat(opens).timestamp() * 1000)
    assert told.calls == []


async def test_a_force_without_psychologists_is_told_so(start: Start, place: Place, seat: Sitting) -> None:
    instance = await start(psychologists={"police": ALWAYS})
    gendarme = await seat(instance, "gendarmerie1", force=Force.GENDARMERIE)
    conversation = await given(gendarme, place, Force.GENDARMERIE)
    assert await does(gendarme, "call", conversation) == (409, "none")
    assert not (await is_told(gendarme, lambda told: not told.ever)).open


async def test_their_hours_end_and_whoever_waits_is_told_instead_of_waiting_for_ever(
    start: Start, place: Place, seat: Sitting, nats: NatsServer
) -> None:
    wall = Wall("2026-09-16T17:59+02:00")
    instance = await start(clock=wall, psychologists={"police": {"week": OFFICE}})
    police = await seat(instance, "police1")
    conversation = await given(police, place)
    assert await does(police, "call", conversation) == (204, "")
    await is_told(police, lambda told: len(told.calls) == 1)
    wall.now = datetime.fromisoformat("2026-09-16T18:00+02:00")
    told = await is_told(police, lambda told: not told.open)
    assert told.calls == []
    assert told.opens_at == int(datetime.fromisoformat("2026-09-17T09:00+02:00").timestamp() * 1000)
    assert await audited(nats, conversation, AuditAction.PSYCHOLOGIST_UNCALLED) == [(None, AuditActor.SYSTEM, "closed")]


async def test_whoever_pauses_is_not_called(start: Start, place: Place, seat: Sitting, psychologist: Sitting) -> None:
    instance = await start(**OPEN)
    psy = await psychologist(instance)
    await psy.send(SetStatus(status="paused"))
    await psy.hears(SetStatus)
    police = await seat(instance, "police1")
    conversation = await given(police, place)
    await does(police, "call", conversation)
    assert (await is_told(police, lambda told: len(told.calls) == 1)).present == 0
    await psy.send(SetStatus(status="available"))
    await in_it(psy, conversation)
