"""Demo staff of both forces, as ``python -m services.dispatcher account add`` makes them.

In this process and not by that command: starting one more Python would take a tenth of the whole start.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nats.errors
import nats.js.errors
from joserfc.jwk import ECKey

from infra import streams
from infra.local.failure import LaunchFailed
from shared.contracts.conversation import Category, Force
from shared.settings import Settings

if TYPE_CHECKING:
    from services.dispatcher.staff.accounts import Account

LIMIT = 3
"""Conversations at the same time."""


@dataclass(frozen=True)
class Login:
    """One demo account."""

    login: str
    force: Force
    password: str
    supervises: bool = False


DEMO_STAFF = (
    ("police1", Force.POLICE),
    ("police2", Force.POLICE),
    ("gendarmerie1", Force.GENDARMERIE),
    ("gendarmerie2", Force.GENDARMERIE),
    ("supervisor1", Force.POLICE),
    ("psychologist1", Force.POLICE),
)
SUPERVISORS = {"supervisor1"}
PSYCHOLOGISTS = {"psychologist1"}


def demo_logins(password: str | None) -> list[Login]:
    """Return the demo accounts, all with ``password``, or with a new one that only this start knows."""
    chosen = password or f"demo-{secrets.token_hex(4)}"
    return [Login(login, force, chosen, login in SUPERVISORS) for login, force in DEMO_STAFF]


async def add_all(logins: Sequence[Login], dispatcher: Settings, authority: ECKey, key_rounds: int) -> None:
    """Create the accounts as the dispatcher's NATS user, each with a key that the authority certifies.

    Raises ``LaunchFailed`` with what was wrong.
    """
    from services.dispatcher.staff.accounts import AccountExists, Accounts

    try:
        accounts_made = await asyncio.gather(
            *(asyncio.to_thread(_account, login, authority, key_rounds) for login in logins)
        )
        client = await streams.connect(dispatcher)
        try:
            accounts = Accounts(client)
            for account in accounts_made:
                await accounts.add(account)
        finally:
            await client.close()
    except (ValueError, AccountExists, nats.errors.Error, nats.js.errors.Error, OSError) as error:
        raise LaunchFailed(f"demo staff were not created: {type(error).__name__}: {error}") from error


def _account(login: Login, authority: ECKey, key_rounds: int) -> "Account":
    from services.dispatcher.staff.accounts import Account, StaffRole
    from services.dispatcher.staff.keys import keys_of
    from services.dispatcher.staff.passwords import Passwords

    first = StaffRole.PSYCHOLOGIST if login.login in PSYCHOLOGISTS else StaffRole.OPERATOR
    roles = (first, StaffRole.SUPERVISOR) if login.supervises else (first,)
    return Account(
        login=login.login,
        force=login.force,
        categories=tuple(Category),
        limit=LIMIT,
        roles=roles,
        password_hash=Passwords().hash(login.password),
        **keys_of(authority, login.force, list(roles), login.password, key_rounds),
    )
