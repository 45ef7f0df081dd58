"""Short texts sealed under the staff key: JWE, ``dir`` and ``A256GCM`` (RFC 7516).

What lies in a staff account on a disk, or for a few minutes in a browser's cookie, says nothing without the key; and
what was sealed for one purpose and one owner does not open for another.
"""

import base64
import binascii
import json
import secrets
from enum import StrEnum

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

ALGORITHMS = ["dir", "A256GCM"]
KEY_BYTES = 32


class Purpose(StrEnum):
    """What a sealed text is for."""

    ONE_TIME_CODES = "one-time codes"
    LOGIN_UNDER_WAY = "login under way"


class Unsealable(Exception):
    """It was sealed under another key, for another purpose or owner, or changed."""


class NoStaffKey(Exception):
    """There is no staff key: nothing can be sealed or opened."""


class Sealer:
    """Seals and opens. Raises ``ValueError`` with a sentence when the key is not 32 bytes in base64url."""

    def __init__(self, key: str) -> None:
        self._key = OctKey.import_key(_bytes_of(key)) if key else None

    def seal(self, purpose: Purpose, owner: str, text: str) -> str:
        """Return ``text`` sealed. Raises ``NoStaffKey``."""
        body = json.dumps([purpose, owner, text]).encode()
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, body, self._have(), algorithms=ALGORITHMS)

    def open(self, purpose: Purpose, owner: str, sealed: str) -> str:
        """Return the text. Raises ``Unsealable``, ``NoStaffKey``."""
        try:
            body = jwe.decrypt_compact(sealed, self._have(), algorithms=ALGORITHMS).plaintext
            found = json.loads(body or b"")
        except (JoseError, ValueError) as error:
            raise Unsealable(purpose) from error
        if not (isinstance(found, list) and found[:2] == [purpose, owner]):
            raise Unsealable(purpose)
        return str(found[2])

    def _have(self) -> OctKey:
        if self._key is None:
            raise NoStaffKey("set HAVRE_STAFF_KEY (python -m services.dispatcher key prints one)")
        return self._key


def new_key() -> str:
    """Return a new staff key."""
    return secrets.token_urlsafe(KEY_BYTES)


def _bytes_of(key: str) -> bytes:
    try:
        found = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except (binascii.Error, ValueError) as error:
        raise ValueError("the staff key is not base64url") from error
    if len(found) != KEY_BYTES:
        raise ValueError(f"the staff key has {len(found)} bytes instead of {KEY_BYTES}")
    return found
