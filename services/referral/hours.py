"""Open now? Opening hours in OpenStreetMap's syntax, read by ``opening_hours``; public holidays of each territory by
``holidays``; overseas clocks. Pure but for the time-zone database."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from opening_hours import (  # type: ignore[attr-defined]  # ParserError is there, but not in its stubs
    OpeningHours,
    ParserError,
)

from shared.contracts.referral import OpenState

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
_MARQUESAS = frozenset({"98718", "98723", "98731", "98746", "98756", "98757"})
_GAMBIER = "98719"
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
_ALWAYS = frozenset({"24/7", "Mo-Su 00:00-24:00"})
_YEARS_TO_LIKEN = 12


class BadHours(ValueError):
    """The text is not in OpenStreetMap's syntax."""


def department_of(insee: str | None) -> str | None:
    """Return the department code that an INSEE code begins with."""
    if not insee:
        return None
    return insee[:3] if insee.startswith(("97", "98")) else insee[:2]


def zone_of(insee: str | None) -> str:
    """Return the time zone of a commune; of none (a national line), Paris."""
    if insee in _MARQUESAS:
        return "Pacific/Marquesas"
    if insee == _GAMBIER:
        return "Pacific/Gambier"
    return _ZONES.get(department_of(insee) or "", PARIS)


def check(hours: str) -> str:
    """Return ``hours``. Raises ``BadHours`` when the library cannot read it."""
    _parse(hours, PARIS, None)
    return hours


@lru_cache(maxsize=4096)
def _parse(hours: str, zone: str, country: str | None) -> OpeningHours:
    try:
        return OpeningHours(hours, timezone=ZoneInfo(zone), country=country)
    except ParserError as error:
        raise BadHours(hours) from error


@lru_cache(maxsize=64)
def _calendar(subdivision: str | None, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", subdiv=subdivision, years=year))


def is_holiday(insee: str | None, day: date) -> bool:
    """Tell whether ``day`` is a public holiday where the commune is (Alsace-Moselle and overseas have their own)."""
    return day in _calendar(_SUBDIVISIONS.get(department_of(insee) or ""), day.year)


@lru_cache(maxsize=1024)
def _national_holiday_like(day: date) -> date:
    """Return a national holiday on the same weekday, the nearest one: the library knows national ones only."""
    near = (
        holiday
        for years in range(-_YEARS_TO_LIKEN, _YEARS_TO_LIKEN + 1)
        for holiday in _calendar(None, day.year + years)
        if holiday.weekday() == day.weekday()
    )
    return min(near, key=lambda holiday: (abs(holiday - day), holiday))


def state(hours: str | None, insee: str | None, now: datetime) -> OpenState:
    """Return whether it is open at ``now`` (aware), by the clock and the holidays of the commune.

    On a public holiday that the hours do not speak of (``PH``), what would be open is unknown.
    """
    if not hours:
        return OpenState.UNKNOWN
    zone = zone_of(insee)
    local = now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    try:
        if not is_holiday(insee, local.date()):
            return _ask(_parse(hours, zone, None), local)
        if "PH" in hours:
            like = _national_holiday_like(local.date())
            return _ask(_parse(hours, zone, "FR"), local + timedelta(days=(like - local.date()).days))
        usual = _ask(_parse(hours, zone, None), local)
    except BadHours:
        return OpenState.UNKNOWN
    return OpenState.UNKNOWN if usual is OpenState.OPEN and hours not in _ALWAYS else usual


def _ask(hours: OpeningHours, local: datetime) -> OpenState:
    if hours.is_open(local):
        return OpenState.OPEN
    return OpenState.UNKNOWN if hours.is_unknown(local) else OpenState.CLOSED
