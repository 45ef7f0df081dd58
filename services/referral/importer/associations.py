"""Associations of an installation's own: a CSV that its staff keep. ``;``, UTF-8.

Columns: ``id;name;kind;insee;as_of`` are required; ``categories;audiences;languages;wheelchair;address;postal_code;lat;
lon;phone;web;hours;note`` may be there. Lists are separated by spaces; hours are OpenStreetMap's; an empty list of
categories or audiences means all.
"""

import re
from enum import StrEnum
from typing import BinaryIO, TypeVar

from services.referral import hours
from services.referral.entry import ALL_AUDIENCES, ALL_CATEGORIES, Entry
from services.referral.importer.gather import Gathered, plain_phone, plain_web
from shared.contracts.conversation import Audience, Category
from shared.contracts.referral import StructureKind, Wheelchair
from shared.importing.source import csv_rows

COLUMNS = ("id", "name", "kind", "insee", "as_of")
MAKES_IT_ONE = "kind"
LISTS = ("categories", "audiences")

_DATE = re.compile(r"^20\d{2}(-\d{2}){0,2}$")
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
Word = TypeVar("Word", bound=StrEnum)


def gather(file: BinaryIO, source: str, gathered: Gathered) -> None:
    """Take every structure of ``file``."""
    for line, row in csv_rows(file, COLUMNS):
        problem = _problem(row)
        if problem:
            gathered.report.rejected(line, problem, row["id"])
            continue
        commune, changed = gathered.commune(line, row["insee"], row.get("postal_code", ""))
        if commune is None:
            continue
        lat, lon, approximate, moved = gathered.point(commune, row.get("lat", ""), row.get("lon", ""))
        entry = Entry(
            id=f"{source}:{row['id']}",
            kind=StructureKind(row["kind"]),
            name=row["name"],
            categories=_words(Category, row.get("categories", "")) or ALL_CATEGORIES,
            audiences=_words(Audience, row.get("audiences", "")) or ALL_AUDIENCES,
            languages=tuple(row.get("languages", "").split()) or ("fr",),
            wheelchair=Wheelchair(row.get("wheelchair") or "unknown"),
            address=row.get("address") or None,
            insee=commune.insee,
            lat=lat,
            lon=lon,
            approximate=approximate,
            phone=plain_phone(row.get("phone", "")),
            web=plain_web(row.get("web", "")),
            hours=row.get("hours") or None,
            note=row.get("note") or None,
            source=source,
            as_of=row["as_of"],
        )
        corrections = ["commune of today, or of the postal code"] if changed else []
        gathered.take(line, entry, [*corrections, moved] if moved else corrections)


def _words(kind: type[Word], text: str) -> tuple[Word, ...]:
    return tuple(kind(word) for word in text.split())


def _problem(row: dict[str, str]) -> str | None:
    """Return why a row cannot be taken, or None."""
    if not row["id"] or not row["name"]:
        return "no id or no name"
    if not _DATE.match(row["as_of"]):
        return "as_of is not a date"
    known: dict[str, set[str]] = {
        "kind": {str(kind) for kind in StructureKind} - {StructureKind.HELPLINE},
        "categories": set(map(str, Category)),
        "audiences": set(map(str, Audience)),
        "wheelchair": set(map(str, Wheelchair)),
    }
    for column, words in known.items():
        said = row.get(column, "")
        if not set(said.split() if column in LISTS else [said] if said or column in COLUMNS else []) <= words:
            return f"unknown word in {column}"
    if not all(_LANGUAGE.match(tag) for tag in row.get("languages", "").split()):
        return "languages are not tags"
    try:
        hours.check(row.get("hours") or "24/7")
    except hours.BadHours:
        return "hours are not in OpenStreetMap's syntax"
    return None
