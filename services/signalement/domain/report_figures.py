"""What the facts about reports add to the figures (S5). Pure.

A report counts once, in the month in which it was handed in, under what became of it last. Facts come in order and may
come again: a month remembers the last position of the stream that is in it, a report the last revision.
"""

from pydantic import Field

from services.signalement.domain.figures import PARIS
from shared.contracts.conversation import Category, Force
from shared.contracts.envelope import Contract
from shared.contracts.signalement import ReportLine
from shared.contracts.signalement_reports import ReportChanged, ReportKind, ReportStatus

_UNKNOWN = "unknown"


class Counted(Contract):
    """How one report was counted last."""

    month: str
    kind: str
    revision: int


class ReportMonth(Contract):
    """One month's reports by kind, and the last position of the stream that is in them."""

    counted_to: int = 0
    counts: dict[str, int] = Field(default_factory=dict)


def counted(before: Counted | None, fact: ReportChanged) -> Counted:
    """Return how a report counts after a fact; unchanged when that revision is counted already."""
    if before is not None and before.revision >= fact.revision:
        return before
    month = before.month if before else fact.time.astimezone(PARIS).strftime("%Y-%m")
    kind = f"{fact.category or _UNKNOWN}.{fact.force}.{fact.kind}.{fact.status}"
    return Counted(month=month, kind=kind, revision=fact.revision)


def moved(month: ReportMonth, before: Counted | None, now: Counted, position: int) -> ReportMonth:
    """Return the month with the report under its new kind; unchanged when that position is in it already."""
    if position <= month.counted_to:
        return month
    counts = dict(month.counts)
    if before is not None:
        counts[before.kind] = counts.get(before.kind, 0) - 1
    counts[now.kind] = counts.get(now.kind, 0) + 1
    return ReportMonth(counted_to=position, counts={kind: number for kind, number in counts.items() if number > 0})


def report_lines(name: str, month: ReportMonth) -> list[ReportLine]:
    """Return one month's reports as the contract has them."""
    return [_line(name, kind, number) for kind, number in sorted(month.counts.items())]


def _line(month: str, counted_as: str, number: int) -> ReportLine:
    category, force, kind, status = counted_as.split(".")
    return ReportLine(
        month=month,
        category=None if category == _UNKNOWN else Category(category),
        force=Force(force),
        kind=ReportKind(kind),
        status=ReportStatus(status),
        reports=number,
    )
