"""The magistrates' reading keys: certified by the staff authority, and what is sealed for all of them at once.

A sealed text is a general JWE (RFC 7516): one ciphertext, its key wrapped for each magistrate. Nobody on the platform
has a private part: it lies in the magistrate's account under their password.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwe
from joserfc.jwk import ECKey

from shared.sealing.certificate import nested_key, times
from shared.sealing.jose import UNREADABLE, BadToken, PublicJwk, kid_of, public_jwk, public_key, sign, verify

TYP = "havre-magistrate+jwt"
VALID_S = 365 * 24 * 3_600
"""How long a magistrate's certificate holds, in seconds."""
ALG, ENC = "ECDH-ES+A256KW", "A256GCM"
MOST_KEYS = 16
SIZES = (256, 1_024, 4_096, 8_192)
"""Bytes that a plaintext may have: its length says no more than which of these."""
SEALS = jwe.JWERegistry(algorithms=[ALG, ENC], max_recipients=MOST_KEYS)


class BadMagistrateKeys(ValueError):
    """What was given is no set of magistrates' keys; the text says why and quotes nothing."""


@dataclass(frozen=True, slots=True)
class MagistrateKey:
    """A reading key that the staff authority stands for, until ``expires_at`` (seconds since 1970 UTC)."""

    kid: str
    key: ECKey
    expires_at: int


def certify(authority: ECKey, reading: PublicJwk, now: int) -> str:
    """Return the certificate of a magistrate's public reading key. ``now``: seconds since 1970 UTC."""
    claims = {"sub": kid_of(reading), "cnf": {"jwk": reading}, "iat": now, "exp": now + VALID_S}
    return sign(claims, authority, TYP)


def read(certificate: str, authority: ECKey) -> MagistrateKey:
    """Return the key that a certificate of this authority is about, in its time or not. Raises ``BadToken``."""
    claims = verify(certificate, authority, TYP)
    jwk = nested_key(claims)
    _, expires_at = times(claims)
    if claims.get("sub") != kid_of(jwk):
        raise BadToken("no certificate")
    return MagistrateKey(kid_of(jwk), public_key(jwk), expires_at)


def jwks_of(certificates: Iterable[str], authority: ECKey) -> str:
    """Return certified keys as JWKS text, as the gateway takes it. Raises ``BadToken``."""
    keys = []
    for certificate in certificates:
        read(certificate, authority)
        jwk = nested_key(verify(certificate, authority, TYP))
        keys.append({**jwk, "kid": kid_of(jwk), "certificate": certificate})
    return json.dumps({"keys": keys}, separators=(",", ":"))


def load(text_or_path: str, authority: ECKey) -> tuple[MagistrateKey, ...]:
    """Read ``jwks_of``'s text, or a file with it; none when there is no text.

    A key without the staff authority's word is refused: whoever can change a setting must not become a reader. Raises
    ``BadMagistrateKeys``, or ``OSError`` when the file cannot be read.
    """
    if not text_or_path.strip():
        return ()
    text = text_or_path if text_or_path.lstrip().startswith("{") else Path(text_or_path).read_text(encoding="utf-8")
    try:
        found = json.loads(text)["keys"]
        keys = tuple(_certified(jwk, authority) for jwk in found)
    except BadToken:
        raise BadMagistrateKeys("a key among them is not certified by the staff authority") from None
    except UNREADABLE:
        raise BadMagistrateKeys("this is no JWKS of magistrates' keys") from None
    if not 1 <= len(keys) <= MOST_KEYS:
        raise BadMagistrateKeys(f"there must be 1 to {MOST_KEYS} keys")
    return keys


def _certified(jwk: Mapping[str, object], authority: ECKey) -> MagistrateKey:
    key = read(str(jwk["certificate"]), authority)
    if kid_of(public_jwk(jwk)) != key.kid:
        raise BadToken("another key than the certificate's")
    return key


def seal(said: Mapping[str, object], keys: Sequence[MagistrateKey]) -> str:
    """Return what is said, sealed for each of the keys (general JWE as JSON text).

    Raises ``ValueError`` when there is no key or no size holds it.
    """
    if not keys:
        raise ValueError("there is nobody to seal for")
    sealing = jwe.GeneralJSONEncryption({"enc": ENC}, padded(said))
    for one in keys:
        sealing.add_recipient({"alg": ALG, "kid": one.kid}, one.key)
    return json.dumps(jwe.encrypt_json(sealing, None, registry=SEALS), separators=(",", ":"))


def padded(said: Mapping[str, object]) -> bytes:
    """Return the JSON text filled with spaces up to one of ``SIZES``. Raises ``ValueError`` when none holds it."""
    text = json.dumps(dict(said), ensure_ascii=False, separators=(",", ":")).encode()
    size = next((size for size in SIZES if len(text) <= size), None)
    if size is None:
        raise ValueError("no size holds a text of this length")
    return text.ljust(size)


def recipients(sealed: str) -> frozenset[str]:
    """Return the names of the keys that a text is sealed for. Raises ``BadToken`` when it is no sealed text."""
    try:
        found = json.loads(sealed)
        if not isinstance(found["ciphertext"], str):
            raise TypeError
        return frozenset(str(one["header"]["kid"]) for one in found["recipients"])
    except UNREADABLE:
        raise BadToken("nothing sealed for magistrates") from None
