"""The tokens of NATS: JSON Web Tokens of its own kind (``ed25519-nkey``), by which a server asks whether somebody may
connect and by which it is answered.

What the server's documentation calls "auth callout" (NATS ADR-26).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.util import json_b64encode, urlsafe_b64decode, urlsafe_b64encode

from services.signalement.partners.rules import Rights
from shared import nats_accounts, nkey
from shared.nkey import Kind, Nkey

_HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}
_VERSION = 2
_FOR = "nats-authorization-request"
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
_TO_URL = str.maketrans("+/", "-_")
_NO_LIMIT = -1
"""Here: those of the partners' account hold, in the server's configuration."""


class BadRequest(Exception):
    """A request for admission that no server made, or that does not prove whose it is; quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who wants to connect, by the word of a server."""

    server: str
    """The server's own public key."""
    user: str
    """Public key under which the server shall know the connection."""
    name: str
    """What the client calls itself; empty: nothing."""
    nkey: str
    """The client's public key; empty: it came without one."""
    nonce: str
    """What the server gave the client to sign."""
    signature: str
    """What the client gave back, in base64 or base64url, as clients differ."""


def read(token: bytes) -> Asked:
    """Return what a server asks. Raises ``BadRequest`` and nothing else, whatever the bytes."""
    try:
        signed, _, signature = token.rpartition(b".")
        claims = json.loads(urlsafe_b64decode(signed.partition(b".")[2]))
        said = claims["nats"]
        nkey.verify(claims["iss"], Kind.SERVER, signed, urlsafe_b64decode(signature))
        if claims["aud"] != _FOR or said["server_id"]["id"] != claims["iss"]:
            raise BadRequest("not asked by that server")
        given, client = said["connect_opts"], said["client_info"]
        return Asked(
            server=claims["iss"],
            user=_text(said, "user_nkey"),
            name=_text(given, "name"),
            nkey=_text(given, "nkey"),
            nonce=_text(client, "nonce"),
            signature=_text(given, "sig"),
        )
    except _UNREADABLE:
        raise BadRequest("no request of a server") from None


def prove(asked: Asked) -> None:
    """Return when the client holds the key that it names. Raises ``BadRequest`` otherwise."""
    if not asked.nonce:
        raise BadRequest("without anything to sign")
    try:
        nkey.verify(asked.nkey, Kind.USER, asked.nonce.encode(), _either_base64(asked.signature))
    except _UNREADABLE:
        raise BadRequest("not signed by the key that it names") from None


def admitted(asked: Asked, issuer: Nkey, name: str, rights: Rights, now: int, valid_s: int) -> bytes:
    """Return the answer that admits a partner into the partners' account for ``valid_s`` seconds from ``now``."""
    user = {
        "iss": issuer.public,
        "sub": asked.user,
        "aud": nats_accounts.PARTNERS,
        "name": name,
        "iat": now,
        "exp": now + valid_s,
        "nats": {
            "type": "user",
            "version": _VERSION,
            "pub": {"allow": list(rights.publish)},
            "sub": {"allow": list(rights.subscribe)},
            "subs": _NO_LIMIT,
            "payload": _NO_LIMIT,
            "data": _NO_LIMIT,
        },
    }
    return _answer(asked, issuer, now, {"jwt": _sign(user, issuer).decode()})


def refused(asked: Asked, issuer: Nkey, now: int) -> bytes:
    """Return the answer that refuses; the client hears no reason."""
    return _answer(asked, issuer, now, {"error": "refused"})


def _answer(asked: Asked, issuer: Nkey, now: int, outcome: Mapping[str, str]) -> bytes:
    said = {"type": "authorization_response", "version": _VERSION, **outcome}
    return _sign({"iss": issuer.public, "sub": asked.user, "aud": asked.server, "iat": now, "nats": said}, issuer)


def _sign(claims: Mapping[str, Any], issuer: Nkey) -> bytes:
    text = json_b64encode(_HEADER) + b"." + json_b64encode(dict(claims))
    return text + b"." + urlsafe_b64encode(issuer.sign(text))


def _either_base64(text: str) -> bytes:
    return urlsafe_b64decode(text.rstrip("=").translate(_TO_URL).encode("ascii"))


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str):
        raise TypeError(name)
    return value
