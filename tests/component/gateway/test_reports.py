"""What a visitor's socket says of reports, over the service: consent taken back, words to the answer (S1, S2)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest

from infra.local.stack import Stack
from services.signalement import app
from shared.chat.frames import Answer, ErrorCode, Following, Opened, Withdrawn, Wrong
from shared.contracts.signalement_reports import ReportStatus
from tests.component.gateway.raw import Raw
from tests.component.signalement.world import World, command, persist
from tests.reports import Case, Signer, Station
from tests.servers import NatsServer

LOCATOR, PROOF, OTHER_PROOF = "d1" * 32, "b2" * 32, "c3" * 32
BOX = "eyJhbGciOiJkaXIifQ..aXY.c2VhbGVk.dGFn"


@dataclass
class Service:
    """The service, and everybody behind it."""

    world: World
    station: Station


@pytest.fixture
async def behind(system: Stack) -> AsyncIterator[Service]:
    """The signalement service over the gateway's own broker."""
    server = NatsServer(system.addresses.nats, system.secrets.nats, system.secrets.issuer)
    async with World(server) as world:
        station, stop = Station(), asyncio.Event()
        await world.register(station)
        service = asyncio.create_task(app.main(world.settings(), stop))
        yield Service(world, station)
        stop.set()
        await service
        await world.strike_off(station)


async def reported(raw: Raw, behind: Service) -> Case:
    """Have a visitor open a conversation under her own key, and her report handed in."""
    case = Case(behind.station)
    await raw.send(t="open", category="domestic", audience="victim", signer=case.signer.kid)
    opened = await raw.hear()
    assert isinstance(opened, Opened), opened
    case.conversation = UUID(opened.conversation)
    submission = case.submission()

    async def submitted() -> None:
        reply = await behind.world.submit(submission)
        if reply.status is not ReportStatus.SUBMITTED:
            raise ValueError(reply.reason)

    await persist(submitted)  # until the service has heard by which key she signs
    return case


async def test_the_key_that_the_page_names_when_it_opens_is_the_one_that_withdraws(raw: Raw, behind: Service) -> None:
    case = await reported(raw, behind)
    said = {"conversation": str(case.conversation), "report": str(case.report)}
    forged = Case(behind.station, Signer(), case.conversation, case.report)
    await raw.send(t="withdraw", **said, withdrawal=forged.withdrawal().withdrawal)
    assert (await raw.refused()).code is ErrorCode.FORBIDDEN
    await raw.send(t="withdraw", **{**said, "report": str(uuid4())}, withdrawal=case.withdrawal().withdrawal)
    assert (await raw.refused()).code is ErrorCode.NOT_FOUND
    for _ in range(2):
        await raw.send(t="withdraw", **said, withdrawal=case.withdrawal().withdrawal)
        withdrawn = await raw.hear()
        assert withdrawn == Withdrawn(**said, status=ReportStatus.WITHDRAWN)


async def test_words_lead_to_the_answer_from_another_device_without_any_conversation(
    system: Stack, raw: Raw, behind: Service
) -> None:
    case = await reported(raw, behind)
    said = {"conversation": str(case.conversation), "report": str(case.report)}
    await raw.send(t="follow", **said, locator=LOCATOR)
    share = await raw.hear()
    await raw.send(t="follow", **said, locator=LOCATOR, proof=PROOF, box=BOX)
    until = await raw.hear()
    assert isinstance(share, Following)
    assert isinstance(until, Following)
    async with behind.world.partner(behind.station) as partner:
        await command(partner, behind.station, "take_charge", report=case.report, answer=case.answer())
    await raw.send(t="end", conversation=str(case.conversation))
    await raw.hear()
    async with Raw(system.addresses.visitor) as other:
        await other.send(t="ask_answer", locator=LOCATOR, proof=OTHER_PROOF)
        assert await other.hear() == Wrong(left=4)
        await other.send(t="ask_answer", locator=LOCATOR, proof=PROOF)
        answer = await other.hear()
        assert isinstance(answer, Answer), answer
        assert (answer.status, answer.box, answer.share, answer.until) == ("taken", BOX, share.share, until.until)
        assert answer.answer is not None
        await other.send(t="ask_answer", locator="0a" * 32, proof=PROOF)
        assert (await other.refused()).code is ErrorCode.NOT_FOUND


async def test_without_the_service_the_page_is_told_to_try_again(raw: Raw) -> None:
    opened = await raw.open()
    await raw.send(t="withdraw", conversation=opened.conversation, report=str(uuid4()), withdrawal="a.b.c")
    refused = await raw.refused()
    assert refused.code is ErrorCode.UNAVAILABLE
    assert refused.retry_after_ms
    await raw.send(t="follow", conversation=opened.conversation, report="-" * 36, locator=LOCATOR, proof=PROOF, box=BOX)
    assert (await raw.refused()).code is ErrorCode.INVALID
    await raw.lives()


async def test_one_socket_cannot_speak_of_reports_without_end(raw: Raw) -> None:
    opened = await raw.open()
    codes = []
    for _ in range(14):
        await raw.send(t="follow", conversation=opened.conversation, report=str(uuid4()), locator=LOCATOR)
        heard = await raw.hear()
        codes.append(getattr(heard, "code", "following"))
    assert codes == ["following"] * 12 + [ErrorCode.TOO_FAST] * 2


async def test_reports_are_spoken_of_in_their_place(raw: Raw) -> None:
    await raw.send(t="withdraw", conversation=str(uuid4()), report=str(uuid4()), withdrawal="a.b.c")
    assert (await raw.refused()).code is ErrorCode.OUT_OF_ORDER
    await raw.open()
    await raw.send(t="ask_answer", locator=LOCATOR, proof=PROOF)
    assert (await raw.refused()).code is ErrorCode.OUT_OF_ORDER
