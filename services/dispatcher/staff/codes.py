"""One-time codes as second factor (TOTP, RFC 6238): six digits, half a minute each, each once only."""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

import pyotp
from redis.asyncio import Redis

from services.dispatcher.staff.accounts import Account
from services.dispatcher.staff.sealed import Purpose, Sealer
from shared import keys

STEP_S = 30
WINDOW = 1
"""Steps before and after the present one whose codes are taken: clocks differ, and people type slowly."""
USED_KEPT_S = STEP_S * (2 * WINDOW + 2)
ISSUER = "Havre"


@dataclass(frozen=True, slots=True)
class Codes:
    """Makes secrets and takes codes; ``clock`` gives seconds since 1970."""

    valkey: Redis
    sealer: Sealer
    clock: Callable[[], float] = time.time

    async def accept(self, account: Account, code: str) -> bool:
        """Return whether ``code`` is one of the account's of now, and has not let anybody in yet; use it up.

        Raises ``Unsealable`` or ``NoStaffKey`` when the account's secret cannot be read.
        """
        if account.second_factor is None:
            return False
        secret = self.sealer.open(Purpose.ONE_TIME_CODES, account.login, account.second_factor)
        for step in steps_of(secret, code, self.clock()):
            if await self.valkey.set(keys.used_code(account.login, step), b"", nx=True, ex=USED_KEPT_S):
                return True
        return False


def steps_of(secret: str, code: str, now_s: float) -> list[int]:
    """Return which half minutes of the window have this code."""
    generator = pyotp.TOTP(secret, interval=STEP_S)
    present = int(now_s) // STEP_S
    steps = range(present - WINDOW, present + WINDOW + 1)
    return [step for step in steps if hmac.compare_digest(generator.generate_otp(step), code)]


def is_present(secret: str, code: str) -> bool:
    """Return whether an authenticator that knows the secret shows this code now."""
    return code.isdecimal() and code.isascii() and bool(steps_of(secret, code, time.time()))


def new_secret() -> str:
    """Return a secret of 160 bits in base32, as authenticator applications read it."""
    return pyotp.random_base32()


def uri_of(secret: str, login: str) -> str:
    """Return the ``otpauth:`` address that an authenticator application scans."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=login, issuer_name=ISSUER)
