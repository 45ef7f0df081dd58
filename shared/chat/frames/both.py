"""Frames of both sockets: what either client says, and what the server says to either."""

from typing import Annotated

from msgspec import Meta, field

from shared.chat.frames.words import Body, ClientId, Count, ErrorCode, Frame, Id, Role, Seq
from shared.contracts.conversation import EndedBy

# ---- said by both kinds of client


class Say(Frame, tag="say", frozen=True):
    """Send a message. Answered by ``ack`` once it is stored, or by ``error`` with the same ``cid``."""

    conversation: Id
    cid: ClientId
    body: Body


class Typing(Frame, tag="typing", frozen=True):
    """The person is writing; sent at most every 3 s, shown for 5 s. Also sent by the server, with ``by``.

    The body is sealed as a message's is: who made it holds the conversation's key.
    """

    conversation: Id
    body: Body
    by: Role | None = None


class Receipt(Frame, tag="receipt", frozen=True):
    """What has arrived on the page and what has been on screen. Also sent by the server, with ``by``."""

    conversation: Id
    delivered: Seq
    seen: Seq
    by: Role | None = None


class Ping(Frame, tag="ping", frozen=True):
    """Sign of life, every 10 s. ``seqs``: last sequence number received of each conversation; gaps are filled."""

    seqs: Annotated[dict[Id, Seq], Meta(max_length=64)] = field(default_factory=dict)


class End(Frame, tag="end", frozen=True):
    """End the conversation and destroy it everywhere. Answered by ``erased``."""

    conversation: Id


class Danger(Frame, tag="danger", frozen=True):
    """Somebody is in danger at this moment, or no longer. Answered by what both ends are told of the conversation:
    ``state`` and ``held``. Saying again what is so changes nothing. What a specialist has said, the visitor's page
    cannot take back: somebody else may hold the phone.
    """

    conversation: Id
    on: bool


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
