"""What a visitor who waits may honestly be told."""

from collections.abc import Sequence

WINDOW_MS = 15 * 60_000
"""Assignments older than this say nothing about the next one."""
ENOUGH = 5
"""Fewer recent assignments than this are chance, not a pace."""
STEP_S = 60
"""An estimate is given in whole minutes, rounded up: no false precision."""
LONGEST_S = 3_600
"""Beyond an hour any number would be a guess."""


def wait_s(position: int, served_ms: Sequence[int], now_ms: int, serving: int) -> int | None:
    """Return the seconds that the one at ``position`` (1 is next) will probably wait, or None: nothing honest.

    ``served_ms``: when the last assignments from this queue were made. ``serving``: operators who are present and
    take conversations of this queue. The pace is what the recent ones show, up to this moment: when assignments
    stop, the estimate grows and then is withdrawn.
    """
    recent = [moment for moment in served_ms if 0 <= now_ms - moment <= WINDOW_MS]
    if serving == 0 or len(recent) < ENOUGH:
        return None
    between_ms = (now_ms - min(recent)) / len(recent)
    seconds = position * between_ms / 1000
    if seconds > LONGEST_S:
        return None
    return max(STEP_S, -(-int(seconds) // STEP_S) * STEP_S)
