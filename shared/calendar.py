"""The clock and the public holidays of each French department and territory. Pure but for the time-zone database."""

from datetime import date
from functools import lru_cache

import holidays

PARIS = "Europe/Paris"
_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
_SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "984": "TF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}


def zone_of(department: str | None) -> str:
    """Return the time zone of a department (``974``); of none, Paris."""
    return _ZONES.get(department or "", PARIS)


@lru_cache(maxsize=128)
def public_holidays(department: str | None, year: int) -> frozenset[date]:
    """Return a year's public holidays: the national ones, and those of the department (Alsace-Moselle, overseas)."""
    return frozenset(holidays.country_holidays("FR", subdiv=_SUBDIVISIONS.get(department or ""), years=year))
