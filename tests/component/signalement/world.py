"""Everybody whom signalement has to do with, over a real NATS, each as the user that they are."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar
from uuid import UUID

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.client import JetStreamContext

from infra.nats.permissions import AUDITOR, REGISTRAR
from services.dispatcher.audit.reading import entries
from services.signalement.domain.figures import Progress
from services.signalement.domain.reports import Report
from services.signalement.partners import consumers
from services.signalement.settings import SignalementSettings
from shared import streams, subjects
from shared.clock import utc_now
from shared.contracts.audit import AuditEntry
from shared.contracts.conversation import Audience, Category
from shared.contracts.envelope import Contract
from shared.contracts.gateway import ConversationOpened
from shared.contracts.signalement import FiguresQuery, FiguresReply
from shared.contracts.signalement_partners import PartnerReply
from shared.contracts.signalement_reports import (
    SubmitReply,
    SubmitReport,
    WithdrawReply,
    WithdrawReport,
)
from tests.reports import Case, Station
from tests.servers import NatsServer, eventually

Reply = TypeVar("Reply", bound=Contract)
Answer = TypeVar("Answer")


class World:
    """See the module's text. Use it as a context."""

    def __init__(self, server: NatsServer) -> None:
        self.server = server
        self._clients: dict[str, Client] = {}
        self._since = utc_now()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        for client in self._clients.values():
            await client.close()

    def settings(self, **changes: Any) -> SignalementSettings:
        """Return the settings of the service over this server."""
        given = {**self.server.as_user("signalement"), "partner_issuer": self.server.issuer}
        return SignalementSettings.model_validate({**given, **changes})

    async def client(self, user: str) -> Client:
        """Return a client that is this user, and comes back when the server does."""
        if user not in self._clients:
            self._clients[user] = await nats.connect(
                self.server.url,
                user=user,
                password=self.server.passwords[user],
                inbox_prefix=f"_INBOX_{user}",
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.1,
                error_cb=_nothing,
            )
        return self._clients[user]

    async def jetstream(self, user: str = "signalement") -> JetStreamContext:
        """Return JetStream as this user."""
        return (await self.client(user)).jetstream()

    # ---- people

    async def register(self, station: Station, **changes: Any) -> None:
        """Register a partner as the command does; with changes, again."""
        jetstream = await self.jetstream(REGISTRAR)
        bucket = await jetstream.key_value(streams.PARTNERS)
        await bucket.put(station.id, station.registered(**changes).model_dump_json().encode())
        await consumers.make(jetstream, station.id, station.force, station.departments)

    async def strike_off(self, station: Station) -> None:
        """Remove a partner's consumer, so that another test may have its territory."""
        await consumers.remove(await self.jetstream(REGISTRAR), station.id)

    @asynccontextmanager
    async def partner(self, station: Station) -> AsyncIterator[Client]:
        """Connect as the partner itself, admitted by the service that runs."""
        client = await nats.connect(
            self.server.url,
            nkeys_seed_str=station.seed,
            name=station.id,
            inbox_prefix=f"_INBOX_{station.id}",
            max_reconnect_attempts=-1,
            reconnect_time_wait=0.1,
            error_cb=_nothing,
        )
        try:
            yield client
        finally:
            await client.close()

    async def open(self, case: Case, signer: str | None = "") -> None:
        """State that a conversation was opened, as the gateway does; return when the service knows."""
        opened = ConversationOpened(
            conversation_id=case.conversation,
            category=Category.DOMESTIC,
            audience=Audience.VICTIM,
            signer=case.signer.kid if signer == "" else signer,
        )
        subject = subjects.event(ConversationOpened, opened.entity_id)
        await (await self.jetstream("gateway")).publish(subject, opened.model_dump_json().encode())
        await eventually(lambda: self._knows(case.conversation))

    async def submit(self, asked: SubmitReport, within_s: float = 5) -> SubmitReply:
        """Hand a report in, as the dispatcher does."""
        return await self.ask("dispatcher", subjects.SUBMIT, asked, SubmitReply, within_s)

    async def withdraw(self, asked: WithdrawReport, within_s: float = 5) -> WithdrawReply:
        """Take a report back, as the gateway does."""
        return await self.ask("gateway", subjects.WITHDRAW, asked, WithdrawReply, within_s)

    async def figures(self) -> FiguresReply:
        """Return all figures."""
        return await self.ask("dispatcher", subjects.FIGURES, FiguresQuery(), FiguresReply)

    async def ask(self, user: str, subject: str, asked: Contract, reply: type[Reply], within_s: float = 5) -> Reply:
        """Ask the service as ``user``."""
        client = await self.client(user)
        answer = await client.request(subject, asked.model_dump_json().encode(), timeout=within_s)
        return reply.model_validate_json(answer.data)

    # ---- what there is

    async def report(self, report: UUID) -> Report | None:
        """Return a report as it is kept."""
        bucket = await (await self.jetstream()).key_value(streams.REPORTS)
        try:
            return Report.model_validate_json((await bucket.get(str(report))).value or b"")
        except nats.js.errors.KeyNotFoundError:
            return None

    async def queued(self) -> int:
        """Return how many reports wait for any recipient."""
        info = await (await self.jetstream("admin")).stream_info(streams.SIGNALEMENTS)
        return info.state.messages

    async def audited(self, case: Case) -> list[AuditEntry]:
        """Return what the audit says of a report since the test began, each entry once."""
        found = {
            entry.id: entry
            async for _, entry in entries(await self.client(AUDITOR))
            if entry.time >= self._since and str(case.report) in (entry.target or "")
        }
        return list(found.values())

    async def reasons(self, case: Case) -> list[str | None]:
        """Return the reasons that the audit names for a report."""
        return [entry.reason for entry in await self.audited(case)]

    async def _knows(self, conversation: UUID) -> bool:
        bucket = await (await self.jetstream()).key_value(streams.FIGURES)
        try:
            entry = await bucket.get(streams.figures_conversation(str(conversation)))
        except nats.js.errors.KeyNotFoundError:
            return False
        return Progress.model_validate_json(entry.value or b"").month != ""


