"""The few forms of JOSE that are used: ES256 signatures of JSON claims, by keys of curve P-256, named by thumbprint."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, thumbprint

Claims = Mapping[str, Any]
PublicJwk = dict[str, str]

CURVE = "P-256"
_SIGNATURES = jws.JWSRegistry(algorithms=["ES256"])
_MEMBERS = ("kty", "crv", "x", "y")
UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What the library raises on hostile text."""


class BadToken(Exception):
    """A text that was not signed by whom it should be, or not for this."""


def make_key() -> ECKey:
    """Return a fresh private key of curve P-256."""
    return ECKey.generate_key(CURVE, auto_kid=False)


def public_jwk(found: object) -> PublicJwk:
    """Return the public members of a JWK of curve P-256, and no other. Raises ``BadToken`` for anything else."""
    if not isinstance(found, Mapping) or (found.get("kty"), found.get("crv")) != ("EC", CURVE):
        raise BadToken("no key of curve P-256")
    jwk = {name: found.get(name) for name in _MEMBERS}
    if not all(isinstance(value, str) for value in jwk.values()):
        raise BadToken("no key of curve P-256")
    return {name: str(value) for name, value in jwk.items()}


def public_key(jwk: PublicJwk) -> ECKey:
    """Import a public key. Raises ``BadToken`` when it is no point of the curve."""
    try:
        key = ECKey.import_key(dict(jwk))
        key.public_key.public_numbers()
    except UNREADABLE:
        raise BadToken("no point of the curve") from None
    return key


def jwk_of(key: ECKey) -> PublicJwk:
    """Return the public part of a key."""
    return public_jwk(key.as_dict(private=False))


def kid_of(jwk: PublicJwk) -> str:
    """Return the name of a key: its RFC 7638 SHA-256 thumbprint in base64url."""
    return thumbprint({name: jwk[name] for name in _MEMBERS})


def sign(claims: Claims, key: ECKey, typ: str, **header: object) -> str:
    """Return a compact JWS of the claims."""
    payload = json.dumps(dict(claims), ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact({"alg": "ES256", "typ": typ, **header}, payload, key, registry=_SIGNATURES)


def verify(token: str | bytes, key: ECKey, typ: str) -> Claims:
    """Return the claims that ``key`` signed for ``typ``. Raises ``BadToken`` and nothing else, whatever the text."""
    try:
        found = jws.deserialize_compact(token, key, registry=_SIGNATURES)
        claims = json.loads(found.payload)
    except UNREADABLE:
        raise BadToken("not signed by whom it should be") from None
    if found.headers().get("typ") != typ or not isinstance(claims, dict):
        raise BadToken("signed for something else")
    return claims


def header_of(token: str | bytes) -> Claims:
    """Return the header of a compact JWS that nobody has verified yet. Raises ``BadToken``."""
    try:
        return dict(jws.extract_compact(token if isinstance(token, bytes) else token.encode()).headers())
    except UNREADABLE:
        raise BadToken("no signed text") from None
