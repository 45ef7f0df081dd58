"""Operators call a psychologist into a chat: by whose hours, in what order, whatever is lost on the way (O4, O9)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.audit.reading import entries
from shared import keys
from shared.chat.frames import (
    Ack,
    Danger,
    Duty,
    End,
    Error,
    ErrorCode,
    Held,
    MakeDuty,
    Message,
    Psychologists,
    Released,
    Say,
    SetStatus,
)
from shared.chat.store import ConversationStore, Record
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.conversation import Category, Force
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import Desk, Place
from tests.servers import NatsServer, eventually

ALWAYS = {"week": "24/7", "on_holidays": "00:00-24:00"}
OPEN = {"psychologists": {"police": ALWAYS, "gendarmerie": ALWAYS}}
OFFICE = "Mo-Fr 09:00-18:00"
Open = Callable[..., Awaitable[Desk]]


class Wall:
    """A clock on the wall that shows what a test says."""

    def __init__(self, now: str) -> None:
        self.now = datetime.fromisoformat(now)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def operator(place: Place, browser: aiohttp.ClientSession) -> Open:
    """Hire an operator and open their console."""

    async def one(instance: Running, login: str = "police1", force: Force = Force.POLICE) -> Desk:
        await place.hire(login, force)
        return await _seated(Desk(instance.port, login, browser))

    return one


@pytest.fixture
def psychologist(place: Place, browser: aiohttp.ClientSession) -> Open:
    """Hire a psychologist and open their console."""

    async def one(
        instance: Running, login: str = "psy1", force: Force = Force.POLICE, *, limit: int = 3, both: bool = False
    ) -> Desk:
        await place.hire_psychologist(login, force, limit=limit, both_forces=both)
        return await _seated(Desk(instance.port, login, browser))

    return one


async def _seated(desk: Desk) -> Desk:
    assert (await desk.log_in()).status == 200
    return await desk.open()


async def _does(desk: Desk, what: str, conversation: str) -> tuple[int, str]:
    """Call; return the status and the word of a refusal."""
    answer = await _answer(desk, what, {"conversation": conversation})
    return answer[0], answer[1].get("error", "")


async def _answer(desk: Desk, what: str, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
    async with desk.http.post(f"{desk.base}/api/psychologist/{what}", json=body, headers=desk.headers()) as answer:
        return answer.status, {} if answer.status == 204 else await answer.json()


async def _given(desk: Desk, place: Place, force: Force = Force.POLICE) -> str:
    """Have a visitor come; return the conversation once this console has it."""
    conversation = await place.visit(force=force)
    await desk.hears(Held, lambda held: held.conversation == conversation)
    return conversation


async def _is_told(desk: Desk, that: Callable[[Psychologists], bool]) -> Psychologists:
    """Wait until what this console was told last of psychologists is so."""

    def last() -> Psychologists | None:
        return next((frame for frame in reversed(desk.heard) if isinstance(frame, Psychologists)), None)

    async def so() -> bool:
        found = last()
        return found is not None and that(found)

    await eventually(so, 20, f"it was never so; last: {last()}")
    found = last()
    assert found is not None
    return found


async def _in_it(desk: Desk, conversation: str) -> Held:
    """Wait until this psychologist's console shows the conversation."""
    return await desk.hears(Held, lambda held: held.conversation == conversation and held.part == "psychologist")


async def _record(client: Redis, conversation: str) -> Record:
    record = await ConversationStore(client, 900).record(conversation)
    assert record is not None
    return record


def _of(cid: str) -> Callable[[Ack | Message], bool]:
    return lambda frame: frame.cid == cid


def _calls(found: Psychologists) -> list[tuple[str, int, bool]]:
    return [(one.conversation, one.place, one.again) for one in found.calls]


