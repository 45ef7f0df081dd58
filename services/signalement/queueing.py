"""The recipients' queue in JetStream: one message a report, kept until its recipient has acknowledged it."""

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import Header

from services.signalement.domain.reports import Report
from shared import streams, subjects
from shared.contracts.signalement_reports import ReportSubmitted

CONFIRMED_WITHIN_S = 2.0
_THERE_ALREADY = 10071
"""The server's code for: the last message of this subject is not the one that was expected."""


class NothingToQueue(Exception):
    """The report has no sealed form any more: it is, or was, in its queue."""


class StreamQueue:
    """See ``ports.Queue``."""

    def __init__(self, jetstream: JetStreamContext) -> None:
        self._jetstream = jetstream

    async def put(self, report: Report) -> None:
        """Raises ``NothingToQueue`` beside what the driver raises.

        Twice is once: the server drops the same id within a day, and takes none under a subject that has one.
        """
        if report.sealed is None:
            raise NothingToQueue
        body = ReportSubmitted(
            report=report.report,
            kind=report.kind,
            force=report.force,
            department=report.department,
            submitted_at=report.received_at,
            sealed=report.sealed,
        )
        headers = {
            Header.MSG_ID.value: str(report.report),
            Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: "0",
            "content-type": "application/json",
        }
        try:
            await self._jetstream.publish(
                _subject(report),
                body.model_dump_json().encode(),
                timeout=CONFIRMED_WITHIN_S,
                stream=streams.SIGNALEMENTS,
                headers=headers,
            )
        except nats.js.errors.APIError as error:
            if error.err_code != _THERE_ALREADY:
                raise

    async def clear(self, report: Report) -> None:
        await self._jetstream.purge_stream(streams.SIGNALEMENTS, subject=_subject(report))


def _subject(report: Report) -> str:
    return subjects.delivery(report.force, report.department, str(report.report))
