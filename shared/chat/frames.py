"""Every frame of the two WebSockets, and their one codec.

A frame is one JSON text message ``{"t": <name>, ...}``. Both sockets speak the same chat frames; each has a few of its
own. They are msgspec structs, not pydantic models: a frame is on the hot path, where validation costs one microsecond
here and thirteen there. ``docs/protocol.md`` is generated from this module.

Units: ``at`` is milliseconds since 1970 UTC, given by the server; ``seq`` counts a conversation's messages from 1.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.contracts.conversation import Audience, Category, EndedBy, Force

MAX_BODY = 16_384
"""Characters in a message body."""
MAX_FRAME = 65_536
"""Characters in a frame that a client may send; a longer one is refused with ``too_large``."""

Id = Annotated[str, Meta(pattern=r"^[0-9a-f-]{36}\Z", description="UUID in lower case")]
ClientId = Annotated[
    str,
    Meta(pattern=r"^[0-9A-Za-z_-]{8,64}\Z", description="Chosen by the client; the same again in a resend"),
]
Body = Annotated[str, Meta(min_length=1, max_length=MAX_BODY, description="Opaque to every server")]
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
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,4})?\Z", description="BCP 47 tag of the page")]


class Role(StrEnum):
    """Who speaks. Visitors learn roles, never names."""

    VISITOR = "visitor"
    OPERATOR = "operator"
    PSYCHOLOGIST = "psychologist"


class Kind(StrEnum):
    """What a body holds."""

    TEXT = "text"
    CARD = "card"


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


# ---- said by both kinds of client


class Say(Frame, tag="say", frozen=True):
    """Send a message. Answered by ``ack`` once it is stored, or by ``error`` with the same ``cid``."""

    conversation: Id
    cid: ClientId
    body: Body
    kind: Kind = Kind.TEXT


class Typing(Frame, tag="typing", frozen=True):
    """The person is writing; sent at most every 3 s, shown for 5 s. Also sent by the server, with ``by``."""

    conversation: Id
    by: Role | None = None


class Receipt(Frame, tag="receipt", frozen=True):
    """What has arrived on the page and what has been on screen. Also sent by the server, with ``by``."""

    conversation: Id
    delivered: Seq
    seen: Seq
    by: Role | None = None


class End(Frame, tag="end", frozen=True):
    """End the conversation and destroy it everywhere. Answered by ``erased``."""

    conversation: Id


# ---- said by the visitor's page alone


class Open(Frame, tag="open", frozen=True):
    """Ask for a specialist. Answered by ``opened``, or first by ``ask_commune``."""

    category: Category
    audience: Audience
    postal_code: PostalCode | None = None
    language: Language = "fr"


class ChooseCommune(Frame, tag="commune", frozen=True):
    """Answer ``ask_commune``: an INSEE code of the list, or null for "I don't know / I'd rather not say"."""

    insee: Annotated[str, Meta(pattern=r"^[0-9][0-9AB][0-9]{3}\Z")] | None = None


class Resume(Frame, tag="resume", frozen=True):
    """Come back to a conversation after a lost connection. Answered by ``resumed`` and all messages after ``seq``."""

    conversation: Id
    token: Token
    seq: Seq


class Keep(Frame, tag="keep", frozen=True):
    """Make resume words count. First without ``proof`` and ``box``: answered by ``kept`` with the installation's share
    of the key that closes the box, or by ``error taken``. Then with both: answered by ``kept`` with the time until which
    the words work. Other words replace those before; the same again renews their box and nothing else.
    """

    conversation: Id
    locator: Digest
    proof: Digest | None = None
    box: Box | None = None


class Find(Frame, tag="find", frozen=True):
    """Come back by resume words, on any device. Answered by ``found``, by ``wrong``, or by ``error not_found``."""

    locator: Digest
    proof: Digest


class Ping(Frame, tag="ping", frozen=True):
    """Sign of life, every 10 s. ``seqs``: last sequence number received of each conversation; gaps are filled."""

    seqs: Annotated[dict[Id, Seq], Meta(max_length=64)] = {}


# ---- said by the operator's console alone


class Sync(Frame, tag="sync", frozen=True):
    """First frame of a console: the last sequence number it holds of each conversation (empty after a reload)."""

    seqs: Annotated[dict[Id, Seq], Meta(max_length=64)] = {}


class SetStatus(Frame, tag="status", frozen=True):
    """Take new conversations, or take none; running ones go on. Also sent by the server, in answer: what holds now."""

    status: Literal["available", "paused"]


# ---- said by the server to both


class Ack(Frame, tag="ack", frozen=True):
    """Stored: no crash of a service can lose it now."""

    conversation: Id
    cid: ClientId
    seq: Seq
    at: int


class Message(Frame, tag="message", frozen=True):
    """A message of the conversation, in order of ``seq``, each once."""

    seq: Seq
    conversation: Id
    by: Role
    at: int
    cid: ClientId
    body: Body
    kind: Kind = Kind.TEXT


class Erased(Frame, tag="erased", frozen=True):
    """The conversation is destroyed; the client forgets what it holds of it."""

    conversation: Id
    ended_by: EndedBy


class Pong(Frame, tag="pong", frozen=True):
    """Answer to ``ping``."""

    at: int


class Error(Frame, tag="error", frozen=True):
    """What was wrong with a frame. Nothing was changed by it. ``cid`` names the message that was not stored."""

    code: ErrorCode
    detail: str
    conversation: str | None = None
    cid: str | None = None
    retry_after_ms: Count | None = None


# ---- said by the gateway alone


class CommuneChoice(msgspec.Struct, frozen=True):
    """One commune of a postal code."""

    insee: str
    name: str


class AskCommune(Frame, tag="ask_commune", frozen=True):
    """The postal code spans both forces; communes in order of population."""

    postal_code: str
    communes: list[CommuneChoice]


class Opened(Frame, tag="opened", frozen=True):
    """The conversation exists. ``token`` is kept in the page's memory only, for ``resume`` and the erase call."""

    conversation: Id
    token: Token


