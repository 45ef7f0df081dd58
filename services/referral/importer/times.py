"""French opening hours, as official files write them, in OpenStreetMap's syntax. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from services.referral import hours
from services.referral.words import fold

_DAYS = {
    "lundi": "Mo",
    "mardi": "Tu",
    "mercredi": "We",
    "jeudi": "Th",
    "vendredi": "Fr",
    "samedi": "Sa",
    "dimanche": "Su",
}
_DAY = re.compile(rf"\b({'|'.join(_DAYS)})\b\s*:?", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,2})\s*[h:]\s*(\d{2})?\s*(?:-|–|à)\s*(\d{1,2})\s*[h:]\s*(\d{2})?", re.IGNORECASE)
_ALWAYS = re.compile(r"24\s*h?\s*(?:/|sur)\s*24|7\s*j?\s*(?:/|sur)\s*7.*24")
_NOTHING_ELSE = re.compile(r"^[\s,;.:/-]*(?:ferme)?[\s,;.:/-]*$")


def _clock(hour: str, minute: str | None) -> str:
    return f"{int(hour):02d}:{minute or '00'}"


def _readable(expression: str) -> str | None:
    try:
        return hours.check(expression)
    except hours.BadHours:
        return None


def from_text(text: str) -> str | None:
    """Return ``Lundi : 8h00-12h00 14h00-18h00 Mardi : ...`` as ``Mo 08:00-12:00,14:00-18:00; Tu ...``.

    None when anything in it is not understood: half of the hours would be a wrong answer.
    """
    if _ALWAYS.search(text.lower()):
        return "24/7"
    parts = _DAY.split(text)
    if len(parts) < 3 or parts[0].strip():
        return None
    rules = []
    for day, times in zip(parts[1::2], parts[2::2], strict=True):
        if not _NOTHING_ELSE.match(fold(_RANGE.sub(" ", times))):
            return None
        ranges = ",".join(f"{_clock(a, b)}-{_clock(c, d)}" for a, b, c, d in _RANGE.findall(times))
        rules.append(f"{_DAYS[day.lower()]} {ranges or 'off'}")
    return _readable("; ".join(rules))


def from_ranges(ranges: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the DILA's ``plage_ouverture`` (days from and to, up to two ranges of hours); None when not understood."""
    rules = []
    for one in ranges:
        first = _DAYS.get(fold(str(one.get("nom_jour_debut") or "")))
        last = _DAYS.get(fold(str(one.get("nom_jour_fin") or ""))) or first
        times = [
            f"{start[:5]}-{end[:5]}"
            for number in (1, 2)
            if (start := str(one.get(f"valeur_heure_debut_{number}") or ""))
            and (end := str(one.get(f"valeur_heure_fin_{number}") or ""))
        ]
        if first is None or not times:
            return None
        rules.append(f"{first if first == last else f'{first}-{last}'} {','.join(times)}")
    return _readable("; ".join(rules)) if rules else None
