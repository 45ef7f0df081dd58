"""Frames of the operator's socket alone."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from shared.chat.frames.words import Count, Credential, DutyBox, Frame, Id, Kid, Role, Seq
from shared.contracts.conversation import Audience, Category, Force

Boxes = Annotated[dict[Kid, DutyBox], Meta(max_length=64, description="By shift key, the box that only it opens")]

# ---- said by the console


class Sync(Frame, tag="sync", frozen=True):
    """First frame of a console: the last sequence number it holds of each conversation (empty after a reload).

    ``credential`` proves its shift key, for which the keys of its conversations are sealed.
    """

    seqs: Annotated[dict[Id, Seq], Meta(max_length=64)] = field(default_factory=dict)
    credential: Annotated[str, Meta(max_length=4_096)] = ""


class SetStatus(Frame, tag="status", frozen=True):
    """Take new conversations, or take none; running ones go on. Also sent by the server, in answer: what holds now."""

    status: Literal["available", "paused"]


class MakeDuty(Frame, tag="make_duty", frozen=True):
    """Make the duty key of the own force, or replace the one named. Answered by ``duty`` to every console of the force.

    Another console was quicker: ``error out_of_order``, then ``duty`` as it stands. Boxes beyond the limit of one frame
    follow by ``share_duty``.
    """

    credential: Credential
    boxes: Boxes
    replaces: Kid | None = None


class ShareDuty(Frame, tag="share_duty", frozen=True):
    """Hand the duty key on to consoles that want it, each verified before."""

    kid: Kid
    boxes: Boxes


# ---- said by the dispatcher


class Welcome(Frame, tag="welcome", frozen=True):
    """Answer to ``sync``: who the console is, and every conversation that it holds (``held`` frames follow).

    Comes again when the operator's seat was lost and is taken again.
    """

    operator: str
    force: Force
    status: Literal["available", "paused"]
    limit: Count
    conversations: list[Id]
    at: int


class Turn(msgspec.Struct, frozen=True):
    """Who of the staff has seen a conversation, since when, and why."""

    role: Literal["operator", "psychologist"]
    account: str
    at: int
    why: str


class Held(Frame, tag="held", frozen=True):
    """A conversation that this operator has, whole; each replaces the one before. ``new``: just assigned.

    ``part``: a ``colleague`` has handed it over and may still read and speak, until ``until``; it is the other one's.
    ``beside``: the other operator of a hand-over; for a psychologist, who has it. ``psychologist``: who joined it.
    ``missing_at``: the last sign of a visitor who vanished while in danger, for whom the conversation waits until
    ``kept_until``. ``back_until``: until when one who is away can come back.
    """

    conversation: Id
    category: Category
    audience: Audience
    force: Force
    opened_at: int
    assigned_at: int
    language: str
    turn: int
    commune: str | None = None
    commune_name: str | None = None
    postal_code: str | None = None
    department: str | None = None
    unit: str | None = None
    visitor_connected: bool = False
    delivered: Seq = 0
    seen: Seq = 0
    resumable_until: int | None = None
    part: Literal["operator", "colleague", "psychologist"] = "operator"
    beside: str | None = None
    until: int | None = None
    psychologist: str | None = None
    turns: list[Turn] = field(default_factory=list)
    new: bool = False
    minor: bool = False
    danger: Role | None = None
    danger_at: int | None = None
    danger_seen_by: str | None = None
    missing_at: int | None = None
    kept_until: int | None = None
    back_until: int | None = None


class Released(Frame, tag="released", frozen=True):
    """This operator no longer has the conversation; the console forgets it."""

    conversation: Id


class QueueLine(msgspec.Struct, frozen=True):
    """One queue as the console shows it."""

    force: Force
    category: Category
    waiting: int
    oldest_s: int


class Board(Frame, tag="board", frozen=True):
    """The queues that this operator serves, sent when they change (at most every second)."""

    queues: list[QueueLine]


class Offer(msgspec.Struct, frozen=True):
    """A conversation that its operator offers to another, or to anyone of a queue."""

    conversation: Id
    giver: str
    force: Force
    category: Category
    until: int
    to: str | None = None
    refused: bool = False


class Offers(Frame, tag="offers", frozen=True):
    """Every open offer to this operator or of theirs, whole; each replaces the one before."""

    offers: list[Offer]


class Call(msgspec.Struct, frozen=True):
    """That a psychologist is waited for in a conversation."""

    conversation: Id
    force: Force
    category: Category
    place: Count
    since: int
    operator: str | None = None
    again: bool = False


class Debrief(msgspec.Struct, frozen=True):
    """That an operator asked to talk about what they heard."""

    operator: str
    since: int


class Psychologists(Frame, tag="psychologists", frozen=True):
    """How it stands with the psychologists of the own force, whole; each replaces the one before.

    ``calls``: for an operator, those of their own conversations; for a psychologist, all that they may be given, and
    ``debriefs`` beside them.
    """

    ever: bool
    open: bool
    present: Count
    free: Count
    waiting: Count
    calls: list[Call]
    closes_at: int | None = None
    opens_at: int | None = None
    debriefs: list[Debrief] = field(default_factory=list)


class Peer(msgspec.Struct, frozen=True):
    """The shift key of another console on duty."""

    kid: Kid
    credential: Credential


class Duty(Frame, tag="duty", frozen=True):
    """The duty key of the own force, as it stands; each replaces the one before. Sent after ``welcome`` and on change.

    Without ``kid`` there is none; without ``box`` this console has not been given it.
    """

    force: Force
    wanting: list[Peer]
    holders: Count
    kid: Kid | None = None
    credential: Credential | None = None
    box: DutyBox | None = None
