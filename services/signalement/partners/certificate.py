"""A partner's certificate: the staff authority says whose a key is, that reports may be sealed for it.

Compact JWS, ES256, ``typ`` ``havre-partner+jwt``. The console and the visitor's page verify it before they name a
recipient.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from joserfc.jwk import ECKey
from joserfc.jws import extract_compact
from pydantic import TypeAdapter, ValidationError

from shared.contracts.conversation import Force
from shared.contracts.signalement_partners import Partner
from shared.sealing.certificate import nested_key, times
from shared.sealing.jose import UNREADABLE, BadToken, PublicJwk, kid_of, public_jwk, public_key, sign, verify

TYP = "havre-partner+jwt"
VALID_S = 365 * 24 * 3_600
"""How long a certificate holds, in seconds."""
_PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
_DEPARTMENTS = TypeAdapter(list[str])


class BadPartnerKey(ValueError):
    """A file holds no public key that reports can be sealed for; the text says why."""


@dataclass(frozen=True, slots=True)
class PartnerCertificate:
    """What a certificate says. Times are seconds since 1970 UTC."""

    partner: str
    name: str
    force: Force
    departments: tuple[str, ...]
    kid: str
    jwk: PublicJwk
    issued_at: int
    expires_at: int


def issue(
    authority: ECKey, partner: str, name: str, force: Force, departments: list[str], jwk: PublicJwk, now: int
) -> str:
    """Return the certificate of a partner's public key, signed with the authority's private key. ``now``: seconds."""
    claims = {
        "sub": kid_of(jwk),
        "partner": partner,
        "name": name,
        "force": force,
        "departments": departments,
        "cnf": {"jwk": jwk},
        "iat": now,
        "exp": now + VALID_S,
    }
    return sign(claims, authority, TYP)


def read(text: str, authority: ECKey) -> PartnerCertificate:
    """Return what a certificate of this authority says, in its time or not. Raises ``BadToken``."""
    claims = verify(text, authority, TYP)
    jwk = nested_key(claims)
    kid = kid_of(jwk)
    issued_at, expires_at = times(claims)
    try:
        departments = _DEPARTMENTS.validate_python(claims.get("departments"), strict=True)
        force = Force(str(claims.get("force")))
    except (ValidationError, ValueError):
        raise BadToken("no partner's certificate") from None
    partner, name = claims.get("partner"), claims.get("name")
    if claims.get("sub") != kid or not isinstance(partner, str) or not isinstance(name, str):
        raise BadToken("no partner's certificate")
    return PartnerCertificate(partner, name, force, tuple(departments), kid, jwk, issued_at, expires_at)


def expires_at(partner: Partner) -> int:
    """Return until when the certificate of a partner's newest key holds, in seconds since 1970 UTC.

    For looking at alone: the signature is checked by whoever shows the certificate to people. Raises ``BadToken``.
    """
    try:
        found = json.loads(extract_compact(partner.keys[-1].certificate.encode()).payload)
    except UNREADABLE:
        raise BadToken("no partner's certificate") from None
    return times(found if isinstance(found, dict) else {})[1]


def public_from(file: Path) -> PublicJwk:
    """Read a partner's public key from a file. Raises ``BadPartnerKey``, or ``OSError`` when it cannot be read."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except UNREADABLE:
        raise BadPartnerKey(f"{file} is no JWK") from None
    if isinstance(found, dict) and _PRIVATE_MEMBERS & found.keys():
        raise BadPartnerKey(f"{file} holds a private key: it must not be given away; give its public part")
    try:
        jwk = public_jwk(found)
        public_key(jwk)
    except BadToken:
        raise BadPartnerKey(f"{file} holds no public key of curve P-256, which reports are sealed for") from None
    return jwk
