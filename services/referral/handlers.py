"""What referral does with a question: search, answer."""

from collections.abc import Callable
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from services.referral import metrics
from services.referral.domain import Directory
from shared.contracts.referral import DirectoryRefreshed, NearbyQuery, NearbyReply
from shared.tables.watched import Watched

Clock = Callable[[], datetime]


class Referral:
    """The handlers. ``directory`` is the one in force, whichever that is at the moment of a question."""

    def __init__(self, directory: Watched[Directory], clock: Clock) -> None:
        self._directory = directory
        self._clock = clock

    async def nearby(self, query: NearbyQuery) -> NearbyReply:
        """Say where help is near a place."""
        reply = self._directory.value.nearby(query, self._clock())
        metrics.ASKED.labels(query.category or "none").inc()
        return reply


def refreshed(directory: Watched[Directory], now: datetime) -> DirectoryRefreshed:
    """Return the fact that the directory was taken: of one id for all instances that take the same file."""
    value, stamp = directory.value, directory.stamp
    return DirectoryRefreshed(
        id=uuid5(NAMESPACE_URL, f"{DirectoryRefreshed.TYPE}:{value.digest}:{stamp.modified_ns}"),
        digest=value.digest,
        structures=len(value.structures) + len(value.helplines),
        taken_at=now,
    )