class Resumed(Frame, tag="resumed", frozen=True):
    """Welcome back. The messages after the given ``seq`` follow; ``seq`` is the last one stored."""

    conversation: Id
    seq: Seq


class State(Frame, tag="state", frozen=True):
    """The whole of what a visitor may know of where the conversation stands; each replaces the one before.

    ``position`` is 1 for the next to be answered; ``estimate_s`` is seconds, absent when nothing honest can be said.
    ``peer_connected``: the specialist's console is on line at this moment.
    """

    conversation: Id
    stage: Stage
    force: Force | None = None
    unit: str | None = None
    position: Count | None = None
    estimate_s: Count | None = None
    peer_connected: bool | None = None


class Kept(Frame, tag="kept", frozen=True):
    """Answer to ``keep``: ``share`` to its first half, ``until`` to its second."""

    conversation: Id
    share: str | None = None
    until: int | None = None


class Found(Frame, tag="found", frozen=True):
    """The words are right: the box, and the installation's share of the key that opens it. ``resume`` follows."""

    share: str
    box: str
    until: int


class Wrong(Frame, tag="wrong", frozen=True):
    """Some of the words are right and some are not; after as many more tries as ``left`` they are dead."""

    left: Count


# ---- said by the dispatcher alone


class Welcome(Frame, tag="welcome", frozen=True):
    """Answer to ``sync``: who the console is, and every conversation that it holds (``held`` frames follow).

    Comes again when the operator's seat was lost and is taken again.
    """

    operator: str
    force: Force
    status: Literal["available", "paused"]
    limit: Count
    conversations: list[Id]
    at: int


class Held(Frame, tag="held", frozen=True):
    """A conversation that this operator has, whole; each replaces the one before. ``new``: just assigned."""

    conversation: Id
    category: Category
    audience: Audience
    force: Force
    opened_at: int
    assigned_at: int
    language: str
    turn: int
    commune: str | None = None
    commune_name: str | None = None
    postal_code: str | None = None
    department: str | None = None
    unit: str | None = None
    visitor_connected: bool = False
    delivered: Seq = 0
    seen: Seq = 0
    resumable_until: int | None = None
    new: bool = False


