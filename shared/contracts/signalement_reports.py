"""Reports to the competent service: handing one in, taking it back, learning what became of it.

What a person wrote is nowhere in here: a report travels sealed for its recipient, an answer sealed for its visitor.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.conversation import Category, Force
from shared.contracts.envelope import Contract, Event

MAX_SEALED = 32_768
"""Characters of a sealed report."""
MAX_ANSWER = 8_192
"""Characters of a sealed answer."""
MAX_SIGNED = 4_096
"""Characters of a consent or of a withdrawal."""
MAX_BOX = 16_384
"""Characters of the box that words open."""

_BASE64URL_AND_DOTS = r"^[0-9A-Za-z_.-]+$"

PartnerId = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,31}$", description="A partner: a service that takes reports")
]
Department = Annotated[str, Field(pattern=r"^[0-9][0-9AB][0-9]?$", description="Department code: 95, 2A, 974")]
KeyName = Annotated[
    str, Field(pattern=r"^[0-9A-Za-z_-]{43}$", description="Name of a key: its RFC 7638 SHA-256 thumbprint")
]
Sealed = Annotated[
    str,
    Field(max_length=MAX_SEALED, pattern=_BASE64URL_AND_DOTS, description="Compact JWE that the recipient alone opens"),
]
SealedAnswer = Annotated[
    str,
    Field(max_length=MAX_ANSWER, pattern=_BASE64URL_AND_DOTS, description="Compact JWE that the visitor alone opens"),
]
Signed = Annotated[
    str,
    Field(max_length=MAX_SIGNED, pattern=_BASE64URL_AND_DOTS, description="Compact JWS by the conversation's key"),
]
Keyed = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$", description="256 bits in hexadecimal, under a secret of the gateways")
]
Box = Annotated[
    str, Field(max_length=MAX_BOX, pattern=_BASE64URL_AND_DOTS, description="Compact JWE that the words alone open")
]
Code = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", description="One word of a closed list")]


class ReportKind(StrEnum):
    """Why it is sent."""

    REPORT = "report"
    """With the visitor's consent."""

    PATROL = "patrol"
    """Imminent danger: without it, and with a short deadline."""


class ReportStatus(StrEnum):
    """What became of a report."""

    RECEIVED = "received"
    """Kept, and on its way into the recipient's queue."""

    SUBMITTED = "submitted"
    """In the recipient's queue."""

    TAKEN = "taken"
    """The recipient has taken charge of it."""

    REFUSED = "refused"
    """The recipient, or the platform itself, does not take it; a reason says why."""

    WITHDRAWN = "withdrawn"
    """The visitor took her consent back in time."""


class Refusal(StrEnum):
    """Why the platform does not take a report, or a withdrawal."""

    CONSENT_MISSING = "consent_missing"
    CONSENT_UNREADABLE = "consent_unreadable"
    CONSENT_NOT_SIGNED = "consent_not_signed"
    CONSENT_OF_OTHER_TYPE = "consent_of_other_type"
    CONSENT_OF_OTHER_SIGNER = "consent_of_other_signer"
    CONSENT_OF_OTHER_REPORT = "consent_of_other_report"
    CONSENT_OF_OTHER_CONVERSATION = "consent_of_other_conversation"
    CONSENT_FOR_OTHER_RECIPIENT = "consent_for_other_recipient"
    CONSENT_FOR_OTHER_KEY = "consent_for_other_key"
    CONSENT_WITHOUT_DIGEST = "consent_without_digest"
    CONSENT_TOO_OLD = "consent_too_old"
    CONSENT_FROM_THE_FUTURE = "consent_from_the_future"
    CONVERSATION_UNKNOWN = "conversation_unknown"
    """Nothing is known of it, or not yet: the fact that it was opened may be on its way."""
    SIGNER_UNKNOWN = "signer_unknown"
    """The gateway stated no signing key of this conversation."""
    PARTNER_UNKNOWN = "partner_unknown"
    PARTNER_REVOKED = "partner_revoked"
    PARTNER_NOT_COMPETENT = "partner_not_competent"
    KEY_NOT_IN_FORCE = "key_not_in_force"
    """The recipient's key is not, or no longer, its own."""
    SEALED_OTHERWISE = "sealed_otherwise"
    """The sealed report is not in the agreed form, or not for this key."""
    REPORT_ID_USED = "report_id_used"
    """Another report has this id."""


class SubmitReport(Contract):
    """Hand a report in. Subject: ``cmd.signalement.submit.v1``, from the dispatcher alone, which has checked that the
    operator has the conversation. The same id again is the same report."""

    conversation: UUID = Field(description="The conversation that it comes from")
    report: UUID = Field(description="Chosen by the console")
    kind: ReportKind = Field(description="With consent, or for imminent danger")
    partner: PartnerId = Field(description="For whom it is sealed")
    kid: KeyName = Field(description="For which of the recipient's keys")
    force: Force = Field(description="Under whose heading it is queued")
    department: Department = Field(description="For which department")
    sealed: Sealed
    consent: Signed | None = Field(description="The visitor's consent; null for a patrol alone")
    operator: str = Field(pattern=r"^[a-z0-9_-]{1,32}$", description="The operator's account id")