async def persist(ask: Callable[[], Awaitable[Answer]], within_s: float = 30) -> Answer:
    """Ask as people's software does: again, until there is an answer."""
    deadline = time.monotonic() + within_s
    while True:
        try:
            return await ask()
        except (NatsError, TimeoutError, OSError, ValueError):
            assert time.monotonic() < deadline, "there was never an answer"
            await asyncio.sleep(0.03)


async def command(client: Client, station: Station, verb: str, **fields: object) -> PartnerReply:
    """Ask as a partner; the same again until there is an answer that is one."""
    deadline = time.monotonic() + 30
    while True:
        try:
            body = json.dumps(fields, default=str).encode()
            answer = await client.request(subjects.partner_command(station.id, verb), body, timeout=1)
        except (NatsError, TimeoutError, OSError):
            assert time.monotonic() < deadline, f"{verb} was never answered"
            await asyncio.sleep(0.05)
            continue
        reply = PartnerReply.model_validate_json(answer.data)
        if reply.reason != "unavailable":
            return reply


async def deliveries(client: Client, station: Station, most: int = 10, within_s: float = 2) -> list[Msg]:
    """Return what a partner pulls from its queue."""
    reader = await client.jetstream().pull_subscribe_bind(streams.partner_consumer(station.id), streams.SIGNALEMENTS)
    try:
        return await reader.fetch(most, timeout=within_s)
    except (NatsError, TimeoutError):
        return []
    finally:
        await reader.unsubscribe()


async def _nothing(_error: Exception) -> None:
    """A client that is cut off comes back by itself; the test sees what it gets."""
