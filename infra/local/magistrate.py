"""A demo magistrate, whose reading key exists before the gateway starts: addresses are sealed for it from the first on.

Its one-time codes are shown with its password at the start: whoever runs this on their own machine is that magistrate.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import nats.errors
import nats.js.errors
import pyotp
from joserfc.jwk import ECKey

from infra import streams
from infra.local.failure import LaunchFailed
from shared.contracts.conversation import Category, Force
from shared.sealing import account_key, magistrates
from shared.sealing.jose import jwk_of, make_key
from shared.settings import Settings

if TYPE_CHECKING:
    from services.dispatcher.staff.accounts import Account

LOGIN = "magistrate1"


@dataclass(frozen=True)
class DemoMagistrate:
    """One magistrate. ``secret``: of the one-time codes, as an authenticator takes it."""

    password: str
    secret: str
    key: ECKey
    certificate: str
    jwks: str
    """Public, as the gateway takes it."""
    login: str = LOGIN


def made(password: str | None, authority: ECKey) -> DemoMagistrate:
    """Return the demo magistrate, with ``password``, or with a new one that only this start knows."""
    key = make_key()
    certificate = magistrates.certify(authority, jwk_of(key), int(time.time()))
    return DemoMagistrate(
        password=password or f"demo-{secrets.token_hex(4)}",
        secret=pyotp.random_base32(),
        key=key,
        certificate=certificate,
        jwks=magistrates.jwks_of([certificate], authority),
    )


async def add(magistrate: DemoMagistrate, dispatcher: Settings, staff_key: str, key_rounds: int) -> None:
    """Create the account as the dispatcher's NATS user. Raises ``LaunchFailed`` with what was wrong."""
    from services.dispatcher.staff.accounts import AccountExists, Accounts

    try:
        account = await asyncio.to_thread(_account, magistrate, staff_key, key_rounds)
        client = await streams.connect(dispatcher)
        try:
            await Accounts(client).add(account)
        finally:
            await client.close()
    except (ValueError, AccountExists, nats.errors.Error, nats.js.errors.Error, OSError) as error:
        raise LaunchFailed(f"the demo magistrate was not created: {type(error).__name__}: {error}") from error


def _account(magistrate: DemoMagistrate, staff_key: str, key_rounds: int) -> "Account":
    from services.dispatcher.staff.accounts import Account, StaffRole
    from services.dispatcher.staff.passwords import Passwords
    from services.dispatcher.staff.sealed import Purpose, Sealer

    return Account(
        login=magistrate.login,
        force=Force.POLICE,
        categories=tuple(Category),
        limit=1,
        roles=(StaffRole.MAGISTRATE,),
        password_hash=Passwords().hash(magistrate.password),
        second_factor=Sealer(staff_key).seal(Purpose.ONE_TIME_CODES, magistrate.login, magistrate.secret),
        reading_certificate=magistrate.certificate,
        reading_key=account_key.seal(magistrate.key, magistrate.password, key_rounds),
    )
