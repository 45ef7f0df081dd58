"""The staff authority: the key pair of an installation that says whose keys are its staff's.

The private part is used by the command line alone. The public part stands in the settings of gateway and dispatcher,
and in the visitor's page, which believes no key that it does not stand for.
"""

import json
import os
from pathlib import Path

from joserfc.jwk import ECKey

from shared.sealing.jose import UNREADABLE, BadToken, PublicJwk, jwk_of, make_key, public_jwk, public_key


class BadAuthority(ValueError):
    """What was given is no key of a staff authority."""


def make(path: Path) -> PublicJwk:
    """Write a fresh private key to a new file that only its owner can read; return the public part.

    Raises ``FileExistsError`` rather than replace a key: every certificate would be void.
    """
    key = make_key()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(key.as_dict(private=True), file)
    return jwk_of(key)


def load_private(path: Path) -> ECKey:
    """Read the file that ``make`` wrote. Raises ``BadAuthority``, or ``OSError`` when it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        key = ECKey.import_key({**public_jwk(found), "d": str(found["d"])})
        key.private_key  # noqa: B018 - reading it is what checks it
    except (BadToken, *UNREADABLE):
        raise BadAuthority("this file holds no private key of a staff authority") from None
    return key


def load_public(text_or_path: str) -> ECKey:
    """Read the public key from JWK text or from a file with it; a private part that is there is left out.

    Raises ``BadAuthority``, or ``OSError`` when the file cannot be read.
    """
    if not text_or_path.strip():
        raise BadAuthority("there is no staff authority: HAVRE_STAFF_AUTHORITY must name its public key")
    text = text_or_path if text_or_path.lstrip().startswith("{") else Path(text_or_path).read_text(encoding="utf-8")
    try:
        return public_key(public_jwk(json.loads(text)))
    except (BadToken, *UNREADABLE):
        raise BadAuthority("this is no public key of a staff authority") from None


def public_text(key: ECKey) -> str:
    """Return the public part as JWK text, as settings and the visitor's page carry it."""
    return json.dumps(jwk_of(key), separators=(",", ":"))
