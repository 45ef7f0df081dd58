"""Which force answers, and whether the commune must be asked. Pure; the rules in words: ``docs/territory.md``."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from services.router.competence import Competence, CompetenceTable
from shared.contracts.conversation import Category, Force
from shared.contracts.router import RoutingBasis
from shared.geography.country import Country, Found, How
from shared.geography.model import Commune

SPLIT_DEFAULT = Force.POLICE
"""For a commune in both zones: its main town is the police's, and the source names the commissariat."""

BLANK_DEFAULT = Force.POLICE
"""For a commune whose force the source leaves blank: such communes are among towns of the police zone."""

ARMY_DEFAULT = Force.GENDARMERIE
"""For the codes of the armies: the gendarmerie is their police."""


class LocalCommune(NamedTuple):
    """A commune with who is competent there (``forces`` empty: blank in the source) and who answers."""

    insee: str
    name: str
    department: str
    population: int
    forces: tuple[Force, ...]
    service: str | None
    answers: Force


@dataclass(frozen=True, slots=True)
class Place:
    """What a postal code leads to. ``communes``: most people first. ``forces``: never empty."""

    postal_code: str
    communes: tuple[LocalCommune, ...]
    ask_commune: bool
    forces: tuple[Force, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Who answers a conversation, and why."""

    force: Force
    department: str | None
    commune: LocalCommune | None
    unit: str | None
    basis: RoutingBasis


def answering(competence: Competence) -> Force:
    """Return the one force that answers for a commune."""
    if len(competence.forces) == 1:
        return competence.forces[0]
    return SPLIT_DEFAULT if competence.forces else BLANK_DEFAULT


def queue(force: Force, category: Category) -> str:
    """Return the name of the queue: the language is a skill inside it, not a queue of its own."""
    return f"{force}.{category}"


class Territory:
    """The country with one edition of the table of competence. Immutable once built; look-ups never raise."""

    def __init__(self, country: Country, table: CompetenceTable, fallback: Force = Force.POLICE) -> None:
        self.country = country
        self.table = table
        self.fallback = fallback
        self._local = {insee: _local(c, table.of(insee)) for insee, c in country.communes.items()}
        self.places = {code: self._make(code, communes) for code, communes in country.by_code.items()}
        self._routes = {code: _route_of(place) for code, place in self.places.items()}
        self._departments = {
            code: _likeliest(self._local[c.insee] for c in communes) for code, communes in country.by_department.items()
        }

    def place(self, text: str | None, commune: str | None = None) -> Place:
        """Return what a typed postal code leads to, the chosen commune taken into account."""
        if commune:
            chosen = self._chosen(commune)
            if chosen is not None:
                return Place(self.place(text).postal_code, (chosen,), False, _forces((chosen,)))
        known = self.places.get(text) if text else None
        if known is not None:
            return known
        found = self.country.find(text)
        if found.how is How.EXACT:
            return self.places[found.code]
        if found.real:
            like = self.places[found.real]
            return Place(found.code, like.communes, like.ask_commune, like.forces)
        if found.communes:
            return self._make(found.code, found.communes)
        return Place(found.code or (text or ""), (), False, (self._without_commune(found)[0],))

    def route(self, text: str | None, commune: str | None = None) -> Route:
        """Return who answers. Whatever was typed, someone does."""
        if commune:
            chosen = self._chosen(commune)
            if chosen is not None:
                basis = _basis_of_one(chosen, RoutingBasis.COMMUNE_CHOSEN)
                return Route(chosen.answers, chosen.department, chosen, chosen.service, basis)
        known = self._routes.get(text) if text else None
        if known is not None:
            return known
        found = self.country.find(text)
        if not found.communes:
            force, basis = self._without_commune(found)
            return Route(force, found.department, None, None, basis)
        if found.how is How.EXACT:
            return self._routes[found.code]
        # A guessed place names neither a commune nor a unit: the operator must not take it for a fact.
        basis = RoutingBasis.MONACO if found.how is How.MONACO else RoutingBasis.NEAREST_CODE
        if found.real:
            force = self._routes[found.real].force
        else:
            force = _likeliest(self._local[c.insee] for c in found.communes)
        return Route(force, found.department, None, None, basis)

    def _chosen(self, insee: str) -> LocalCommune | None:
        commune = self.country.commune(insee)
        return self._local[commune.insee] if commune else None

    def _make(self, code: str, communes: tuple[Commune, ...]) -> Place:
        local = tuple(self._local[c.insee] for c in communes)
        return Place(code, local, len({c.answers for c in local}) > 1, _forces(local))

    def _without_commune(self, found: Found) -> tuple[Force, RoutingBasis]:
        if found.how is How.ARMY:
            return ARMY_DEFAULT, RoutingBasis.ARMY
        if found.how is How.DEPARTMENT and found.department in self._departments:
            return self._departments[found.department], RoutingBasis.DEPARTMENT_ONLY
        return self.fallback, RoutingBasis.NO_PLACE


def _local(commune: Commune, competence: Competence) -> LocalCommune:
    return LocalCommune(
        commune.insee,
        commune.name,
        commune.department,
        commune.population,
        competence.forces,
        competence.service,
        answering(competence),
    )


def _route_of(place: Place) -> Route:
    """Return who answers for a real postal code when no commune was chosen."""
    first = place.communes[0]
    if len(place.communes) == 1:
        basis = _basis_of_one(first, RoutingBasis.SINGLE_COMMUNE)
        return Route(first.answers, first.department, first, first.service, basis)
    basis = RoutingBasis.COMMUNE_NOT_SAID if place.ask_commune else RoutingBasis.SAME_FORCE
    unit = None if place.ask_commune else _common_service(place.communes)
    return Route(_likeliest(place.communes), first.department, None, unit, basis)


def _basis_of_one(commune: LocalCommune, plain: RoutingBasis) -> RoutingBasis:
    if len(commune.forces) == 1:
        return plain
    return RoutingBasis.COMMUNE_IN_BOTH_ZONES if commune.forces else RoutingBasis.FORCE_BLANK


def _forces(communes: Iterable[LocalCommune]) -> tuple[Force, ...]:
    """Return every force that may answer, police first."""
    found = {force for c in communes for force in (*c.forces, c.answers)}
    return tuple(force for force in Force if force in found)


def _likeliest(communes: Iterable[LocalCommune]) -> Force:
    """Return the force that answers for most people; police where it is even."""
    people: Counter[Force] = Counter()
    for commune in communes:
        people[commune.answers] += commune.population
    return max(Force, key=lambda force: people[force])


def _common_service(communes: tuple[LocalCommune, ...]) -> str | None:
    services = {c.service for c in communes}
    return communes[0].service if len(services) == 1 else None