class Released(Frame, tag="released", frozen=True):
    """This operator no longer has the conversation; the console forgets it."""

    conversation: Id


class QueueLine(msgspec.Struct, frozen=True):
    """One queue as the console shows it."""

    force: Force
    category: Category
    waiting: int
    oldest_s: int


class Board(Frame, tag="board", frozen=True):
    """The queues that this operator serves, sent when they change (at most every second)."""

    queues: list[QueueLine]


VisitorFrame = Open | ChooseCommune | Resume | Keep | Find | Say | Typing | Receipt | Ping | End
OperatorFrame = Sync | SetStatus | Say | Typing | Receipt | Ping | End
ServerFrame = (
    Ack | Message | Erased | Pong | Error | Typing | Receipt
    | AskCommune | Opened | Resumed | Kept | Found | Wrong | State | Welcome | SetStatus | Held | Released | Board
)  # fmt: skip

encode = msgspec.json.Encoder().encode
decode_visitor: Callable[[bytes | str], VisitorFrame] = msgspec.json.Decoder(VisitorFrame).decode
decode_operator: Callable[[bytes | str], OperatorFrame] = msgspec.json.Decoder(OperatorFrame).decode
decode_server: Callable[[bytes | str], ServerFrame] = msgspec.json.Decoder(ServerFrame).decode

KNOWN_TAGS = frozenset(
    str(frame.__struct_config__.tag) for union in (VisitorFrame, OperatorFrame, ServerFrame) for frame in union.__args__
)
_UNREADABLE = (msgspec.MsgspecError, RecursionError, ValueError)
"""What the codec raises on hostile text: broken JSON, endless nesting, text that is no UTF-8."""
_WITHOUT_INPUT = ("Expected ", "Object missing ")
"""How the codec's sentences begin that name only what the contract says; the others quote what was sent."""


class FrameError(Exception):
    """A frame that cannot be read; ``error`` is what the client is told."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.code)
        self.error = error


def read_visitor(raw: str) -> VisitorFrame:
    """Read what a visitor's page sent. Raises ``FrameError`` and nothing else, whatever the text."""
    _check_size(raw)
    try:
        return decode_visitor(raw)
    except _UNREADABLE as cause:
        raise refuse(raw, cause) from None


def read_operator(raw: str) -> OperatorFrame:
    """Read what a console sent. Raises ``FrameError`` and nothing else, whatever the text."""
    _check_size(raw)
    try:
        return decode_operator(raw)
    except _UNREADABLE as cause:
        raise refuse(raw, cause) from None


def refuse(raw: bytes | str, cause: Exception) -> FrameError:
    """Turn a decoding failure into the typed error that says which kind it was, without a word of what was sent."""
    try:
        tag = msgspec.json.decode(raw, type=dict[str, object]).get("t")
    except msgspec.ValidationError:
        return _refusal(ErrorCode.INVALID, "a frame is a JSON object")
    except RecursionError:
        return _refusal(ErrorCode.INVALID, "a frame is nested less deeply")
    except (msgspec.DecodeError, ValueError):
        return _refusal(ErrorCode.NOT_JSON, "a frame is JSON text in UTF-8")
    if not isinstance(tag, str) or tag not in KNOWN_TAGS:
        return _refusal(ErrorCode.UNKNOWN_FRAME, "no frame has this name in field t")
    detail = str(cause)
    if detail.startswith(f"Invalid value {tag!r}"):
        return _refusal(ErrorCode.UNKNOWN_FRAME, "this side does not take this frame")
    if detail.startswith(_WITHOUT_INPUT):
        return _refusal(ErrorCode.INVALID, detail)
    if detail.startswith("Object contains unknown field"):
        return _refusal(ErrorCode.INVALID, "the frame has a field that is not its own")
    return _refusal(ErrorCode.INVALID, "a field of the frame holds a value that it may not have")


def _check_size(raw: str) -> None:
    if len(raw) > MAX_FRAME:
        raise _refusal(ErrorCode.TOO_LARGE, f"a frame has at most {MAX_FRAME} characters")


def _refusal(code: ErrorCode, detail: str) -> FrameError:
    return FrameError(Error(code=code, detail=detail))
