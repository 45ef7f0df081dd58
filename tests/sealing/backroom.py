"""A line among staff, as the pages seal it; see ``services/dispatcher/web/src/staff/seal.ts``."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from joserfc import jwe
from joserfc.jwk import ECKey

from shared.contracts.conversation import Force
from shared.sealing.jose import UNREADABLE as LIBRARY
from shared.sealing.jose import BadToken, jwk_of, kid_of, make_key
from tests.sealing.body import to_base64url
from tests.sealing.keys import ALG, ENC, SEALS, Reader, Verified
from tests.sealing.plain import json_object
from tests.sealing.staff import ShiftKey, state

SIZES = (256, 1_024, 4_096)
VERSION = 1
MOST_S = 16 * 3_600


@dataclass(frozen=True, slots=True)
class SealedLine:
    """What is stored: a general JWE, and the digest of what is in it."""

    sealed: Mapping[str, Any]
    mark: str


def seal_line(place: str, cid: str, text: str, readers: Iterable[Verified]) -> SealedLine:
    """Seal a text for these readers."""
    said = {"v": VERSION, "p": place, "i": cid, "s": secrets.token_urlsafe(16), "d": text}
    plain = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    plain = plain.ljust(next(size for size in SIZES if size >= len(plain)))
    sealing = jwe.GeneralJSONEncryption({"enc": ENC}, plain)
    for reader in readers:
        sealing.add_recipient({"alg": ALG, "kid": reader.kid}, reader.key)
    return SealedLine(cast("Mapping[str, Any]", jwe.encrypt_json(sealing, None, registry=SEALS)), mark_of(plain))


def open_line(place: str, line: Mapping[str, Any], readers: Iterable[Reader]) -> str | None:
    """Return what a line says to one of these keys; None when it is for others, or not what it should be."""
    sealed = line["sealed"]
    held = {reader.kid: reader.key for reader in readers}
    for recipient in sealed["recipients"]:
        key = held.get(recipient["header"]["kid"])
        if key is None:
            continue
        flattened = {name: sealed[name] for name in ("protected", "iv", "ciphertext", "tag")} | recipient
        try:
            plain = jwe.decrypt_json(cast("Any", flattened), key, registry=SEALS).plaintext or b""
        except (BadToken, *LIBRARY):
            return None
        said = json_object(plain) or {}
        whole = mark_of(plain) == line["mark"] and (said.get("p"), said.get("i")) == (place, line["cid"])
        return str(said.get("d")) if whole else None
    return None


def mark_of(plain: bytes) -> str:
    """Return the digest by which a line is the same text, for whomever it is sealed."""
    return to_base64url(hashlib.sha256(plain).digest())


def make_supervision_key(account: ECKey, certificate: str, force: Force, now: int) -> ShiftKey:
    """Make a supervisor's key for what staff write to each other; ``now`` in seconds."""
    key = make_key()
    jwk = jwk_of(key)
    text = state(
        account, certificate, use="supervision", force=force, role="supervisor", jwk=jwk, iat=now, exp=now + MOST_S
    )
    return ShiftKey(kid_of(jwk), text, key, now + MOST_S)
