"""What follows a decision: it is written into the conversation's record, both ends are told, the fact is published.

Only then is the decision forgotten. Each step can be done twice without harm, so an instance that dies in the middle
is followed by any other, which finds the decision among the unannounced.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Protocol

from faststream.nats import NatsBroker

from services.dispatcher import facts, metrics
from services.dispatcher.audit.decisions import concerns_staff, write_down
from services.dispatcher.store.dispatch import Decision, DispatchStore, queue_parts
from services.dispatcher.store.projection import Projection
from shared.audit.writing import Audit
from shared.broker import PublishFailed, publish
from shared.chat import wire
from shared.chat.store import STORE_FAILURES
from shared.logs import get_logger

AT_ONCE = 32
OVER = ("ended", "vanished")
"""Kinds of decisions about a conversation that has no record any more."""


class Teller(Protocol):
    """How an instance is told something about a conversation."""

    def tell(self, instance: str, conversation: str, payload: bytes) -> None:
        """Announce to one instance, this one included; returns at once."""


class Announcer:
    """See the module's text."""

    def __init__(
        self,
        store: DispatchStore,
        projection: Projection,
        broker: NatsBroker,
        teller: Teller,
        sure_ms: int,
        audit: Audit,
    ) -> None:
        self._sure_ms = sure_ms
        self._store = store
        self._projection = projection
        self._broker = broker
        self._teller = teller
        self._audit = audit
        self._room = asyncio.Semaphore(AT_ONCE)
        self._under_way: dict[bytes, asyncio.Task[None]] = {}

    def announce(self, decisions: Iterable[Decision]) -> None:
        """Begin announcing; returns at once. What fails here is found again by ``Sweeper``."""
        for decision in decisions:
            if decision.raw not in self._under_way:
                task = asyncio.create_task(self._announce(decision))
                self._under_way[decision.raw] = task
                task.add_done_callback(partial(self._done, decision.raw))

    async def drained(self, patience_s: float) -> None:
        """Return once everything begun is done, or when ``patience_s`` is over."""
        if self._under_way:
            await asyncio.wait(list(self._under_way.values()), timeout=patience_s)

    def _done(self, raw: bytes, _task: asyncio.Task[None]) -> None:
        self._under_way.pop(raw, None)

    async def _announce(self, decision: Decision) -> None:
        async with self._room:
            try:
                if decision.kind not in OVER:
                    await self._project(decision)
                if fact := facts.of_decision(decision):
                    await publish(self._broker, fact)
                if concerns_staff(decision):
                    _, console = await self._store.seat_of(decision.operator)
                    write_down(self._audit, decision, console)
                await self._store.settled(decision)
            except (*STORE_FAILURES, PublishFailed) as error:
                get_logger().warning(
                    "decision_not_announced", kind=decision.kind, conversation=decision.conversation, error=error
                )
                return
        _count(decision)

    async def _project(self, decision: Decision) -> None:
        found = await self._projection.write(decision)
        if found is None:
            await self._store.vanish(decision.conversation, self._sure_ms)
            metrics.GONE.inc()
            return
        if not found.newest:
            return
        if decision.missing_ms or decision.kind == "found":
            await self._projection.keep(decision)
        told = set(found.ends_at)
        for one in {decision.holder, decision.colleague, decision.psychologist} - {""}:
            instance, _ = await self._store.seat_of(one)
            told.add(instance)
        for instance in told - {""}:
            self._teller.tell(instance, decision.conversation, wire.CHANGED)


def _count(decision: Decision) -> None:
    if decision.kind == "joined":
        metrics.CALLS[queue_parts(decision.queue)[0], "joined"].inc()
        metrics.CALL_WAITED.observe(decision.waited_ms / 1000)
    elif decision.kind == "left":
        what = "lost" if decision.why == "operator_lost" else "left"
        metrics.CALLS[queue_parts(decision.queue)[0], what].inc()
    elif decision.kind == "transferred":
        metrics.TRANSFERRED[decision.queue].inc()
    elif decision.kind == "assigned":
        metrics.ASSIGNED[decision.queue].inc()
        metrics.WAITED.observe(decision.waited_ms / 1000)
    elif decision.kind == "missing":
        metrics.MISSING.inc()
    elif decision.kind == "released":
        metrics.RELEASED[decision.queue].inc()
