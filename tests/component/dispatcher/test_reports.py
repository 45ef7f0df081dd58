"""Reports at the dispatcher: handed in by who has the conversation, heard of by both ends once (S1 to S3)."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.staff.accounts import StaffRole
from services.signalement import app
from services.signalement.adapters import BucketFigures
from services.signalement.domain.figures import Month
from shared import keys, streams, subjects
from shared.chat.frames import Ack, Held, Message, Role, Say
from shared.contracts.conversation import Category, Force
from shared.contracts.signalement_reports import ReportChanged, ReportKind, ReportStatus
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import Desk, Place
from tests.component.signalement.world import World
from tests.reports import Case, Signer, Station
from tests.servers import NatsServer, eventually


@pytest.fixture
async def world(nats: NatsServer) -> AsyncIterator[World]:
    """Everybody else."""
    async with World(nats) as people:
        yield people


@pytest.fixture
async def signalement(world: World) -> AsyncIterator[Station]:
    """The service itself, and a partner that is registered."""
    station, stop = Station(), asyncio.Event()
    await world.register(station)
    service = asyncio.create_task(app.main(world.settings(), stop))
    yield station
    stop.set()
    await service
    await world.strike_off(station)


def changed(conversation: str, report: UUID, **fields: Any) -> ReportChanged:
    given = {
        "report": report,
        "conversation": conversation,
        "kind": ReportKind.REPORT,
        "partner": "ddsp-95",
        "force": Force.POLICE,
        "department": "95",
        "category": Category.DOMESTIC,
        "status": ReportStatus.TAKEN,
        "overdue": False,
        "answer": "an.answer",
        "reason": None,
        "revision": 2,
    }
    return ReportChanged.model_validate({**given, **fields})


async def state(world: World, fact: ReportChanged) -> None:
    """Publish a fact as signalement does; under no id, so that the server takes it as often as it comes."""
    subject = subjects.event(ReportChanged, fact.entity_id)
    await (await world.jetstream("signalement")).publish(subject, fact.model_dump_json().encode())


async def settled(world: World) -> bool:
    """Tell whether the dispatcher has taken every fact."""
    jetstream = await world.jetstream("dispatcher")
    info = await jetstream.consumer_info(streams.SIGNALEMENT_FACTS, streams.DISPATCHER_REPORTS)
    return (info.num_pending, info.num_ack_pending) == (0, 0)


async def at_work(desk: Desk, place: Place) -> str:
    """Have the operator get a conversation."""
    await desk.log_in()
    await desk.open()
    conversation = await place.visit()
    await desk.hears(Held, lambda held: held.conversation == conversation)
    return conversation


async def test_both_ends_hear_once_what_became_of_a_report_however_often_it_is_delivered(
    desk: Desk, place: Place, world: World, client: Redis, start: Start
) -> None:
    conversation, report = await at_work(desk, place), uuid4()
    await start()  # a second instance takes some of the facts
    for _ in range(6):
        await state(world, changed(conversation, report))
    message = await desk.hears(Message, lambda one: one.by is Role.SERVICE)
    await eventually(lambda: settled(world))
    assert json.loads(message.body) == {"v": 1, "report": str(report), "status": "taken", "answer": "an.answer"}
    assert (message.cid, message.seq) == (f"r-{report}-2", 1)
    assert await client.llen(keys.log(conversation)) == 1
    assert sum(isinstance(one, Message) for one in desk.heard) == 1


async def test_a_client_that_took_its_id_beforehand_keeps_no_service_message_away(
    desk: Desk, place: Place, world: World
) -> None:
    conversation, report = await at_work(desk, place), uuid4()
    await desk.send(Say(conversation=conversation, cid=f"r-{report}-2", body="mine"))
    await desk.hears(Ack)
    await state(world, changed(conversation, report))
    assert (await desk.hears(Message, lambda one: one.by is Role.SERVICE)).seq == 2


async def test_a_conversation_that_is_gone_hears_nothing_and_holds_nothing_up(
    desk: Desk, place: Place, world: World
) -> None:
    conversation = await at_work(desk, place)
    await state(world, changed(str(uuid4()), uuid4()))
    await state(world, changed(conversation, uuid4(), status=ReportStatus.REFUSED, answer=None, reason="duplicate"))
    message = await desk.hears(Message, lambda one: one.by is Role.SERVICE)
    assert json.loads(message.body)["reason"] == "duplicate"
    await eventually(lambda: settled(world))


async def call(desk: Desk, body: object) -> tuple[int, dict[str, Any]]:
    answer = await desk.http.post(f"{desk.base}/api/reports", json=body, headers=desk.headers())
    return answer.status, await answer.json()


def body_of(case: Case, **changes: object) -> dict[str, Any]:
    asked = case.submission().model_dump(mode="json")
    return {name: value for name, value in {**asked, **changes}.items() if name != "operator"}


async def test_a_report_is_handed_in_by_who_has_the_conversation_and_refused_with_its_reason(
    desk: Desk, place: Place, world: World, signalement: Station
) -> None:
    case = Case(signalement, conversation=UUID(await at_work(desk, place)))
    await world.open(case)
    forged = Case(signalement, Signer(), case.conversation)

    async def told_by_whom() -> bool:
        answer = (await call(desk, body_of(forged)))[1]["error"]
        assert answer in {"signer_unknown", "consent_of_other_signer"}, "who signs is heard of in an event"
        return bool(answer == "consent_of_other_signer")

    await eventually(told_by_whom)
    assert (await call(desk, body_of(Case(signalement))))[1]["error"] == "not_held"
    for _ in range(2):
        assert await call(desk, body_of(case)) == (200, {"status": "submitted", "reason": None})
    message = await desk.hears(Message, lambda one: one.by is Role.SERVICE)
    assert json.loads(message.body) == {"v": 1, "report": str(case.report), "status": "submitted"}
    kept = await world.report(case.report)
    assert kept is not None
    assert kept.operator == "police1"


async def test_recipients_are_told_to_members_alone(desk: Desk, signalement: Station) -> None:
    asked = f"{desk.base}/api/recipients?force=police&department="
    assert (await desk.http.get(f"{asked}95")).status == 401
    await desk.log_in()
    found = await (await desk.http.get(f"{asked}95", headers=desk.headers())).json()
    assert [one["partner"] for one in found["recipients"]] == [signalement.id]
    assert (await desk.http.get(f"{asked}nowhere", headers=desk.headers())).status == 400


async def test_without_signalement_the_console_is_told_to_try_again(desk: Desk, place: Place) -> None:
    case = Case(Station(), conversation=UUID(await at_work(desk, place)))
    assert (await call(desk, body_of(case)))[0] == 503
    assert (await call(desk, body_of(case, partner="No Partner")))[0] == 400
    assert (await call(desk, body_of(case, sealed="x" * 60_000)))[0] == 413
    other = {"Cookie": desk.headers()["Cookie"], "Origin": "https://elsewhere.example", "X-Havre": "1"}
    answer = await desk.http.post(f"{desk.base}/api/reports", json=body_of(case), headers=other)
    assert answer.status == 403


@pytest.mark.usefixtures("signalement")
async def test_figures_are_for_supervisors_and_hold_no_small_cell(
    instance: Running, desk: Desk, place: Place, world: World
) -> None:
    figures = await BucketFigures.open(await world.jetstream("signalement"))
    counts = {"domestic.police.accompanied.visitor": 7, "sexual.police.accompanied.visitor": 2}
    await figures.keep_month("2026-10", Month(counted_to=1, counts=counts), 0)
    await desk.log_in()
    assert (await desk.http.get(f"{desk.base}/api/figures.csv", headers=desk.headers())).status == 403
    await place.hire("chief1", roles=frozenset({StaffRole.SUPERVISOR}))
    chief = Desk(instance.port, "chief1", desk.http)
    await chief.log_in()
    answer = await chief.http.get(f"{chief.base}/api/figures.csv", headers=chief.headers())
    assert answer.content_type == "text/csv"
    assert (await answer.text()).splitlines() == [
        "month,figure,category,force,outcome,count",
        "2026-10,accompanied,domestic,police,visitor,7",
        "2026-10,accompanied,sexual,police,visitor,<5",
        "2026-10,accompanied,total,total,total,>=7",
    ]
    table = await (await chief.http.get(f"{chief.base}/api/figures", headers=chief.headers())).json()
    assert table["smallest"] == 5
    assert len(table["cells"]) == 3
