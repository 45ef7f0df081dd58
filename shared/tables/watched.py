"""The table in force: replaced when its file changes, and said in an event."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Generic, TypeVar

from shared.contracts.envelope import Event
from shared.logs import get_logger
from shared.tables.file import BrokenTable, Stamp, stamp_of

T = TypeVar("T")


class Watched(Generic[T]):
    """The table in force, and its replacement when the file changes.

    ``load`` reads a path; it raises ``BrokenTable`` or ``OSError``. A broken newer file leaves the old table in force.
    """

    def __init__(self, name: str, imported: Path, shipped: Path, load: Callable[[Path], T]) -> None:
        self._name = name
        self._imported = imported
        self._shipped = shipped
        self._load = load
        self._refused: Stamp | None = None
        self.stamp, self.value = self._first()

    def _first(self) -> tuple[Stamp, T]:
        stamp = stamp_of(self._imported, self._shipped)
        try:
            return stamp, self._load(stamp.path)
        except (BrokenTable, OSError) as error:
            if stamp.path == self._shipped:
                raise
            get_logger().error("imported_table_broken", table=self._name, error=error)
            self._refused = stamp
            return stamp_of(self._shipped, self._shipped), self._load(self._shipped)

    async def look(self) -> bool:
        """Take the newer file into use if there is one; returns whether the table changed."""
        stamp = stamp_of(self._imported, self._shipped)
        if stamp in {self.stamp, self._refused}:
            return False
        try:
            value = await asyncio.to_thread(self._load, stamp.path)
        except (BrokenTable, OSError) as error:
            self._refused = stamp
            get_logger().error("newer_table_broken", table=self._name, error=error)
            return False
        self.stamp, self.value = stamp, value
        get_logger().info("table_taken", table=self._name)
        return True


class Announcer(Generic[T]):
    """Says once, in an event, which table is in force; a broker that is away is asked again at the next turn."""

    def __init__(
        self, watched: Watched[T], taken: Callable[[Watched[T]], Event], say: Callable[[Event], Awaitable[None]]
    ) -> None:
        self._watched = watched
        self._taken = taken
        self._say = say
        self._said: Stamp | None = None

    async def turn(self) -> None:
        """Take a newer table if there is one, and say which is in force unless that was said."""
        await self._watched.look()
        if self._said != self._watched.stamp:
            stamp = self._watched.stamp
            await self._say(self._taken(self._watched))
            self._said = stamp
