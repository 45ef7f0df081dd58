"""Import one file into the directory: find out what it is, gather, merge, replace. All or nothing."""

from dataclasses import dataclass
from pathlib import Path

from services.referral import directory
from services.referral.domain import merged
from services.referral.importer import associations, dila, stations
from services.referral.importer.gather import Gathered
from shared.geography.country import Country
from shared.importing.report import ImportRefused, Report
from shared.importing.source import opened
from shared.tables.file import BrokenTable, replace_file

MOST_REJECTED = 0.1
FEWEST = 0.5
"""Share of what the same source named before that a file must name, unless one says that fewer is right."""


@dataclass(frozen=True)
class Request:
    """What to import. ``source``: the name of an own list; official files have theirs."""

    path: Path
    as_of: str
    source: str
    fewer_is_right: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Imported:
    """What came of it."""

    source: str
    structures: int
    directory: int


def import_file(request: Request, target: Path, country: Country, report: Report) -> Imported:
    """Replace what the file's source said in the directory at ``target`` by what it says now.

    Raises ``ImportRefused`` and leaves ``target`` as it was when the file is not whole and right.
    """
    gathered = Gathered(country, report)
    source = _gather(request, gathered)
    report.refuse_if_mostly_wrong(MOST_REJECTED)
    current, _ = directory.read(_in_force(target))
    entries = list(gathered.entries.values())
    before = sum(entry.source == source for entry in current)
    if len(entries) < FEWEST * before and not request.fewer_is_right:
        raise ImportRefused(f"names {len(entries)} structures, {before} before: cut? (--fewer-is-right takes it)")
    whole = merged(current, entries, source)
    replace_file(target, lambda beside: directory.write(beside, whole))
    return Imported(source, len(entries), len(whole))


def _in_force(target: Path) -> Path:
    """Return the directory to merge into: the imported one, unless it is missing or broken."""
    if target.exists():
        try:
            directory.read(target)
        except BrokenTable:
            return directory.SHIPPED
        return target
    return directory.SHIPPED


def _gather(request: Request, gathered: Gathered) -> str:
    with opened(request.path, quiet=request.quiet) as file:
        head = file.peek(4096)[:4096]  # type: ignore[attr-defined]  # a BufferedReader, which BinaryIO hides
        if head.lstrip()[:1] in {b"{", b"["}:
            dila.gather(file, request.as_of, gathered)
            return dila.SOURCE
        header = head.split(b"\n", 1)[0].decode("utf-8", errors="replace").lower()
        if associations.MAKES_IT_ONE in header and "geocodage" not in header:
            associations.gather(file, request.source, gathered)
            return request.source
        source = stations.source_of(header)
        stations.gather(file, source, request.as_of, gathered)
        return source
