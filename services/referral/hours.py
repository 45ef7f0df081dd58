"""Open now? Opening hours in OpenStreetMap's syntax, read by ``opening_hours``; public holidays of each territory by
``holidays``; overseas clocks. Pure but for the time-zone database."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # ParserError is there, but not in its stubs
    OpeningHours,
    ParserError,
)

from shared import calendar
from shared.calendar import PARIS
from shared.contracts.referral import OpenState

_MARQUESAS = frozenset({"98718", "98723", "98731", "98746", "98756", "98757"})
_GAMBIER = "98719"
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
    return calendar.zone_of(department_of(insee))


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


def is_holiday(insee: str | None, day: date) -> bool:
    """Tell whether ``day`` is a public holiday where the commune is (Alsace-Moselle and overseas have their own)."""
    return day in calendar.public_holidays(department_of(insee), day.year)


@lru_cache(maxsize=1024)
def _national_holiday_like(day: date) -> date:
    """Return a national holiday on the same weekday, the nearest one: the library knows national ones only."""
    near = (
        holiday
        for years in range(-_YEARS_TO_LIKEN, _YEARS_TO_LIKEN + 1)
        for holiday in calendar.public_holidays(None, day.year + years)
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
