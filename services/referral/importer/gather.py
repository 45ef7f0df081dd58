"""What all importers of structures do with a row: check its commune and its point, drop doubles, keep count."""

from dataclasses import dataclass, field
from math import isfinite

from services.referral import places
from services.referral.entry import Entry
from services.referral.sphere import distance_km
from shared.geography.country import Country
from shared.geography.model import Commune
from shared.importing.report import ImportRefused, Report

MOST_ENTRIES = 100_000
"""More would not fit the memory of a running instance; no official file comes near."""


@dataclass
class Gathered:
    """Entries taken so far, by id."""

    country: Country
    report: Report
    entries: dict[str, Entry] = field(default_factory=dict)

    def commune(self, line: int, insee: str, postal_code: str) -> tuple[Commune | None, bool]:
        """Return the commune of a row, and whether that took a correction; a row without one is rejected."""
        written = insee.strip().upper()
        found = self.country.commune(written.zfill(5)) if written else None
        if found is not None:
            return found, found.insee != written
        of_code = self.country.by_code.get(postal_code.strip())
        if of_code is not None:
            return of_code[0], True
        self.report.rejected(line, "no such commune", f"{written} {postal_code}".strip())
        return None, False

    def point(self, commune: Commune, lat: str, lon: str) -> tuple[float, float, bool, str | None]:
        """Return (lat, lon, approximate, correction): the commune's point where the row's own cannot be."""
        own = _numbers(lat, lon)
        if own is None:
            return commune.lat, commune.lon, True, "point unreadable: the commune's" if lat or lon else None
        if not places.is_plausible(*own, commune):
            km = distance_km(*own, commune.lat, commune.lon)
            return commune.lat, commune.lon, True, f"point {_rounded(km)} km from its commune: the commune's"
        return own[0], own[1], False, None

    def take(self, line: int, entry: Entry, corrections: list[str]) -> None:
        """Keep an entry. Raises ``ImportRefused`` when there are too many."""
        if entry.id in self.entries:
            self.report.corrected(line, "named twice: the first row is kept", entry.id)
            return
        if len(self.entries) == MOST_ENTRIES:
            raise ImportRefused(f"more than {MOST_ENTRIES} structures", line)
        self.entries[entry.id] = entry
        if corrections:
            self.report.corrected(line, "; ".join(corrections), entry.id)
        else:
            self.report.accepted()


def _numbers(lat: str, lon: str) -> tuple[float, float] | None:
    try:
        point = float(lat.replace(",", ".")), float(lon.replace(",", "."))
    except ValueError:
        return None
    return point if all(map(isfinite, point)) and point != (0.0, 0.0) else None


def _rounded(km: float) -> str:
    """Return a distance as an order of magnitude, so that reasons can be counted together."""
    return next((f"more than {step}" for step in (5000, 1000, 500, 100, 50) if km >= step), "20 to 50")


def plain_phone(text: str) -> str | None:
    """Return a French number as ten digits in pairs where it is one, else as written."""
    digits = "".join(char for char in text if char.isdigit())
    if digits.startswith("33") and len(digits) == 11:
        digits = "0" + digits[2:]
    if len(digits) == 10 and digits.startswith("0"):
        return " ".join(digits[i : i + 2] for i in range(0, 10, 2))
    return text.strip() or None


def plain_web(text: str) -> str | None:
    """Return an address of the web, or None: nothing else may become a link."""
    found = text.strip()
    return found if found.startswith(("https://", "http://")) and not set(found) & set(" \"'<>") else None
