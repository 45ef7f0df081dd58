"""Reading a file that somebody else made: as a stream, with a progress bar, and with its faults named."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from tqdm import tqdm

from shared.importing.report import ImportRefused

CHUNK = 1 << 18
BOM = b"\xef\xbb\xbf"


class Metered(io.RawIOBase):
    """A file whose reading moves a progress bar."""

    def __init__(self, path: Path, bar: "tqdm[None]") -> None:
        self._file = path.open("rb", buffering=0)
        self._bar = bar

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]  # the stub's Buffer is 3.12's
        """Read some bytes."""
        number = self._file.readinto(buffer)
        self._bar.update(number)
        return number

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


@contextmanager
def opened(path: Path, *, quiet: bool = False) -> Iterator[BinaryIO]:
    """Open ``path`` for streaming, a byte-order mark skipped. Raises ``ImportRefused`` when it cannot be opened."""
    with ExitStack() as stack:
        try:
            size = path.stat().st_size
            shown = tqdm(total=size, unit="B", unit_scale=True, desc=path.name, disable=quiet or None, leave=False)
            bar = stack.enter_context(shown)
            file = stack.enter_context(io.BufferedReader(Metered(path, bar), CHUNK))
        except OSError as error:
            raise ImportRefused(f"{path.name}: {error.strerror}") from error
        if file.peek(3)[:3] == BOM:
            file.read(3)
        yield file


def csv_rows(file: BinaryIO, required: Sequence[str], delimiter: str = ";") -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, row) of a CSV in UTF-8 with a header.

    Raises ``ImportRefused`` for a wrong encoding, a wrong delimiter, a missing column, a row of the wrong length, a
    quote that is never closed, or a last line that was cut.
    """
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    tail = _Tail(text)
    reader = csv.reader(tail, delimiter=delimiter, strict=True)
    try:
        header = _header(text.readline(), required, delimiter)
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                raise ImportRefused(f"{len(row)} fields instead of {len(header)}: cut or damaged", reader.line_num + 1)
            yield reader.line_num + 1, dict(zip(header, (value.strip() for value in row), strict=True))
    except UnicodeDecodeError as error:
        raise ImportRefused(
            f"not UTF-8 near line {reader.line_num + 2}: {error.reason}", reader.line_num + 2
        ) from error
    except csv.Error as error:
        raise ImportRefused(f"{error}: cut or damaged", reader.line_num + 1) from error
    if not tail.ended:
        raise ImportRefused("the last line has no end: the file was cut", reader.line_num + 1)


class _Tail:
    """Lines of a text, remembering whether the last one had an end."""

    def __init__(self, lines: io.TextIOWrapper) -> None:
        self._lines = lines
        self.ended = True

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.ended = line.endswith(("\n", "\r"))
            yield line


def _header(line: str, required: Sequence[str], delimiter: str) -> list[str]:
    """Return the names of the columns, in lower case."""
    header = [name.strip().lower() for name in next(csv.reader([line], delimiter=delimiter), [])]
    missing = [name for name in required if name not in header]
    if not missing:
        return header
    if len(header) == 1 and any(other in line for other in ",;\t|" if other != delimiter):
        raise ImportRefused(f"the delimiter is not {delimiter!r}", 1)
    raise ImportRefused(f"missing columns: {', '.join(missing)}", 1)
