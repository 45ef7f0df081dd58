"""How much an operator bears: after so many hard conversations in a row, a break comes before the next one (O11).

Hard is what its operator marks so, and every conversation in danger. The break ends by itself, or when the operator
goes on of their own will; a pause that is as long counts as one.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Care:
    """``in_a_row``: hard conversations after which a break comes; 0: never. ``break_ms``: how long it is."""

    in_a_row: int = 3
    break_ms: int = 600_000

    def after(self, row: int, *, hard: bool) -> tuple[int, bool]:
        """Return how many are in a row after one more that is over, and whether the break comes now."""
        row = row + 1 if hard else 0
        return (0, True) if self.in_a_row and row >= self.in_a_row else (row, False)
