"""What the help page says in words: its catalogues, and facts of a structure that are kept in a code."""

import json
import re
from functools import cache
from pathlib import Path

from shared.contracts.referral import Structure

Words = dict[str, str]

MESSAGES = Path(__file__).parent / "messages"
LANGUAGES = ("fr", "en")
TOKEN = re.compile(r"\b(Mo|Tu|We|Th|Fr|Sa|Su|PH|off)\b")
SPAN = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
NEAR_KM = 10
"""Below this many kilometres, tenths count."""


def language_of(asked: str | None) -> str:
    """Return the page's language: the one asked for where there is a catalogue, else French."""
    return asked if asked in LANGUAGES else LANGUAGES[0]


@cache
def words_of(language: str) -> Words:
    """Return the catalogue of one of ``LANGUAGES``."""
    words: Words = json.loads((MESSAGES / f"{language}.json").read_text(encoding="utf-8"))
    return words


def hours(opening_hours: str, words: Words) -> str:
    """Put OpenStreetMap opening hours into words; what is more than days and times is left as it is.

    The same as ``shared/web/hours.ts`` does for a card in the chat.
    """
    if opening_hours.strip() == "24/7":
        return words["always"]
    days = dict(pair.split("=") for pair in words["days"].split(" "))
    said = TOKEN.sub(lambda token: days[token[0]], opening_hours)
    return re.sub(r"\s*;\s*", " · ", SPAN.sub(r"\1 – \2", said))


def date(as_of: str, words: Words) -> str:
    """Return the month of a date ``YYYY-MM`` or ``YYYY-MM-DD`` in words, and anything else as it is."""
    found = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])(-\d\d)?", as_of)
    return f"{words['months'].split(' ')[int(found[2]) - 1]} {found[1]}" if found else as_of


def distance(structure: Structure, words: Words) -> str:
    """Say how far it is; nothing finer than the commune when only the commune's point is known."""
    km = structure.distance_km or 0.0
    shown = f"{km:.0f}" if km >= NEAR_KM else f"{km:.1f}".removesuffix(".0").replace(".", words["decimal"])
    if structure.approximate and shown == "0":
        said = words["same_town"]
    else:
        said = words["km_about" if structure.approximate else "km"].format(km=shown)
    return f"{said}, {words['sea']}" if structure.across_the_sea else said
