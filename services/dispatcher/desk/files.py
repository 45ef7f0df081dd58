"""The desk's files on disk: those that ship with Havre, and those of an installation that go before them."""

from collections.abc import Iterator
from pathlib import Path

from services.dispatcher.domain.library import LARGEST, Library, assemble
from services.dispatcher.domain.sheet_faults import Fault, Problem
from shared.logs import get_logger

SHIPPED = Path(__file__).parent / "content"
MOST_FILES = 1_000
"""Files of one folder that are read; a folder with more is not a desk but a mistake in the setting."""
MOST_BYTES = LARGEST * 4


def load(own: Path | None) -> Library:
    """Read both folders. What cannot be used is logged and left out (see `assemble`); nothing is raised.

    A chat without one sheet is better than no chat: a bad file, or a folder that is not there, never keeps the service
    from starting.
    """
    problems: list[Problem] = []
    shipped = _texts(SHIPPED, problems)
    ours = _texts(own, problems) if own else {}
    library = assemble(shipped, ours, tuple(problems))
    for problem in library.problems:
        get_logger().warning("desk_file_left_out", file=problem.file, field=problem.field, fault=problem.fault.value)
    return library


def _texts(folder: Path, problems: list[Problem]) -> dict[str, str]:
    """Return the texts of a folder's files by their paths under it."""
    try:
        found = sorted(_files(folder))
    except OSError:
        found = []
    if not found or len(found) > MOST_FILES:
        fault = Fault.TOO_LARGE if found else Fault.NOT_THERE
        problems.append(Problem(file=folder.name, field="", fault=fault))
        return {}
    texts: dict[str, str] = {}
    for path in found:
        name = path.relative_to(folder).as_posix()
        text = _text(path)
        if isinstance(text, Fault):
            problems.append(Problem(file=name, field="", fault=text))
        else:
            texts[name] = text
    return texts


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*.toml"):
        if path.is_file():
            yield path


def _text(path: Path) -> str | Fault:
    try:
        if path.stat().st_size > MOST_BYTES:
            return Fault.TOO_LARGE
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return Fault.NOT_TEXT
    except OSError:
        return Fault.NOT_THERE