async def test_called_joins_from_another_instance_talks_and_leaves_while_the_chat_goes_on(
    start: Start, place: Place, operator: Open, psychologist: Open, client: Redis
) -> None:
    one, two = await start(**OPEN), await start(**OPEN)
    police = await operator(one)
    conversation = await _given(police, place)
    await police.send(Say(conversation=conversation, cid="before-they-came", body="x"))
    await police.hears(Ack, _of("before-they-came"))
    psy = await psychologist(two)
    assert (await _is_told(police, lambda told: told.free == 1)).present == 1
    assert await _does(police, "call", conversation) == (204, "")
    held = await _in_it(psy, conversation)
    assert (held.beside, held.psychologist, held.new, held.category) == ("police1", "psy1", True, Category.DOMESTIC)
    assert (await psy.hears(Message, _of("before-they-came"))).by == "operator", "they read what was said before"
    told = await police.hears(Held, lambda held: held.psychologist == "psy1")
    assert [(turn.role, turn.account, turn.why) for turn in told.turns] == [
        ("operator", "police1", "assigned"),
        ("psychologist", "psy1", "called"),
    ]
    record = await _record(client, conversation)
    assert psy.shift is not None
    assert (record.operator, record.psychologist) == ("police1", "psy1")
    assert record.psychologist_key == psy.shift.kid, "the visitor's page is told to give them its keys"
    await psy.send(Say(conversation=conversation, cid="by-the-psychologist", body="x"))
    assert (await police.hears(Message, _of("by-the-psychologist"))).by == "psychologist"
    assert await _does(police, "call", conversation) == (409, "there")
    assert await _does(psy, "leave", conversation) == (204, "")
    await psy.hears(Released, lambda frame: frame.conversation == conversation)
    record = await _record(client, conversation)
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
    start: Start, place: Place, operator: Open, psychologist: Open, department: str | None, now: str, opens: str | None
) -> None:
    """O4: by day, by night, on 14 July and in Réunion's time zone."""
    hours = {"week": OFFICE, "department": department}
    instance = await start(clock=Wall(now), psychologists={"police": hours})
    police = await operator(instance)
    conversation = await _given(police, place)
    psy = await psychologist(instance)
    if opens is None:
        assert await _does(police, "call", conversation) == (204, "")
        await _in_it(psy, conversation)
        return
    status, refusal = await _answer(police, "call", {"conversation": conversation})
    assert (status, refusal["error"]) == (409, "closed")
    assert datetime.fromisoformat(opens).isoformat() in refusal["detail"]
    told = await _is_told(police, lambda told: told.ever and not told.open)
    assert told.opens_at == int(datetime.fromisoformat(opens).timestamp() * 1000)
    assert told.calls == []


async def test_a_force_without_psychologists_is_told_so(start: Start, place: Place, operator: Open) -> None:
    instance = await start(psychologists={"police": ALWAYS})
    gendarme = await operator(instance, "gendarmerie1", Force.GENDARMERIE)
    conversation = await _given(gendarme, place, Force.GENDARMERIE)
    assert await _does(gendarme, "call", conversation) == (409, "none")
    assert not (await _is_told(gendarme, lambda told: not told.ever)).open


async def test_nobody_is_free_so_they_stand_in_line_and_know_where(
    start: Start, place: Place, operator: Open, psychologist: Open
) -> None:
    instance = await start(**OPEN)
    psy = await psychologist(instance, limit=1)
    police = await operator(instance)
    first, second, third = [await _given(police, place) for _ in range(3)]
    assert await _does(police, "call", first) == (204, "")
    await _in_it(psy, first)
    assert await _does(police, "call", second) == (204, "")
    await _is_told(police, lambda told: len(told.calls) == 1)
    assert await _does(police, "call", third) == (204, "")
    waits = await _is_told(police, lambda told: len(told.calls) == 2)
    assert _calls(waits) == [(second, 1, False), (third, 2, False)]
    assert (waits.present, waits.free, waits.waiting) == (1, 0, 2)
    assert _calls(await _is_told(psy, lambda told: len(told.calls) == 2)) == _calls(waits)
    assert await _does(police, "call", second) == (409, "called")
    assert await _does(police, "take-back", second) == (204, "")
    assert _calls(await _is_told(police, lambda told: len(told.calls) == 1)) == [(third, 1, False)]
    assert await _does(psy, "leave", first) == (204, "")
    await _in_it(psy, third)
    assert (await _is_told(police, lambda told: not told.calls)).waiting == 0


async def test_their_hours_end_and_whoever_waits_is_told_instead_of_waiting_for_ever(
    start: Start, place: Place, operator: Open, nats: NatsServer
) -> None:
    wall = Wall("2026-09-16T17:59+02:00")
    instance = await start(clock=wall, psychologists={"police": {"week": OFFICE}})
    police = await operator(instance)
    conversation = await _given(police, place)
    assert await _does(police, "call", conversation) == (204, "")
    await _is_told(police, lambda told: len(told.calls) == 1)
    wall.now = datetime.fromisoformat("2026-09-16T18:00+02:00")
    told = await _is_told(police, lambda told: not told.open)
    assert told.calls == []
    assert told.opens_at == int(datetime.fromisoformat("2026-09-17T09:00+02:00").timestamp() * 1000)
    assert await _audited(nats, conversation, AuditAction.PSYCHOLOGIST_UNCALLED) == [
        (None, AuditActor.SYSTEM, "closed")
    ]


