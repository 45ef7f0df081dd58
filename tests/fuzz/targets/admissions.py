"""What whoever reaches the broker's port makes its server ask signalement: may this one connect?"""

import base64
import json
from random import Random
from typing import Any

from services.signalement.partners import certificate, tokens
from services.signalement.partners.registry import is_partner_id
from shared.nkey import Kind, Nkey, make_seed
from shared.sealing.jose import BadToken, jwk_of, kid_of, make_key, sign
from tests.fuzz import spoil
from tests.fuzz.grammar import HOSTILE_TEXTS
from tests.fuzz.target import Target, Violation

SERVER = Nkey(make_seed(Kind.SERVER), Kind.SERVER)
CLIENT = Nkey(make_seed(Kind.USER), Kind.USER)
NONCE = "b7y_dj_qS3NggqU"
AUTHORITY = make_key()
WRITABLE = tuple(text.encode(errors="ignore").decode() for text in HOSTILE_TEXTS)
"""Texts that can be signed at all."""


def _base64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _question(rng: Random) -> bytes:
    """Return a server's question about a client that says what it likes; sometimes no server's at all."""
    signed = base64.b64encode(CLIENT.sign(NONCE.encode())).decode()
    said: dict[str, Any] = {"nkey": CLIENT.public, "sig": signed, "name": "police-69"}
    if rng.random() < 0.7:
        said[rng.choice(("nkey", "sig", "name"))] = rng.choice((*HOSTILE_TEXTS, spoil.text(signed, rng)))
    claims = {
        "iss": SERVER.public,
        "aud": "nats-authorization-request",
        "nats": {
            "server_id": {"id": SERVER.public},
            "user_nkey": CLIENT.public,
            "client_info": {"nonce": NONCE},
            "connect_opts": said,
        },
    }
    text = spoil.hostile_json(claims, rng) if rng.random() < 0.5 else json.dumps(claims)
    signed_part = _base64(b'{"typ":"JWT","alg":"ed25519-nkey"}') + b"." + _base64(spoil.utf8(text))
    token = signed_part + b"." + _base64(SERVER.sign(signed_part))
    return spoil.blob(token, rng) if rng.random() < 0.2 else token


def _feed_question(token: bytes) -> tuple[str, str]:
    """Only who holds the key is believed, and only what is an id would be made part of a subject."""
    try:
        asked = tokens.read(token)
    except tokens.BadRequest as bad:
        return "unreadable", str(bad)
    try:
        tokens.prove(asked)
    except tokens.BadRequest as bad:
        return "unproved", str(bad)
    if asked.nkey != CLIENT.public:
        raise Violation("somebody else was believed")
    if not is_partner_id(asked.name):
        return "no id", ""
    return "accepted", ""


def _certificates(rng: Random) -> str:
    claims = {
        "sub": "x",
        "partner": "police-69",
        "name": "Commissariat",
        "force": "police",
        "departments": ["69"],
        "iat": 1,
        "exp": 2,
    }
    jwk = jwk_of(AUTHORITY)
    whole = {**claims, "sub": kid_of(jwk), "cnf": {"jwk": jwk}}
    if rng.random() < 0.4:
        whole[rng.choice(list(whole))] = rng.choice((None, 1, [], {}, *WRITABLE))
    token = sign(whole, AUTHORITY, certificate.TYP)
    return spoil.text(token, rng) if rng.random() < 0.3 else token


def _feed_certificate(text: str) -> tuple[str, str]:
    try:
        certificate.read(text, AUTHORITY)
    except BadToken as bad:
        return "refused", str(bad)
    return "accepted", ""


def targets() -> list[Target]:
    """Return these targets."""
    return [
        Target("a server asks who may connect", _question, _feed_question, weight=2),
        Target("a partner's certificate", _certificates, _feed_certificate),
    ]
