"""What the audit says of a decision: the same decision always gives the same entry, id included."""

from datetime import UTC, datetime
from uuid import UUID

from services.dispatcher.staff.sessions import MARK
from services.dispatcher.store.dispatch import Decision
from shared.audit.writing import Audit
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.envelope import derived_id

OWN_ACTS = frozenset({AuditAction.CONVERSATION_ENDED, AuditAction.CONVERSATION_TRANSFERRED})
"""What somebody did, rather than what was done to them."""


OF_VISITORS = frozenset({AuditAction.VISITOR_MISSING, AuditAction.VISITOR_FOUND})
"""What is written down although no operator may have the conversation."""


def concerns_staff(decision: Decision) -> bool:
    """Return whether a decision is something that happened to an operator, or that staff have to see to."""
    action = _action(decision)
    return action is not None and (bool(decision.operator) or action in OF_VISITORS)


def write_down(audit: Audit, decision: Decision, console: str) -> None:
    """Record what a decision did to an operator. ``console``: the name of the one at which they sit, or sat last."""
    action = _action(decision)
    if action is None:
        return
    conversation = UUID(decision.conversation)
    if action in OF_VISITORS:
        audit.record(
            action,
            account=decision.by or decision.operator or None,
            by=AuditActor.SELF if decision.by else AuditActor.SYSTEM,
            conversation=conversation,
            reason=decision.found_why,
            entry=derived_id(conversation, f"audit.{decision.kind}.{decision.version}"),
            time=datetime.fromtimestamp(decision.at_ms / 1000, UTC),
        )
        return
    audit.record(
        action,
        account=decision.operator,
        by=AuditActor.SELF if action in OWN_ACTS or decision.why == "left" else AuditActor.SYSTEM,
        console=console[:MARK] or None,
        conversation=conversation,
        reason=decision.reason if action is AuditAction.CONVERSATION_RELEASED else decision.why or None,
        target=decision.giver or None,
        entry=derived_id(conversation, f"audit.{decision.kind}.{_number(decision)}"),
        time=datetime.fromtimestamp(decision.at_ms / 1000, UTC),
    )


def _action(decision: Decision) -> AuditAction | None:
    match decision.kind:
        case "assigned":
            first = decision.turn <= 1
            return AuditAction.CONVERSATION_TAKEN if first else AuditAction.CONVERSATION_TAKEN_OVER
        case "transferred":
            return AuditAction.CONVERSATION_TRANSFERRED
        case "parted":
            return AuditAction.HANDOVER_LEFT
        case "joined":
            return AuditAction.PSYCHOLOGIST_JOINED
        case "left":
            return AuditAction.PSYCHOLOGIST_LEFT
        case "released":
            return AuditAction.CONVERSATION_RELEASED
        case "ended":
            return AuditAction.CONVERSATION_ENDED
        case "missing":
            return AuditAction.VISITOR_MISSING
        case "found":
            return AuditAction.VISITOR_FOUND
    return None


def _number(decision: Decision) -> int:
    """Return what tells this decision from others of its kind: a psychologist may come several times in one turn."""
    return decision.version if decision.kind in {"joined", "left"} else decision.turn
