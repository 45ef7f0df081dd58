"""Tables that a service keeps in memory and that an import may replace while it runs.

A table is one file. The shipped one stands in the package; an imported one, in ``HAVRE_TABLES_DIR``, goes before it. An
import writes beside and renames, so a reader finds the old table or the new one, never half of one.
"""

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import Field

from shared.contracts.envelope import Event
from shared.logs import get_logger
from shared.settings import Settings

T = TypeVar("T")

DEFAULT_DIR = Path(__file__).parent.parent / "var" / "tables"


class TableSettings(Settings):
    """What a service needs that holds a table."""

    tables_dir: Path = Field(
        default=DEFAULT_DIR, description="Folder of imported tables; they go before those shipped with the package"
    )
    look_for_tables_s: float = Field(default=2.0, gt=0, description="Seconds between two looks for a newer table")


class BrokenTable(Exception):
    """A file is not the table that it should be."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Tells one version of a file from another without reading it."""

    path: Path
    modified_ns: int
    size: int
    inode: int


def stamp_of(imported: Path, shipped: Path) -> Stamp:
    """Return the stamp of the file in force: the imported one where there is one. Raises ``OSError`` for neither."""
    path = imported if imported.exists() else shipped
    status = path.stat()
    return Stamp(path, status.st_mtime_ns, status.st_size, status.st_ino)


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` make a file beside ``path``, put it on disk, then rename: all or nothing, even in a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    beside = Path(name)
    try:
        write(beside)
        with beside.open("rb") as file:
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
