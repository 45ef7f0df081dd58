"""What an account signs with: its key pair, sealed under its owner's secret, and the staff authority's certificate."""

import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from joserfc.jwk import ECKey
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.dispatcher.staff.accounts import StaffRole
from shared.contracts.conversation import Force
from shared.sealing import account_key, certificate, magistrates
from shared.sealing.authority import BadAuthority, load_private


class AuthoritySettings(BaseSettings):
    """Where the commands about accounts find the staff authority's private key. No service reads it."""

    model_config = SettingsConfigDict(env_prefix="HAVRE_", frozen=True, extra="ignore")

    staff_authority_key: Path | None = Field(
        default=None,
        description="File with the private key of the staff authority, which certifies accounts and partners; "
        "`python -m services.dispatcher authority make FILE` makes one",
    )


def authority() -> ECKey:
    """Return the staff authority's private key. Raises ``BadAuthority``, or ``OSError`` when it cannot be read."""
    file = AuthoritySettings().staff_authority_key
    if file is None:
        raise BadAuthority("HAVRE_STAFF_AUTHORITY_KEY names no file: accounts cannot be certified without it")
    return load_private(file)


def keys_of(
    signs: ECKey,
    force: Force,
    roles: Iterable[str],
    secret: str,
    rounds: int = account_key.ROUNDS,
    *,
    both_forces: bool = False,
) -> Mapping[str, str]:
    """Return the fields of an account that make it able to sit at a console, with a new key that ``secret`` opens.

    ``both_forces``: as a psychologist it may be in conversations of the other force too.
    Blocking, for a few tenths of a second: the secret is made slow to guess.
    """
    made = account_key.make(secret, rounds)
    said = certificate.issue(
        signs, made.public, force, [str(role) for role in roles], int(time.time()), both_forces=both_forces
    )
    return {"certificate": said, "account_key": made.sealed}


def reading_keys_of(signs: ECKey, secret: str, rounds: int = account_key.ROUNDS) -> Mapping[str, str]:
    """Return the fields of a magistrate's account, with a new reading key that ``secret`` opens. Blocking, as above."""
    made = account_key.make(secret, rounds)
    said = magistrates.certify(signs, made.public, int(time.time()))
    return {"reading_certificate": said, "reading_key": made.sealed}


def all_keys_of(
    signs: ECKey, force: Force, roles: Collection[StaffRole], secret: str, *, both_forces: bool = False
) -> Mapping[str, str]:
    """Return the keys that an account of these roles has, all new, all opened by ``secret``."""
    at_console = [role for role in roles if role is not StaffRole.MAGISTRATE]
    signing = keys_of(signs, force, at_console, secret, both_forces=both_forces) if at_console else {}
    reading = reading_keys_of(signs, secret) if StaffRole.MAGISTRATE in roles else {}
    return {**signing, **reading}
