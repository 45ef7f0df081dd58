"""How it stands with psychologists: their hours, who of them is free, who waits for one; and what consoles are told.

Whoever calls here is told at once; what another instance does is seen within a second. When their hours are over,
whoever still waits for one waits no longer, and is told when they are there again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.dispatcher import metrics
from services.dispatcher.domain.hours import Presence, WorkingHours
from services.dispatcher.store.calls import Calls, Service
from services.dispatcher.store.supervision import Supervision
from services.dispatcher.turns import Turns
from shared.audit.writing import Audit
from shared.clock import utc_now
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.conversation import Force
from shared.logs import get_logger

LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Standing:
    """The psychologists of one force at this moment. ``hours``: None when it has none."""

    service: Service
    hours: Presence | None


@dataclass(frozen=True, slots=True)
class Stand:
    """All of them. ``debriefs``: operators who asked to talk -> when (ms); read only while a psychologist is here."""

    forces: Mapping[Force, Standing]
    debriefs: Mapping[str, int]


class Seated(Protocol):
    """A console that has taken its seat."""

    @property
    def is_psychologists(self) -> bool:
        """Whether a psychologist sits there."""

    def show_psychologists(self, stand: Stand) -> None:
        """Tell the page what is new to it."""


class Psychologists:
    """See the module's text. ``clock``: by which their hours are read."""

    def __init__(
        self,
        store: Calls,
        supervision: Supervision,
        hours: Mapping[Force, WorkingHours],
        audit: Audit,
        seated: Callable[[], Iterable[Seated]],
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._supervision = supervision
        self._hours = hours
        self._audit = audit
        self._seated = seated
        self._clock = clock
        self._turns = Turns(self._look, "psychologists_not_read", LOOK_EVERY_S)

    def hours(self, force: Force) -> Presence | None:
        """Return whether they are there now, and when that changes; None when this force has none."""
        hours = self._hours.get(force)
        return hours.at(self._clock()) if hours else None

    def wake(self) -> None:
        """Look soon: something changed here."""
        self._turns.wake()

    async def run(self) -> None:
        """Look whenever it is wanted, and every second; runs for ever."""
        await self._turns.run()

    async def stand(self, *, debriefs: bool = False) -> Stand:
        """Return how it stands now; with ``debriefs``, also who asked to talk."""
        services = await self._store.look()
        asked = await self._supervision.debriefs() if debriefs else {}
        return Stand({force: Standing(service, self.hours(force)) for force, service in services.items()}, asked)

    async def _look(self) -> None:
        stand = await self._closed(await self.stand(debriefs=any(one.is_psychologists for one in self._seated())))
        for force, standing in stand.forces.items():
            metrics.CALLS_WAITING[force].set(len(standing.service.calls))
        for console in list(self._seated()):
            console.show_psychologists(stand)

    async def _closed(self, stand: Stand) -> Stand:
        """Give up the calls of forces whose psychologists have gone home; return how it stands then."""
        late = [
            force
            for force, standing in stand.forces.items()
            if standing.service.calls and not (standing.hours and standing.hours.open)
        ]
        for force in late:
            for conversation in await self._store.hang_up(force):
                metrics.CALLS[force, "closed"].inc()
                get_logger().info("call_given_up", force=force, conversation=conversation)
                self._audit.record(
                    AuditAction.PSYCHOLOGIST_UNCALLED,
                    account=None,
                    by=AuditActor.SYSTEM,
                    conversation=UUID(conversation),
                    reason="closed",
                )
        return await self.stand(debriefs=bool(stand.debriefs)) if late else stand
