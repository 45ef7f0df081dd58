"""Reports from hand to hand: received, queued for their recipient, taken charge of, withdrawn in time.

The state of each is one value that is only ever replaced knowing what it replaces, so two that want different things
cannot both win. What a crash leaves half done is in the state, and ``finish`` does the rest, whoever calls it.
"""

import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from services.signalement import metrics
from services.signalement.domain.consent import check_consent, check_withdrawal
from services.signalement.domain.recipients import check_recipient, check_sealed, recipients
from services.signalement.domain.reports import OutOfOrder, Report, Step, after, received, same_again
from services.signalement.ports import ChangedMeanwhile, Facts, Figures, Partners, Queue, Store
from services.signalement.telling import target_of
from shared.audit.writing import Audit
from shared.broker import PublishFailed
from shared.clock import utc_now
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.signalement_reports import (
    RecipientsQuery,
    RecipientsReply,
    Refusal,
    ReportKind,
    ReportStatus,
    SubmitReply,
    SubmitReport,
    WithdrawReply,
    WithdrawReport,
)
from shared.logs import get_logger

TRIES = 8
"""How often a step is decided anew because somebody else was quicker."""

Change = Callable[[Report, datetime], Report]
"""Returns the report after a step. Raises ``OutOfOrder``."""


class Unknown(Exception):
    """There is no such report."""


