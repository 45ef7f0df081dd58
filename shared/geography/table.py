"""The table of communes as the project ships it, and how to read and write it.

Four sorted CSV files in UTF-8 under ``data/`` (sources, editions and licences: ``data/SOURCES.md``):
``communes.csv``, ``departments.csv``, ``former.csv`` (codes of communes that merged), ``islands.csv``.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
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


def read_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of one of the project's own CSV files, without the header."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        yield from rows


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a sorted, diff-able CSV file: UTF-8, LF."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def read_communes(folder: Path = DATA) -> Iterator[Commune]:
    """Yield every commune, sorted by INSEE code. Words that many rows share are one object: it saves megabytes."""
    lands: dict[tuple[str, str], tuple[str, str]] = {}
    codes: dict[str, tuple[str, ...]] = {}
    for insee, name, department, postal, population, lat, lon, island in read_rows(folder / COMMUNES):
        key = (department, island)
        shared = lands.get(key) or lands.setdefault(key, (department, land_of(department, island)))
        if postal not in codes:
            codes[postal] = tuple(sys.intern(code) for code in postal.split())
        people = int(population)
        yield Commune(insee, name, shared[0], codes[postal], people, float(lat), float(lon), shared[1])


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
