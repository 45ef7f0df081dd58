"""The wire between instances: core NATS behind a small interface, and what travels on it.

An announcement may be lost: the store is the truth, and a receiver that sees a gap reads from it. So nothing here
waits, retries or acknowledges. No stream captures these subjects.
"""

from collections.abc import Callable
from struct import Struct
from typing import Protocol

from shared import subjects
from shared.chat.core_nats import CoreNats
from shared.settings import Settings

MESSAGE = b"m"
"""Followed by the sequence number (8 bytes, big endian) and the frame: a stored message."""
FRAME = b"f"
"""Followed by a frame to forward as it came: typing, receipt."""
CHANGED = b"s"
"""The conversation's record changed: read it again."""
ERASED = b"x"
"""Followed by an ``erased`` frame: forget the conversation."""

_HEAD = Struct(">cQ")
MESSAGE_HEAD = _HEAD.size
"""Bytes of a message's announcement before its frame."""

MAX_WAITING = 20_000
"""Announcements kept while NATS is away; older ones are dropped, since receivers heal from the store."""

PING_WITHIN_S = 1.0

Receiver = Callable[[str, bytes], None]
"""Called with the conversation's id and the payload; must not block."""


def announce_message(seq: int, frame: bytes) -> bytes:
    """Return the payload that announces a stored message."""
    return _HEAD.pack(MESSAGE, seq) + frame


def read_message(payload: bytes) -> tuple[int, bytes]:
    """Return the sequence number and the frame of a message's announcement."""
    return _HEAD.unpack_from(payload)[1], payload[MESSAGE_HEAD:]


class Wire(Protocol):
    """What the chat path needs from a broker."""

    def post(self, instance: str, conversation: str, payload: bytes) -> None:
        """Announce to one instance; returns at once."""

    async def listen(self, instance: str, receiver: Receiver) -> None:
        """Call ``receiver`` for every announcement to this instance."""

    def on_return(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` when the broker is back after a loss: announcements may have been missed."""

    async def ping(self) -> None:
        """Raise when the broker does not answer."""


class NatsWire:
    """The wire on core NATS, with a connection of its own beside the one for events."""

    def __init__(self, client: CoreNats) -> None:
        self._client = client

    @classmethod
    async def connect(cls, settings: Settings, name: str) -> "NatsWire":
        """Connect as the service's own user; reconnects for ever."""
        who = {"user": settings.nats_user, "pass": settings.nats_password.get_secret_value()}
        hello = {"name": name, **(who if settings.nats_user else {})}
        client = CoreNats(settings.nats_url.split(","), hello, MAX_WAITING)
        await client.start()
        return cls(client)

    def post(self, instance: str, conversation: str, payload: bytes) -> None:
        self._client.publish(subjects.chat(instance, conversation), payload)

    async def listen(self, instance: str, receiver: Receiver) -> None:
        def received(subject: str, payload: bytes) -> None:
            receiver(subject[subject.rindex(".") + 1 :], payload)

        await self._client.subscribe(subjects.chat(instance), received)

    def on_return(self, callback: Callable[[], None]) -> None:
        self._client.on_return(callback)

    async def ping(self) -> None:
        await self._client.ping(PING_WITHIN_S)

    async def close(self) -> None:
        """Send what waits and disconnect."""
        await self._client.close()
