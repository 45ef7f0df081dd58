"""Frames of the visitor's socket alone."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.chat.frames.words import (
    Box,
    Count,
    Credential,
    Digest,
    Frame,
    Id,
    Kid,
    Language,
    PostalCode,
    Role,
    Seq,
    Signed,
    Stage,
    Token,
    Work,
)
from shared.contracts.conversation import Audience, Category, Force
from shared.contracts.signalement_reports import ReportStatus

# ---- said by the visitor's page


class Open(Frame, tag="open", frozen=True):
    """Ask for a specialist. Answered by ``opened``, or first by ``ask_commune``, or by ``challenge``: then it is said
    again, with ``work``. ``signer`` names the key with which the page will sign for this conversation: a consent counts
    only when it is signed by that key. ``minor``: who asks says that they are under 18.
    """

    category: Category
    audience: Audience
    postal_code: PostalCode | None = None
    language: Language = "fr"
    work: Work | None = None
    signer: Kid | None = None
    minor: bool = False


class ChooseCommune(Frame, tag="commune", frozen=True):
    """Answer ``ask_commune``: an INSEE code of the list, or null for "I don't know / I'd rather not say"."""

    insee: Annotated[str, Meta(pattern=r"^[0-9][0-9AB][0-9]{3}\Z")] | None = None


class Resume(Frame, tag="resume", frozen=True):
    """Come back to a conversation after a lost connection. Answered by ``resumed`` and all messages after ``seq``."""

    conversation: Id
    token: Token
    seq: Seq


class Keep(Frame, tag="keep", frozen=True):
    """Make resume words count. First without ``proof`` and ``box``: answered by ``kept`` with the installation's share
    of the key that closes the box, or by ``error taken``. Then with both: answered by ``kept`` with the time until
    which the words work. Other words replace those before; the same again renews their box and nothing else.
    """

    conversation: Id
    locator: Digest
    proof: Digest | None = None
    box: Box | None = None


class Find(Frame, tag="find", frozen=True):
    """Come back by resume words, on any device. Answered by ``found``, by ``wrong``, or by ``error not_found``."""

    locator: Digest
    proof: Digest


class Withdraw(Frame, tag="withdraw", frozen=True):
    """Take consent to a report back. Answered by ``withdrawn``, or by ``error``: ``not_found``, ``forbidden`` when the
    withdrawal is not what the conversation's key signed, ``unavailable``."""

    conversation: Id
    report: Id
    withdrawal: Signed


class Follow(Frame, tag="follow", frozen=True):
    """Let words lead to what becomes of a report, after the conversation is gone. Twice, as ``keep``: first without
    ``proof`` and ``box``, answered by ``following`` with the installation's share; then with both, answered by
    ``following`` with the time until which the words work. Or by ``error``: ``taken``, ``not_found``, ``forbidden``,
    ``unavailable``.
    """

    conversation: Id
    report: Id
    locator: Digest
    proof: Digest | None = None
    box: Box | None = None


class AskAnswer(Frame, tag="ask_answer", frozen=True):
    """Ask by words what became of a report, from any device and without a conversation. Answered by ``answer``, by
    ``wrong``, or by ``error``: ``not_found``, ``too_fast``, ``unavailable``."""

    locator: Digest
    proof: Digest


# ---- said by the gateway


class Challenge(Frame, tag="challenge", frozen=True):
    """Very many conversations are being opened: the device computes for a moment, then says ``open`` again with what it
    found. ``puzzle`` is the JSON text of an ALTCHA challenge (version 2, PBKDF2/SHA-256, ``uint32`` counter); it works
    once, for five minutes, on any connection."""

    puzzle: str


class CommuneChoice(msgspec.Struct, frozen=True):
    """One commune of a postal code."""

    insee: str
    name: str


class AskCommune(Frame, tag="ask_commune", frozen=True):
    """The postal code spans both forces; communes in order of population."""

    postal_code: str
    communes: list[CommuneChoice]


class Opened(Frame, tag="opened", frozen=True):
    """The conversation exists. ``token`` is kept in the page's memory only, for ``resume`` and the erase call."""

    conversation: Id
    token: Token


class Resumed(Frame, tag="resumed", frozen=True):
    """Welcome back. The messages after the given ``seq`` follow; ``seq`` is the last one stored."""

    conversation: Id
    seq: Seq


class State(Frame, tag="state", frozen=True):
    """The whole of what a visitor may know of where the conversation stands; each replaces the one before.

    ``position`` is 1 for the next to be answered; ``estimate_s`` is seconds, absent when nothing honest can be said.
    ``notice``: why nobody new is answered for now, in the visitor's language where that is known.
    ``peer_connected``: the specialist's console is on line at this moment. ``handover``: one specialist hands the
    conversation over to another, and both are there. ``turn``: how many have answered here, one after the other.
    ``psychologist``: one is in it, at the specialist's request, or has been.
    ``resumable_until``: until when the visitor's resume words work.
    ``danger``: who said that somebody is in danger now; those go before all others.
    """

    conversation: Id
    stage: Stage
    force: Force | None = None
    unit: str | None = None
    position: Count | None = None
    estimate_s: Count | None = None
    notice: str | None = None
    peer_connected: bool | None = None
    handover: bool = False
    turn: Count | None = None
    psychologist: Literal["here", "left"] | None = None
    resumable_until: int | None = None
    danger: Role | None = None


class Kept(Frame, tag="kept", frozen=True):
    """Answer to ``keep``: ``share`` to its first half, ``until`` to its second."""

    conversation: Id
    share: str | None = None
    until: int | None = None


class Found(Frame, tag="found", frozen=True):
    """The words are right: the box, and the installation's share of the key that opens it. ``resume`` follows."""

    share: str
    box: str
    until: int


class Wrong(Frame, tag="wrong", frozen=True):
    """Some of the words are right and some are not; after as many more tries as ``left`` they are dead."""

    left: Count


class Holder(msgspec.Struct, frozen=True):
    """A key for which the conversation's keys are to be sealed, once the page has verified it."""

    kid: Kid
    role: Literal["operator", "psychologist", "duty"]
    credential: Credential


class Admitted(Frame, tag="admitted", frozen=True):
    """Who may read from now on: the whole set. Sent after ``opened`` and ``resumed``, and whenever it changes."""

    conversation: Id
    holders: Annotated[list[Holder], Meta(max_length=16)]


class Withdrawn(Frame, tag="withdrawn", frozen=True):
    """Answer to ``withdraw``: what holds now. Only ``withdrawn`` was in time."""

    conversation: Id
    report: Id
    status: ReportStatus


class Following(Frame, tag="following", frozen=True):
    """Answer to ``follow``: ``share`` to its first half, ``until`` to its second."""

    conversation: Id
    report: Id
    share: str | None = None
    until: int | None = None


class Answer(Frame, tag="answer", frozen=True):
    """The words are right: what became of the report, the box, and the share of the key that opens it.

    The box holds the key that opens ``answer``.
    """

    report: Id
    status: ReportStatus
    share: str
    box: str
    until: int
    overdue: bool = False
    answer: str | None = None
    reason: str | None = None
