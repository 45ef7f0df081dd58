"""Which messages of a conversation one client has, as the end that serves it knows. Pure.

An announcement may come doubled, late, out of order or not at all; the log has everything. Whatever comes, a client is
sent each message once on one connection, in order, except where it says itself that it lacks some (``rewind``).
"""

from collections.abc import Sequence
from enum import Enum, auto

NONE: frozenset[int] = frozenset()
"""One for all: an empty set for each of many that wait would be held in memory."""


class Fate(Enum):
    """What to do with an announced message."""

    KNOWN = auto()
    """The client has it: drop it."""
    NEXT = auto()
    """It is the next one: forward it as it came."""
    AHEAD = auto()
    """Something before it is missing: read the log."""


class Received:
    """``last`` ends the unbroken run that the client has; above it are only the client's own messages, which it knows
    from their acknowledgements."""

    __slots__ = ("_own", "_stored", "last")

    def __init__(self, last: int = 0, stored: int | None = None) -> None:
        """``last``: what the client says; it cannot have more than is ``stored``, where that is known."""
        self.last = last if stored is None else min(last, stored)
        self._stored = self.last if stored is None else stored
        self._own: set[int] | frozenset[int] = NONE

    @property
    def gap(self) -> bool:
        """Whether the log is known to hold messages that the client lacks."""
        return self._stored > self.last

    @property
    def stored(self) -> int:
        """The highest message known to be in the log."""
        return self._stored

    def announced(self, seq: int) -> Fate:
        """Note that ``seq`` is stored, and tell what to do with it; ``NEXT`` counts it as sent."""
        if seq <= self.last or seq in self._own:
            return Fate.KNOWN
        if seq > self.last + 1:
            self.exists(seq)
            return Fate.AHEAD
        self._advance(seq)
        return Fate.NEXT

    def acknowledged(self, seq: int) -> None:
        """Note that the client's own message was stored as ``seq`` and that it is told so."""
        if seq == self.last + 1:
            self._advance(seq)
        elif seq > self.last:
            self.exists(seq)
            self._own = {*self._own, seq}

    def exists(self, seq: int) -> None:
        """Note that the log reaches to ``seq``."""
        if seq > self._stored:
            self._stored = seq

    def page(self, after: int, stored: int, found: Sequence[int]) -> list[int]:
        """Take a page of the log; return which of its messages to forward, in order.

        ``after`` and ``stored`` are this object's ``last`` and ``stored`` when the reading began: a page from before
        the client said that it lacks more is dropped, and an empty one tells that what was known then is no gap.
        """
        if self.last < after:
            return []
        if not found and self._stored == stored:
            self._stored = self.last
        forward = []
        for seq in found:
            if seq > self.last:
                forward.append(seq)
                self._advance(seq)  # over the client's own messages that follow
        return forward

    def rewind(self, seq: int) -> None:
        """Note that the client says its unbroken run ends at ``seq``."""
        self.last = min(self.last, seq)

    def _advance(self, seq: int) -> None:
        self.last = max(self.last, seq)
        if self._own:
            while self.last + 1 in self._own:
                self.last += 1
            self._own = {own for own in self._own if own > self.last} or NONE
        self.exists(self.last)
