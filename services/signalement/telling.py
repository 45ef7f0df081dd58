"""How people hear what became of a report: the fact is published, the audit says who did it."""

from uuid import UUID

from faststream.nats import NatsBroker

from services.signalement import metrics
from services.signalement.domain.reports import Report, Step, fact_of
from shared import streams
from shared.audit.writing import Audit
from shared.broker import publish
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.envelope import derived_id
from shared.logs import get_logger

WRITTEN_WITHIN_S = 2.0
"""How long a change waits for its entry of the audit; a broken audit keeps nobody waiting longer."""

_SAID = {
    Step.QUEUED: (AuditAction.REPORT_SUBMITTED, AuditActor.SELF),
    Step.TAKEN: (AuditAction.REPORT_TAKEN, AuditActor.PARTNER),
    Step.REFUSED: (AuditAction.REPORT_REFUSED, AuditActor.PARTNER),
    Step.ANSWERED: (AuditAction.REPORT_ANSWERED, AuditActor.PARTNER),
    Step.WITHDRAWN: (AuditAction.REPORT_WITHDRAWN, AuditActor.VISITOR),
    Step.OVERDUE: (AuditAction.REPORT_OVERDUE, AuditActor.SYSTEM),
}


class Teller:
    """See ``ports.Facts``."""

    def __init__(self, broker: NatsBroker, audit: Audit) -> None:
        self._broker = broker
        self._audit = audit

    async def state(self, report: Report) -> None:
        """Raises ``shared.broker.PublishFailed``. The entry is written before the fact is noted as stated."""
        action, actor = _SAID[report.step]
        account = {AuditActor.SELF: report.operator, AuditActor.PARTNER: report.partner}.get(actor)
        self._audit.record(
            action,
            account=account,
            by=actor,
            conversation=report.conversation,
            reason=report.reason,
            target=target_of(report.report, report.partner),
            entry=derived_id(report.report, f"audit.{report.revision}"),
            time=report.changed_at,
        )
        await publish(self._broker, fact_of(report), streams.SIGNALEMENT_FACTS)
        await self._audit.drained(WRITTEN_WITHIN_S)
        metrics.REPORTS.labels(report.kind, report.step).inc()
        get_logger().info(
            "report_changed",
            report=str(report.report),
            kind=report.kind.value,
            partner=report.partner,
            step=report.step.value,
            revision=report.revision,
        )


def target_of(report: UUID, partner: str) -> str:
    """Return what the audit calls a report and its recipient."""
    return f"{partner}.{report}"
