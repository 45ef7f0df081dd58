"""Finishes what a crash left half done, and watches deadlines.

The bucket of reports is a log: what changed since the last look is read from it, from the first entry at start. So what
has to be done, and when, is known without asking for every report again and again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import nats.errors
import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from pydantic import ValidationError

from services.signalement import metrics
from services.signalement.domain.reports import Deadlines, Due, OutOfOrder, Report, Step, after, due
from services.signalement.ports import ChangedMeanwhile
from services.signalement.reports import Reports, Unknown
from shared import streams
from shared.broker import PublishFailed
from shared.clock import utc_now
from shared.contracts.signalement_reports import ReportKind
from shared.logs import get_logger

LEFT_ALONE = timedelta(seconds=3)
"""How long a step that is under way is left to whoever began it."""
NEXT_WITHIN_S = 2.0
AWAY = (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError, PublishFailed)


class Changes:
    """What changed in the bucket of reports since the last look."""

    def __init__(self, jetstream: JetStreamContext) -> None:
        self._jetstream = jetstream
        self._seen = 0

    async def read(self, take: Callable[[Report], None]) -> None:
        """Hand every report that changed to ``take``. Raises what the driver raises; what is left comes next time."""
        stream = streams.bucket_stream(streams.REPORTS)
        state = (await self._jetstream.stream_info(stream)).state
        if state.last_seq < self._seen:
            self._seen = 0
        if not state.messages or state.last_seq <= self._seen:
            self._seen = state.last_seq
            return
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
            opt_start_seq=max(self._seen + 1, state.first_seq),
            ack_policy=AckPolicy.NONE,
        )
        every = streams.bucket_keys(streams.REPORTS)
        reader = await self._jetstream.subscribe(every, stream=stream, ordered_consumer=True, config=config)
        try:
            while self._seen < state.last_seq:
                message = await reader.next_msg(timeout=NEXT_WITHIN_S)
                self._seen = message.metadata.sequence.stream
                if message.data:
                    _hand(message.data, take)
        finally:
            await reader.unsubscribe()


def _hand(body: bytes, take: Callable[[Report], None]) -> None:
    try:
        take(Report.model_validate_json(body))
    except ValidationError as error:
        get_logger().error("report_unreadable", error=error)


class Sweeper:
    """See the module's text."""

    def __init__(self, changes: Changes, reports: Reports, deadlines: Deadlines) -> None:
        self._changes = changes
        self._reports = reports
        self._deadlines = deadlines
        self._open: dict[UUID, tuple[Due, datetime]] = {}
        self._overdue: dict[UUID, ReportKind] = {}

    async def sweep(self) -> None:
        """Look, and do what is due; called every second."""
        await self._changes.read(self._take)
        now = utc_now()
        for report, (what, since) in list(self._open.items()):
            if now >= since + (timedelta() if what in {Due.MARK_OVERDUE, Due.CLEAR} else LEFT_ALONE):
                await self._do(report, what)
        for kind in ReportKind:
            metrics.OVERDUE.labels(kind).set(sum(one is kind for one in self._overdue.values()))
        metrics.UNFINISHED.set(sum(what is Due.DELIVER for what, _ in self._open.values()))

    def _take(self, report: Report) -> None:
        wanted = due(report, self._deadlines)
        if wanted is None:
            self._open.pop(report.report, None)
        else:
            self._open[report.report] = wanted
        if report.overdue:
            self._overdue[report.report] = report.kind
        else:
            self._overdue.pop(report.report, None)

    async def _do(self, report: UUID, what: Due) -> None:
        """Do one thing. What fails is tried at the next look, and holds nothing else up."""
        try:
            if what is Due.MARK_OVERDUE:
                late = await self._reports.change(report, lambda one, now: after(one, Step.OVERDUE, now))
                get_logger().error(
                    "report_overdue", report=str(report), kind=late.kind.value, partner=late.partner, alarm=True
                )
            elif what is Due.CLEAR:
                await self._reports.clear(report)
            else:
                await self._reports.finish(report)
                metrics.FINISHED.inc()
                get_logger().info("report_finished", report=str(report), step=what.value)
        except (OutOfOrder, ChangedMeanwhile, Unknown):
            self._open.pop(report, None)  # somebody else was quicker: the next look shows how it stands now
        except AWAY as error:
            get_logger().warning("report_not_swept", report=str(report), step=what.value, error=error)