async def test_whoever_pauses_is_not_called(start: Start, place: Place, operator: Open, psychologist: Open) -> None:
    instance = await start(**OPEN)
    psy = await psychologist(instance)
    await psy.send(SetStatus(status="paused"))
    await psy.hears(SetStatus)
    police = await operator(instance)
    conversation = await _given(police, place)
    await _does(police, "call", conversation)
    assert (await _is_told(police, lambda told: len(told.calls) == 1)).present == 0
    await psy.send(SetStatus(status="available"))
    await _in_it(psy, conversation)


async def test_a_lost_psychologist_is_followed_by_another_who_goes_to_the_head_of_the_line(
    start: Start, place: Place, operator: Open, psychologist: Open, client: Redis, nats: NatsServer
) -> None:
    instance = await start(grace_s=0.5, **OPEN)
    police = await operator(instance)
    first, second = await _given(police, place), await _given(police, place)
    psy = await psychologist(instance, limit=1)
    await _does(police, "call", first)
    await _in_it(psy, first)
    await _does(police, "call", second)
    await _is_told(police, lambda told: len(told.calls) == 1)
    await psy.drop()
    lost = await _is_told(police, lambda told: len(told.calls) == 2)
    assert _calls(lost) == [(first, 1, True), (second, 2, False)]
    assert (await _record(client, first)).psychologist is None
    other = await psychologist(instance, "psy2", limit=1)
    await _in_it(other, first)
    assert _calls(await _is_told(police, lambda told: len(told.calls) == 1)) == [(second, 1, False)]
    assert await _audited(nats, first, AuditAction.PSYCHOLOGIST_LEFT) == [("psy1", AuditActor.SYSTEM, "operator_lost")]


async def test_a_psychologist_whose_page_comes_back_within_the_grace_is_still_in_it(
    start: Start, place: Place, operator: Open, psychologist: Open, client: Redis
) -> None:
    instance = await start(grace_s=30, **OPEN)
    police = await operator(instance)
    conversation = await _given(police, place)
    psy = await psychologist(instance)
    await _does(police, "call", conversation)
    await _in_it(psy, conversation)
    await psy.drop()
    await psy.open()
    assert not (await _in_it(psy, conversation)).new
    assert (await _record(client, conversation)).psychologist == "psy1"


async def test_a_lost_operator_leaves_the_psychologist_in_and_another_takes_over(
    start: Start, place: Place, operator: Open, psychologist: Open, client: Redis
) -> None:
    instance = await start(grace_s=0.5, **OPEN)
    police = await operator(instance)
    conversation = await _given(police, place)
    psy = await psychologist(instance)
    await _does(police, "call", conversation)
    await _in_it(psy, conversation)
    await police.drop()
    await psy.hears(Held, lambda held: held.beside is None)
    await psy.send(Say(conversation=conversation, cid="still-with-them", body="x"))
    await psy.hears(Ack, _of("still-with-them"))
    other = await operator(instance, "police2")
    taken = await other.hears(Held, lambda held: held.conversation == conversation)
    assert (taken.psychologist, taken.turn) == ("psy1", 2)
    assert (await other.hears(Message, _of("still-with-them"))).by == "psychologist"
    await psy.hears(Held, lambda held: held.beside == "police2")
    assert (await _record(client, conversation)).psychologist == "psy1"


async def _to_the_other_force(police: Desk, gendarme: Desk, conversation: str) -> None:
    for desk, what, more in (
        (police, "offer", {"queue": "gendarmerie.domestic"}),
        (gendarme, "accept", {}),
    ):
        body = {"conversation": conversation, **more}
        async with desk.http.post(f"{desk.base}/api/transfer/{what}", json=body, headers=desk.headers()) as answer:
            assert answer.status == 204


