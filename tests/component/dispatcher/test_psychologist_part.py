"""What a psychologist may do in a chat, of which force, and who sees it afterwards (O4, O9)."""

import pytest
from redis.asyncio import Redis

from shared.chat.frames import Danger, Duty, End, Error, ErrorCode, Held, MakeDuty, Released
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.conversation import Category, Force
from tests.component.dispatcher.conftest import Meet, Sitting, Start
from tests.component.dispatcher.people import Desk, Place
from tests.component.dispatcher.psychologists import (
    OPEN,
    asks,
    audited,
    does,
    given,
    in_it,
    is_told,
    one_more_waits,
    record_of,
)
from tests.servers import NatsServer


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
    together: Meet, seat: Sitting, client: Redis, nats: NatsServer, *, both: bool
) -> None:
    meeting = await together(both=both)
    psy, conversation = meeting.psychologist, meeting.conversation
    gendarme = await seat(meeting.instance, "gendarmerie1", force=Force.GENDARMERIE)
    await _to_the_other_force(meeting.operator, gendarme, conversation)
    taken = await gendarme.hears(Held, lambda held: held.conversation == conversation)
    record = await record_of(client, conversation)
    if both:
        assert (taken.psychologist, record.psychologist) == ("psy1", "psy1")
        await psy.hears(Held, lambda held: held.beside == "gendarmerie1" and held.force is Force.GENDARMERIE)
        return
    await psy.hears(Released, lambda frame: frame.conversation == conversation)
    assert (record.psychologist, record.operator) == (None, "gendarmerie1")
    assert await audited(nats, conversation, AuditAction.PSYCHOLOGIST_LEFT) == [
        ("psy1", AuditActor.SYSTEM, "other_force")
    ]


async def test_one_of_the_police_is_called_in_by_the_gendarmerie_only_if_certified_for_both(
    start: Start, place: Place, seat: Sitting, psychologist: Sitting
) -> None:
    instance = await start(**OPEN)
    gendarme = await seat(instance, "gendarmerie1", force=Force.GENDARMERIE)
    conversation = await given(gendarme, place, Force.GENDARMERIE)
    await psychologist(instance, "psy1")
    await does(gendarme, "call", conversation)
    assert (await is_told(gendarme, lambda told: len(told.calls) == 1)).present == 0
    lent = await psychologist(instance, "psy2", both=True)
    assert (await in_it(lent, conversation)).beside == "gendarmerie1"


async def test_only_who_has_it_calls_and_a_psychologist_can_do_nothing_else_with_it(
    start: Start, place: Place, seat: Sitting, psychologist: Sitting, client: Redis
) -> None:
    """O9: no end, no transfer, no duty key, no chat of their own."""
    instance = await start(**OPEN)
    psy = await psychologist(instance)
    waiting = await place.visit(category=Category.SEXUAL)
    police = await seat(instance, "police1")
    await police.hears(Held, lambda held: held.conversation == waiting)
    other = await seat(instance, "police2")
    for desk in (other, psy):
        assert await does(desk, "call", waiting) == (409, "not_yours")
        assert await does(desk, "leave", waiting) == (409, "gone")
    await does(police, "call", waiting)
    await in_it(psy, waiting)
    assert not [frame for frame in psy.heard if isinstance(frame, Duty)], "the duty key is the operators'"
    assert psy.shift is not None
    on_duty = (await instance.floor.duties.store.look())[Force.POLICE].shifts
    assert psy.shift.kid not in {shift.kid for shift in on_duty}
    assert len(on_duty) == 2
    await psy.send(MakeDuty(credential=psy.shift.credential, boxes={}))
    await psy.hears(Error, lambda error: error.code is ErrorCode.FORBIDDEN)
    await psy.send(End(conversation=waiting))
    await psy.hears(Error, lambda error: error.conversation == waiting)
    assert (await record_of(client, waiting)).operator == "police1"
    async with police.http.get(
        f"{police.base}/api/transfer", params={"conversation": waiting}, headers=police.headers()
    ) as answer:
        assert [one["operator"] for one in (await answer.json())["operators"]] == ["police2"]


async def test_danger_is_a_psychologist_s_to_say_too(together: Meet) -> None:
    """O6."""
    meeting = await together()
    await meeting.psychologist.send(Danger(conversation=meeting.conversation, on=True))
    for desk in (meeting.operator, meeting.psychologist):
        await desk.hears(Held, lambda held: held.danger == "psychologist")


async def test_a_supervisor_sees_who_is_in_and_who_waits(together: Meet, place: Place, hired: Sitting) -> None:
    meeting = await together(limit=1)
    first, second = meeting.conversation, await one_more_waits(meeting, place)
    chief = await hired(meeting.instance, "chief1", roles=("operator", "supervisor"))
    await chief.log_in()
    async with chief.http.get(f"{chief.base}/api/supervision", headers=chief.headers()) as answer:
        view = await answer.json()
    people = {one["operator"]: one for one in view["operators"]}
    assert people["psy1"]["psychologist"] == ["police"]
    assert [talk["conversation"] for talk in people["psy1"]["held"]] == [first]
    assert people["police1"]["psychologist"] == []
    stands = {one["force"]: one for one in view["psychologists"]}
    assert (stands["police"]["present"], stands["police"]["free"]) == (1, 0)
    assert [(one["conversation"], one["operator"]) for one in stands["police"]["calls"]] == [(second, "police1")]


async def test_psychologists_see_who_wants_to_talk_and_see_to_it(
    start: Start, seat: Sitting, psychologist: Sitting
) -> None:
    """O11."""
    instance = await start(**OPEN)
    police, psy = await seat(instance, "police1"), await psychologist(instance)
    body = {"wanted": True}
    async with police.http.post(f"{police.base}/api/care/debrief", json=body, headers=police.headers()) as answer:
        assert answer.status == 200
    told = await is_told(psy, lambda told: bool(told.debriefs))
    assert [one.operator for one in told.debriefs] == ["police1"]
    assert not (await is_told(police, lambda told: told.ever)).debriefs
    assert (await asks(police, "debrief", {"operator": "police1"}))[0] == 403
    assert (await asks(psy, "debrief", {"operator": "police1"}))[0] == 204
    await is_told(psy, lambda told: not told.debriefs)


async def test_who_called_came_and_left_is_in_the_audit_without_a_word(together: Meet, nats: NatsServer) -> None:
    meeting = await together()
    conversation = meeting.conversation
    await does(meeting.psychologist, "leave", conversation)
    by_self, by_system = AuditActor.SELF, AuditActor.SYSTEM
    assert await audited(nats, conversation, AuditAction.PSYCHOLOGIST_CALLED) == [("police1", by_self, None)]
    assert await audited(nats, conversation, AuditAction.PSYCHOLOGIST_JOINED) == [("psy1", by_system, None)]
    assert await audited(nats, conversation, AuditAction.PSYCHOLOGIST_LEFT) == [("psy1", by_self, "left")]
