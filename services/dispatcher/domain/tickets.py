"""What the rules move about: conversations' tickets, offers of them, operators' desks. Times are ms since 1970."""

from dataclasses import dataclass, field
from typing import Literal

from services.dispatcher.domain.language import FRENCH
from services.dispatcher.domain.order import Hurry, rank

Status = Literal["available", "paused"]


def psychologists_of(force: str) -> str:
    """Return the name of what the psychologists of a force serve."""
    return f"{force}.psychologist"


@dataclass(slots=True)
class Ticket:
    """One conversation in the dispatcher's hands."""

    queue: str
    since_ms: int
    joined_ms: int
    hurry: set[Hurry] = field(default_factory=set)
    operator: str | None = None
    turn: int = 0
    language: str = FRENCH
    hard: bool = False
    offer: "Offer | None" = None
    colleague: str | None = None
    """Who has handed it over and may stay until ``until_ms``."""
    until_ms: int = 0
    missing_ms: int = 0
    """The last sign of a visitor who vanished while in danger; 0: they did not."""
    settled_ms: int = 0
    """The last sign of an absence that somebody has closed."""
    psychologist: str | None = None
    called_ms: int = 0
    """Since when a psychologist is waited for; 0: none is."""
    call_rank: int = 0
    """Where it stands among those who wait for one; the lowest is next."""
    lost_one: bool = False
    """Whether the one who is waited for is to follow one who was lost."""

    @property
    def force(self) -> str:
        """Whose it is."""
        return self.queue.split(".")[0]

    def hang_up(self) -> None:
        """Wait for no psychologist any more."""
        self.called_ms, self.lost_one = 0, False

    @property
    def weighs(self) -> bool:
        """Whether it counts as hard for its operator."""
        return self.hard or Hurry.DANGER in self.hurry

    @property
    def rank(self) -> int:
        """Where it stands in its queue; the lowest is next."""
        return rank(self.since_ms, self.hurry)


@dataclass(slots=True)
class Offer:
    """That its operator offers a conversation to another, or to anyone of ``queue`` but those who ``refused``."""

    to: str | None
    queue: str
    until_ms: int
    refused: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Desk:
    """One operator: which queues they serve, how many conversations at once, until when they are believed there.

    ``queues``: with the languages that they speak beside French, as ``language.skills`` names them.
    """

    queues: frozenset[str]
    limit: int
    lease_ms: int
    idle_since_ms: int
    status: Status = "available"


@dataclass(frozen=True, slots=True)
class Assigned:
    """A decision: ``operator`` has ``conversation``, for the ``turn``-th time that anyone has it."""

    conversation: str
    operator: str
    turn: int
    waited_ms: int