@pytest.mark.parametrize("both", [True, False])
async def test_to_the_other_force_goes_along_whoever_serves_both(
    start: Start, place: Place, operator: Open, psychologist: Open, client: Redis, nats: NatsServer, *, both: bool
) -> None:
    instance = await start(**OPEN)
    police, gendarme = await operator(instance), await operator(instance, "gendarmerie1", Force.GENDARMERIE)
    conversation = await _given(police, place)
    psy = await psychologist(instance, both=both)
    await _does(police, "call", conversation)
    await _in_it(psy, conversation)
    await _to_the_other_force(police, gendarme, conversation)
    taken = await gendarme.hears(Held, lambda held: held.conversation == conversation)
    record = await _record(client, conversation)
    if both:
        assert (taken.psychologist, record.psychologist) == ("psy1", "psy1")
        await psy.hears(Held, lambda held: held.beside == "gendarmerie1" and held.force is Force.GENDARMERIE)
        return
    await psy.hears(Released, lambda frame: frame.conversation == conversation)
    assert (record.psychologist, record.operator) == (None, "gendarmerie1")
    assert await _audited(nats, conversation, AuditAction.PSYCHOLOGIST_LEFT) == [
        ("psy1", AuditActor.SYSTEM, "other_force")
    ]


async def test_one_of_the_police_is_called_in_by_the_gendarmerie_only_if_certified_for_both(
    start: Start, place: Place, operator: Open, psychologist: Open
) -> None:
    instance = await start(**OPEN)
    gendarme = await operator(instance, "gendarmerie1", Force.GENDARMERIE)
    conversation = await _given(gendarme, place, Force.GENDARMERIE)
    await psychologist(instance, "psy1")
    await _does(gendarme, "call", conversation)
    assert (await _is_told(gendarme, lambda told: len(told.calls) == 1)).present == 0
    lent = await psychologist(instance, "psy2", both=True)
    assert (await _in_it(lent, conversation)).beside == "gendarmerie1"


async def test_of_many_free_ones_at_many_instances_one_joins(
    start: Start, place: Place, operator: Open, psychologist: Open, client: Redis
) -> None:
    """O9: four dispatchers decide at the same moment; none is joined twice, and nobody has more than their limit."""
    instances = [await start(**OPEN) for _ in range(4)]
    police = await operator(instances[0])
    conversations = [await _given(police, place) for _ in range(3)]
    people = [await psychologist(instances[number], f"psy{number}", limit=1) for number in range(4)]
    stores = [instance.floor.calls for instance in instances]
    for conversation in conversations:
        assert await stores[0].call(conversation, "police1") is None
    made = await asyncio.gather(*(store.join() for store in stores for _ in range(3)))
    joined = [one.conversation for some in made for one in some]
    assert len(joined) == len(set(joined))

    async def all_there() -> bool:
        records = [await _record(client, conversation) for conversation in conversations]
        return all(record.psychologist for record in records)

    for instance, some in zip([one for one in instances for _ in range(3)], made, strict=True):
        instance.floor.announcer.announce(some)
    await eventually(all_there)
    who = [(await _record(client, conversation)).psychologist for conversation in conversations]
    assert len(set(who)) == 3
    shown = [sum(isinstance(frame, Held) and frame.new for frame in desk.heard) for desk in people]
    assert sum(shown) <= 3


async def test_only_who_has_it_calls_and_a_psychologist_can_do_nothing_else_with_it(
    start: Start, place: Place, operator: Open, psychologist: Open, client: Redis
) -> None:
    """O9: no end, no transfer, no duty key, no chat of their own."""
    instance = await start(**OPEN)
    psy = await psychologist(instance)
    waiting = await place.visit(category=Category.SEXUAL)
    police = await operator(instance)
    await police.hears(Held, lambda held: held.conversation == waiting)
    other = await operator(instance, "police2")
    for desk in (other, psy):
        assert await _does(desk, "call", waiting) == (409, "not_yours")
        assert await _does(desk, "leave", waiting) == (409, "gone")
    await _does(police, "call", waiting)
    await _in_it(psy, waiting)
    assert not [frame for frame in psy.heard if isinstance(frame, Duty)], "the duty key is the operators'"
    assert psy.shift is not None
    on_duty = (await instance.floor.duties.store.look())[Force.POLICE].shifts
    assert psy.shift.kid not in {shift.kid for shift in on_duty}
    assert len(on_duty) == 2
    await psy.send(MakeDuty(credential=psy.shift.credential, boxes={}))
    await psy.hears(Error, lambda error: error.code is ErrorCode.FORBIDDEN)
    await psy.send(End(conversation=waiting))
    await psy.hears(Error, lambda error: error.conversation == waiting)
    assert (await _record(client, waiting)).operator == "police1"
    async with police.http.get(
        f"{police.base}/api/transfer", params={"conversation": waiting}, headers=police.headers()
    ) as answer:
        assert [one["operator"] for one in (await answer.json())["operators"]] == ["police2"]


