"""Partners: services that take reports. What is registered of one, and what it may say.

``cmd.signalement.partner.<partner>.<verb>.v1``: the server lets a partner ask on its own subjects alone.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from shared.contracts.conversation import Force
from shared.contracts.envelope import Contract
from shared.contracts.signalement_reports import (
    MAX_SIGNED,
    Code,
    Department,
    KeyName,
    PartnerId,
    ReportStatus,
    SealedAnswer,
)


class PartnerVerb(StrEnum):
    """What a partner may ask."""

    TAKE_CHARGE = "take_charge"
    REFUSE = "refuse"
    APPOINT = "appoint"


class RefusedFor(StrEnum):
    """Why a partner does not take a report."""

    NOT_COMPETENT = "not_competent"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    TAMPERED = "tampered"
    INCOMPLETE = "incomplete"
    OTHER = "other"


class TakeCharge(Contract):
    """Take charge of a report; consent can no longer be withdrawn. Again: the same answer. Verb ``take_charge``."""

    report: UUID = Field(description="Which report")
    answer: SealedAnswer | None = Field(default=None, description="What the visitor is told: reference, appointment")


class Refuse(Contract):
    """Do not take a report. Verb ``refuse``."""

    report: UUID = Field(description="Which report")
    reason: RefusedFor = Field(description="Why")
    answer: SealedAnswer | None = Field(default=None, description="What the visitor is told")


class Appoint(Contract):
    """Answer the visitor, after having taken charge; a new answer replaces the one before. Verb ``appoint``."""

    report: UUID = Field(description="Which report")
    answer: SealedAnswer


class PartnerReply(Contract):
    """What holds now. ``reason``: why nothing was changed; null when what was asked holds."""

    status: ReportStatus | None = Field(description="What holds now; null: there is no such report of this partner")
    reason: Code | None = Field(
        default=None,
        description="invalid, unknown_report, revoked, too_fast, not_taken, unavailable; or why the report is refused",
    )


class PartnerKey(Contract):
    """A key for which reports are sealed."""

    kid: KeyName
    jwk: dict[str, str] = Field(description="The public key, curve P-256")
    certificate: str = Field(max_length=MAX_SIGNED, description="Compact JWS of the staff authority about it")
    since: datetime = Field(description="From when it is in force")
    until: datetime | None = Field(default=None, description="Until when reports may come for it; null: not replaced")


class Partner(Contract):
    """One partner as bucket ``PARTNERS`` keeps it, under its id."""

    id: PartnerId
    name: Annotated[str, Field(max_length=120)] = Field(description="Its name, in French")
    force: Force = Field(description="Its force")
    departments: list[Department] = Field(min_length=1, description="Its territory, which no other of its force has")
    nkey: str = Field(pattern=r"^U[A-Z2-7]{55}$", description="Public user nkey with which it connects to NATS")
    keys: list[PartnerKey] = Field(min_length=1, description="For which reports are, or were, sealed; newest last")
    added_at: datetime = Field(description="When it was registered")
    revoked_at: datetime | None = Field(default=None, description="When it was shut out; null: it is active")

    def key_in_force(self, now: datetime) -> PartnerKey | None:
        """Return the newest key that is in force at ``now``."""
        found = self._holding(now)
        return found[-1] if found else None

    def holds(self, kid: str, now: datetime) -> bool:
        """Return whether reports may still come for a key: the one in force, or a former one for its stated time."""
        return any(key.kid == kid for key in self._holding(now))

    def _holding(self, now: datetime) -> list[PartnerKey]:
        return [key for key in self.keys if key.since <= now and (key.until is None or now < key.until)]
