"""A credential: an account's certificate and its statement about a key that reads. Verified here, as the pages do."""

import json
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from joserfc.jwk import ECKey

from shared.chat.frames import Role
from shared.contracts.conversation import Force
from shared.sealing import certificate as certificates
from shared.sealing.jose import UNREADABLE, BadToken, Claims, kid_of, public_key, verify

TYP = "havre-key+jwt"
MAX_CREDENTIAL = 4_096
"""Characters."""
TOLERANCE_S = 300
"""How far a console's clock may be from this one's, in seconds."""


class Use(StrEnum):
    """What a key is for: one console for a shift, all consoles of a force that are on duty, or a supervisor's page."""

    SHIFT = "shift"
    DUTY = "duty"
    SUPERVISION = "supervision"
    """What staff write to each other, for a supervisor. No visitor's page takes it: it opens no conversation."""


MOST_S = MappingProxyType({Use.SHIFT: 16 * 3_600, Use.DUTY: 24 * 3_600, Use.SUPERVISION: 16 * 3_600})
"""How long a key may be stated to hold, in seconds."""


class BadCredential(Exception):
    """A key is not what it is said to be; the text says why and quotes nothing."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A key that the staff authority stands for."""

    kid: str
    role: Role | Literal["supervisor"]
    """Of the account that states it."""
    use: Use
    force: Force
    expires_at: int
    """Seconds since 1970 UTC."""
    certificate: str
    """The certificate of the account that states it."""
    key: ECKey
    """The public key itself."""


def read(text: str, authority: ECKey, now: int, *, force: Force, use: Use, tolerance_s: int = TOLERANCE_S) -> Holder:
    """Verify a credential for a force and a use; ``now`` in seconds since 1970 UTC.

    Raises ``BadCredential`` and nothing else, whatever the text.
    """
    try:
        return _read(text, authority, now, force, use, tolerance_s)
    except BadToken as bad:
        raise BadCredential(str(bad)) from None


def _read(text: str, authority: ECKey, now: int, force: Force, use: Use, tolerance_s: int) -> Holder:
    certificate, statement = _parts(text)
    account = certificates.read(certificate, authority)
    said = verify(statement, public_key(account.jwk), TYP)
    issued_at, expires_at = certificates.times(said)
    for start, end in ((account.issued_at, account.expires_at), (issued_at, expires_at)):
        _check(start - tolerance_s <= now < end + tolerance_s, "expired, or not valid yet")
    _check(said.get("use") == use, "stated for another use")
    _check(expires_at - issued_at <= MOST_S[use], "stated for too long")
    role = _role(said, use)
    lent = account.both_forces and role is Role.PSYCHOLOGIST and use is Use.SHIFT
    _check((account.force is force or lent) and said.get("force") == account.force, "of another force")
    _check(role in account.roles, "of a role that the account has not")
    jwk = certificates.nested_key(said)
    return Holder(kid_of(jwk), role, use, force, expires_at, certificate, public_key(jwk))


def _parts(text: str) -> tuple[str, str]:
    _check(len(text) <= MAX_CREDENTIAL, "too long")
    try:
        found = json.loads(text)
        certificate, statement = found["certificate"], found["statement"]
    except UNREADABLE:
        raise BadToken("no credential") from None
    _check(isinstance(certificate, str) and isinstance(statement, str), "no credential")
    return certificate, statement


def _role(said: Claims, use: Use) -> Role | Literal["supervisor"]:
    role = said.get("role")
    if use is Use.SUPERVISION:
        _check(role == "supervisor", "of no supervisor")
        return "supervisor"
    _check(role in {Role.OPERATOR, Role.PSYCHOLOGIST}, "of no role that reads")
    return Role(str(role))


def _check(good: bool, otherwise: str) -> None:
    if not good:
        raise BadToken(otherwise)
