"""Words that lead to what became of a report: five wrong tries and they are dead. Pure."""

import hmac
from enum import Enum, auto
from uuid import UUID

from shared.contracts.envelope import Contract

TRIES = 5


class Words(Contract):
    """What is kept of words: nothing from which they could be found."""

    report: UUID
    proof: str
    """Keyed hash of what shows that somebody knows all of them."""
    box: str
    until: int
    """When they die, ms since 1970 UTC."""
    tries: int = 0
    """Wrong ones in a row."""


class Try(Enum):
    """What a try comes to."""

    RIGHT = auto()
    WRONG = auto()
    NOTHING = auto()


def attempt(words: Words | None, proof: str, now_ms: int) -> tuple[Try, Words | None]:
    """Return what a try comes to, and the words as they are after it; None: they are dead, or never were."""
    if words is None or now_ms >= words.until:
        return Try.NOTHING, None
    if hmac.compare_digest(words.proof, proof):
        return Try.RIGHT, words.model_copy(update={"tries": 0})
    tries = words.tries + 1
    return Try.WRONG, words.model_copy(update={"tries": tries}) if tries < TRIES else None


def left(words: Words | None) -> int:
    """Return how many more wrong tries words bear."""
    return TRIES - words.tries if words else 0
