"""Plaintexts: what is sealed into a body, and how long it then is."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.chat.frames import Role

TYPING_CID = "typing"
SIZES = (256, 1_024, 4_096, 12_000)
VERSION = 1


class PlainKind(StrEnum):
    """What a body holds."""

    TEXT = "text"
    CARD = "card"
    TYPING = "typing"
    PROPOSAL = "proposal"
    CONSENT = "consent"


SAID_BY = {PlainKind.PROPOSAL: Role.OPERATOR, PlainKind.CONSENT: Role.VISITOR}
"""Kinds that only one role may say."""


class TooLong(ValueError):
    """No body holds this text."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a frame says that its body belongs."""

    conversation: str
    cid: str
    by: Role


@dataclass(frozen=True, slots=True)
class Plain:
    """What is sealed into the body of one frame."""

    conversation: str
    cid: str
    by: Role
    kind: PlainKind
    data: str


def fits(data: str) -> bool:
    """Whether the largest size holds it, whoever says it in whichever conversation."""
    try:
        padded(Plain("-" * 36, "-" * 64, Role.PSYCHOLOGIST, PlainKind.PROPOSAL, data))
    except TooLong:
        return False
    return True


def padded(plain: Plain) -> bytes:
    """Return the plaintext of a body, filled up to one of ``SIZES``. Raises ``TooLong``."""
    fields = {
        "v": VERSION, "c": plain.conversation, "i": plain.cid, "b": plain.by, "k": plain.kind, "d": plain.data,
    }  # fmt: skip
    text = bytes_of(fields)
    for size in SIZES:
        if len(text) <= size:
            return text.ljust(size)
    raise TooLong("no body holds a text of this length")


def read(text: bytes, place: Place) -> tuple[PlainKind, str] | None:
    """Return what a plaintext holds, or None when it is none or belongs to another place."""
    fields = json_object(text)
    if fields is None or fields.get("v") != VERSION or isinstance(fields.get("v"), bool):
        return None
    if (fields.get("c"), fields.get("i"), fields.get("b")) != (place.conversation, place.cid, place.by):
        return None
    kind, data = fields.get("k"), fields.get("d")
    if kind not in set(PlainKind) or not isinstance(data, str):
        return None
    if SAID_BY.get(PlainKind(kind), place.by) is not place.by:
        return None
    return PlainKind(kind), data


def json_object(text: bytes | str) -> dict[str, Any] | None:
    """Return the JSON object that the text is, or None."""
    try:
        found = json.loads(text if isinstance(text, str) else text.decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def bytes_of(fields: dict[str, Any]) -> bytes:
    """Return an object as the UTF-8 bytes of its JSON text; half a character is escaped, as a browser does it."""
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")
