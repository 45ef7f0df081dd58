"""The wire between instances: core NATS behind a small interface, and what travels on it.

An announcement may be lost: the store is the truth, and a receiver that sees a gap reads from it. So nothing here
waits, retries or acknowledges. No stream captures these subjects.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

import nats
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared import subjects
from shared.broker import inbox_prefix
from shared.logs import get_logger
from shared.settings import Settings

MESSAGE = b"m"
"""Followed by the sequence number (8 bytes, big endian) and the frame: a stored message."""
FRAME = b"f"
"""Followed by a frame to forward as it came: typing, receipt."""
CHANGED = b"s"
"""The conversation's record changed: read it again."""
ERASED = b"x"
"""Followed by an ``erased`` frame: forget the conversation."""

MAX_WAITING = 20_000
"""Announcements kept while NATS is away; older ones are dropped, since receivers heal from the store."""

Receiver = Callable[[str, bytes], None]
"""Called with the conversation's id and the payload; must not block."""


def announce_message(seq: int, frame: bytes) -> bytes:
    """Return the payload that announces a stored message."""
    return MESSAGE + seq.to_bytes(8, "big") + frame


def read_message(payload: bytes) -> tuple[int, bytes]:
    """Return the sequence number and the frame of a message's announcement."""
    return int.from_bytes(payload[1:9], "big"), payload[9:]


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

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: list[tuple[str, bytes]] = []
        self._wake = asyncio.Event()
        self._callbacks: list[Callable[[], None]] = []
        self._sender = asyncio.create_task(self._send_for_ever())

    @classmethod
    async def connect(cls, settings: Settings, name: str) -> "NatsWire":
        """Connect as the service's own user; reconnects for ever."""
        client = Client()
        wire = cls(client)

        async def returned() -> None:
            for callback in wire._callbacks:
                callback()

        async def failed(error: Exception) -> None:
            get_logger().warning("wire_error", error=error)

        await client.connect(
            settings.nats_url.split(","),
            user=settings.nats_user or None,
            password=settings.nats_password.get_secret_value() or None,
            name=name,
            inbox_prefix=inbox_prefix(settings).encode(),
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=5,
            reconnected_cb=returned,
            error_cb=failed,
        )
        return wire

    def post(self, instance: str, conversation: str, payload: bytes) -> None:
        if len(self._waiting) >= MAX_WAITING:
            del self._waiting[: MAX_WAITING // 2]
        self._waiting.append((subjects.chat(instance, conversation), payload))
        self._wake.set()

    async def listen(self, instance: str, receiver: Receiver) -> None:
        async def received(message: Msg) -> None:
            receiver(message.subject.rsplit(".", 1)[1], message.data)

        await self._client.subscribe(
            subjects.chat(instance), cb=received, pending_msgs_limit=-1, pending_bytes_limit=64 * 1024 * 1024
        )

    def on_return(self, callback: Callable[[], None]) -> None:
        self._callbacks.append(callback)

    async def ping(self) -> None:
        if not self._client.is_connected:
            raise ConnectionError("NATS is away")
        await self._client.flush(1)

    async def close(self) -> None:
        """Send what waits and disconnect."""
        self._sender.cancel()
        await asyncio.gather(self._sender, return_exceptions=True)
        if self._client.is_connected:
            for subject, payload in self._waiting:
                await self._client.publish(subject, payload)
        await self._client.close()

    async def _send_for_ever(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._waiting = self._waiting, []
            for subject, payload in batch:
                try:
                    await self._client.publish(subject, payload)
                except nats.errors.Error as error:
                    get_logger().warning("announcement_dropped", error=error)
