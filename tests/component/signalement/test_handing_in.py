"""Reports over a real NATS: refused for a reason or delivered once, withdrawn in time or taken charge of (S1 to S3)."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

import pytest
from nats.js.errors import NotFoundError

from services.signalement.adapters import BucketFigures
from services.signalement.domain.consent import CONSENT
from services.signalement.domain.report_figures import ReportMonth
from services.signalement.domain.reports import Step, after, fact_of, received
from services.signalement.handlers import Counting
from shared import streams, subjects
from shared.clock import utc_now
from shared.contracts.audit import AuditAction
from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import PartnerReply
from shared.contracts.signalement_reports import (
    RecipientsQuery,
    RecipientsReply,
    Refusal,
    ReportKind,
    ReportStatus,
    SubmitReply,
    SubmitReport,
)
from shared.sealing.jose import make_key
from tests.component.signalement.conftest import Serve
from tests.component.signalement.world import World, command, deliveries
from tests.patience import PATIENCE_S
from tests.reports import FIELDS, Case, Signer, Station
from tests.sealing import report as twin
from tests.servers import eventually

Found = TypeVar("Found")
pytestmark = pytest.mark.usefixtures("service")
BAD: dict[str, tuple[Callable[[Case], SubmitReport], Refusal]] = {
    "tampered consent": (
        lambda case: case.submission(consent=case.consent()[:-6] + "AAAAAA"),
        Refusal.CONSENT_NOT_SIGNED,
    ),
    "consent of another report, replayed": (
        lambda case: case.submission(consent=Case(case.station, case.signer, case.conversation).consent()),
        Refusal.CONSENT_OF_OTHER_REPORT,
    ),
    "consent for another recipient": (
        lambda case: case.submission(consent=case.signer.sign(case.claims(partner="ddsp-67"), CONSENT)),
        Refusal.CONSENT_FOR_OTHER_RECIPIENT,
    ),
    "consent for another key": (
        lambda case: case.submission(consent=case.signer.sign(case.claims(kid="A" * 43), CONSENT)),
        Refusal.CONSENT_FOR_OTHER_KEY,
    ),
    "consent by a key that the operator made up": (
        lambda case: case.submission(consent=Signer().sign(case.claims(), CONSENT)),
        Refusal.CONSENT_OF_OTHER_SIGNER,
    ),
    "consent too old": (
        lambda case: case.submission(consent=case.consent(utc_now().timestamp() - 2 * 86_400)),
        Refusal.CONSENT_TOO_OLD,
    ),
    "no consent": (lambda case: case.submission(consent=None), Refusal.CONSENT_MISSING),
    "sealed for another key": (
        lambda case: case.submission(sealed=Case(Station(key=make_key())).submission().sealed),
        Refusal.SEALED_OTHERWISE,
    ),
    "for nobody": (lambda case: case.submission(partner="nobody"), Refusal.PARTNER_UNKNOWN),
    "for another department": (lambda case: case.submission(department="67"), Refusal.PARTNER_NOT_COMPETENT),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_is_wrong_is_refused_for_its_reason_and_audited(world: World, station: Station, name: str) -> None:
    made, reason = BAD[name]
    case = Case(station)
    await world.open(case)
    assert await world.submit(made(case)) == SubmitReply(status=ReportStatus.REFUSED, reason=reason)
    assert await world.report(case.report) is None
    assert await world.queued() == 0
    await eventually(lambda: _holds(world.reasons(case), [reason]))


async def test_no_key_of_which_the_gateway_said_nothing_can_consent(world: World, station: Station) -> None:
    stated, unknown = Case(station), Case(station)
    await world.open(stated, signer=None)
    for case, reason in ((stated, Refusal.SIGNER_UNKNOWN), (unknown, Refusal.CONVERSATION_UNKNOWN)):
        assert (await world.submit(case.submission())).reason == reason
        await eventually(lambda case=case, reason=reason: _holds(world.reasons(case), [reason]))  # type: ignore[misc] # bound now


async def test_a_revoked_partner_gets_nothing_and_may_say_nothing(world: World, station: Station) -> None:
    case, late = Case(station), Case(station)
    await world.open(case)
    await world.open(late)
    async with world.partner(station) as partner:
        assert (await world.submit(case.submission())).status is ReportStatus.SUBMITTED
        await world.register(station, revoked_at=utc_now())
        reply = await command(partner, station, "take_charge", report=case.report)
        assert reply == PartnerReply(status=None, reason="revoked")
    assert (await world.submit(late.submission())).reason == Refusal.PARTNER_REVOKED
    await eventually(lambda: _holds(world.reasons(late), [Refusal.PARTNER_REVOKED]))


async def test_a_key_that_was_replaced_is_not_sealed_for(world: World, station: Station) -> None:
    case = Case(station)
    await world.open(case)
    old = station.registered().keys[0].model_copy(update={"until": utc_now() - timedelta(seconds=1)})
    await world.register(station, keys=[old])
    assert (await world.submit(case.submission())).reason == Refusal.KEY_NOT_IN_FORCE


async def test_recipients_are_told_with_their_certificates(world: World, station: Station) -> None:
    query = RecipientsQuery(force=Force.GENDARMERIE, department="95")
    reply = await world.ask("dispatcher", subjects.RECIPIENTS, query, RecipientsReply)
    (found,) = reply.recipients
    assert (found.partner, found.kid) == (station.id, station.kid)


async def test_from_consent_to_the_visitors_answer(world: World, station: Station) -> None:
    """S2: handed in, taken charge of, answered; each step stated once, kept without content, audited."""
    case = Case(station)
    await world.open(case)
    async with world.partner(station) as partner:
        for _ in range(3):  # the console tries again whenever it is not sure
            assert (await world.submit(case.submission())).status is ReportStatus.SUBMITTED
        (message,) = await deliveries(partner, station)
        delivered = json.loads(message.data)
        opened = twin.open_report(delivered["sealed"], station.key)
        assert json.loads(opened["document"])["fields"] == [list(one) for one in FIELDS]
        for _ in range(2):
            reply = await command(partner, station, "take_charge", report=case.report, answer=case.answer())
            assert reply == PartnerReply(status=ReportStatus.TAKEN)
        await message.ack_sync()
        second = case.answer("95-2026-0002")
        assert (await command(partner, station, "appoint", report=case.report, answer=second)).reason is None
        assert await deliveries(partner, station, within_s=0.3) == []
    kept = await world.report(case.report)
    assert kept is not None
    assert (kept.status, kept.sealed, kept.answer, kept.revision, kept.stated) == ("taken", None, second, 3, 3)
    assert kept.consent is not None
    assert await world.queued() == 0
    wanted = [AuditAction.REPORT_SUBMITTED, AuditAction.REPORT_TAKEN, AuditAction.REPORT_ANSWERED]
    await eventually(lambda: _holds(_actions(world, case), wanted))
    await eventually(lambda: _holds(_counted(world), [("domestic", "police", "taken", 1)]))


async def test_withdrawal_and_taking_charge_at_once_have_one_winner(world: World, station: Station) -> None:
    """S1: whoever loses is told who won, and a report that was withdrawn is in no queue."""
    cases = [Case(station) for _ in range(6)]
    for case in cases:
        await world.open(case)
        assert (await world.submit(case.submission())).status is ReportStatus.SUBMITTED
    async with world.partner(station) as partner:
        for case in cases:
            withdrawal, taking = await asyncio.gather(
                world.withdraw(case.withdrawal()), command(partner, station, "take_charge", report=case.report)
            )
            kept = await world.report(case.report)
            assert kept is not None
            assert withdrawal.status == taking.status == kept.status
            assert kept.status in {ReportStatus.TAKEN, ReportStatus.WITHDRAWN}
    taken = sum([(await world.report(case.report)).status == "taken" for case in cases])  # type: ignore[union-attr] # there
    assert await world.queued() == taken


async def test_what_was_withdrawn_is_never_delivered(world: World, station: Station) -> None:
    case = Case(station)
    await world.open(case)
    await world.submit(case.submission())
    assert (await world.withdraw(case.withdrawal())).status is ReportStatus.WITHDRAWN
    assert (await world.submit(case.submission())).status is ReportStatus.WITHDRAWN
    async with world.partner(station) as partner:
        assert await deliveries(partner, station, within_s=0.3) == []
        reply = await command(partner, station, "take_charge", report=case.report)
        assert reply == PartnerReply(status=ReportStatus.WITHDRAWN, reason="withdrawn")


async def test_nobody_else_withdraws_a_report(world: World, station: Station) -> None:
    case, other = Case(station), Case(station)
    await world.open(case)
    await world.submit(case.submission())
    forged = Case(station, Signer(), case.conversation, case.report).withdrawal()
    assert (await world.withdraw(forged)).reason == Refusal.CONSENT_OF_OTHER_SIGNER
    elsewhere = other.withdrawal(report=case.report)
    assert (await world.withdraw(elsewhere)).status is None
    kept = await world.report(case.report)
    assert kept is not None
    assert kept.status is ReportStatus.SUBMITTED


async def test_a_partner_sees_and_settles_its_own_reports_alone(world: World, station: Station) -> None:
    """S4."""
    other = Station("ggd-67", Force.GENDARMERIE, ["67"])
    await world.register(other)
    case = Case(station)
    await world.open(case)
    await world.submit(case.submission())
    async with world.partner(other) as stranger:
        reply = await command(stranger, other, "take_charge", report=case.report)
        assert reply == PartnerReply(status=None, reason="unknown_report")
        assert reply == await command(stranger, other, "refuse", report=uuid4(), reason="other")
        assert await deliveries(stranger, other, within_s=0.3) == []
    await world.strike_off(other)


RUBBISH = [b"", b"\xff\xfe", b"[]", b"null", b'{"report": 7}', b"{" * 5000, b'{"report":"' + b"x" * 60_000 + b'"}']


async def test_rubbish_is_refused_and_audited_and_harms_nobody_else(world: World, station: Station) -> None:
    """S4: one that sends without end is slowed down; another is served meanwhile."""
    noisy, case = Station("ggd-67", Force.GENDARMERIE, ["67"]), Case(station)
    await world.register(noisy)
    await world.open(case)
    await world.submit(case.submission())
    async with world.partner(noisy) as noise, world.partner(station) as partner:
        subject = subjects.partner_command(noisy.id, "take_charge")
        for body in RUBBISH:
            answer = await noise.request(subject, body, timeout=PATIENCE_S)
            assert PartnerReply.model_validate_json(answer.data) == PartnerReply(status=None, reason="invalid")
        verb = await noise.request(subjects.partner_command(noisy.id, "explode"), b"{}", timeout=PATIENCE_S)
        assert PartnerReply.model_validate_json(verb.data).reason == "invalid"
        flood = [noise.request(subject, b"{}", timeout=PATIENCE_S) for _ in range(300)]
        answers, taken = await asyncio.gather(
            asyncio.gather(*flood), command(partner, station, "take_charge", report=case.report)
        )
        assert taken.status is ReportStatus.TAKEN
        reasons = {PartnerReply.model_validate_json(one.data).reason for one in answers}
        assert reasons == {"invalid", "too_fast"}
    await world.strike_off(noisy)


async def test_a_patrol_needs_no_consent(world: World, station: Station) -> None:
    """O6."""
    case = Case(station)
    reply = await world.submit(case.submission(kind=ReportKind.PATROL, consent=None))
    assert reply.status is ReportStatus.SUBMITTED


async def test_another_report_under_the_same_id_is_refused(world: World, station: Station) -> None:
    case = Case(station)
    other = Case(station, report=case.report)
    await world.open(case)
    await world.open(other)
    await world.submit(case.submission())
    assert (await world.submit(other.submission())).reason == Refusal.REPORT_ID_USED


async def test_nothing_that_was_written_is_anywhere_on_the_platform(world: World, station: Station) -> None:
    """P3: every message of every stream, searched for what the visitor agreed to send."""
    case = Case(station)
    await world.open(case)
    await world.submit(case.submission())
    jetstream = await world.jetstream("admin")
    seen = 0
    for name in (streams.SIGNALEMENTS, streams.bucket_stream(streams.REPORTS), streams.AUDIT):
        state = (await jetstream.stream_info(name)).state
        for seq in range(max(state.first_seq, state.last_seq - 50), state.last_seq + 1):
            try:
                data = (await jetstream.get_msg(name, seq)).data or b""
            except NotFoundError:  # a number that is no more
                continue
            seen += 1
            assert not [value for _, value in FIELDS if value.encode() in data]
    assert seen >= 3


async def _actions(world: World, case: Case) -> list[AuditAction]:
    return [entry.action for entry in await world.audited(case)]


async def _counted(world: World) -> list[tuple[str | None, str, str, int]]:
    return [(one.category, one.force, one.status, one.reports) for one in (await world.figures()).reports]


async def _holds(found: Awaitable[Found], wanted: Found) -> bool:
    return await found == wanted


async def test_a_service_alone_marks_what_is_overdue(world: World, station: Station, serve: Serve) -> None:
    """S3: a patrol after two minutes, a report after a day; here, after a second, by a second instance."""
    case = Case(station)
    await world.open(case)
    await world.submit(case.submission())
    await serve(report_deadline_s=1)

    async def overdue() -> bool:
        kept = await world.report(case.report)
        return kept is not None and kept.overdue and kept.stated == 2

    await eventually(overdue)
    await eventually(lambda: _holds(_actions(world, case), [AuditAction.REPORT_SUBMITTED, AuditAction.REPORT_OVERDUE]))
    async with world.partner(station) as partner:
        assert (await command(partner, station, "take_charge", report=case.report)).status is ReportStatus.TAKEN
    kept = await world.report(case.report)
    assert kept is not None
    assert not kept.overdue


class DiesAfterCounting(BucketFigures):
    """A store whose process dies between counting a report and remembering how."""

    died = False

    async def keep_report_month(self, name: str, month: ReportMonth, revision: int) -> None:
        await super().keep_report_month(name, month, revision)
        if not self.died:
            self.died = True
            raise ConnectionResetError


async def test_a_crash_between_counting_a_report_and_remembering_counts_it_once(world: World, station: Station) -> None:
    jetstream = await world.jetstream()
    counting = Counting(DiesAfterCounting(jetstream, await jetstream.key_value(streams.FIGURES)))
    queued = after(received(Case(station).submission(), None, None, utc_now()), Step.QUEUED, utc_now())
    with pytest.raises(ConnectionResetError):
        await counting.take_report(fact_of(queued), 1)
    for position in (1, 2):
        await counting.take_report(fact_of(queued), position)
    await counting.take_report(fact_of(after(queued, Step.TAKEN, utc_now())), 3)
    assert await _counted(world) == [(None, "police", "taken", 1)]
