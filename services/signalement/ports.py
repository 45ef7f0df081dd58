"""What signalement needs from outside. Every method raises the driver's error when what it needs is away."""

from typing import Protocol
from uuid import UUID

from services.signalement.domain.figures import Month, Progress
from services.signalement.domain.follows import Words
from services.signalement.domain.report_figures import Counted, ReportMonth
from services.signalement.domain.reports import Report
from shared.contracts.signalement_partners import Partner


class ChangedMeanwhile(Exception):
    """Somebody else changed it between reading and writing: read it again."""


class Figures(Protocol):
    """Where counts are kept."""

    async def progress(self, conversation: str) -> Progress | None:
        """Return how far a conversation has come."""

    async def keep_progress(self, conversation: str, progress: Progress) -> None:
        """Keep it for a few days."""

    async def month(self, name: str) -> tuple[Month, int]:
        """Return a month's counts and their revision; empty counts and 0 when there are none."""

    async def keep_month(self, name: str, month: Month, revision: int) -> None:
        """Keep a month's counts; raises when somebody else has changed them since ``revision``."""

    async def months(self) -> list[str]:
        """Return the names of all months that have counts, first to last."""

    async def counted(self, report: str) -> Counted | None:
        """Return how a report was counted last."""

    async def keep_counted(self, report: str, counted: Counted) -> None:
        """Keep it for as long as a report may change."""

    async def report_month(self, name: str) -> tuple[ReportMonth, int]:
        """Return a month's reports and their revision; none and 0 when there are none."""

    async def keep_report_month(self, name: str, month: ReportMonth, revision: int) -> None:
        """Keep a month's reports; raises when somebody else has changed them since ``revision``."""

    async def report_months(self) -> list[str]:
        """Return the names of all months that have reports, first to last."""


class Store(Protocol):
    """Where reports are kept."""

    async def get(self, report: UUID) -> tuple[Report, int] | None:
        """Return a report and its revision in the store."""

    async def create(self, report: Report) -> int:
        """Keep a new report; return its revision. Raises ``ChangedMeanwhile`` when there is one with that id."""

    async def replace(self, report: Report, revision: int) -> int:
        """Keep a report in place of ``revision``; return the new one. Raises ``ChangedMeanwhile``."""


class Queue(Protocol):
    """Where sealed reports wait for their recipients."""

    async def put(self, report: Report) -> None:
        """Put a report there; one that is there already is left as it is."""

    async def clear(self, report: Report) -> None:
        """Take a report out of there, if it is there."""


class Facts(Protocol):
    """How others hear what became of a report."""

    async def state(self, report: Report) -> None:
        """Publish the fact of its last change and write it down; once more does no harm."""


class Partners(Protocol):
    """Who takes reports."""

    async def get(self, partner: str) -> Partner | None:
        """Return a partner, revoked or not, or None."""

    async def all(self) -> list[Partner]:
        """Return every partner, the revoked ones included."""


class Follows(Protocol):
    """Where words that lead to a report are kept, by their locator under a secret of the gateways."""

    async def get(self, locator: str) -> tuple[Words, int] | None:
        """Return words and their revision."""

    async def keep(self, locator: str, words: Words, revision: int) -> None:
        """Keep words in place of ``revision`` (0: of none). Raises ``ChangedMeanwhile``."""

    async def forget(self, locator: str) -> None:
        """Words that lead nowhere any more."""

    async def locator_of(self, report: UUID) -> str | None:
        """Return the locator of the words that lead to a report."""

    async def point(self, report: UUID, locator: str) -> None:
        """Note that the words at ``locator`` are the report's."""
