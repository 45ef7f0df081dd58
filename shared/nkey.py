"""NATS's own keys (nkeys): Ed25519 pairs in a text form with a checksum, whose first letter says what a key is for.

All cryptography is that of the libraries ``nkeys`` and PyNaCl.
"""

import base64
import secrets
from enum import IntEnum

import nacl.exceptions
import nkeys
from nacl.signing import VerifyKey

_UNREADABLE = (nkeys.NkeysError, nacl.exceptions.CryptoError, ValueError, TypeError)
_PUBLIC_BYTES = 35
"""One byte of kind, 32 of the key, two of checksum."""


class Kind(IntEnum):
    """What a key is for; the values are those of the text form."""

    ACCOUNT = nkeys.PREFIX_BYTE_ACCOUNT
    USER = nkeys.PREFIX_BYTE_USER
    SERVER = nkeys.PREFIX_BYTE_SERVER


class BadNkey(ValueError):
    """A text that is no such key, or a signature that is not that key's; the text says which and quotes nothing."""


class Nkey:
    """A private key that can sign."""

    def __init__(self, seed: str, kind: Kind) -> None:
        """Read a seed (``SU...``, ``SA...``). Raises ``BadNkey`` for any other text."""
        try:
            found, _ = nkeys.decode_seed(seed.encode("ascii"))
            self._pair = nkeys.from_seed(seed.encode("ascii"))
            self.public: str = self._pair.public_key.decode()
            """Its public part (``U...``, ``A...``)."""
        except _UNREADABLE:
            raise BadNkey("this is no seed of an nkey") from None
        if found != kind:
            raise BadNkey(f"this is no seed of kind {kind.name.lower()}")

    def sign(self, text: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        signature: bytes = self._pair.sign(text)
        return signature


def make_seed(kind: Kind) -> str:
    """Return the seed of a fresh key: a secret."""
    seed: bytes = nkeys.encode_seed(secrets.token_bytes(32), kind)
    return seed.decode()


def check(public: str, kind: Kind) -> bytes:
    """Return the 32 bytes of a public key. Raises ``BadNkey`` when the text is none of that kind."""
    try:
        raw = base64.b32decode(public + "=" * (-len(public) % 8))
    except (ValueError, TypeError):
        raise BadNkey("this is no public nkey") from None
    if len(raw) != _PUBLIC_BYTES or raw[0] != kind or raw[-2:] != nkeys.crc16_checksum(raw[:-2]):
        raise BadNkey("this is no public nkey of that kind")
    return raw[1:-2]


def verify(public: str, kind: Kind, text: bytes, signature: bytes) -> None:
    """Return when ``public`` has signed ``text``. Raises ``BadNkey`` otherwise, whatever is given."""
    key = check(public, kind)
    try:
        VerifyKey(key).verify(text, signature)
    except _UNREADABLE:
        raise BadNkey("not signed by that key") from None
