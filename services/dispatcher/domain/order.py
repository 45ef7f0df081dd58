"""Who is served next in a queue.

A rank is a moment (ms since 1970): when a conversation began to wait, moved back by a credit for each reason to
hurry. The lowest rank is served first. So danger goes before a minor, a minor before someone whose operator was
lost, and all of them before the others; and yet nobody is overtaken by anyone who came more than
``OVERTAKEN_AT_MOST_MS`` after them, however many emergencies arrive.
"""

from collections.abc import Iterable
from enum import StrEnum

MINUTE_MS = 60_000


class Hurry(StrEnum):
    """A reason to be served before those who merely wait."""

    DANGER = "danger"
    MINOR = "minor"
    COMEBACK = "comeback"


CREDIT_MS = {Hurry.DANGER: 60 * MINUTE_MS, Hurry.MINOR: 30 * MINUTE_MS, Hurry.COMEBACK: 15 * MINUTE_MS}
"""Each is worth more than all that come after it together, so that they never trade places."""

OVERTAKEN_AT_MOST_MS = sum(CREDIT_MS.values())


def rank(since_ms: int, hurry: Iterable[Hurry]) -> int:
    """Return the rank of a conversation that waits since ``since_ms``, for these reasons to hurry."""
    return since_ms - sum(CREDIT_MS[reason] for reason in set(hurry))
