"""The magistrate's side of sealing: opening with the private reading key, as the page does."""

import json
from typing import Any

from joserfc import jwe
from joserfc.jwk import ECKey

from shared.sealing.jose import jwk_of, kid_of
from shared.sealing.magistrates import SEALS
from tests.sealing.staff import open_account_key


def opened(sealed: str, key: ECKey) -> dict[str, Any]:
    """Return what was sealed. Raises what the library raises when it was not for this key."""
    found: Any = json.loads(sealed)
    kid = kid_of(jwk_of(key))
    mine = [one for one in found["recipients"] if one["header"]["kid"] == kid]
    if not mine:
        raise LookupError("not sealed for this key")
    found["recipients"] = mine
    plain = jwe.decrypt_json(found, key, registry=SEALS).plaintext
    said: dict[str, Any] = json.loads(plain or b"")
    return said


def reading_key(sealed: str, password: str) -> ECKey:
    """Open a magistrate's private key with their password, as the page does."""
    return open_account_key(sealed, password)
