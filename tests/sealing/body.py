"""Bodies: sealed with an epoch's key, opened only where they belong."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from joserfc import jwe
from joserfc.jwk import OctKey

from shared.chat.frames import Message, Typing
from shared.sealing.jose import UNREADABLE as LIBRARY
from tests.sealing.plain import TYPING_CID, Place, Plain, PlainKind, json_object, padded, read

SealedFrame = Message | Typing
Epochs = Mapping[str, bytes]
"""The keys of one conversation's messages, by epoch."""

_ENC = "A256GCM"
_SEALS = jwe.JWERegistry(algorithms=["dir", _ENC])
_EPOCH = re.compile(r"[1-9][0-9]{0,5}")


class State(StrEnum):
    """What became of a body; see ``Opened`` of ``shared/web/sealing/body.ts``."""

    PLAIN = "plain"
    KEYS = "keys"
    SEALED = "sealed"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a body; ``kind`` and ``data`` only when it is plain."""

    state: State
    kind: PlainKind | None = None
    data: str | None = None


KEYS, SEALED, UNREADABLE = Opened(State.KEYS), Opened(State.SEALED), Opened(State.UNREADABLE)


def newest(epochs: Epochs) -> str | None:
    """Return the highest epoch."""
    return max(epochs, key=int, default=None)


def seal_body(plain: Plain, epochs: Epochs) -> str:
    """Seal with the newest epoch. Raises ``TooLong``, or ``LookupError`` when there is no key."""
    epoch = newest(epochs)
    if epoch is None:
        raise LookupError("there is no key to seal with")
    header = {"alg": "dir", "enc": _ENC, "kid": epoch}
    return jwe.encrypt_compact(header, padded(plain), oct_key(epochs[epoch]), registry=_SEALS)


def open_body(frame: SealedFrame, epochs: Epochs) -> Opened:
    """Open the body of a frame with the epoch that it names; what it holds must belong where the frame says."""
    epoch = epoch_of(frame.body)
    if frame.by is None or epoch is None:
        return UNREADABLE
    if epoch not in epochs:
        return SEALED
    is_typing = isinstance(frame, Typing)
    cid = TYPING_CID if isinstance(frame, Typing) else frame.cid
    try:
        plaintext = jwe.decrypt_compact(frame.body, oct_key(epochs[epoch]), registry=_SEALS).plaintext
    except LIBRARY:
        return UNREADABLE
    content = read(plaintext or b"", Place(frame.conversation, cid, frame.by))
    if content is None or (content[0] is PlainKind.TYPING) != is_typing:
        return UNREADABLE
    return Opened(State.PLAIN, *content)


def epoch_of(body: str) -> str | None:
    """Return the epoch that a body names, or None when it is no body."""
    header = json_object(from_base64url(body.split(".", maxsplit=1)[0]) or b"")
    kid = (header or {}).get("kid")
    return kid if isinstance(kid, str) and is_epoch(kid) else None


def is_epoch(text: str) -> bool:
    """Whether a text names an epoch."""
    return _EPOCH.fullmatch(text) is not None


def oct_key(raw: bytes) -> OctKey:
    """Return an epoch's key as the library wants it."""
    return OctKey(raw, raw)


def to_base64url(raw: bytes) -> str:
    """Return bytes in base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes | None:
    """Return the bytes, or None when the text is no base64url without padding."""
    if re.fullmatch(r"[A-Za-z0-9_-]*", text) is None or len(text) % 4 == 1:
        return None
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
