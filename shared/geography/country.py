"""The country in memory: from a typed postal code or an INSEE code to communes. Pure once built."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.geography import postal
from shared.geography.model import Commune, Department

MONACO = "980"
MONACO_NEIGHBOUR = "06240"
"""Beausoleil, the French commune around Monaco."""

MONACO_POINT = (43.7384, 7.4246)
"""Its latitude and longitude, degrees."""

ARMY = "00"

CEDEX_OF_CITIES = (("13201", "13499", "13055"), ("69201", "69499", "69123"), ("75200", "75999", "75056"))
"""Blocks of CEDEX codes of Marseille, Lyon and Paris that lie between the codes of other communes."""


class How(StrEnum):
    """How a text led to a place."""

    EXACT = "exact"
    NEAREST = "nearest"
    DEPARTMENT = "department"
    MONACO = "monaco"
    ARMY = "army"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Found:
    """Where a text leads.

    ``code``: what was understood. ``communes``: most people first; empty for a department, the army and nowhere.
    ``real``: the postal code of the table whose communes these are, if it is one's.
    """

    code: str
    communes: tuple[Commune, ...]
    how: How
    department: str | None
    real: str | None = None


class Country:
    """Every commune by INSEE code, by postal code and by department."""

    def __init__(
        self, communes: Iterable[Commune], departments: Mapping[str, Department], former: Mapping[str, str]
    ) -> None:
        self.communes: dict[str, Commune] = {c.insee: c for c in communes}
        self.departments = departments
        self._former = former
        by_code: dict[str, list[Commune]] = defaultdict(list)
        by_department: dict[str, list[Commune]] = defaultdict(list)
        for commune in self.communes.values():
            by_department[commune.department].append(commune)
            for code in commune.postal_codes:
                by_code[code].append(commune)
        self.by_code = {code: _most_people_first(found) for code, found in by_code.items()}
        self.by_department = {code: tuple(found) for code, found in by_department.items()}
        self._codes = sorted(self.by_code)

    def commune(self, insee: str | None) -> Commune | None:
        """Return the commune of an INSEE code, a former one included, or None."""
        if insee is None:
            return None
        found = self.communes.get(insee)
        if found is None and insee in self._former:
            found = self.communes.get(self._former[insee])
        return found

    def find(self, text: str | None) -> Found:
        """Return where the text that a person typed leads. Never raises."""
        if text is None:
            return _NOWHERE
        exact = self.by_code.get(text)
        if exact is not None:
            return Found(text, exact, How.EXACT, exact[0].department, text)
        typed = postal.read(text)
        if typed.kind is postal.Kind.CODE:
            return self._by_code(typed.value)
        if typed.kind is postal.Kind.DEPARTMENT:
            return self._by_department(typed.value)
        if typed.kind is postal.Kind.INSEE:
            commune = self.commune(typed.value)
            if commune is not None:
                return Found(typed.value, (commune,), How.NEAREST, commune.department)
        return _NOWHERE

    def _by_code(self, code: str) -> Found:
        exact = self.by_code.get(code)
        if exact is not None:
            return Found(code, exact, How.EXACT, exact[0].department, code)
        if code.startswith(ARMY):
            return Found(code, (), How.ARMY, None)
        if code.startswith(MONACO):
            neighbours = self.by_code.get(MONACO_NEIGHBOUR, ())
            return Found(code, neighbours, How.MONACO, "06")
        for first, last, city in CEDEX_OF_CITIES:
            if first <= code <= last and city in self.communes:
                whole = self.communes[city]
                return Found(code, (whole,), How.NEAREST, whole.department)
        nearest = self._nearest_code(code)
        if nearest is None:
            return self._by_department(code[:3], code)
        found = self.by_code[nearest]
        return Found(code, found, How.NEAREST, found[0].department, nearest)

    def _nearest_code(self, code: str) -> str | None:
        """Return the real code with the longest common beginning, then the nearest, then the lower one.

        A CEDEX code shares its beginning with its town's own code (33077 Bordeaux Cedex and 33000), which
        a plain difference would miss (33110 is nearer). At least the digits of the department are the same.
        """
        shortest = 3 if code.startswith(("97", "98")) else 2
        for length in range(4, shortest - 1, -1):
            prefix = code[:length]
            first = bisect_left(self._codes, prefix.ljust(5, "0"))
            last = bisect_left(self._codes, prefix.ljust(6, "9"))
            if first < last:
                above = bisect_left(self._codes, code, first, last)
                beside = self._codes[max(first, above - 1) : min(last, above + 1)]
                return min(beside, key=lambda real: (abs(int(real) - int(code)), real))
        return None

    def _by_department(self, code: str, typed: str | None = None) -> Found:
        if code in self.departments:
            return Found(typed or code, (), How.DEPARTMENT, code)
        if code == "20":
            return Found(typed or code, (), How.DEPARTMENT, "2A")
        return _NOWHERE


def _most_people_first(communes: Iterable[Commune]) -> tuple[Commune, ...]:
    return tuple(sorted(communes, key=lambda c: (-c.population, c.insee)))


_NOWHERE = Found("", (), How.NOWHERE, None)
