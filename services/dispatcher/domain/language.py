"""Language as a skill inside a queue: who speaks it goes first, and nobody waits for it for long.

Everybody speaks French. For another language, a conversation goes to an operator who speaks it, and waits for one who
is there and busy for at most ``HELD_OUT_MS``; in danger, or when nobody there speaks it, it goes to anyone at once.
Meanwhile it keeps its place, and those behind it are served.
"""

import re
from collections.abc import Iterable

from services.dispatcher.domain.order import Hurry

FRENCH = "fr"
HELD_OUT_MS = 90_000
"""How long after it began to wait a conversation still waits for its language."""
LOOKED_PAST = 10
"""Conversations of one queue that wait for their language and are looked past in one go; more wait their turn."""

_PRIMARY = re.compile(r"^[a-z]{2,3}(?=-|\Z)")


def primary(tag: str) -> str:
    """Return the language of a BCP 47 tag (``en`` of ``en-GB``); French for what is none."""
    found = _PRIMARY.match(tag)
    return found[0] if found else FRENCH


def skill(queue: str, language: str) -> str:
    """Return the name of what it takes to serve a queue in a language; in French, the queue's own."""
    return queue if language == FRENCH else f"{queue}.{language}"


def skills(queues: Iterable[str], languages: Iterable[str]) -> list[str]:
    """Return all that an operator of these queues and languages can do; French always."""
    spoken = {FRENCH, *languages}
    return sorted(skill(queue, language) for queue in queues for language in spoken)


def may_hold_out(language: str, since_ms: int, hurry: Iterable[Hurry], now_ms: int) -> bool:
    """Return whether a conversation still waits for its language, as long as somebody there speaks it."""
    return language != FRENCH and Hurry.DANGER not in set(hurry) and now_ms - since_ms < HELD_OUT_MS
