"""What the frames are made of: the types of their fields, and their base."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

MAX_BODY = 16_384
"""Characters in a message body."""
MAX_FRAME = 65_536
"""Characters in a frame that a client may send; a longer one is refused with ``too_large``."""

Id = Annotated[str, Meta(pattern=r"^[0-9a-f-]{36}\Z", description="UUID in lower case")]
ClientId = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-z_-]{8,64}\Z", description="Chosen by the client; the same again in a resend"),
]
Body = Annotated[str, Meta(min_length=1, max_length=MAX_BODY, description="Sealed: opaque to every server")]
Kid = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-z_-]{43}\Z", description="Name of a key: its RFC 7638 SHA-256 thumbprint in base64url"),
]
Credential = Annotated[
    str,
    Meta(min_length=1, max_length=4_096, description="An account's certificate and its statement about a key"),
]
DutyBox = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-z_.-]{1,2048}\Z", description="Compact JWE: a duty key, for one console alone"),
]
Seq = Annotated[int, Meta(ge=0, description="Sequence number; 0 is before the first message")]
Token = Annotated[str, Meta(min_length=20, max_length=200, description="Secret that proves whose conversation it is")]
Count = Annotated[int, Meta(ge=0)]
PostalCode = Annotated[
    str,
    Meta(pattern=r"^[0-9ABab -]{1,12}\Z", description="As typed; need not exist, but no words: it goes to a disk (P1)"),
]
Digest = Annotated[
    str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="256 bits in hexadecimal, derived slowly by the page")
]
Box = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-z_.-]{1,16384}\Z", description="Compact JWE that only the words open"),
]
Signed = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-z_.-]{1,4096}\Z", description="Compact JWS by the conversation's own signing key"),
]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", description="BCP 47 tag of the page")]
Work = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-z+/]+=*\Z", max_length=2_048, description="Base64 of an ALTCHA payload: puzzle, solution"),
]


class Role(StrEnum):
    """Who speaks. Visitors learn roles, never names."""

    VISITOR = "visitor"
    OPERATOR = "operator"
    PSYCHOLOGIST = "psychologist"
    SERVICE = "service"
    """The installation itself: what became of a report. Appended by the dispatcher; no client can speak as it."""


class Stage(StrEnum):
    """Where a conversation stands, as both ends see it."""

    ROUTING = "routing"
    WAITING = "waiting"
    ACTIVE = "active"


class ErrorCode(StrEnum):
    """What was wrong. The connection lives on unless the text of the code says otherwise."""

    NOT_JSON = "not_json"
    UNKNOWN_FRAME = "unknown_frame"
    INVALID = "invalid"
    TOO_LARGE = "too_large"
    OUT_OF_ORDER = "out_of_order"
    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    TOO_FAST = "too_fast"
    UNAVAILABLE = "unavailable"
    SUPERSEDED = "superseded"
    TAKEN = "taken"


class Frame(msgspec.Struct, tag_field="t", frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base: a tagged JSON object; unknown fields are refused."""