class SubmitReply(Contract):
    """What became of it. Refused: ``reason`` says why, and nothing is kept but an entry of the audit."""

    status: ReportStatus = Field(description="Received: kept, and on its way for certain")
    reason: Code | None = Field(default=None, description="Why it is refused")


class WithdrawReport(Contract):
    """Take consent back. Subject: ``cmd.signalement.withdraw.v1``, from the gateway alone."""

    conversation: UUID = Field(description="The visitor's conversation")
    report: UUID = Field(description="Which report")
    withdrawal: Signed


class WithdrawReply(Contract):
    """What holds now. ``withdrawn``: in time. Null: there is no such report of this conversation."""

    status: ReportStatus | None = Field(description="What holds now; null: unknown")
    reason: Code | None = Field(default=None, description="Why the withdrawal does not count")


class RecipientsQuery(Contract):
    """Ask who takes reports for a place. Subject: ``qry.signalement.recipients.v1``."""

    force: Force = Field(description="The competent force")
    department: Department = Field(description="The department")


class Recipient(Contract):
    """A partner that takes reports, and the key for which they are sealed."""

    partner: PartnerId = Field(description="Its id")
    name: str = Field(max_length=120, description="Its name, in French")
    force: Force = Field(description="Its force")
    departments: list[Department] = Field(description="Its territory")
    kid: KeyName = Field(description="Its key in force")
    certificate: str = Field(max_length=MAX_SIGNED, description="Compact JWS of the staff authority about that key")


class RecipientsReply(Contract):
    """Who is competent: the force that was asked for first, then the other, which she may prefer."""

    recipients: list[Recipient] = Field(description="Those that are active")


class FollowReport(Contract):
    """Let words lead to what becomes of a report. Subject: ``cmd.signalement.follow.v1``, from the gateway alone."""

    report: UUID = Field(description="Which report")
    conversation: UUID = Field(description="The visitor's conversation, which the gateway has proved")
    locator: Keyed
    proof: Keyed
    box: Box


class FollowReply(Contract):
    """Until when the words work. Null: they lead nowhere, and ``reason`` says why."""

    until: int | None = Field(description="Milliseconds since 1970 UTC")
    reason: Code | None = Field(default=None, description="taken: another report's words; unknown: no such report")


class FollowOutcome(StrEnum):
    """Where words lead."""

    FOUND = "found"
    WRONG = "wrong"
    NOT_FOUND = "not_found"


class FollowedQuery(Contract):
    """Ask by words what became of a report. Subject: ``qry.signalement.followed.v1``, from the gateway alone."""

    locator: Keyed
    proof: Keyed


class FollowedReply(Contract):
    """What became of it; with wrong words, how many tries are left before they are dead."""

    outcome: FollowOutcome = Field(description="Where the words lead")
    left: int | None = Field(default=None, ge=0, description="Tries left; with wrong words alone")
    report: UUID | None = Field(default=None, description="Which report")
    box: Box | None = Field(default=None, description="As the page that drew the words sealed it")
    until: int | None = Field(default=None, description="Until when the words work, ms since 1970 UTC")
    status: ReportStatus | None = Field(default=None, description="What became of the report")
    overdue: bool = Field(default=False, description="Nobody has taken charge of it in time")
    answer: SealedAnswer | None = Field(default=None, description="What the recipient answered")
    reason: Code | None = Field(default=None, description="Why the recipient refused it")


class ReportChanged(Event):
    """What became of a report, after each change: the whole of it. Stream: ``SIGNALEMENT_FACTS``."""

    TYPE: ClassVar[str] = "signalement.report.changed.v1"
    ENTITY: ClassVar[str] = "report"

    report: UUID = Field(description="The report; the last token of the subject")
    conversation: UUID = Field(description="The conversation that it comes from")
    kind: ReportKind = Field(description="With consent, or for imminent danger")
    partner: PartnerId = Field(description="Whose it is")
    force: Force = Field(description="Under whose heading it was queued")
    department: Department = Field(description="For which department")
    category: Category | None = Field(description="Which of the three chats; null: not known")
    status: ReportStatus = Field(description="What became of it")
    overdue: bool = Field(description="Nobody has taken charge of it in time")
    answer: SealedAnswer | None = Field(description="What the recipient answered, for the visitor's eyes alone")
    reason: Code | None = Field(description="Why the recipient refused it")
    revision: int = Field(ge=1, description="1 for submitted, and one more with each change")


class ReportSubmitted(Contract):
    """What a partner takes from its queue, where it is kept until the partner acknowledges it.

    Subject: ``evt.signalement.report.submitted.v1.<force>.<department>.<report>``, stream ``SIGNALEMENTS``.
    """

    report: UUID = Field(description="The report; also the Nats-Msg-Id")
    kind: ReportKind = Field(description="With consent, or for imminent danger")
    force: Force = Field(description="Under whose heading it is queued")
    department: Department = Field(description="For which department")
    submitted_at: datetime = Field(description="When it was handed in, UTC, RFC 3339")
    sealed: Sealed
