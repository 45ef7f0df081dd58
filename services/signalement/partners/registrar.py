"""Registers, renews and shuts out partners: for the commands, and for whoever starts a demonstration.

Each step may be run again: what was interrupted is finished, what is there already is left as it is. The registry is
written last when somebody comes and first when somebody goes.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from uuid import uuid4

import nats
from nats.aio.client import Client

from services.signalement.partners import consumers, rules
from services.signalement.partners.registry import ChangedMeanwhile, Registry
from services.signalement.partners.rules import NotRegistered, Wanted
from shared.audit.writing import Chain
from shared.clock import utc_now
from shared.contracts.audit import AuditAction, AuditActor
from shared.contracts.signalement_partners import Partner
from shared.settings import Settings

SERVICE = "signalement"
WRITER = "registrar"


@dataclass(frozen=True, slots=True)
class Registrar:
    """Partners for one command.

    Raises ``NotRegistered`` with a sentence, ``AuditAway`` instead of changing what is not written down, and what
    nats-py raises when NATS is away.
    """

    client: Client
    registry: Registry
    chain: Chain

    async def check(self, wanted: Wanted) -> None:
        """Return when there is room for a partner, or when it is registered already as wanted."""
        rules.check_room(wanted, await self.registry.all())

    async def add(self, partner: Partner) -> bool:
        """Register a partner with its consumer. Return whether it was not registered before."""
        await self.check(Wanted(partner.id, partner.name, partner.force, partner.departments))
        found = await self.registry.get(partner.id)
        if found is None:
            await self._write(AuditAction.PARTNER_REGISTERED, partner.id, ["departments", "force", "keys", "nkey"])
        else:
            rules.check_keys(found, partner)
        # The server itself lets no two consumers have one territory, whoever else is registering at this moment.
        await consumers.make(self.client.jetstream(), partner.id, partner.force, partner.departments)
        if found is None:
            await self._unless_meanwhile(self.registry.add(partner), partner.id)
        return found is None

    async def active(self, partner: str) -> Partner:
        """Return a partner that is not revoked."""
        found = await self.registry.get(partner)
        if found is None:
            raise NotRegistered(f"there is no partner {partner}")
        if found.revoked_at is not None:
            raise NotRegistered(f"{partner} is revoked")
        return found

    async def change(self, partner: str, change: Callable[[Partner], Partner], fields: list[str]) -> None:
        """Store what ``change`` makes of an active partner; nothing happens when it changes nothing."""
        if change(found := await self.active(partner)) == found:
            return
        await self._write(AuditAction.PARTNER_ROTATED, partner, fields)
        await self._unless_meanwhile(self.registry.change(partner, change), partner)

    async def revoke(self, partner: str, now: datetime) -> bool:
        """Shut a partner out, and remove its consumer. Return whether it was registered at all."""
        found = await self.registry.get(partner)
        if found is not None and found.revoked_at is None:
            await self._write(AuditAction.PARTNER_REVOKED, partner, [])
            changed = self.registry.change(partner, lambda one: rules.revoked(one, now))
            await self._unless_meanwhile(changed, partner)
        removed = await consumers.remove(self.client.jetstream(), partner)
        if found is None and not removed:
            raise NotRegistered(f"there is no partner {partner}")
        return found is not None

    async def _unless_meanwhile(self, writing: Awaitable[object], partner: str) -> None:
        try:
            await writing
        except ChangedMeanwhile:
            raise NotRegistered(f"somebody else changed {partner} at this moment: look at it, and try again") from None

    async def _write(self, action: AuditAction, partner: str, fields: list[str]) -> None:
        said = {"id": uuid4(), "time": utc_now(), "action": action, "by": AuditActor.COMMAND, "account": None}
        await self.chain.add(self.client, {**said, "target": partner, "fields": tuple(fields)})


@asynccontextmanager
async def registrar(settings: Settings) -> AsyncIterator[Registrar]:
    """Connect once as the user of ``settings``, without endless retries, for the length of the context."""
    client = await nats.connect(
        settings.nats_url.split(","),
        user=settings.nats_user or None,
        password=settings.nats_password.get_secret_value() or None,
        inbox_prefix=settings.inbox_prefix,
        connect_timeout=5,
        allow_reconnect=False,
        max_reconnect_attempts=1,
        error_cb=_said_by_the_command,
    )
    try:
        chain = Chain(SERVICE, f"{WRITER}.{token_hex(4)}")
        yield Registrar(client, await Registry.open(client.jetstream()), chain)
    finally:
        await client.close()


async def _said_by_the_command(_error: Exception) -> None:
    """Say nothing here: the command itself says in one line what is wrong."""