async def test_danger_is_a_psychologist_s_to_say_too(
    start: Start, place: Place, operator: Open, psychologist: Open
) -> None:
    """O6."""
    instance = await start(**OPEN)
    police = await operator(instance)
    conversation = await _given(police, place)
    psy = await psychologist(instance)
    await _does(police, "call", conversation)
    await _in_it(psy, conversation)
    await psy.send(Danger(conversation=conversation, on=True))
    for desk in (police, psy):
        await desk.hears(Held, lambda held: held.danger == "psychologist")


async def test_a_supervisor_sees_who_is_in_and_who_waits(
    start: Start, place: Place, operator: Open, psychologist: Open, browser: aiohttp.ClientSession
) -> None:
    instance = await start(**OPEN)
    police = await operator(instance)
    first, second = await _given(police, place), await _given(police, place)
    psy = await psychologist(instance, limit=1)
    await _does(police, "call", first)
    await _in_it(psy, first)
    await _does(police, "call", second)
    await _is_told(police, lambda told: len(told.calls) == 1)
    roles = ("operator", "supervisor")
    await place.hire("chief1", roles=roles)
    chief = Desk(instance.port, "chief1", browser)
    await chief.log_in()
    async with browser.get(f"{chief.base}/api/supervision", headers=chief.headers()) as answer:
        view = await answer.json()
    people = {one["operator"]: one for one in view["operators"]}
    assert people["psy1"]["psychologist"] == ["police"]
    assert [talk["conversation"] for talk in people["psy1"]["held"]] == [first]
    assert people["police1"]["psychologist"] == []
    stands = {one["force"]: one for one in view["psychologists"]}
    assert (stands["police"]["present"], stands["police"]["free"]) == (1, 0)
    assert [(one["conversation"], one["operator"]) for one in stands["police"]["calls"]] == [(second, "police1")]


async def test_psychologists_see_who_wants_to_talk_and_see_to_it(
    start: Start, operator: Open, psychologist: Open
) -> None:
    """O11."""
    instance = await start(**OPEN)
    police, psy = await operator(instance), await psychologist(instance)
    body = {"wanted": True}
    async with police.http.post(f"{police.base}/api/care/debrief", json=body, headers=police.headers()) as answer:
        assert answer.status == 200
    told = await _is_told(psy, lambda told: bool(told.debriefs))
    assert [one.operator for one in told.debriefs] == ["police1"]
    assert not (await _is_told(police, lambda told: told.ever)).debriefs
    assert (await _answer(police, "debrief", {"operator": "police1"}))[0] == 403
    assert (await _answer(psy, "debrief", {"operator": "police1"}))[0] == 204
    await _is_told(psy, lambda told: not told.debriefs)


async def _audited(
    nats: NatsServer, conversation: str, action: AuditAction
) -> list[tuple[str | None, AuditActor, str | None]]:
    """Wait for entries of this kind about a conversation; return account, who did it, and why."""
    auditor = await nats.connect("auditor")
    found: list[tuple[str | None, AuditActor, str | None]] = []

    async def written() -> bool:
        found[:] = [
            (entry.account, entry.by, entry.reason)
            async for _, entry in entries(auditor)
            if str(entry.conversation_id) == conversation and entry.action is action
        ]
        return bool(found)

    await eventually(written)
    await auditor.close()
    return found


async def test_who_called_came_and_left_is_in_the_audit_without_a_word(
    start: Start, place: Place, operator: Open, psychologist: Open, nats: NatsServer
) -> None:
    instance = await start(**OPEN)
    police = await operator(instance)
    conversation = await _given(police, place)
    psy = await psychologist(instance)
    await _does(police, "call", conversation)
    await _in_it(psy, conversation)
    await _does(psy, "leave", conversation)
    by_self, by_system = AuditActor.SELF, AuditActor.SYSTEM
    assert await _audited(nats, conversation, AuditAction.PSYCHOLOGIST_CALLED) == [("police1", by_self, None)]
    assert await _audited(nats, conversation, AuditAction.PSYCHOLOGIST_JOINED) == [("psy1", by_system, None)]
    assert await _audited(nats, conversation, AuditAction.PSYCHOLOGIST_LEFT) == [("psy1", by_self, "left")]