class Reports:
    """See the module's text."""

    def __init__(
        self, store: Store, queue: Queue, facts: Facts, partners: Partners, figures: Figures, audit: Audit
    ) -> None:
        self._store = store
        self._queue = queue
        self._facts = facts
        self._partners = partners
        self._figures = figures
        self._audit = audit

    async def get(self, report: UUID) -> Report | None:
        """Return a report as it stands."""
        found = await self._store.get(report)
        return found[0] if found else None

    async def recipients(self, query: RecipientsQuery) -> RecipientsReply:
        """Say who takes reports for a place."""
        found = recipients(await self._partners.all(), query.force, query.department, utc_now())
        return RecipientsReply(recipients=found)

    async def submit(self, asked: SubmitReport) -> SubmitReply:
        """Take a report, once; the same again finishes what is left to do and says how it stands."""
        found = await self._store.get(asked.report)
        if found is None:
            refusal, report = await self._receive(asked)
            if refusal is not None:
                return self._not_submitted(asked, refusal)
        else:
            report = found[0]
        if report is None or not same_again(report, asked):
            return self._not_submitted(asked, Refusal.REPORT_ID_USED)
        report = await self._finish_if_possible(report)
        return SubmitReply(status=report.status, reason=report.reason)

    async def withdraw(self, asked: WithdrawReport) -> WithdrawReply:
        """Take a report back, unless its recipient has taken charge of it."""
        found = await self.get(asked.report)
        if found is None or found.conversation != asked.conversation:
            self._note(AuditAction.REPORT_NOT_WITHDRAWN, asked.report, asked.conversation, "unknown_report")
            return WithdrawReply(status=None)
        refusal = check_withdrawal(asked.withdrawal, asked.report, asked.conversation, found.signer)
        if refusal is not None:
            self._note(AuditAction.REPORT_NOT_WITHDRAWN, asked.report, asked.conversation, refusal, found.partner)
            return WithdrawReply(status=found.status, reason=refusal)
        try:
            after_it = await self.change(
                asked.report, lambda report, now: after(report, Step.WITHDRAWN, now, withdrawal=asked.withdrawal)
            )
        except OutOfOrder:
            held = await self.get(asked.report)
            return WithdrawReply(status=held.status if held else None)
        return WithdrawReply(status=after_it.status)

    async def change(self, report: UUID, step: Change) -> Report:
        """Have a step happen and be heard of; return the report after it.

        Raises ``Unknown``, ``OutOfOrder``, ``ChangedMeanwhile`` when others were quicker again and again.
        """
        for _ in range(TRIES):
            found = await self._store.get(report)
            if found is None:
                raise Unknown
            try:
                # Whoever listens hears of every step, in order: first of the one before.
                before, revision = await self._stated(*found)
                changed = step(before, utc_now())
                revision = await self._store.replace(changed, revision)
            except ChangedMeanwhile:
                continue
            return await self._told(changed, revision)
        raise ChangedMeanwhile

    async def finish(self, report: UUID) -> Report | None:
        """Do what is left to do for a report to be in its queue and known of. Raises what the drivers raise."""
        found = await self._store.get(report)
        if found is None:
            return None
        if found[0].status is not ReportStatus.RECEIVED:
            return (await self._stated(*found))[0]
        await self._queue.put(found[0])
        queued = after(found[0], Step.QUEUED, utc_now())
        try:
            return (await self._stated(queued, await self._store.replace(queued, found[1])))[0]
        except ChangedMeanwhile:
            return await self._given_way(report)

    async def clear(self, report: UUID) -> None:
        """Take a withdrawn report out of its queue once more, and note that it is in none."""
        found = await self._store.get(report)
        if found is not None and found[0].status is ReportStatus.WITHDRAWN and not found[0].cleared:
            await self._queue.clear(found[0])
            await self._store.replace(found[0].model_copy(update={"cleared": True}), found[1])

    # ---- inside

    async def _receive(self, asked: SubmitReport) -> tuple[Refusal | None, Report | None]:
        """Keep a report if everything about it is right; what happens from here on is not lost."""
        now = utc_now()
        progress = await self._figures.progress(str(asked.conversation))
        signer = progress.signer if progress else None
        refusal = check_recipient(await self._partners.get(asked.partner), asked, now)
        refusal = refusal or check_sealed(asked.sealed, asked.kid)
        if asked.kind is ReportKind.REPORT:
            unknown = Refusal.CONVERSATION_UNKNOWN if progress is None else None
            refusal = refusal or unknown or check_consent(asked.consent, asked, signer, time.time())
        if refusal is not None:
            return refusal, None
        report = received(asked, progress.category if progress else None, signer, now)
        try:
            await self._store.create(report)
        except ChangedMeanwhile:
            return None, await self.get(asked.report)
        return None, report

    async def _finish_if_possible(self, report: Report) -> Report:
        """Return the report finished; or as it is, when that cannot be done now: it is kept, and the sweep goes on."""
        try:
            return await self.finish(report.report) or report
        except Exception as error:  # noqa: BLE001 - whatever it is, the report is kept and is not lost by it
            get_logger().warning("report_not_finished", report=str(report.report), error=error)
            return report

    async def _given_way(self, report: UUID) -> Report | None:
        """Somebody changed the report while it was being queued: one that was withdrawn has no place there."""
        found = await self._store.get(report)
        if found is not None and found[0].status is ReportStatus.WITHDRAWN:
            await self._queue.clear(found[0])
        return (await self._stated(*found))[0] if found else None

    async def _told(self, report: Report, revision: int) -> Report:
        """Return the report once people have heard of its last step, or as it is when the sweep has to tell them."""
        try:
            return (await self._stated(report, revision))[0]
        except (PublishFailed, ChangedMeanwhile) as error:
            get_logger().warning("report_not_stated", report=str(report.report), error=error)
            return report

    async def _stated(self, report: Report, revision: int) -> tuple[Report, int]:
        """Return the report and its revision in the store once people have heard of its last step."""
        if not report.unstated:
            return report, revision
        if report.status is ReportStatus.WITHDRAWN:
            # Nobody is told that it was withdrawn while its recipient could still be handed it.
            await self._queue.clear(report)
        await self._facts.state(report)
        stated = report.model_copy(update={"stated": report.revision})
        return stated, await self._store.replace(stated, revision)

    def _not_submitted(self, asked: SubmitReport, refusal: Refusal) -> SubmitReply:
        metrics.NOT_TAKEN.labels(refusal).inc()
        self._audit.record(
            AuditAction.REPORT_NOT_SUBMITTED,
            account=asked.operator,
            conversation=asked.conversation,
            reason=refusal,
            target=target_of(asked.report, asked.partner),
        )
        return SubmitReply(status=ReportStatus.REFUSED, reason=refusal)

    def _note(self, action: AuditAction, report: UUID, conversation: UUID, reason: str, partner: str = "") -> None:
        self._audit.record(
            action,
            account=None,
            by=AuditActor.VISITOR,
            conversation=conversation,
            reason=reason,
            target=target_of(report, partner) if partner else str(report),
        )
