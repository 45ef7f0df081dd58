"""Writes the audit: entries wait in memory until JetStream has confirmed them, in order, each with the one before it.

A broken audit keeps nobody waiting: ``record`` returns at once and never fails. What cannot be written is kept, tried
again, shown by a metric and logged as an error; only when very much waits are entries given up, and counted in the
next one that is written.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import nats.errors
import nats.js.errors
from nats.aio.client import Client
from pydantic import ValidationError

from shared import metrics, streams, subjects
from shared.audit.chain import digest_of
from shared.clock import utc_now
from shared.contracts.audit import NOTHING_BEFORE, AuditAction, AuditActor, AuditEntry
from shared.logs import get_logger
from shared.run import going_on

MOST_WAITING = 10_000
CONFIRMED_WITHIN_S = 2.0
AGAIN_AFTER_S = (0.2, 0.5, 1.0, 2.0, 5.0)
NOT_WRITTEN = (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError)


class AuditAway(Exception):
    """JetStream did not confirm an entry."""


@dataclass(slots=True)
class Chain:
    """Where one writer has come to. ``service``: as whose user it writes."""

    service: str
    writer: str
    number: int = 0
    digest: str = NOTHING_BEFORE

    async def add(self, client: Client, fields: dict[str, Any]) -> None:
        """Store one entry as the next one. Raises ``AuditAway``; the same entry may be tried again."""
        number = self.number + 1
        entry = AuditEntry.model_validate({**fields, "writer": self.writer, "number": number, "previous": self.digest})
        body = entry.model_dump_json().encode()
        headers = {"Nats-Msg-Id": f"{self.writer}.{number}", "content-type": "application/json"}
        try:
            await client.jetstream().publish(
                subjects.audit(self.service, entry.action),
                body,
                timeout=CONFIRMED_WITHIN_S,
                stream=streams.AUDIT,
                headers=headers,
            )
        except NOT_WRITTEN as error:
            raise AuditAway(entry.action) from error
        self.number, self.digest = number, digest_of(body)


class Audit:
    """See the module's text. ``writer``: ``<service>.<8 hex digits>``; ``connection``: gives the client, once known."""

    def __init__(self, writer: str, connection: Callable[[], Client], most_waiting: int = MOST_WAITING) -> None:
        self._chain = Chain(writer.partition(".")[0], writer)
        self._connection = connection
        self._most_waiting = most_waiting
        self._waiting: deque[dict[str, Any]] = deque()
        self._lost = 0
        self._news = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()

    def record(
        self,
        action: AuditAction,
        *,
        account: str | None,
        by: AuditActor = AuditActor.SELF,
        console: str | None = None,
        conversation: UUID | None = None,
        reason: str | None = None,
        target: str | None = None,
        fields: tuple[str, ...] = (),
        entry: UUID | None = None,
        time: datetime | None = None,
    ) -> None:
        """Have one entry written; returns at once. ``entry``: its id, if the same may be recorded twice."""
        if len(self._waiting) >= self._most_waiting:
            self._lost += 1
            metrics.AUDIT_LOST.inc()
            return
        said: dict[str, Any] = {
            "id": entry or uuid4(),
            "action": action,
            "by": by,
            "account": account,
            "console": console,
            "conversation_id": conversation,
            "reason": reason,
            "target": target,
            "fields": fields,
            "time": time or utc_now(),
        }
        self._waiting.append(said)
        metrics.AUDIT_WAITING.set(len(self._waiting))
        self._written.clear()
        self._news.set()

    async def run(self) -> None:
        """Write what waits, for ever."""
        while going_on():
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                await self._write(self._waiting[0])
                self._waiting.popleft()
                metrics.AUDIT_WAITING.set(len(self._waiting))
            self._written.set()

    async def drained(self, patience_s: float) -> bool:
        """Return once everything recorded is written, or when ``patience_s`` is over: then False."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._written.wait(), patience_s)
        return self._written.is_set()

    async def _write(self, said: dict[str, Any]) -> None:
        fields, tries = {**said, "lost": self._lost}, 0
        while going_on():
            try:
                await self._chain.add(self._connection(), fields)
            except AuditAway as error:
                metrics.AUDIT_FAILED.inc()
                get_logger().error("audit_not_written", waiting=len(self._waiting), lost=self._lost, error=error)
                await asyncio.sleep(AGAIN_AFTER_S[min(tries, len(AGAIN_AFTER_S) - 1)])
                tries += 1
            except ValidationError as error:
                # A slip of the code that recorded it, never of a person: one entry is lost, and the next one says so.
                self._lost += 1
                metrics.AUDIT_LOST.inc()
                get_logger().error("audit_entry_refused", action=said["action"], error=error)
                return
            else:
                self._lost -= fields["lost"]
                metrics.AUDIT_WRITTEN.inc()
                return
