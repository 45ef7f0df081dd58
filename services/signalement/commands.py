"""What partners ask: take charge of a report, refuse it, answer its visitor.

The server lets a partner ask under its own name alone. Whatever is sent is answered by a typed reply; what cannot be
read is refused, written down, and changes nothing. Each partner has a pace of its own: one that sends without end is
told ``too_fast`` and keeps nobody else waiting.
"""

import asyncio
from datetime import datetime
from functools import partial
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from pydantic import ValidationError

from services.signalement import metrics
from services.signalement.domain.reports import OutOfOrder, Report, Step, after
from services.signalement.ports import Partners
from services.signalement.reports import Change, Reports, Unknown
from services.signalement.telling import target_of
from shared import subjects
from shared.audit.writing import Audit
from shared.chat.outbox import TokenBucket
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.signalement_partners import (
    Appoint,
    PartnerReply,
    PartnerVerb,
    Refuse,
    TakeCharge,
)
from shared.contracts.signalement_reports import ReportStatus
from shared.logs import get_logger

COMMANDS_A_SECOND, COMMANDS_AT_ONCE = 20.0, 100
ENTRIES_A_SECOND, ENTRIES_AT_ONCE = 0.02, 50
"""How fast a partner's mistakes fill the audit; more are counted and logged alone."""
AT_ONCE = 32
MOST_PARTNERS = 2_000
"""Paces that are remembered; the server lets only registered partners ask."""

_FIELDS: dict[PartnerVerb, type[TakeCharge | Refuse | Appoint]] = {
    PartnerVerb.TAKE_CHARGE: TakeCharge,
    PartnerVerb.REFUSE: Refuse,
    PartnerVerb.APPOINT: Appoint,
}
Asked = TakeCharge | Refuse | Appoint


class Pace:
    """How fast one partner may ask, and have its mistakes written down."""

    def __init__(self) -> None:
        self.commands = TokenBucket(COMMANDS_A_SECOND, COMMANDS_AT_ONCE)
        self.entries = TokenBucket(ENTRIES_A_SECOND, ENTRIES_AT_ONCE)


class Commands:
    """See the module's text."""

    def __init__(self, reports: Reports, partners: Partners, audit: Audit) -> None:
        self._reports = reports
        self._partners = partners
        self._audit = audit
        self._paces: dict[str, Pace] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def serve(self, client: Client, queue: str) -> None:
        """Answer from now on; ``queue``: the group of instances of which one answers each command."""
        await client.subscribe(subjects.partner_command(), queue=queue, cb=self.receive)

    async def close(self) -> None:
        """Give what is under way a last chance."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=3)

    async def receive(self, message: Msg) -> None:
        """Answer one command; returns at once, so that none waits for another partner's."""
        partner, verb = message.subject.split(".")[3:5]
        if self._pace(partner).commands.take():
            metrics.COMMANDS.labels("too_fast").inc()
            await message.respond(_bytes(PartnerReply(status=None, reason="too_fast")))
            return
        task = asyncio.create_task(self._answer(message, partner, verb))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def perform(self, partner: str, verb: str, body: bytes) -> PartnerReply:
        """Do what a partner asks, and say what holds. Raises what the drivers raise."""
        registered = await self._partners.get(partner)
        if registered is None or registered.revoked_at is not None:
            return self._refused(partner, None, "revoked")
        try:
            asked = _FIELDS[PartnerVerb(verb)].model_validate_json(body)
        except (ValidationError, ValueError):
            return self._refused(partner, None, "invalid")
        before = await self._reports.get(asked.report)
        if before is None or before.partner != partner:
            return self._refused(partner, asked.report, "unknown_report")
        try:
            report = await self._reports.change(asked.report, _change(asked))
        except Unknown:
            return self._refused(partner, asked.report, "unknown_report")
        except OutOfOrder:
            return await self._as_it_stands(partner, asked)
        metrics.COMMANDS.labels("done").inc()
        return PartnerReply(status=report.status, reason=report.reason)

    # ---- inside

    async def _answer(self, message: Msg, partner: str, verb: str) -> None:
        async with self._room:
            try:
                reply = await self.perform(partner, verb, message.data)
            except Exception as error:  # noqa: BLE001 - one command that fails may not end those of everybody else
                metrics.COMMANDS.labels("failed").inc()
                get_logger().error("partner_command_failed", partner=partner, verb=verb[:20], error=error)
                reply = PartnerReply(status=None, reason="unavailable")
            if message.reply:
                await message.respond(_bytes(reply))

    async def _as_it_stands(self, partner: str, asked: Asked) -> PartnerReply:
        """Answer a step that has no place: the same again is no mistake, and whoever was quicker is named."""
        held = await self._reports.get(asked.report)
        if held is None:
            return self._refused(partner, asked.report, "unknown_report")
        if _holds_already(held, asked):
            metrics.COMMANDS.labels("again").inc()
            return PartnerReply(status=held.status, reason=held.reason)
        reason = {
            ReportStatus.WITHDRAWN: "withdrawn",
            ReportStatus.TAKEN: "taken",
            ReportStatus.REFUSED: "refused",
        }.get(held.status, "not_taken")
        self._refused(partner, asked.report, reason)
        return PartnerReply(status=held.status, reason=reason)

    def _refused(self, partner: str, report: UUID | None, reason: str) -> PartnerReply:
        metrics.COMMANDS.labels(reason).inc()
        get_logger().warning("partner_not_heard", partner=partner, report=str(report or ""), reason=reason)
        if not self._pace(partner).entries.take():
            self._audit.record(
                AuditAction.PARTNER_NOT_HEARD,
                account=partner,
                by=AuditActor.PARTNER,
                reason=reason,
                target=target_of(report, partner) if report else partner,
            )
        return PartnerReply(status=None, reason=reason)

    def _pace(self, partner: str) -> Pace:
        if len(self._paces) > MOST_PARTNERS:
            self._paces.clear()
        return self._paces.setdefault(partner, Pace())


def _change(asked: Asked) -> Change:
    match asked:
        case TakeCharge():
            return partial(_after, Step.TAKEN, asked.answer, None)
        case Refuse():
            return partial(_after, Step.REFUSED, asked.answer, asked.reason)
        case Appoint():
            return partial(_answered, asked.answer)


def _after(step: Step, answer: str | None, reason: str | None, report: Report, now: datetime) -> Report:
    return after(report, step, now, answer=answer, reason=reason)


def _answered(answer: str, report: Report, now: datetime) -> Report:
    if report.answer == answer:
        raise OutOfOrder("this is the answer that holds")
    return after(report, Step.ANSWERED, now, answer=answer)


def _holds_already(held: Report, asked: Asked) -> bool:
    match asked:
        case TakeCharge():
            return held.status is ReportStatus.TAKEN
        case Refuse():
            return held.status is ReportStatus.REFUSED and held.reason == asked.reason
        case Appoint():
            return held.status is ReportStatus.TAKEN and held.answer == asked.answer


def _bytes(reply: PartnerReply) -> bytes:
    return reply.model_dump_json().encode()
