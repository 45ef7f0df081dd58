"""When psychologists are there: weekly hours, by the clock and the public holidays of where they work, and exceptions.

Hours are written as OpenStreetMap writes them (``Mo-Fr 09:00-12:00,14:00-18:00``) and read by ``opening_hours``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # ParserError is there, but not in its stubs
    OpeningHours,
    ParserError,
)
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.calendar import public_holidays, zone_of

CLOSED = "off"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ANY_YEAR = 2_000


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether somebody is there now. ``closes_at``: until when; ``opens_at``: from when on. None: no end in sight."""

    open: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None


class WorkingHours(BaseModel):
    """The hours of the psychologists of one force. Raises ``ValueError`` for hours that cannot be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    week: str = Field(description="Usual hours, as `Mo-Fr 09:00-18:00`; `off`: never, but for the exceptions")
    department: str | None = Field(
        default=None,
        pattern=r"^(\d{2}|2[AB]|9[78]\d)$",
        description="Where they work: its clock and its public holidays count (`974`); none: Paris, national ones",
    )
    on_holidays: str = Field(default=CLOSED, description="Hours on public holidays, as `10:00-12:00`")
    exceptions: dict[date, str] = Field(
        default_factory=dict, description="Hours of single days that go before all others: `off`, `09:00-12:00`"
    )

    @model_validator(mode="after")
    def _readable(self) -> "WorkingHours":
        self._read(_ANY_YEAR)
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Their clock."""
        return ZoneInfo(zone_of(self.department))

    def at(self, now: datetime) -> Presence:
        """Return whether somebody is there at ``now`` (aware), and when that changes, by their own clock."""
        local = now.astimezone(self.zone)
        hours = self._read(local.year)
        changes = hours.next_change(local)
        if hours.is_open(local):
            return Presence(open=True, closes_at=changes)
        return Presence(open=False, opens_at=changes)

    def _read(self, year: int) -> OpeningHours:
        """Return the hours of the year before, this one and the next, holidays and exceptions included."""
        rules = [self.week]
        for near in (year - 1, year, year + 1):
            rules += [_on(day, self.on_holidays) for day in sorted(public_holidays(self.department, near))]
        rules += [_on(day, hours) for day, hours in sorted(self.exceptions.items())]
        return _parse("; ".join(rules), self.zone.key)


def _on(day: date, hours: str) -> str:
    return f"{day.year} {_MONTHS[day.month - 1]} {day.day} {hours}"


@lru_cache(maxsize=16)
def _parse(rules: str, zone: str) -> OpeningHours:
    try:
        return OpeningHours(rules, timezone=ZoneInfo(zone))
    except ParserError as error:
        raise ValueError(f"these hours cannot be read: {rules}") from error
