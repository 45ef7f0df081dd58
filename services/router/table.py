"""The table of competence: which force and which service answer for a commune.

One CSV file in UTF-8, sorted by INSEE code. Its first line is ``edition,<date>,<source>``, its second the header
``insee,forces,service``. ``forces`` holds ``police``, ``gendarmerie``, both, or nothing where the source is blank.
A commune that the table does not name is gendarmerie.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.router.competence import Competence, CompetenceTable
from shared.contracts.conversation import Force
from shared.tables.file import BrokenTable

SHIPPED = Path(__file__).parent / "data" / "competence.csv"
HEADER = ("insee", "forces", "service")
EDITION = "edition"


def read(path: Path = SHIPPED) -> CompetenceTable:
    """Read a table. Raises ``BrokenTable`` when it is not one, ``OSError`` when it cannot be read."""
    raw = path.read_bytes()
    try:
        lines = csv.reader(raw.decode("utf-8").splitlines())
        mark, edition, source = next(lines)
        if mark != EDITION or tuple(next(lines)) != HEADER:
            raise BrokenTable(f"{path.name}: not a table of competence")
        rows = _competences(lines)
    except (ValueError, StopIteration, UnicodeDecodeError, csv.Error) as error:
        raise BrokenTable(f"{path.name}: {error}") from error
    return CompetenceTable(edition, source, hashlib.sha256(raw).hexdigest()[:32], rows)


def _competences(lines: Iterator[list[str]]) -> dict[str, Competence]:
    """Return rows by INSEE code; equal competences are one object, which keeps 35,000 rows small."""
    known: dict[tuple[str, str], Competence] = {}
    rows = {}
    for insee, forces, service in lines:
        key = (forces, service)
        if key not in known:
            known[key] = Competence(tuple(Force(force) for force in forces.split()), service or None)
        rows[insee] = known[key]
    return rows


def write(path: Path, edition: str, source: str, rows: Mapping[str, Competence]) -> None:
    """Write a table, sorted, to ``path``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow((EDITION, edition, source))
        out.writerow(HEADER)
        for insee in sorted(rows):
            row = rows[insee]
            out.writerow((insee, " ".join(row.forces), row.service or ""))
