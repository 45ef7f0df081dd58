"""The directory of structures: its rows, and how they are kept in a file.

One CSV file in UTF-8, sorted by id, a row a structure; lists are separated by spaces. Degrees are WGS 84. Every row
says who states it and when.
"""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from services.referral.entry import Entry
from shared.contracts.conversation import Audience, Category
from shared.contracts.referral import StructureKind, Wheelchair
from shared.tables.file import BrokenTable

SHIPPED = Path(__file__).parent / "data" / "structures.csv"
SHIPPED_HELPLINES = Path(__file__).parent / "data" / "helplines.csv"

COLUMNS = tuple(field.name for field in fields(Entry))


def _row(entry: Entry) -> list[str]:
    return [
        entry.id,
        entry.kind,
        entry.name,
        " ".join(entry.categories),
        " ".join(entry.audiences),
        " ".join(entry.languages),
        entry.wheelchair,
        entry.address or "",
        entry.insee or "",
        "" if entry.lat is None else str(entry.lat),
        "" if entry.lon is None else str(entry.lon),
        "1" if entry.approximate else "",
        entry.phone or "",
        entry.web or "",
        entry.hours or "",
        entry.note or "",
        entry.source,
        entry.as_of,
    ]


def _entry(row: list[str]) -> Entry:
    (id_, kind, name, categories, audiences, languages, wheelchair, address, insee) = row[:9]
    (lat, lon, approximate, phone, web, hours, note, source, as_of) = row[9:]
    return Entry(
        id=id_,
        kind=StructureKind(kind),
        name=name,
        categories=tuple(Category(word) for word in categories.split()),
        audiences=tuple(Audience(word) for word in audiences.split()),
        languages=tuple(languages.split()),
        wheelchair=Wheelchair(wheelchair),
        address=address or None,
        insee=insee or None,
        lat=float(lat) if lat else None,
        lon=float(lon) if lon else None,
        approximate=bool(approximate),
        phone=phone or None,
        web=web or None,
        hours=hours or None,
        note=note or None,
        source=source,
        as_of=as_of,
    )


def read(path: Path) -> tuple[list[Entry], str]:
    """Return the entries of a file and its digest (first 32 hex digits of its SHA-256).

    Raises ``BrokenTable`` when it is not a directory, ``OSError`` when it cannot be read.
    """
    raw = path.read_bytes()
    try:
        rows = csv.reader(io.StringIO(raw.decode("utf-8"), newline=""))
        if tuple(next(rows)) != COLUMNS:
            raise BrokenTable(f"{path.name}: not a directory of structures")
        entries = [_entry(row) for row in rows]
    except (ValueError, StopIteration, csv.Error) as error:
        raise BrokenTable(f"{path.name}: {error}") from error
    return entries, hashlib.sha256(raw).hexdigest()[:32]


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write a directory, sorted by id, to ``path``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        out.writerows(_row(entry) for entry in sorted(entries, key=lambda entry: entry.id))
