"""What may become of a report: a table. Pure.

A step that is not in the table raises ``OutOfOrder`` and leaves all as it was. Each step makes a new revision; what has
been stated of a report says up to which one people have heard.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.contracts.conversation import Category, Force
from shared.contracts.envelope import Contract, derived_id
from shared.contracts.signalement_reports import ReportChanged, ReportKind, ReportStatus, SubmitReport


class Step(StrEnum):
    """What happens to a report."""

    RECEIVED = "received"
    QUEUED = "queued"
    TAKEN = "taken"
    REFUSED = "refused"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    OVERDUE = "overdue"


class OutOfOrder(Exception):
    """A step that has no place where the report stands."""


class Report(Contract):
    """One report as bucket ``REPORTS`` keeps it: no content, no identity, but the consent as evidence."""

    report: UUID
    conversation: UUID
    kind: ReportKind
    partner: str
    kid: str
    force: Force
    department: str
    category: Category | None
    operator: str
    signer: str | None
    """Name of the conversation's signing key, as the gateway stated it."""
    consent: str | None
    """The receipt: what the visitor signed. None for a patrol."""
    withdrawal: str | None = None
    """What the visitor signed to take it back."""
    status: ReportStatus = ReportStatus.RECEIVED
    step: Step = Step.RECEIVED
    """What happened last."""
    overdue: bool = False
    answer: str | None = None
    """Sealed by the recipient for the visitor."""
    reason: str | None = None
    revision: int = 0
    """How many times it has changed so that people hear of it."""
    stated: int = 0
    """The revision of which the fact is published."""
    received_at: datetime
    changed_at: datetime
    sealed: str | None
    """Only until it is in its recipient's queue."""
    cleared: bool = False
    """Withdrawn, and for certain in nobody's queue."""

    @property
    def unstated(self) -> bool:
        """Whether a change has not been told yet."""
        return self.stated < self.revision


_NEXT: Final[dict[tuple[ReportStatus, Step], ReportStatus]] = {
    (ReportStatus.RECEIVED, Step.QUEUED): ReportStatus.SUBMITTED,
    # Its recipient was quicker than the service's own note that it is in the queue.
    (ReportStatus.RECEIVED, Step.TAKEN): ReportStatus.TAKEN,
    (ReportStatus.RECEIVED, Step.REFUSED): ReportStatus.REFUSED,
    (ReportStatus.RECEIVED, Step.WITHDRAWN): ReportStatus.WITHDRAWN,
    (ReportStatus.SUBMITTED, Step.TAKEN): ReportStatus.TAKEN,
    (ReportStatus.SUBMITTED, Step.REFUSED): ReportStatus.REFUSED,
    (ReportStatus.SUBMITTED, Step.WITHDRAWN): ReportStatus.WITHDRAWN,
    (ReportStatus.SUBMITTED, Step.OVERDUE): ReportStatus.SUBMITTED,
    (ReportStatus.TAKEN, Step.ANSWERED): ReportStatus.TAKEN,
}

RECLEAR_AFTER = timedelta(seconds=60)
"""How long after a withdrawal the queue is cleared of it once more: what was under way then is over for certain."""


def received(asked: SubmitReport, category: Category | None, signer: str | None, now: datetime) -> Report:
    """Return the report as it begins."""
    return Report(
        report=asked.report,
        conversation=asked.conversation,
        kind=asked.kind,
        partner=asked.partner,
        kid=asked.kid,
        force=asked.force,
        department=asked.department,
        category=category,
        operator=asked.operator,
        signer=signer,
        consent=asked.consent if asked.kind is ReportKind.REPORT else None,
        received_at=now,
        changed_at=now,
        sealed=asked.sealed,
    )


def after(
    report: Report,
    step: Step,
    now: datetime,
    *,
    answer: str | None = None,
    reason: str | None = None,
    withdrawal: str | None = None,
) -> Report:
    """Return the report after ``step``. Raises ``OutOfOrder``."""
    status = _NEXT.get((report.status, step))
    if status is None or (step is Step.OVERDUE and report.overdue):
        raise OutOfOrder(f"{step} has no place here ({report.status})")
    return report.model_copy(
        update={
            "status": status,
            "step": step,
            "overdue": step is Step.OVERDUE,
            "answer": answer if answer is not None else report.answer,
            "reason": reason,
            "withdrawal": withdrawal,
            "revision": report.revision + 1,
            "changed_at": now,
            "sealed": None,
        }
    )


def same_again(report: Report, asked: SubmitReport) -> bool:
    """Tell whether what is handed in is this very report."""
    return (report.conversation, report.partner, report.kid) == (asked.conversation, asked.partner, asked.kid)


def fact_of(report: Report) -> ReportChanged:
    """Return the fact of a report's last change: the same, id included, however often it is made."""
    return ReportChanged(
        id=derived_id(report.report, f"changed.{report.revision}"),
        time=report.changed_at,
        trace=report.conversation.hex,
        report=report.report,
        conversation=report.conversation,
        kind=report.kind,
        partner=report.partner,
        force=report.force,
        department=report.department,
        category=report.category,
        status=report.status,
        overdue=report.overdue,
        answer=report.answer,
        reason=report.reason,
        revision=report.revision,
    )


class Deadlines(Contract):
    """How long a recipient has to take charge."""

    report: timedelta
    patrol: timedelta

    def of(self, report: Report) -> datetime:
        """Return when a report is overdue, if nobody takes charge of it."""
        return report.received_at + (self.patrol if report.kind is ReportKind.PATROL else self.report)


class Due(StrEnum):
    """What is to be done about a report that nobody is handling."""

    DELIVER = "deliver"
    STATE = "state"
    MARK_OVERDUE = "mark_overdue"
    CLEAR = "clear"


def due(report: Report, deadlines: Deadlines) -> tuple[Due, datetime] | None:
    """Return what has to be done next about a report, and from when on; None: nothing, as long as nobody changes it."""
    if report.status is ReportStatus.RECEIVED:
        return Due.DELIVER, report.received_at
    if report.unstated:
        return Due.STATE, report.changed_at
    if report.status is ReportStatus.SUBMITTED and not report.overdue:
        return Due.MARK_OVERDUE, deadlines.of(report)
    if report.status is ReportStatus.WITHDRAWN and not report.cleared:
        return Due.CLEAR, report.changed_at + RECLEAR_AFTER
    return None
