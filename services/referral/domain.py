"""Help near a place: the own land's structures first, nearest first; the helplines always. Pure but for the zones."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.referral import hours
from services.referral.entry import Entry
from services.referral.sphere import Nearest, Tree, Vector, kilometres, squared_chord, vector
from services.referral.words import fold
from shared.contracts.referral import NearbyQuery, NearbyReply, Structure, StructureKind
from shared.geography.country import MONACO_POINT, Country, Found, How
from shared.geography.model import METROPOLE, Commune

ACROSS_THE_SEA_KM = 500.0
"""Farther than this beyond the sea nobody goes for help: the helplines are nearer."""

EVERYWHERE = 25_000.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the distances are measured from; ``name`` is for the visitor."""

    name: str
    lat: float
    lon: float
    land: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry with what searching it needs, worked out once."""

    entry: Entry
    point: Vector | None
    land: str
    commune_name: str | None
    words: str


class Directory:
    """One edition of the directory over the country. Immutable once built."""

    def __init__(self, country: Country, entries: Iterable[Entry], digest: str) -> None:
        self.country = country
        self.digest = digest
        listed = [self._list(entry) for entry in entries]
        self.helplines = [one for one in listed if one.entry.kind is StructureKind.HELPLINE]
        self.structures = [one for one in listed if one.entry.kind is not StructureKind.HELPLINE]
        if not self.helplines:
            raise ValueError("a directory without helplines is not one")
        # A tree a land for any kind, and one a land and kind, so that rare kinds are found as fast.
        groups: dict[tuple[str, StructureKind | None], list[tuple[Vector, int, Listed]]] = defaultdict(list)
        for number, one in enumerate(self.structures):
            if one.point is not None:
                groups[one.land, one.entry.kind].append((one.point, number, one))
                groups[one.land, None].append((one.point, number, one))
        self._trees = {key: Tree(items) for key, items in groups.items()}

    def nearby(self, query: NearbyQuery, now: datetime) -> NearbyReply:
        """Answer a query at ``now`` (aware). Any place, or none, is answered; helplines are never missing."""
        origin, found = self.find(query)
        return NearbyReply(
            place=origin.name if origin else None,
            structures=[_shown(one, km, origin, now) for km, one in found],
            helplines=[_shown(one, None, None, now) for one in self._lines(query)],
        )

    def find(self, query: NearbyQuery) -> tuple[Origin | None, list[tuple[float | None, Listed]]]:
        """Return where it is measured from, and (kilometres, structure) in the order to show them."""
        origin = self.origin(query.postal_code, query.insee)
        return origin, self._by_words(query, origin) if query.text else self._nearest(query, origin)

    def origin(self, postal_code: str | None, insee: str | None) -> Origin | None:
        """Return the point to measure from: the commune, else the most populous one of the code, else None."""
        commune = self.country.commune(insee)
        if commune is not None:
            return _at(commune)
        found = self.country.find(postal_code)
        if found.how is How.MONACO:
            return Origin("Monaco", *MONACO_POINT, METROPOLE)
        if found.communes:
            return _at(found.communes[0])
        return self._department_town(found)

    def _department_town(self, found: Found) -> Origin | None:
        department = self.country.departments.get(found.department or "")
        town = self.country.commune(department.capital) if department else None
        if department is None or town is None:
            return None
        return Origin(department.name, town.lat, town.lon, town.land)

    def _list(self, entry: Entry) -> Listed:
        commune = self.country.commune(entry.insee)
        point = None if entry.lat is None or entry.lon is None else vector(entry.lat, entry.lon)
        name = commune.name if commune else None
        words = fold(f"{entry.name} {entry.address or ''} {name or ''}")
        return Listed(entry, point, commune.land if commune else METROPOLE, name, words)

    def _lines(self, query: NearbyQuery) -> list[Listed]:
        return [one for one in self.helplines if query.category is None or query.category in one.entry.categories]

    def _nearest(self, query: NearbyQuery, origin: Origin | None) -> list[tuple[float | None, Listed]]:
        if origin is None:
            return []
        here = vector(origin.lat, origin.lon)
        kinds: set[StructureKind | None] = set(query.kinds) or {None}
        wanted = _wanted(query)
        near: Nearest[Listed] = Nearest(here, query.limit, wanted)
        for kind in kinds:
            tree = self._trees.get((origin.land, kind))
            if tree is not None:
                tree.search(near)
        found = near.found()
        if len(found) < query.limit:
            beyond: Nearest[Listed] = Nearest(here, query.limit - len(found), wanted, ACROSS_THE_SEA_KM)
            for (land, kind), tree in self._trees.items():
                if land != origin.land and kind in kinds:
                    tree.search(beyond)
            found += beyond.found()
        return list(found)

    def _by_words(self, query: NearbyQuery, origin: Origin | None) -> list[tuple[float | None, Listed]]:
        """Return what bears every word: by distance where a place is known, else by name."""
        words = fold(query.text or "").split()
        wanted, kinds = _wanted(query), set(query.kinds)
        matching = [
            one
            for one in self.structures
            if all(word in one.words for word in words) and (not kinds or one.entry.kind in kinds) and wanted(one)
        ]
        if origin is None:
            return [(None, one) for one in sorted(matching, key=lambda one: one.words)[: query.limit]]
        here = vector(origin.lat, origin.lon)
        measured = [(_km(here, one), one) for one in matching]
        measured.sort(key=lambda pair: (pair[1].land != origin.land, pair[0], pair[1].words))
        return [(None if km == EVERYWHERE else km, one) for km, one in measured[: query.limit]]


def _at(commune: Commune) -> Origin:
    return Origin(commune.name, commune.lat, commune.lon, commune.land)


def _km(here: Vector, one: Listed) -> float:
    return EVERYWHERE if one.point is None else kilometres(squared_chord(here, one.point))


def _wanted(query: NearbyQuery) -> Callable[[Listed], bool]:
    category, audience = query.category, query.audience

    def wanted(one: Listed) -> bool:
        entry = one.entry
        return (category is None or category in entry.categories) and (audience is None or audience in entry.audiences)

    return wanted


def _shown(one: Listed, km: float | None, origin: Origin | None, now: datetime) -> Structure:
    entry = one.entry
    return Structure(
        id=entry.id,
        kind=entry.kind,
        name=entry.name,
        categories=list(entry.categories),
        audiences=list(entry.audiences),
        languages=list(entry.languages),
        wheelchair=entry.wheelchair,
        address=entry.address,
        commune=entry.insee,
        commune_name=one.commune_name,
        distance_km=None if km is None else round(km, 1),
        across_the_sea=origin is not None and one.land != origin.land,
        approximate=entry.approximate,
        phone=entry.phone,
        web=entry.web,
        hours=entry.hours,
        open_now=hours.state(entry.hours, entry.insee, now),
        note=entry.note,
        source=entry.source,
        as_of=entry.as_of,
    )


STATION_SOURCES = (
    "Ministère de l'Intérieur, Liste des services de police accueillant du public",
    "Ministère de l'Intérieur, Liste des unités de gendarmerie accueillant du public",
    "DILA, Annuaire de l'administration, base de données locales",
    "Ministère de l'Intérieur, Compétence territoriale gendarmerie et police nationales",
)
"""Sources of commissariats and brigades, best first: a station must not stand twice, once a source."""


def merged(current: Sequence[Entry], imported: Sequence[Entry], source: str) -> list[Entry]:
    """Return the directory after an import: what ``source`` said before goes, what it says now comes.

    Helplines are not an import's to remove. Of stations, the best official source of each kind stays alone.
    """
    kept = [e for e in current if e.source != source or e.kind is StructureKind.HELPLINE]
    whole = [*kept, *imported]
    for kind in (StructureKind.COMMISSARIAT, StructureKind.BRIGADE):
        sources = {e.source for e in whole if e.kind is kind}
        official = [one for one in STATION_SOURCES if one in sources]
        whole = [e for e in whole if e.kind is not kind or e.source not in official[1:]]
    return whole
