"""Where staff write among themselves, and who may: the rooms of a force, and the notes beside a conversation (O10).

What is written there is sealed in their browsers; here are places, people and bounds alone.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.contracts.conversation import Force

NOTES = "conversation"
"""Stands where a force stands in the name of a room."""
MOST_LINES = 500
"""Lines that a room keeps; the oldest go first."""
MOST_NOTES = 200
"""Notes that a conversation has at most: none is dropped, further ones are refused."""
MOST_WRITTEN, WRITTEN_IN_MS = 20, 10_000
"""What one account may write in so many milliseconds, all places together."""
MOST_ADDRESSED = 16
"""Keys that one line is sealed for."""


class Channel(StrEnum):
    """To whom in a force something is said. Everybody of the force who is on duty may read it all the same."""

    SUPERVISORS = "supervisors"
    PSYCHOLOGISTS = "psychologists"
    COLLEAGUES = "colleagues"


@dataclass(frozen=True, slots=True)
class Room:
    """Where a force's staff on duty talk."""

    force: Force
    channel: Channel

    def __str__(self) -> str:
        return f"{self.force}.{self.channel}"

    def open_to(self, force: Force, *, supervises: bool) -> bool:
        """Whether an account of ``force`` may write and read there; supervisors see both forces' floors."""
        return supervises or force is self.force


@dataclass(frozen=True, slots=True)
class Notes:
    """What the staff of one conversation note beside it."""

    conversation: str

    def __str__(self) -> str:
        return f"{NOTES}.{self.conversation}"


Place = Room | Notes
ROOMS = tuple(Room(force, channel) for force in Force for channel in Channel)
_BY_NAME = {str(room): room for room in ROOMS}


def place_of(name: str) -> Place | None:
    """Return the place of this name (``police.colleagues``, ``conversation.<id>``); None when there is none."""
    kind, _, rest = name.partition(".")
    if kind != NOTES:
        return _BY_NAME.get(name)
    try:
        conversation = str(UUID(rest))
    except ValueError:
        return None
    return Notes(conversation) if conversation == rest else None
