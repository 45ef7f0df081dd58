"""What follows a step of a request: stored first, then written into the audit, and only then is anything handed over.

A broken audit keeps nobody at a console waiting, but no address is handed over that the audit does not know of.
"""

from uuid import UUID

from services.dispatcher.domain.lifting import Lifting
from services.dispatcher.refusals import Refused
from shared.audit.writing import Audit
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.envelope import derived_id
from shared.logs import get_logger

WRITTEN_WITHIN_S = 3.0


class Ledger:
    """Writes each step down; the same step of the same request is always the same entry."""

    def __init__(self, audit: Audit) -> None:
        self._audit = audit

    def step(
        self,
        action: AuditAction,
        lifting: Lifting,
        account: str | None,
        console: str | None = None,
        reason: str | None = None,
        *,
        again: bool = False,
    ) -> None:
        """Record a step; returns at once. ``again``: it may happen several times, each for itself."""
        self._audit.record(
            action,
            account=account,
            by=AuditActor.SELF if console else AuditActor.SYSTEM,
            console=console,
            conversation=lifting.conversation,
            reason=reason,
            target=str(lifting.id),
            entry=None if again else derived_id(lifting.id, f"audit.{action}"),
        )
        get_logger().info(
            "lifting", step=action.value, lifting=str(lifting.id), conversation=str(lifting.conversation), by=account
        )

    def denied(self, conversation: UUID, account: str, console: str, why: str) -> None:
        """Record that somebody wanted what is not theirs."""
        self._audit.record(
            AuditAction.LIFTING_DENIED, account=account, console=console, conversation=conversation, reason=why
        )
        get_logger().warning("lifting_denied", conversation=str(conversation), by=account, reason=why)

    async def written(self) -> None:
        """Return once everything recorded is in the audit. Raises ``Refused``: nothing is handed over without."""
        if not await self._audit.drained(WRITTEN_WITHIN_S):
            raise Refused(503, "unavailable", "the audit cannot be written: nothing is handed over; try again")
