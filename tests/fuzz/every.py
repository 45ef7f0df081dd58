"""Every target."""

from functools import cache

from tests.fuzz.target import Target
from tests.fuzz.targets import admissions, announcements, bodies, contracts, frames, imports, places


@cache
def every() -> list[Target]:
    """Return every target; the tables that some of them need are loaded once."""
    return [
        *frames.targets(),
        *contracts.targets(),
        *announcements.targets(),
        *admissions.targets(),
        *bodies.targets(),
        *places.targets(),
        *imports.targets(),
    ]
