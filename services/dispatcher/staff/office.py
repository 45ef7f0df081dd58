"""What the command line does to accounts and sessions: each step is in the audit before it is done.

Unlike at the consoles, where a broken audit keeps nobody from a visitor, nothing is changed here that could not be
written down: an account can wait.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from uuid import uuid4

import nats
from nats.aio.client import Client
from redis.asyncio import Redis

from services.dispatcher.settings import DispatcherSettings
from services.dispatcher.staff.accounts import Account, AccountExists, Accounts, NoSuchAccount
from services.dispatcher.staff.sealed import Sealer
from services.dispatcher.staff.sessions import Sessions
from services.dispatcher.store.duty import DutyStore
from shared.audit.writing import Chain
from shared.broker import inbox_prefix
from shared.chat.store import connect
from shared.clock import utc_now
from shared.contracts.audit import AuditAction, AuditActor
from shared.settings import Settings

SERVICE = "dispatcher"
WRITER = "command"


@dataclass(frozen=True, slots=True)
class Office:
    """Accounts and sessions for one command. Raises ``AuditAway`` instead of changing what is not written down."""

    client: Client
    valkey: Redis
    accounts: Accounts
    sessions: Sessions
    duties: DutyStore
    sealer: Sealer
    chain: Chain

    async def add(self, account: Account) -> None:
        """Store a new account. Raises ``AccountExists``."""
        if await self.accounts.get(account.login):
            raise AccountExists(account.login)
        await self._write(AuditAction.ACCOUNT_CHANGED, account.login, sorted(account.model_fields_set))
        await self.accounts.add(account)

    async def get(self, login: str) -> Account:
        """Return an account. Raises ``NoSuchAccount``."""
        account = await self.accounts.get(login)
        if account is None:
            raise NoSuchAccount(login)
        return account

    async def change(self, login: str, **changes: object) -> int:
        """Change an account and end its sessions, so that none outlives what it was opened with; return how many.

        One that is closed loses its force's duty key too: those who stay on duty make another.
        """
        account = await self.get(login)
        await self._write(AuditAction.ACCOUNT_CHANGED, login, sorted(changes))
        await self.accounts.change(login, **changes)
        if changes.get("enabled") is False:
            await self.duties.drop(account.force, login)
        return await self.sessions.revoke_all(login)

    async def revoke(self, login: str, mark: str = "") -> int:
        """End every session of an account, or those whose mark begins so, and its force's duty key; return how many."""
        account = await self.get(login)
        await self._write(AuditAction.SESSIONS_REVOKED, login, [])
        gone = await (self.sessions.revoke(login, mark) if mark else self.sessions.revoke_all(login))
        await self.duties.drop(account.force, login, mark)
        return gone

    async def _write(self, action: AuditAction, login: str, fields: list[str]) -> None:
        said = {"id": uuid4(), "time": utc_now(), "action": action, "by": AuditActor.COMMAND, "account": login}
        await self.chain.add(self.client, {**said, "fields": tuple(fields)})


@asynccontextmanager
async def office() -> AsyncIterator[Office]:
    """Open it for the length of the context, with the settings of the environment."""
    settings = DispatcherSettings()
    valkey = connect(settings.store)
    client = await dial(settings)
    try:
        yield Office(
            client,
            valkey,
            Accounts(client),
            Sessions(valkey, settings.session_s, settings.session_longest_s),
            DutyStore(valkey, settings.patience),
            Sealer(settings.sealing_key),
            Chain(SERVICE, f"{WRITER}.{token_hex(4)}"),
        )
    finally:
        await client.close()
        await valkey.aclose()


async def dial(settings: Settings) -> Client:
    """Connect once as the user of ``settings``; no endless retries."""
    return await nats.connect(
        settings.nats_url.split(","),
        user=settings.nats_user or None,
        password=settings.nats_password.get_secret_value() or None,
        inbox_prefix=inbox_prefix(settings),
        connect_timeout=5,
        allow_reconnect=False,
        max_reconnect_attempts=1,
        error_cb=_said_by_the_command,
    )


async def _said_by_the_command(_error: Exception) -> None:
    """Say nothing here: the command itself says in one line what is wrong."""
