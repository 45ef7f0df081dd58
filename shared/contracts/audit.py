"""What is written down about staff: who did what, when, from which console. Never content, place or address."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from pydantic import Field

from shared.clock import utc_now
from shared.contracts.envelope import Contract

NOTHING_BEFORE = "0" * 64
"""``previous`` of a writer's first entry."""


class AuditAction(StrEnum):
    """What happened."""

    LOGGED_IN = "logged_in"
    LOGIN_REFUSED = "login_refused"
    LOGGED_OUT = "logged_out"
    SESSIONS_REVOKED = "sessions_revoked"
    ACCOUNT_CHANGED = "account_changed"
    STATUS_CHANGED = "status_changed"
    CONVERSATION_TAKEN = "conversation_taken"
    CONVERSATION_TAKEN_OVER = "conversation_taken_over"
    CONVERSATION_RELEASED = "conversation_released"
    CONVERSATION_ENDED = "conversation_ended"
    CONVERSATION_HANDED = "conversation_handed"
    CONVERSATION_PUT_BACK = "conversation_put_back"
    TRANSFER_OFFERED = "transfer_offered"
    TRANSFER_TAKEN_BACK = "transfer_taken_back"
    TRANSFER_REFUSED = "transfer_refused"
    CONVERSATION_TRANSFERRED = "conversation_transferred"
    HANDOVER_LEFT = "handover_left"
    PSYCHOLOGIST_CALLED = "psychologist_called"
    PSYCHOLOGIST_UNCALLED = "psychologist_uncalled"
    PSYCHOLOGIST_JOINED = "psychologist_joined"
    PSYCHOLOGIST_LEFT = "psychologist_left"
    OPERATOR_DRAINED = "operator_drained"
    OPERATOR_UNDRAINED = "operator_undrained"
    QUEUE_CLOSED = "queue_closed"
    QUEUE_REOPENED = "queue_reopened"
    OVERFLOW_SET = "overflow_set"
    OVERFLOW_ENDED = "overflow_ended"
    DEBRIEF_TICKED = "debrief_ticked"
    DANGER_SAID = "danger_said"
    DANGER_OVER = "danger_over"
    DANGER_SEEN = "danger_seen"
    """A supervisor sees to it."""
    VISITOR_MISSING = "visitor_missing"
    """Who is in danger vanished; ``account``: who has the conversation, if anybody."""
    VISITOR_FOUND = "visitor_found"
    """They are no longer missing: ``reason`` says why, ``account`` who closed it, if anybody did."""
    MISSING_SEEN = "missing_seen"
    """A supervisor has seen the alarm."""
    DUTY_KEY_MADE = "duty_key_made"
    """A console made the key that its force's consoles on duty share; ``target``: the force."""
    NOTE_WRITTEN = "note_written"
    """Beside a conversation, for the staff in it alone."""
    STAFF_LINE_WRITTEN = "staff_line_written"
    """To others on duty; ``target`` is the force and whom it was for."""
    PATROL_ASKED = "patrol_asked"
    """Without consent, in a state of necessity, which is its ``reason``."""
    PATROL_CALLED = "patrol_called"
    """Nobody took charge of it in time: somebody called the emergency number."""
    REPORT_SUBMITTED = "report_submitted"
    REPORT_NOT_SUBMITTED = "report_not_submitted"
    REPORT_WITHDRAWN = "report_withdrawn"
    REPORT_NOT_WITHDRAWN = "report_not_withdrawn"
    REPORT_TAKEN = "report_taken"
    REPORT_REFUSED = "report_refused"
    REPORT_ANSWERED = "report_answered"
    REPORT_OVERDUE = "report_overdue"
    LIFTING_ASKED = "lifting_asked"
    LIFTING_REFUSED = "lifting_refused"
    LIFTING_GRANTED = "lifting_granted"
    LIFTING_HANDED = "lifting_handed"
    """The sealed address left for the page of the magistrate who granted it."""
    LIFTING_CONFIRMED = "lifting_confirmed"
    LIFTING_LAPSED = "lifting_lapsed"
    LIFTING_DENIED = "lifting_denied"
    """Somebody wanted what is not theirs: to ask without holding, to decide on their own request, another hand-over."""
    PARTNER_NOT_HEARD = "partner_not_heard"
    """What a partner asked was not done."""
    PARTNER_REGISTERED = "partner_registered"
    PARTNER_ROTATED = "partner_rotated"
    """It has another key, or connects with another one; ``fields`` says which."""
    PARTNER_REVOKED = "partner_revoked"


class AuditActor(StrEnum):
    """Who did it."""

    SELF = "self"
    """The person whose account it is, at a console or at its login."""

    COMMAND = "command"
    """Somebody at the command line of a server."""

    SYSTEM = "system"
    """A service by itself: it gave an operator a conversation, took it back from one who was gone, kept a deadline."""

    PARTNER = "partner"
    """A service that takes reports; ``account`` is its id."""

    VISITOR = "visitor"
    """The visitor of a conversation, of whom nothing is written down."""

    PROVIDER = "provider"
    """The identity provider, by what it said of somebody at their login."""


class AuditEntry(Contract):
    """One line. Each writer (an instance, or one run of a command) has a chain of its own.

    ``previous`` is the SHA-256 of the exact bytes of the writer's entry before, so that none can be changed or taken
    out unseen while later ones stand.
    """

    id: UUID = Field(default_factory=uuid4, description="The same if what it is about is written down twice")
    time: datetime = Field(default_factory=utc_now, description="When it happened, UTC, RFC 3339")
    writer: str = Field(pattern=r"^[a-z]+\.[0-9a-f]{8}$", description="The instance or command that wrote it")
    number: int = Field(ge=1, description="1, 2, 3, ... for each writer")
    previous: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the writer's entry before; zeros for none")
    lost: int = Field(default=0, ge=0, description="Entries that the writer had to give up since its last one")
    action: AuditAction = Field(description="What happened")
    by: AuditActor = Field(description="Who did it")
    account: str | None = Field(
        default=None, pattern=r"^[a-z0-9_-]{1,32}$", description="Whose account; none for a login that does not exist"
    )
    console: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{12}$", description="Which console: the same from login to logout"
    )
    conversation_id: UUID | None = Field(default=None, description="Which conversation")
    reason: str | None = Field(default=None, pattern=r"^[a-z_]{1,40}$", description="One word of a closed list")
    target: str | None = Field(
        default=None,
        pattern=r"^[a-z0-9_.>-]{1,80}$",
        description="Whom or what it was done to: an account, a queue, `from>to` of two queues, a partner, a report; "
        "of a transfer, who had it before",
    )
    fields: tuple[str, ...] = Field(default=(), description="Names of the account's fields that changed; no values")
