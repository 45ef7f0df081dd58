"""Key messages: every epoch of a conversation, signed by it, sealed for each of those who may read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from joserfc import jwe
from joserfc.jwk import ECKey

from shared.chat.frames import Message
from shared.sealing.jose import UNREADABLE as LIBRARY
from shared.sealing.jose import BadToken, header_of, jwk_of, kid_of, public_jwk, public_key, sign, verify
from tests.sealing.body import Epochs, from_base64url, is_epoch, to_base64url
from tests.sealing.plain import VERSION, json_object

ALG, ENC = "ECDH-ES+A256KW", "A256GCM"
SEALS = jwe.JWERegistry(algorithms=[ALG, ENC], max_recipients=16)
TYP = "havre-keys+jwt"
EPOCH_BYTES = 32
MOST_EPOCHS = 96


@dataclass(frozen=True, slots=True)
class Verified:
    """A key that the staff authority stands for."""

    kid: str
    role: str
    key: ECKey


@dataclass(frozen=True, slots=True)
class Reader:
    """A key that key messages are addressed to, with its private part."""

    kid: str
    key: ECKey


@dataclass(frozen=True, slots=True)
class Told:
    """What a key message said, and the thumbprint of the key that signed it."""

    signer: str
    epochs: dict[str, bytes]


def epoch_texts(epochs: Epochs) -> dict[str, str]:
    """Return each key in base64url."""
    return {epoch: to_base64url(raw) for epoch, raw in epochs.items()}


def read_epochs(found: object) -> dict[str, bytes] | None:
    """Read the epochs of ``epoch_texts``; None when one of them is none."""
    if not isinstance(found, dict):
        return None
    epochs = {}
    for epoch, text in found.items():
        raw = from_base64url(text) if isinstance(text, str) else None
        if not is_epoch(epoch) or raw is None or len(raw) != EPOCH_BYTES:
            return None
        epochs[epoch] = raw
    return epochs


def seal_keys(conversation: str, cid: str, epochs: Epochs, signer: ECKey, holders: Sequence[Verified]) -> str:
    """Return the body of a key message for the holders."""
    told = dict(sorted(epochs.items(), key=lambda item: int(item[0]))[-MOST_EPOCHS:])
    claims = {"v": VERSION, "c": conversation, "i": cid, "epochs": epoch_texts(told)}
    sealing = jwe.GeneralJSONEncryption({"enc": ENC}, sign(claims, signer, TYP, jwk=jwk_of(signer)).encode())
    for holder in holders:
        sealing.add_recipient({"alg": ALG, "kid": holder.kid}, holder.key)
    return json.dumps(jwe.encrypt_json(sealing, None, registry=SEALS), separators=(",", ":"))


def is_key_message(body: str) -> bool:
    """Whether a body is a key message."""
    return body.startswith("{")


def addressee(body: str, readers: Iterable[Reader]) -> Reader | None:
    """Return which of the readers a key message is addressed to."""
    kids = [_kid_of(recipient) for recipient in _recipients(json_object(body))]
    return next((reader for reader in readers if reader.kid in kids), None)


def open_keys(frame: Message, reader: Reader) -> Told | None:
    """Open a key message for the reader; None when it does not open or is not what the frame says."""
    sealed = json_object(frame.body) or {}
    recipient = next((each for each in _recipients(sealed) if _kid_of(each) == reader.kid), None)
    if recipient is None:
        return None
    flattened = {name: sealed.get(name) for name in ("protected", "iv", "ciphertext", "tag")}
    flattened |= {name: recipient.get(name) for name in ("header", "encrypted_key")}
    try:
        opened = jwe.decrypt_json(cast("Any", flattened), reader.key, registry=SEALS)
        return _read_signed(opened.plaintext or b"", frame)
    except (BadToken, *LIBRARY):
        return None


def _read_signed(signed: bytes, frame: Message) -> Told | None:
    signer = public_jwk(header_of(signed).get("jwk"))
    said = verify(signed, public_key(signer), TYP)
    if (said.get("v"), said.get("c"), said.get("i")) != (VERSION, frame.conversation, frame.cid):
        return None
    epochs = read_epochs(said.get("epochs"))
    return None if epochs is None else Told(kid_of(signer), epochs)


def _recipients(sealed: dict[str, Any] | None) -> list[dict[str, Any]]:
    recipients = (sealed or {}).get("recipients")
    return [each for each in recipients if isinstance(each, dict)] if isinstance(recipients, list) else []


def _kid_of(recipient: dict[str, Any]) -> object:
    header = recipient.get("header")
    return header.get("kid") if isinstance(header, dict) else None
