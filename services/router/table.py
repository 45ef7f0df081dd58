"""The table of competence: which force and which service answer for a commune.

One CSV file in UTF-8, sorted by INSEE code. Its first line is ``edition,<date>,<source>``, its second the header
``insee,forces,service``. ``forces`` holds ``police``, ``gendarmerie``, both, or nothing where the source is blank.
A commune that the table does not name is gendarmerie.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.contracts.conversation import Force

SHIPPED = Path(__file__).parent / "data" / "competence.csv"
HEADER = ("insee", "forces", "service")
EDITION = "edition"


class BrokenTable(Exception):
    """The file is not a table of competence as this project writes it."""


@dataclass(frozen=True, slots=True)
class Competence:
    """Who is competent in one commune. No force: the source is blank. ``service`` is the source's own name."""

    forces: tuple[Force, ...]
    service: str | None


GENDARMERIE = Competence((Force.GENDARMERIE,), None)


@dataclass(frozen=True, slots=True)
class CompetenceTable:
    """A whole edition. ``digest``: first 32 hex digits of the file's SHA-256."""

    edition: str
    source: str
    digest: str
    rows: Mapping[str, Competence]

    def of(self, insee: str) -> Competence:
        """Return the competence in a commune."""
        return self.rows.get(insee, GENDARMERIE)


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
