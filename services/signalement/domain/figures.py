"""What a conversation's facts add to the figures (S5). Pure: the same facts in the same order give the same counts.

One conversation counts once, when it is over, in the month in which it was opened. Facts come in the order of the
stream and may come again: a month remembers the last position that it has counted.
"""

from zoneinfo import ZoneInfo

from pydantic import Field

from shared.contracts.conversation import Category, ConversationEvent, EndedBy, ErasedFact, Force
from shared.contracts.dispatcher import ConversationAssigned
from shared.contracts.envelope import Contract, Event
from shared.contracts.gateway import ConversationOpened
from shared.contracts.router import ConversationRouted
from shared.contracts.signalement import FigureLine, FiguresReply, ReportLine
from shared.contracts.signalement_reports import ReportKind

PARIS = ZoneInfo("Europe/Paris")
_NO_FORCE = "unknown"


class Progress(Contract):
    """How far one conversation has come. Kept a few days, without anything of the person."""

    month: str
    category: Category
    force: Force | None = None
    accompanied: bool = False
    over: bool = False
    signer: str | None = None
    """Name of the key by which the visitor's page signs, as the gateway stated it: only that one can consent."""


class Month(Contract):
    """One month's counts by kind, and the last position of the stream that is in them."""

    counted_to: int = 0
    counts: dict[str, int] = Field(default_factory=dict)


def advance(progress: Progress | None, fact: ConversationEvent) -> Progress | None:
    """Return how far the conversation has come after ``fact``; None when nothing is known of it yet."""
    if progress is not None and progress.over:
        return progress
    if isinstance(fact, ErasedFact):
        return progress.model_copy(update={"over": True}) if progress else None
    if not isinstance(fact, ConversationOpened | ConversationRouted | ConversationAssigned):
        return progress
    known = progress or Progress(month=month_of(fact), category=fact.category)
    if isinstance(fact, ConversationOpened):
        # The first statement counts: nobody can put another key in its place later.
        return known if known.signer else known.model_copy(update={"signer": fact.signer})
    accompanied = known.accompanied or isinstance(fact, ConversationAssigned)
    return known.model_copy(update={"force": fact.force, "accompanied": accompanied})


def month_of(fact: Event) -> str:
    """Return the month of a fact in Paris time, ``2026-11``."""
    return fact.time.astimezone(PARIS).strftime("%Y-%m")


def count(month: Month, ended: Progress, ended_by: EndedBy, position: int) -> Month:
    """Return the month with one conversation more; unchanged when that position of the stream is in it already."""
    if position <= month.counted_to:
        return month
    kind = _kind(ended, ended_by)
    return Month(counted_to=position, counts={**month.counts, kind: month.counts.get(kind, 0) + 1})


def _kind(ended: Progress, ended_by: EndedBy) -> str:
    outcome = "accompanied" if ended.accompanied else "left"
    return f"{ended.category}.{ended.force or _NO_FORCE}.{outcome}.{ended_by}"


def lines_of(name: str, month: Month) -> list[FigureLine]:
    """Return one month's counts as the contract has them."""
    return [_line(name, kind, number) for kind, number in sorted(month.counts.items())]


def _line(month: str, kind: str, number: int) -> FigureLine:
    category, force, outcome, ended_by = kind.split(".")
    return FigureLine(
        month=month,
        category=Category(category),
        force=None if force == _NO_FORCE else Force(force),
        accompanied=outcome == "accompanied",
        ended_by=EndedBy(ended_by),
        conversations=number,
    )


def reply_of(lines: list[FigureLine], reports: list[ReportLine]) -> FiguresReply:
    """Return the answer to a query."""
    return FiguresReply(
        persons_accompanied=sum(line.conversations for line in lines if line.accompanied),
        lines=lines,
        signalements=sum(line.reports for line in reports if line.kind is ReportKind.REPORT),
        reports=reports,
    )
