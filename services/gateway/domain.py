"""What a visitor's socket may say, and when: a table. Pure.

A pair that is not in the table raises ``OutOfOrder`` and leaves all as it was.
"""

from enum import Enum, IntEnum, auto
from typing import Final

from shared.chat.frames import (
    AskAnswer,
    ChooseCommune,
    Danger,
    End,
    Find,
    Follow,
    Keep,
    Open,
    Ping,
    Receipt,
    Resume,
    Say,
    Typing,
    VisitorFrame,
    Withdraw,
)
from shared.contracts.router import PlaceReply


class Phase(IntEnum):
    """Where a visitor's socket stands. A number: it is looked up for every frame, and ``Enum`` hashes its name."""

    FRESH = auto()
    """Connected; has said nothing of weight."""
    ASKED = auto()
    """Was asked which commune the postal code means."""
    TALKING = auto()
    """Has a conversation: routing, waiting or active."""
    OVER = auto()
    """Its conversation is destroyed."""


class OutOfOrder(Exception):
    """A frame that has no sense at this moment."""


class Step(Enum):
    """What came of a frame, or happened elsewhere."""

    PLACE_UNCLEAR = auto()
    """The postal code spans both forces: the visitor is asked which commune it is."""
    TAKEN = auto()
    """The socket has its conversation, new or resumed."""
    DESTROYED = auto()
    """The conversation is no more, or a newer socket has it."""


FrameType = type[VisitorFrame]

_ALLOWED: Final[dict[Phase, frozenset[FrameType]]] = {
    Phase.FRESH: frozenset({Open, Resume, Find, AskAnswer, Ping}),
    Phase.ASKED: frozenset({ChooseCommune, Ping}),
    Phase.TALKING: frozenset({Say, Typing, Receipt, Danger, Keep, Withdraw, Follow, Ping, End}),
    Phase.OVER: frozenset({Open, AskAnswer, Ping}),
}

_NEXT: Final[dict[tuple[Phase, Step], Phase]] = {
    (Phase.FRESH, Step.PLACE_UNCLEAR): Phase.ASKED,
    (Phase.OVER, Step.PLACE_UNCLEAR): Phase.ASKED,
    (Phase.FRESH, Step.TAKEN): Phase.TALKING,
    (Phase.ASKED, Step.TAKEN): Phase.TALKING,
    (Phase.OVER, Step.TAKEN): Phase.TALKING,
    (Phase.TALKING, Step.DESTROYED): Phase.OVER,
}


def after(phase: Phase, step: Step) -> Phase:
    """Return the phase that follows. Raises ``OutOfOrder`` for a pair that is not in the table."""
    following = _NEXT.get((phase, step))
    if following is None:
        raise OutOfOrder(f"{step.name.lower()} has no place here ({phase.name.lower()})")
    return following


def check(phase: Phase, frame: VisitorFrame, conversation: str | None) -> None:
    """Raise ``OutOfOrder`` unless ``frame`` may be said now, and of this conversation if it names one."""
    if type(frame) not in _ALLOWED[phase]:
        raise OutOfOrder(f"a {type(frame).__struct_config__.tag} frame has no place here ({phase.name.lower()})")
    named = getattr(frame, "conversation", None)
    if phase is Phase.TALKING and named is not None and named != conversation:
        raise OutOfOrder("this socket has another conversation")


def must_ask(place: PlaceReply | None) -> bool:
    """Tell whether the visitor is to be asked for the commune.

    ``None`` (the router did not answer in time) asks nothing: a chat must open even then, and the router routes it
    by its own default when it is back.
    """
    return place is not None and place.ask_commune and len(place.communes) > 1
