"""The duty key of a force: who on duty has it, who wants it, and who is asked to hand it on.

The key itself is known to consoles alone. It travels as boxes, each sealed for one console's shift key; here there are
only names of keys (thumbprints).
"""

from dataclasses import dataclass
from zlib import crc32

from shared.contracts.conversation import Force

ASKED = 3
"""Consoles that are asked to seal a newcomer's box: one would do, and may be just leaving."""
TURN_MS = 5_000
"""After so long without a box, others are asked."""
MOST_WANTING = 16
"""Newcomers that one console is asked to seal for in one go; the next follow."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A console that is connected: its shift key, where it is, and whether the duty key was sealed for it."""

    kid: str
    instance: str
    boxed: bool


@dataclass(frozen=True, slots=True)
class DutyState:
    """The duty key of one force at one moment (ms); ``kid`` is None while there is none."""

    force: Force
    kid: str | None
    shifts: tuple[Shift, ...]
    at_ms: int

    @property
    def holders(self) -> int:
        """How many connected consoles have the key."""
        return sum(shift.boxed for shift in self.shifts)

    @property
    def instances(self) -> set[str]:
        """Where the force's consoles are connected."""
        return {shift.instance for shift in self.shifts}

    def wanted_of(self, kid: str) -> list[str]:
        """Return the shift keys that this console is asked to seal the duty key for.

        Not every holder is asked about every newcomer: at the change of shifts that would be all times all.
        """
        holders = sorted(shift.kid for shift in self.shifts if shift.boxed)
        if self.kid is None or kid not in holders:
            return []
        place, turn = holders.index(kid), self.at_ms // TURN_MS
        wanting = sorted(shift.kid for shift in self.shifts if not shift.boxed)
        mine = [one for one in wanting if (place - crc32(one.encode()) - turn * ASKED) % len(holders) < ASKED]
        return mine[:MOST_WANTING]
