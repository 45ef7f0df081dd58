"""Figures as they may be shown and passed on (S5): by month, without identity, and without small cells. Pure.

A cell under five is shown as ``<5``. Totals are sums of the cells that are shown, and of no others: whatever one
subtracts from a total is already on the page, so no suppressed cell can be computed. They say "at least" where cells
are missing.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.contracts.signalement import FiguresReply
from shared.contracts.signalement_reports import ReportKind

SMALLEST = 5
"""The smallest count that is shown."""
SUPPRESSED: Final = f"<{SMALLEST}"
ACCOMPANIED = "accompanied"
TOTAL = "total"
UNKNOWN = "unknown"
HEAD = ("month", "figure", "category", "force", "outcome", "count")


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One line. ``count``: a number, or ``<5``; of a total, ``>=n`` where cells of it are not shown."""

    month: str
    figure: str
    """``accompanied`` (persons), ``report`` (with consent) or ``patrol`` (imminent danger)."""
    category: str
    force: str
    outcome: str
    count: str


def cells(figures: FiguresReply) -> list[Cell]:
    """Return every cell, then each month's totals, by month."""
    exact: Counter[tuple[str, str, str, str, str]] = Counter()
    for line in figures.lines:
        if line.accompanied:
            exact[(line.month, ACCOMPANIED, line.category, line.force or UNKNOWN, line.ended_by)] += line.conversations
    for report in figures.reports:
        exact[(report.month, report.kind, report.category or UNKNOWN, report.force, report.status)] += report.reports
    shown = [Cell(*key, _shown(count)) for key, count in sorted(exact.items())]
    return sorted([*shown, *_totals(shown)], key=lambda cell: (cell.month, _RANK[cell.figure], _key(cell)))


_RANK = {ACCOMPANIED: 0, str(ReportKind.REPORT): 1, str(ReportKind.PATROL): 2}


def _key(cell: Cell) -> tuple[bool, str, str, str]:
    return cell.category == TOTAL, cell.category, cell.force, cell.outcome


def _shown(count: int) -> str:
    return str(count) if count >= SMALLEST else SUPPRESSED


def _totals(shown: Iterable[Cell]) -> list[Cell]:
    """Return one total a month and figure, made of nothing but what is shown."""
    sums: Counter[tuple[str, str]] = Counter()
    partial: set[tuple[str, str]] = set()
    for cell in shown:
        key = (cell.month, cell.figure)
        if cell.count == SUPPRESSED:
            partial.add(key)
            sums[key] += 0
        else:
            sums[key] += int(cell.count)
    return [
        Cell(*key, TOTAL, TOTAL, TOTAL, f">={number}" if key in partial else str(number))
        for key, number in sorted(sums.items())
    ]


def csv_of(shown: Iterable[Cell]) -> str:
    """Return cells as CSV (RFC 4180), with a line of names."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for cell in shown:
        writer.writerow((cell.month, cell.figure, cell.category, cell.force, cell.outcome, cell.count))
    return text.getvalue()
