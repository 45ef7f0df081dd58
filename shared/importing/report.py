"""What an import did with every row."""

import csv
from collections import Counter
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

SHOWN_REASONS = 12


class Verdict(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    IGNORED = "ignored"
    """Nothing for this table: another kind of service, say."""


class ImportRefused(Exception):
    """The whole file is refused; the old table stays in force. ``line`` is where it shows, 0 for the whole file."""

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {reason}" if line else reason)
        self.reason = reason
        self.line = line


class Report:
    """Counts in memory; every corrected or rejected row, with line and reason, in a CSV file on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[Verdict] = Counter()
        self.reasons: Counter[tuple[Verdict, str]] = Counter()

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("w", encoding="utf-8", newline="")
        self._out = csv.writer(self._file, lineterminator="\n")
        self._out.writerow(("line", "verdict", "reason", "value"))
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._file.close()

    def refused(self, error: ImportRefused) -> None:
        """The whole file is refused."""
        self._out.writerow((error.line or "", "refused", error.reason, ""))

    def accepted(self) -> None:
        """A row is taken as it is."""
        self.counts[Verdict.ACCEPTED] += 1

    def ignored(self) -> None:
        """A row is of no concern to this table."""
        self.counts[Verdict.IGNORED] += 1

    def corrected(self, line: int, reason: str, value: str = "") -> None:
        """A row is taken after a change."""
        self._note(Verdict.CORRECTED, line, reason, value)

    def rejected(self, line: int, reason: str, value: str = "") -> None:
        """A row is left out."""
        self._note(Verdict.REJECTED, line, reason, value)

    def _note(self, verdict: Verdict, line: int, reason: str, value: str) -> None:
        self.counts[verdict] += 1
        self.reasons[verdict, reason] += 1
        self._out.writerow((line, verdict, reason, value[:200]))

    @property
    def rows(self) -> int:
        """Rows that concern this table."""
        return sum(number for verdict, number in self.counts.items() if verdict is not Verdict.IGNORED)

    def refuse_if_mostly_wrong(self, most: float) -> None:
        """Raise ``ImportRefused`` when more than the share ``most`` of the rows is rejected, or none is left."""
        wrong = self.counts[Verdict.REJECTED]
        if wrong > most * max(self.rows, 1):
            raise ImportRefused(f"{wrong} of {self.rows} rows are wrong: this is not the file that it should be")
        if self.rows == wrong:
            raise ImportRefused("no usable row")

    def summary(self) -> str:
        """Return a few lines for a person."""
        lines = [", ".join(f"{self.counts[verdict]} {verdict}" for verdict in Verdict)]
        for (verdict, reason), number in self.reasons.most_common(SHOWN_REASONS):
            lines.append(f"  {number} {verdict}: {reason}")
        return "\n".join([*lines, f"every row that was not simply accepted: {self.path}"])
