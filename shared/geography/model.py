"""What the country is made of. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

METROPOLE = "metropole"
CORSICA = "Corse"


class Commune(NamedTuple):
    """One commune, or one arrondissement of Paris, Lyon or Marseille.

    The three whole cities are here too, without postal codes, so that their INSEE code still leads somewhere.
    """

    insee: str
    name: str
    department: str
    postal_codes: tuple[str, ...]
    population: int
    lat: float
    lon: float
    land: str
    """What one can cross without a boat: ``metropole``, ``Corse``, an island, an overseas department."""


@dataclass(frozen=True, slots=True)
class Department:
    """A department or overseas collectivity; ``capital`` is the INSEE code of its chief town."""

    code: str
    name: str
    capital: str


def land_of(department: str, island: str) -> str:
    """Return the piece of land of a commune: its island if it has one, else what its department stands on."""
    if island:
        return island
    if department in {"2A", "2B"}:
        return CORSICA
    return department if department.startswith("9") and len(department) == 3 else METROPOLE
