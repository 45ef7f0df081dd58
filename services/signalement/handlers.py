"""What signalement does with a fact and with a question: load, decide, save."""

from typing import Any

from faststream.nats.annotations import NatsMessage

from services.signalement import metrics
from services.signalement.domain.figures import advance, count, lines_of, reply_of
from services.signalement.domain.report_figures import counted, moved, report_lines
from services.signalement.ports import Figures
from shared.contracts.conversation import ConversationEvent, ErasedFact
from shared.contracts.dispatcher import ConversationAssigned, ConversationErasedByDispatcher
from shared.contracts.gateway import ConversationErasedByGateway, ConversationOpened
from shared.contracts.router import ConversationRouted
from shared.contracts.signalement import FiguresQuery, FiguresReply
from shared.contracts.signalement_reports import ReportChanged

COUNTED: dict[str, type[ConversationEvent]] = {
    kind.TYPE: kind
    for kind in (
        ConversationOpened,
        ConversationRouted,
        ConversationAssigned,
        ConversationErasedByGateway,
        ConversationErasedByDispatcher,
    )
}
"""Facts that figures depend on; others are acknowledged unread."""


class Counting:
    """The handlers."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    async def fact(self, body: dict[str, Any], message: NatsMessage) -> None:
        """Take one fact; its position in the stream tells whether it has been counted before."""
        kind = COUNTED.get(str(body.get("type")))
        if kind is not None:
            await self.take(kind.model_validate(body), message.raw_message.metadata.sequence.stream)

    async def take(self, fact: ConversationEvent, position: int) -> None:
        """Count a conversation that is over, and only then remember that it is: a crash in between counts it once."""
        before = await self._figures.progress(fact.entity_id)
        after = advance(before, fact)
        if after is None or after == before:
            return
        if isinstance(fact, ErasedFact):
            month, revision = await self._figures.month(after.month)
            counted = count(month, after, fact.ended_by, position)
            if counted is not month:
                await self._figures.keep_month(after.month, counted, revision)
                metrics.COUNTED.labels(after.category, "accompanied" if after.accompanied else "left").inc()
        await self._figures.keep_progress(fact.entity_id, after)

    async def report(self, fact: ReportChanged, message: NatsMessage) -> None:
        """Take one fact about a report."""
        await self.take_report(fact, message.raw_message.metadata.sequence.stream)

    async def take_report(self, fact: ReportChanged, position: int) -> None:
        """Count a report under what became of it, and only then remember that: a crash in between counts it once."""
        before = await self._figures.counted(str(fact.report))
        now = counted(before, fact)
        if now is before:
            return
        month, revision = await self._figures.report_month(now.month)
        after = moved(month, before, now, position)
        if after is not month:
            await self._figures.keep_report_month(now.month, after, revision)
        await self._figures.keep_counted(str(fact.report), now)

    async def figures(self, query: FiguresQuery) -> FiguresReply:
        """Say the counts of the months asked for."""

        def wanted(name: str) -> bool:
            return (query.first_month or name) <= name <= (query.last_month or name)

        lines, reports = [], []
        for name in filter(wanted, await self._figures.months()):
            month, _ = await self._figures.month(name)
            lines.extend(lines_of(name, month))
        for name in filter(wanted, await self._figures.report_months()):
            reported, _ = await self._figures.report_month(name)
            reports.extend(report_lines(name, reported))
        return reply_of(lines, reports)
