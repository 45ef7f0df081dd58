"""The table of communes as the project ships it, and how to read and write it.

Four sorted CSV files in UTF-8 under ``data/`` (sources, editions and licences: ``data/SOURCES.md``):
``communes.csv``, ``departments.csv``, ``former.csv`` (codes of communes that merged), ``islands.csv``.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"
COMMUNES = "communes.csv"
DEPARTMENTS = "departments.csv"
FORMER = "former.csv"
ISLANDS = "islands.csv"
COMMUNE_COLUMNS = ("insee", "name", "department", "postal_codes", "population", "lat", "lon", "island")

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


def read_rows(path: Path) -> list[list[str]]:
    """Return the rows of one of the project's own CSV files, without the header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        return list(rows)


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a sorted, diff-able CSV file: UTF-8, LF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def read_communes(folder: Path = DATA) -> list[Commune]:
    """Return every commune, sorted by INSEE code."""
    lands: dict[tuple[str, str], str] = {}
    found = []
    for insee, name, department, codes, population, lat, lon, island in read_rows(folder / COMMUNES):
        key = (department, island)
        land = lands.get(key) or lands.setdefault(key, land_of(department, island))
        people = int(population)
        found.append(Commune(insee, name, department, tuple(codes.split()), people, float(lat), float(lon), land))
    return found


def read_departments(folder: Path = DATA) -> dict[str, Department]:
    """Return departments by code."""
    return {row[0]: Department(row[0], row[1], row[2]) for row in read_rows(folder / DEPARTMENTS)}


def read_former(folder: Path = DATA) -> dict[str, str]:
    """Return the current INSEE code of each former commune."""
    return dict(read_rows(folder / FORMER))
