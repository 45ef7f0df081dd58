"""An account's signing key, sealed under its owner's password (or key phrase): no server can use what it keeps."""

import json
import unicodedata
from dataclasses import dataclass

from joserfc import jwe
from joserfc.jwk import ECKey, OctKey

from shared.sealing.jose import PublicJwk, jwk_of, make_key

ALG, ENC = "PBES2-HS512+A256KW", "A256GCM"
ROUNDS = 300_000
"""Rounds of PBKDF2-HMAC-SHA-512: the most that the library takes, and above the 210,000 that OWASP asks for."""
_SEALS = jwe.JWERegistry(algorithms=[ALG, ENC])


@dataclass(frozen=True, slots=True)
class AccountKey:
    """A key pair as an account's record keeps it."""

    public: PublicJwk
    """To be certified."""
    sealed: str
    """Compact JWE with the private JWK, which the password opens."""


def make(password: str, rounds: int = ROUNDS) -> AccountKey:
    """Make a key pair for an account. Raises ``ValueError`` for an empty password."""
    key = make_key()
    return AccountKey(jwk_of(key), seal(key, password, rounds))


def seal(key: ECKey, password: str, rounds: int = ROUNDS) -> str:
    """Return the private key sealed under a password. Raises ``ValueError`` for an empty one."""
    text = json.dumps(key.as_dict(private=True), separators=(",", ":"))
    header = {"alg": ALG, "enc": ENC, "p2c": rounds}
    return jwe.encrypt_compact(header, text, secret_of(password), registry=_SEALS)


def secret_of(password: str) -> OctKey:
    """Return a password as the bytes that every keyboard gives for it. Raises ``ValueError`` for an empty one."""
    secret = unicodedata.normalize("NFC", password).encode()
    if not secret:
        raise ValueError("an account key is not sealed under an empty password")
    # Not by import_key, which judges length as if these bytes were a key: a password is stretched first.
    return OctKey(secret, secret)
