"""A partner as tests have one: registered, its keys at hand; and connections that remember what they were refused."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import uuid4

import nats as driver
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import Header

from services.signalement.partners import certificate
from services.signalement.partners.registrar import registrar
from services.signalement.partners.rules import Wanted, inbox_of
from shared import streams, subjects
from shared.clock import utc_now
from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import Partner, PartnerKey
from shared.contracts.signalement_reports import ReportKind, ReportSubmitted
from shared.nkey import Kind, Nkey, make_seed
from shared.sealing.jose import jwk_of, kid_of, make_key
from shared.settings import Settings
from tests.arrived import arrived
from tests.patience import PATIENCE_S
from tests.servers import NatsServer

AUTHORITY = make_key()
RUBBISH = "a.b.c.d.e"
"""Of the form of something sealed, and nothing that any key opens."""


@dataclass
class House:
    """One partner, and what it alone has."""

    id: str
    force: Force
    departments: list[str]
    seed: str = field(default_factory=lambda: make_seed(Kind.USER))

    def __post_init__(self) -> None:
        """Make its key for reports."""
        self.key = make_key()
        self.kid = kid_of(jwk_of(self.key))

    @property
    def consumer(self) -> str:
        """Its durable consumer."""
        return streams.partner_consumer(self.id)

    def registration(self) -> Partner:
        """Return it as the registry keeps it."""
        jwk, now = jwk_of(self.key), utc_now()
        wanted = Wanted(self.id, f"Service {self.id}", self.force, self.departments)
        said = certificate.issue(
            AUTHORITY, wanted.id, wanted.name, wanted.force, wanted.departments, jwk, int(now.timestamp())
        )
        return Partner(
            id=self.id,
            name=wanted.name,
            force=self.force,
            departments=self.departments,
            nkey=Nkey(self.seed, Kind.USER).public,
            keys=[PartnerKey(kid=self.kid, jwk=jwk, certificate=said, since=now)],
            added_at=now,
        )

    async def register(self, server: NatsServer) -> Self:
        """Register it as the command does; return itself."""
        async with registrar(Settings.model_validate(server.as_user("registrar"))) as desk:
            await desk.add(self.registration())
        return self


class Line:
    """A connection of a partner that remembers what the server refused it."""

    def __init__(self, url: str, name: str, seed: str, prefix: str = "") -> None:
        self._url = url
        self._name = name
        self._seed = seed
        self._prefix = prefix or inbox_of(name)
        self.refusals: list[str] = []
        self.ended = asyncio.Event()
        self.client = Client()

    async def __aenter__(self) -> Self:
        """Connect; raises what the driver raises when that is refused."""

        async def remember(error: Exception) -> None:
            self.refusals.append(str(error).lower())

        async def end() -> None:
            self.ended.set()

        await self.client.connect(
            self._url,
            name=self._name,
            nkeys_seed_str=self._seed,
            inbox_prefix=self._prefix.encode(),
            allow_reconnect=False,
            connect_timeout=int(PATIENCE_S),
            error_cb=remember,
            closed_cb=end,
        )
        return self

    async def __aexit__(self, *_error: object) -> None:
        """Disconnect."""
        await self.client.close()

    async def answer_to_publishing(self, subject: str, body: bytes = b"{}", reply: str = "") -> str:
        """Publish, and return what the server said: ``may`` or its refusal."""
        await self.client.publish(subject, body, reply=reply)
        return await self._answer("publish", subject)

    async def answer_to_hearing(self, subject: str) -> str:
        """Subscribe, and return what the server said: ``may`` or its refusal."""
        subscription = await self.client.subscribe(subject)
        said = await self._answer("subscription", subject)
        if said == "may":
            await subscription.unsubscribe()
        return said

    async def pulled(self, consumer: str, timeout_s: float = 5.0) -> Any:
        """Return the next message of a consumer, unacknowledged. Raises what the driver raises when there is none."""
        queue = await self.client.jetstream().pull_subscribe_bind(consumer, stream=streams.SIGNALEMENTS)
        (message,) = await queue.fetch(1, timeout=timeout_s)
        return message

    async def _answer(self, what: str, subject: str) -> str:
        await arrived(self.client)  # the refusal comes before the answer to that
        wanted = f'permissions violation for {what} to "{subject}"'.lower()
        return "permissions violation" if any(wanted in refusal for refusal in self.refusals) else "may"


def line(server: NatsServer, house: House) -> Line:
    """Return a connection as that partner makes it."""
    return Line(server.url, house.id, house.seed)


async def refused(line_: Line) -> bool:
    """Return whether a connection is refused by the server, or given up by it because nobody knows whose it is.

    The driver does not always read why: what the server closes with unread bytes in it may lose its last words. That
    there is a server is not in doubt: without one, this raises.
    """
    try:
        async with line_:
            return False
    except driver.errors.NoServersError:
        raise
    except driver.errors.Error:
        return True


async def hand_in(jetstream: JetStreamContext, house: House, sealed: str = RUBBISH) -> str:
    """Put a report into a partner's queue as the service does; return its id."""
    report = uuid4()
    body = ReportSubmitted(
        report=report,
        kind=ReportKind.REPORT,
        force=house.force,
        department=house.departments[0],
        submitted_at=utc_now(),
        sealed=sealed,
    )
    subject = subjects.delivery(house.force, house.departments[0], str(report))
    headers = {Header.MSG_ID.value: str(report)}
    await jetstream.publish(subject, body.model_dump_json().encode(), stream=streams.SIGNALEMENTS, headers=headers)
    return str(report)
