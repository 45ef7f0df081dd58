"""Duty keys and their boxes in Valkey, safe with any number of dispatcher instances: what changes is one script run."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from services.dispatcher.domain.duty import DutyState, Shift
from services.dispatcher.domain.presence import Patience
from shared import keys
from shared.contracts.conversation import Force

SCRIPT = Path(__file__).with_name("duty.lua")


class DutyStore:
    """See the module's text. ``clock`` (ms) is for tests: otherwise the server's own clock counts."""

    def __init__(self, valkey: Redis, patience: Patience, clock: Callable[[], int] | None = None) -> None:
        forces = ", ".join(f"'{force}'" for force in Force)
        head = f"local PREFIX, GRACE, FORCES = '{keys.DISPATCH}', {patience.grace_ms}, {{ {forces} }}\n"
        self._valkey = valkey
        self._clock = clock
        self._script = valkey.register_script(head + SCRIPT.read_text(encoding="utf-8"))

    async def look(self) -> dict[Force, DutyState]:
        """Return how it stands with the key of every force."""
        now_ms, *rows = await self._run("look")
        found = {}
        for force, kid, *flat in rows:
            shifts = zip(flat[0::3], flat[1::3], flat[2::3], strict=True)
            seen = tuple(Shift(one.decode(), instance.decode(), bool(boxed)) for one, instance, boxed in shifts)
            found[Force(force.decode())] = DutyState(Force(force.decode()), kid.decode() or None, seen, int(now_ms))
        return found

    async def make(
        self, force: Force, replaces: str | None, kid: str, ends_at_ms: int, boxes: Mapping[str, str]
    ) -> bool:
        """Let ``kid`` be the key of a force from now on; False when the key is not (any more) what it ``replaces``."""
        return bool(await self._run("make", force, replaces or "", kid, ends_at_ms, *_flat(boxes)))

    async def share(self, force: Force, kid: str, by: str, boxes: Mapping[str, str]) -> bool:
        """Add boxes for consoles that have none; False when ``kid`` is not the key, or ``by`` has no box of it."""
        return bool(await self._run("share", force, kid, by, *_flat(boxes)))

    async def drop(self, force: Force, operator: str, socket: str = "") -> bool:
        """Forget the key of a force and its boxes because of ``operator``, who gets no other; False: there was none.

        The others on duty make another. ``socket``: only the operator's console whose name begins so.
        """
        return bool(await self._run("drop", force, operator, socket))

    async def boxes(self, kid: str, shifts: Iterable[str]) -> dict[str, str]:
        """Return the boxes that there are for these shift keys."""
        wanted = list(shifts)
        if not wanted:
            return {}
        found: Any = self._valkey.hmget(keys.duty_boxes(kid), wanted)
        return {one: box.decode() for one, box in zip(wanted, await found, strict=True) if box}

    async def keep(self, kid: str, credential: str, ends_at_ms: int) -> None:
        """Keep the proof of whose key ``kid`` is, as long as it holds."""
        await self._valkey.set(keys.credential(kid), credential, pxat=ends_at_ms)

    async def credentials(self, kids: Iterable[str]) -> dict[str, str]:
        """Return the proofs that are kept of these keys."""
        wanted = list(kids)
        if not wanted:
            return {}
        found: Any = await self._valkey.mget([keys.credential(kid) for kid in wanted])
        return {kid: text.decode() for kid, text in zip(wanted, found, strict=True) if text}

    async def _run(self, command: str, *arguments: str | int) -> Any:
        now = self._clock() if self._clock else 0
        return await self._script(keys=[keys.OPERATORS], args=[command, now, *arguments])


def _flat(boxes: Mapping[str, str]) -> list[str]:
    return [item for pair in boxes.items() for item in pair]
