"""The chains of the audit: every writer's entries hang together, each naming the digest of the one before."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from shared.contracts.audit import NOTHING_BEFORE, AuditEntry


@dataclass(frozen=True, slots=True)
class Break:
    """An entry that does not follow the writer's entry before it."""

    writer: str
    number: int
    why: str


def digest_of(body: bytes) -> str:
    """Return the digest of an entry's exact bytes, as the next one names it."""
    return hashlib.sha256(body).hexdigest()


def breaks(entries: Iterable[tuple[bytes, AuditEntry]]) -> list[Break]:
    """Return where the chains do not hold, given every entry that is kept, oldest first.

    A writer's first entry that is kept may be any: those before it may have grown too old. What was taken off the end
    of a chain cannot be seen by this.
    """
    last: dict[str, tuple[int, str]] = {}
    found = []
    for body, entry in entries:
        number, digest = last.get(entry.writer, (entry.number - 1, entry.previous))
        if entry.number == 1 and entry.previous != NOTHING_BEFORE:
            found.append(Break(entry.writer, entry.number, "a first entry names one before it"))
        elif entry.number != number + 1:
            found.append(Break(entry.writer, entry.number, f"it follows number {number}"))
        elif entry.previous != digest:
            found.append(Break(entry.writer, entry.number, "the entry before it is not as it was written"))
        last[entry.writer] = (entry.number, digest_of(body))
    return found
