"""When a new conversation is let in at once, when its page has to compute first, and when it has to wait. Pure.

A school, a shelter or a mobile carrier is one address: many conversations from it are no reason to refuse one. So the
price rises first, from nothing to a few seconds of the device's work, and only a number that no crowd of people makes
is refused.
"""

from enum import StrEnum


class Verdict(StrEnum):
    """What becomes of a wish to open a conversation."""

    WELCOME = "welcome"
    PROVE = "prove"
    WAIT = "wait"


def verdict(*, within_most: bool, within_free: bool, calm: bool, worked: bool) -> Verdict:
    """Decide.

    ``within_most``, ``within_free``: whether its address is still below the high and the low limit (of an address that
    is not known, both). ``calm``: whether all addresses together open at an ordinary rate. ``worked``: whether the page
    has done a proof of work for this very wish.
    """
    if not within_most:
        return Verdict.WAIT
    return Verdict.WELCOME if worked or (within_free and calm) else Verdict.PROVE
