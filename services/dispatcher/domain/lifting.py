"""Lifting of anonymity, as rules: one person asks, another decides, an address is handed over once (O7).

States and what leads from one to the next are a table; whatever is not in it is refused and changes nothing.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from pydantic import Field

from shared.contracts.conversation import Category, Force
from shared.contracts.envelope import Contract

HANDED_FOR_MS = 15 * 60 * 1000
"""So long after granting, the same magistrate may fetch what was not confirmed; then it is gone."""


class Ground(StrEnum):
    """Why anonymity may be lifted at all."""

    EMERGENCY = "emergency"
    MINOR = "minor"


class Address(StrEnum):
    """What there was of an address when the request was made."""

    KEPT = "kept"
    EXPIRED = "expired"
    """Its stated time was over."""
    ERASED = "erased"
    """The visitor had ended the conversation."""
    NONE = "none"
    """None was ever sealed."""


class Status(StrEnum):
    """Where a request stands."""

    PENDING = "pending"
    REFUSED = "refused"
    GRANTED = "granted"
    """The address is with the magistrate who decided, who has not confirmed it yet."""
    CONFIRMED = "confirmed"
    """The magistrate has it; it is erased here."""
    LAPSED = "lapsed"
    """Granted, never confirmed in time; it is erased here."""


class Motive(StrEnum):
    """Why a magistrate decides as they do: what the audit says of it."""

    LIFE_IN_DANGER = "life_in_danger"
    CRIME_UNDER_WAY = "crime_under_way"
    MINOR_IN_DANGER = "minor_in_danger"
    NOT_AN_EMERGENCY = "not_an_emergency"
    NOT_A_MINOR = "not_a_minor"
    REASONS_NOT_ENOUGH = "reasons_not_enough"
    OTHER_MEANS = "other_means"
    NOTHING_KEPT = "nothing_kept"


GRANTING = frozenset({Motive.LIFE_IN_DANGER, Motive.CRIME_UNDER_WAY, Motive.MINOR_IN_DANGER})


class Step(StrEnum):
    """What may happen to a request."""

    GRANT = "grant"
    REFUSE = "refuse"
    COLLECT = "collect"
    CONFIRM = "confirm"
    LAPSE = "lapse"


NEXT: Mapping[tuple[Status, Step], Status] = MappingProxyType(
    {
        (Status.PENDING, Step.GRANT): Status.GRANTED,
        (Status.PENDING, Step.REFUSE): Status.REFUSED,
        (Status.GRANTED, Step.COLLECT): Status.GRANTED,
        (Status.GRANTED, Step.CONFIRM): Status.CONFIRMED,
        (Status.GRANTED, Step.LAPSE): Status.LAPSED,
    }
)
"""Every step that there is."""


class Hindrance(StrEnum):
    """Why a step is not taken."""

    SAME_PERSON = "same_person"
    """Who asked does not decide."""
    DECIDED = "decided"
    """It has been decided already."""
    NOT_YOURS = "not_yours"
    """Another magistrate granted it."""
    OVER = "over"
    """It was handed over, or its time is over: there is nothing here any more."""
    NOTHING_KEPT = "nothing_kept"
    """There is no address to hand over."""
    WRONG_MOTIVE = "wrong_motive"
    """That is a motive for the other decision."""
    UNDECIDED = "undecided"
    """Nobody has decided yet."""


class Hindered(Exception):
    """A step that is not in the table, or not this person's. Nothing has changed."""

    def __init__(self, why: Hindrance) -> None:
        super().__init__(why)
        self.why = why


class Lifting(Contract):
    """A request and what became of it. Times in ms since 1970 UTC; sealed texts open for magistrates alone."""

    id: UUID = Field(description="Made by the page that asks: asked twice, it is the same request")
    conversation: UUID
    force: Force
    category: Category
    ground: Ground
    asked_by: str = Field(description="Login of the operator who held the conversation")
    asked_at: int
    reasons: str = Field(description="Sealed in the operator's browser")
    address: Address
    sealed: tuple[str, ...] = Field(default=(), description="Where the visitor came from, as the gateway sealed it")
    status: Status = Status.PENDING
    decided_by: str | None = Field(default=None, description="Login of the magistrate")
    decided_at: int | None = None
    motive: Motive | None = None
    words: str | None = Field(default=None, description="The motive in the magistrate's words, sealed in their browser")

    @property
    def open_until(self) -> int | None:
        """Until when what was granted may be fetched; None when nothing may be."""
        return self.decided_at + HANDED_FOR_MS if self.status is Status.GRANTED and self.decided_at else None

    @property
    def is_over(self) -> bool:
        """Whether nothing can happen to it any more, so that another may be made of this conversation."""
        return self.status in {Status.REFUSED, Status.CONFIRMED, Status.LAPSED}


def grant(lifting: Lifting, by: str, motive: Motive, words: str | None, now: int) -> Lifting:
    """Return the request granted: its address may be handed over to ``by`` alone. Raises ``Hindered``."""
    return _decided(lifting, Step.GRANT, by, motive, words, now)


def refuse(lifting: Lifting, by: str, motive: Motive, words: str | None, now: int) -> Lifting:
    """Return the request refused, its address erased. Raises ``Hindered``."""
    return _decided(lifting, Step.REFUSE, by, motive, words, now)


def collect(lifting: Lifting, by: str, now: int) -> Lifting:
    """Return the request as it stands if ``by`` may fetch its address once more. Raises ``Hindered``."""
    return _by_its_magistrate(lifting, Step.COLLECT, by, now)


def confirm(lifting: Lifting, by: str, now: int) -> Lifting:
    """Return the request with its address erased: ``by`` has it. Raises ``Hindered``."""
    return _by_its_magistrate(lifting, Step.CONFIRM, by, now)


def lapse(lifting: Lifting, now: int) -> Lifting:
    """Return the request with its address erased, once its time is over. Raises ``Hindered``."""
    until = lifting.open_until
    if until is None or now < until:
        raise Hindered(Hindrance.OVER if lifting.is_over else Hindrance.UNDECIDED)
    return _after(lifting, Step.LAPSE)


def _decided(lifting: Lifting, step: Step, by: str, motive: Motive, words: str | None, now: int) -> Lifting:
    if (lifting.status, step) not in NEXT:
        raise Hindered(Hindrance.DECIDED)
    if by == lifting.asked_by:
        raise Hindered(Hindrance.SAME_PERSON)
    if (motive in GRANTING) is not (step is Step.GRANT):
        raise Hindered(Hindrance.WRONG_MOTIVE)
    if step is Step.GRANT and not lifting.sealed:
        raise Hindered(Hindrance.NOTHING_KEPT)
    return _after(lifting, step).model_copy(
        update={"decided_by": by, "decided_at": now, "motive": motive, "words": words}
    )


def _by_its_magistrate(lifting: Lifting, step: Step, by: str, now: int) -> Lifting:
    if lifting.status is Status.PENDING:
        raise Hindered(Hindrance.UNDECIDED)
    until = lifting.open_until
    if (lifting.status, step) not in NEXT or until is None or now >= until:
        raise Hindered(Hindrance.OVER)
    if by != lifting.decided_by:
        raise Hindered(Hindrance.NOT_YOURS)
    return _after(lifting, step)


def _after(lifting: Lifting, step: Step) -> Lifting:
    """Take a step of the table; wherever nothing is to be handed over any more, nothing of the address stays."""
    status = NEXT[lifting.status, step]
    return lifting.model_copy(update={"status": status, **({} if status is Status.GRANTED else {"sealed": ()})})
