"""Admits partners to NATS: each connection that is none of a service's own is asked after here, and refused unless it
is a registered partner's.

Several instances share the work. While none runs, services log in as ever, partners that are connected stay, and those
that come are refused until there is one.
"""

import time
from dataclasses import dataclass

from nats.aio.client import Client
from nats.aio.msg import Msg

from services.signalement import metrics
from services.signalement.partners import certificate, tokens
from services.signalement.partners.registry import Registry
from services.signalement.partners.rules import rights_of
from services.signalement.partners.tokens import Asked, BadRequest
from services.signalement.settings import SignalementSettings
from shared import nats_accounts
from shared.contracts.signalement_partners import Partner
from shared.logs import get_logger
from shared.nkey import Kind, Nkey
from shared.sealing.jose import BadToken

RENEW_BEFORE_S = 30 * 86_400
"""How long before a partner's certificate ends the log says so."""


class NotAdmitted(Exception):
    """Who asks is no active partner; one word says why, of a closed list: it is a metric's label."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Answers the server's questions about who may connect."""

    registry: Registry
    issuer: Nkey
    session_s: int
    """How long a connection lasts before the partner must come back and is looked up again."""

    async def serve(self, client: Client, queue: str) -> None:
        """Answer from now on; ``queue`` is the group of instances of which one answers each question."""
        await client.subscribe(nats_accounts.ADMISSIONS, queue=queue, cb=self.answer)

    async def answer(self, message: Msg) -> None:
        """Answer one question. What no server asked gets no answer; whatever goes wrong, the next is answered."""
        try:
            asked = tokens.read(message.data)
        except BadRequest:
            metrics.ADMISSIONS.labels("unreadable").inc()
            return
        now = int(time.time())
        try:
            partner = await self._partner(asked)
        except NotAdmitted as why:
            outcome, answer = str(why), tokens.refused(asked, self.issuer, now)
        except Exception as error:  # noqa: BLE001 - nobody's request may end the admission of everybody else
            get_logger().error("admission_failed", error=error)
            outcome, answer = "failed", tokens.refused(asked, self.issuer, now)
        else:
            get_logger().info("partner_admitted", partner=partner.id)
            rights = rights_of(partner.id)
            outcome, answer = "admitted", tokens.admitted(asked, self.issuer, partner.id, rights, now, self.session_s)
        # Refusals are counted and not logged: whoever reaches the port could otherwise fill the disk.
        metrics.ADMISSIONS.labels(outcome).inc()
        await message.respond(answer)

    async def _partner(self, asked: Asked) -> Partner:
        """Return whose connection it is. Raises ``NotAdmitted`` when it is no active partner's."""
        try:
            tokens.prove(asked)
        except BadRequest:
            raise NotAdmitted("unproved") from None
        partner = await self.registry.get(asked.name)
        if partner is None or partner.nkey != asked.nkey:
            raise NotAdmitted("unknown")
        if partner.revoked_at is not None:
            raise NotAdmitted("revoked")
        _warn_of_the_end(partner)
        return partner


async def admit_partners(client: Client, settings: SignalementSettings, queue: str) -> None:
    """Answer the server's questions from now on, if there is a key to answer with.

    Raises ``shared.nkey.BadNkey`` when what is set is no such key, and ``OSError`` when its file cannot be read.
    """
    seed = settings.issuer_seed
    if not seed:
        get_logger().warning("partners_cannot_connect", reason="HAVRE_PARTNER_ISSUER is not set")
        return
    issuer = Nkey(seed, Kind.ACCOUNT)
    registry = await Registry.open(client.jetstream())
    await Admission(registry, issuer, settings.partner_session_s).serve(client, queue)


def _warn_of_the_end(partner: Partner) -> None:
    try:
        left = certificate.expires_at(partner) - time.time()
    except BadToken:
        left = 0.0
    if left < RENEW_BEFORE_S:
        get_logger().warning("partner_certificate_ends", partner=partner.id, days=int(left // 86_400))
