"""The table of communes as the project ships it, and how to read and write it.

Four sorted CSV files in UTF-8 under ``data/`` (sources, editions and licences: ``data/SOURCES.md``):
``communes.csv``, ``departments.csv``, ``former.csv`` (codes of communes that merged), ``islands.csv``.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from shared.geography.country import Country
from shared.geography.memory import no_collection
from shared.geography.model import Commune, Department, land_of

DATA = Path(__file__).parent / "data"
COMMUNES = "communes.csv"
DEPARTMENTS = "departments.csv"
FORMER = "former.csv"
ISLANDS = "islands.csv"
COMMUNE_COLUMNS = ("insee", "name", "department", "postal_codes", "population", "lat", "lon", "island")


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


def load(folder: Path = DATA) -> Country:
    """Return the country from the shipped table."""
    with no_collection():
        return Country(read_communes(folder), read_departments(folder), read_former(folder))
