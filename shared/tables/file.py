"""The file of a table: which version is in force, and how a new one takes its place.

Imports the standard library alone: a command line that only reads a table starts at once.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


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
