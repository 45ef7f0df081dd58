"""A certificate: the staff authority says of an account's signing key which force and roles it speaks for. No names."""

from collections.abc import Iterable
from dataclasses import dataclass

from joserfc.jwk import ECKey

from shared.contracts.conversation import Force
from shared.sealing.jose import BadToken, Claims, PublicJwk, kid_of, public_jwk, sign, verify

TYP = "havre-account+jwt"
VALID_S = 365 * 24 * 3_600
"""How long a certificate holds, in seconds."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says. Times are seconds since 1970 UTC."""

    subject: str
    """Thumbprint of the account's key."""
    force: Force
    roles: frozenset[str]
    both_forces: bool
    """Whether as a psychologist it may be in conversations of the other force too."""
    jwk: PublicJwk
    issued_at: int
    expires_at: int


def issue(
    authority: ECKey, account: PublicJwk, force: Force, roles: Iterable[str], now: int, *, both_forces: bool = False
) -> str:
    """Return the certificate of an account's public key, signed with the authority's private key. ``now``: seconds.

    ``both_forces``: as a psychologist it may be in conversations of the other force too.
    """
    claims = {
        "sub": kid_of(account),
        "force": force,
        "roles": sorted(roles),
        "cnf": {"jwk": account},
        "iat": now,
        "exp": now + VALID_S,
        **({"both": True} if both_forces else {}),
    }
    return sign(claims, authority, TYP)


def read(text: str, authority: ECKey) -> Certificate:
    """Return what a certificate of this authority says, in its time or not. Raises ``BadToken``."""
    claims = verify(text, authority, TYP)
    jwk = nested_key(claims)
    roles = claims.get("roles")
    issued_at, expires_at = times(claims)
    if claims.get("sub") != kid_of(jwk) or claims.get("force") not in set(Force) or not isinstance(roles, list):
        raise BadToken("no certificate")
    names = frozenset(role for role in roles if isinstance(role, str))
    both = claims.get("both") is True
    return Certificate(kid_of(jwk), Force(claims["force"]), names, both, jwk, issued_at, expires_at)


def nested_key(claims: Claims) -> PublicJwk:
    """Return the public key that claims are about. Raises ``BadToken``."""
    cnf = claims.get("cnf")
    return public_jwk(cnf.get("jwk") if isinstance(cnf, dict) else None)


def times(claims: Claims) -> tuple[int, int]:
    """Return when claims begin and end to hold, in seconds since 1970. Raises ``BadToken``."""
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    if not isinstance(issued_at, int | float) or not isinstance(expires_at, int | float):
        raise BadToken("without a time")
    try:
        return int(issued_at), int(expires_at)
    except (OverflowError, ValueError):
        raise BadToken("without a time") from None
