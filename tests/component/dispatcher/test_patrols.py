"""A patrol that nobody takes charge of is an alarm until somebody has called; erasing takes none along (O6)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.staff.accounts import StaffRole
from services.dispatcher.store.supervision import Supervision
from shared import keys
from shared.chat.frames import Held, Role, Welcome
from shared.contracts.conversation import Category, Force
from shared.contracts.signalement_reports import ReportChanged, ReportKind, ReportStatus
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import Desk, Place
from tests.servers import NatsServer, eventually

Sitting = Callable[..., Awaitable[Desk]]
State = Callable[..., Awaitable[None]]


@pytest.fixture
async def late(start: Start) -> Running:
    """An instance for which one second is too long."""
    return await start(patrol_deadline_s=1)


@pytest.fixture
async def seat(late: Running, place: Place) -> AsyncIterator[Sitting]:
    async with aiohttp.ClientSession() as http:

        async def one(login: str, *roles: StaffRole) -> Desk:
            await place.hire(login, roles=roles or (StaffRole.OPERATOR,))
            desk = Desk(late.port, login, http)
            assert (await desk.log_in()).status == 200
            return desk

        yield one


@pytest.fixture
async def tell(nats: NatsServer, place: Place) -> AsyncIterator[State]:
    """Say what became of a patrol, as the signalement service does."""
    signalement = await nats.connect("signalement")

    async def one(report: UUID, conversation: str, status: ReportStatus, revision: int, **more: Any) -> None:
        fact = ReportChanged(
            report=report,
            conversation=UUID(conversation),
            kind=ReportKind.PATROL,
            partner="ddsp-95",
            force=Force.POLICE,
            department="95",
            category=Category.DOMESTIC,
            status=status,
            revision=revision,
            **{"overdue": False, "answer": None, "reason": None, **more},
        )
        await place.state(signalement, fact)

    yield one
    await signalement.close()


async def _patrols(desk: Desk, path: str = "/api/patrols") -> list[dict[str, Any]]:
    answer = await desk.http.get(f"{desk.base}{path}", headers=desk.headers())
    found: list[dict[str, Any]] = (await answer.json())["patrols"]
    return found


async def _called(desk: Desk, report: UUID) -> int:
    body = {"report": str(report)}
    answer = await desk.http.post(f"{desk.base}/api/patrols/called", json=body, headers=desk.headers())
    return answer.status


async def _becomes(desk: Desk, **wanted: object) -> None:
    async def stands() -> bool:
        found = await _patrols(desk)
        return bool(found) and all(found[0][name] == value for name, value in wanted.items())

    await eventually(stands, otherwise=f"never {wanted}")


async def _asks(late: Running, conversation: str) -> UUID:
    report = uuid4()
    await late.floor.patrols.asked(report, UUID(conversation), "police1", "ddsp-95", "95")
    return report


async def _held(place: Place, desk: Desk) -> str:
    conversation = await place.visit()
    await desk.open()
    await desk.hears(Held, lambda held: held.conversation == conversation)
    return conversation


async def test_what_nobody_takes_charge_of_is_an_alarm_until_somebody_has_called(
    late: Running, place: Place, seat: Sitting, tell: State
) -> None:
    """The service that counts the time is away: nothing but the asking is known here."""
    desk, chief = await seat("police1"), await seat("chief1", StaffRole.SUPERVISOR)
    conversation = await _held(place, desk)
    report = await _asks(late, conversation)
    await desk.hears(Held, lambda held: held.danger is Role.OPERATOR)
    await _becomes(desk, alarm=True, status="received")
    [seen] = await _patrols(chief, "/api/supervision")
    assert (seen["report"], seen["alarm"], seen["operator"]) == (str(report), True, "police1")
    await tell(report, conversation, ReportStatus.SUBMITTED, 1, overdue=True)
    await _becomes(desk, alarm=True, status="submitted")
    assert await _called(chief, report) == 204
    assert await _called(desk, report) == 409
    await _becomes(desk, alarm=False, called_by="chief1")


async def test_taken_in_time_it_is_no_alarm_and_an_older_word_changes_nothing(
    late: Running, place: Place, seat: Sitting, tell: State, client: Redis
) -> None:
    desk = await seat("police1")
    conversation = await _held(place, desk)
    report = await _asks(late, conversation)
    await tell(report, conversation, ReportStatus.TAKEN, 3, answer="sealed.answer")
    await _becomes(desk, alarm=False, status="taken", answer="sealed.answer")
    await tell(report, conversation, ReportStatus.SUBMITTED, 2, overdue=True)
    other = uuid4()
    await tell(other, conversation, ReportStatus.REFUSED, 1, reason="not_competent")

    async def both() -> bool:
        return {one["status"]: one["alarm"] for one in await _patrols(desk)} == {"taken": False, "refused": True}

    await eventually(both, otherwise="a refused patrol is an alarm, a taken one none")
    assert not await client.exists(keys.log(conversation)), "nothing of it is said where somebody else may read"


async def test_who_takes_over_is_told_of_the_patrol_and_of_what_opens_its_answer(
    late: Running, place: Place, seat: Sitting, tell: State
) -> None:
    """Sealed for the consoles on duty; a supervisor is told where it stands."""
    first, chief = await seat("police1"), await seat("chief1", StaffRole.SUPERVISOR)
    conversation = await _held(place, first)
    report = uuid4()
    await late.floor.patrols.asked(report, UUID(conversation), "police1", "ddsp-95", "95", "sealed.key")
    await tell(report, conversation, ReportStatus.TAKEN, 3, answer="sealed.answer")
    await _becomes(first, status="taken", answer_key="sealed.key")
    second = await seat("police2")
    assert await _patrols(second) == []
    await second.open()
    await second.hears(Welcome)
    assert not isinstance(await Supervision(late.floor.dispatch).hand(conversation, "police2"), str)
    await _becomes(second, report=str(report), status="taken", answer="sealed.answer", answer_key="sealed.key")
    [seen] = await _patrols(chief, "/api/supervision")
    assert (seen["report"], seen["status"], seen["operator"]) == (str(report), "taken", "police1")
    assert (seen["answer"], seen["answer_key"]) == (None, None)


async def test_an_erased_conversation_takes_no_patrol_along_and_strangers_see_none(
    late: Running, place: Place, seat: Sitting
) -> None:
    desk, stranger = await seat("police1"), await seat("police2")
    conversation = await _held(place, desk)
    report = await _asks(late, conversation)
    await place.red_button(conversation)
    await _becomes(desk, alarm=True, report=str(report))
    assert await _patrols(stranger) == []
    assert await _called(stranger, report) == 403
    assert await _called(desk, report) == 204
