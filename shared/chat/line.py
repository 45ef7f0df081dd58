"""One connection of a client that may have had others before: what an old one still says is not taken for the new."""

import asyncio
from typing import Protocol, cast


class Owner(Protocol):
    """Who has the connection."""

    def received(self, line: "Line", data: bytes) -> None:
        """Bytes have come."""

    def lost(self, line: "Line", error: Exception | None) -> None:
        """The connection is gone; never called for one that was dropped on purpose."""

    def room(self, line: "Line") -> None:
        """What was written has left."""


class Line(asyncio.Protocol):
    """asyncio's protocol for one connection."""

    def __init__(self, owner: Owner) -> None:
        self._owner: Owner | None = owner
        self.transport: asyncio.Transport | None = None
        self.full = False
        """Whether the other side does not keep up with what is written."""

    def write(self, data: bytes) -> None:
        """Write, if the connection is there."""
        if self.transport is not None:
            self.transport.write(data)

    def drop(self) -> None:
        """End it at once; its owner hears no more of it."""
        self._owner = None
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: connected."""
        self.transport = cast("asyncio.Transport", transport)
        if self._owner is None:
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes."""
        if self._owner is not None:
            self._owner.received(self, data)

    def connection_lost(self, error: Exception | None) -> None:
        """asyncio: gone."""
        self.transport = None
        if self._owner is not None:
            self._owner.lost(self, error)

    def pause_writing(self) -> None:
        """asyncio: the buffer is full."""
        self.full = True

    def resume_writing(self) -> None:
        """asyncio: there is room again."""
        self.full = False
        if self._owner is not None:
            self._owner.room(self)
