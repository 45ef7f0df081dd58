"""What staff write, as the store keeps it: sealed, in the dispatcher's own slot, for a shift or with a conversation.

Notes lie beside the conversation's ticket, and whatever ends the ticket deletes them in the same run of its script.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from redis.asyncio import Redis

from services.dispatcher.domain.backroom import (
    MOST_ADDRESSED,
    MOST_LINES,
    MOST_NOTES,
    MOST_WRITTEN,
    ROOMS,
    WRITTEN_IN_MS,
    Notes,
    Place,
)
from shared import keys
from shared.clock import now_ms

SCRIPT = Path(__file__).with_name("lines.lua")
NOTES_KEPT_MS = 86_400_000
"""Notes nobody looks at any more, of a conversation whose end was lost, are gone by themselves after so long."""
PAGE = 100
"""Lines that one answer has."""
MOST_SEALED = 8_192
"""Characters of a line's ciphertext: of the largest size to which pages pad."""
BASE64URL = r"^[A-Za-z0-9_-]+$"
Short = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
Outcome = Literal["new", "known", "gone", "full", "too_fast"]


class EphemeralKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A public key that was made for one line."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Short
    y: Short


class KeyHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """For which key, and how."""

    alg: Literal["ECDH-ES+A256KW"]
    kid: Short
    epk: EphemeralKey | None = None


class SealedFor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line's key, sealed for one reader."""

    header: KeyHeader
    encrypted_key: Short


class SealedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line: a general JWE and nothing else, so that a page that forgot to seal is refused."""

    protected: Annotated[str, msgspec.Meta(pattern=BASE64URL, max_length=512)]
    recipients: Annotated[list[SealedFor], msgspec.Meta(min_length=1, max_length=MOST_ADDRESSED)]
    iv: Short
    ciphertext: Annotated[str, msgspec.Meta(pattern=BASE64URL, max_length=MOST_SEALED)]
    tag: Short


class Head(msgspec.Struct, frozen=True):
    """What the server knows of a line: the client's id, whose it is, when (ms), and a digest of what is sealed."""

    cid: str
    by: str
    at: int
    mark: str


class StaffLine(msgspec.Struct, frozen=True):
    """One line of a place. ``seq``: 1, 2, 3, ... in that place."""

    seq: int
    cid: str
    by: str
    at: int
    mark: str
    sealed: SealedLine


@dataclass(frozen=True, slots=True)
class Written:
    """What came of a line. ``wait_ms``: when it was too much."""

    outcome: Outcome
    seq: int = 0
    wait_ms: int = 0


class Present(msgspec.Struct, frozen=True):
    """Somebody on duty whose page does not hold the duty key. ``until``: of the last sign of life, in ms."""

    login: str
    role: str
    force: str
    until: int


class Lines:
    """See the module's text. ``kept_s``: how long the lines of a room stay; ``clock``: ms since 1970."""

    def __init__(self, valkey: "Redis", kept_s: int, clock: Callable[[], int] = now_ms) -> None:
        self._valkey = valkey
        self._clock = clock
        self._kept_ms = kept_s * 1000
        self._script = valkey.register_script(SCRIPT.read_text(encoding="utf-8"))

    async def append(self, place: Place, by: str, cid: str, mark: str, sealed: SealedLine) -> Written:
        """Store a line; the same client id again is the same line."""
        notes = isinstance(place, Notes)
        own = keys.staff_lines(str(place))
        needed = keys.ticket(place.conversation) if isinstance(place, Notes) else own
        kept, most = (NOTES_KEPT_MS, MOST_NOTES) if notes else (self._kept_ms, MOST_LINES)
        head = msgspec.json.encode(Head(cid, by, self._clock(), mark))
        what: Any = await self._script(
            keys=[own, keys.staff_written(by), needed],
            args=[
                *("append", cid, head, msgspec.json.encode(sealed), kept, most, int(not notes)),
                *(MOST_WRITTEN, WRITTEN_IN_MS),
            ],
        )
        outcome: Outcome = what[0].decode()
        number = int(what[1])
        return Written(outcome, wait_ms=number) if outcome == "too_fast" else Written(outcome, number)

    async def read(self, place: Place, after: int) -> tuple[int, list[StaffLine]]:
        """Return the last number of a place, and its lines after a number, at most ``PAGE``."""
        key = keys.staff_lines(str(place))
        if isinstance(place, Notes):
            await self._script(keys=[key], args=["keep", NOTES_KEPT_MS])
        else:
            await self._trim(key)
        last, *flat = await self._script(keys=[key], args=["read", after, PAGE])
        rows = zip(flat[0::3], flat[1::3], flat[2::3], strict=True)
        return int(last), [_line(int(seq), head, sealed) for seq, head, sealed in rows]

    async def reseal(self, place: Place, seq: int, mark: str, sealed: SealedLine) -> bool:
        """Let a line be sealed for others too, without another text; False when there is no such line."""
        body = msgspec.json.encode(sealed)
        return bool(await self._script(keys=[keys.staff_lines(str(place))], args=["reseal", seq, mark, body]))

    async def trim(self) -> None:
        """Drop what has stood in the rooms for longer than a shift."""
        for room in ROOMS:
            await self._trim(keys.staff_lines(str(room)))

    async def arrive(self, kid: str, who: Present) -> None:
        """Count somebody as there until ``who.until``."""
        await self._valkey.hset(keys.STAFF_PRESENT, kid, msgspec.json.encode(who))

    async def present(self) -> dict[str, Present]:
        """Return who is there, by the key with which they read; the rest is forgotten."""
        found: Any = await self._valkey.hgetall(keys.STAFF_PRESENT)
        everybody = {kid.decode(): msgspec.json.decode(text, type=Present) for kid, text in found.items()}
        now = self._clock()
        await self._forget(kid for kid, who in everybody.items() if who.until < now)
        return {kid: who for kid, who in everybody.items() if who.until >= now}

    async def _forget(self, kids: Iterable[str]) -> None:
        if gone := list(kids):
            await self._valkey.hdel(keys.STAFF_PRESENT, *gone)

    async def _trim(self, key: str) -> None:
        await self._script(keys=[key], args=["trim", self._clock() - self._kept_ms])


def _line(seq: int, head: bytes, sealed: bytes) -> StaffLine:
    of = msgspec.json.decode(head, type=Head)
    return StaffLine(seq, of.cid, of.by, of.at, of.mark, msgspec.json.decode(sealed, type=SealedLine))
