"""Who vanished while in danger, in the store: the commands of ``missing.lua``."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.dispatcher.store.dispatch import Decision, DispatchStore, decisions, maybe, text
from shared.contracts.dispatcher import MissingEnd


@dataclass(frozen=True, slots=True)
class Alarm:
    """That a visitor in danger vanished: where the conversation stands, never what is in it. Times in ms; 0: not yet.

    ``sign_ms``: the last one of the page; ``at_ms``: when it was found out. ``operator``: who has it; empty: it waits.
    ``over``: the conversation is gone, and how: ``erased`` by its page, ``ended`` by its operator, ``expired``.
    """

    conversation: str
    queue: str
    sign_ms: int
    at_ms: int
    operator: str
    seen_by: str
    seen_ms: int
    over: str
    over_ms: int


class MissingStore:
    """The commands."""

    def __init__(self, store: DispatchStore) -> None:
        self._store = store

    async def look(self, signs: Mapping[str, int]) -> list[Decision]:
        """Take in when pages last gave a sign (ms, the store's clock); return who vanished and who is back."""
        flat = [item for pair in signs.items() for item in pair]
        return decisions(await self._store.run("look", *flat)) if flat else []

    async def close(self, conversation: str, who: str, why: MissingEnd) -> Decision | None:
        """Say that an absence is seen to, and why; None when nobody is missing there."""
        return maybe(await self._store.run("close_missing", conversation, who, why.value))

    async def see(self, conversation: str, who: str) -> bool:
        """Note that ``who`` has seen the alarm; False when there is none, or somebody has."""
        return bool(await self._store.run("missing_seen", conversation, who))

    async def all(self) -> list[Alarm]:
        """Return every alarm, the oldest first; those of conversations that are gone until somebody has seen them."""
        return [
            Alarm(
                text(conversation),
                text(queue),
                int(sign),
                int(at),
                text(operator),
                text(seen_by),
                int(seen_at),
                text(over),
                int(over_at),
            )
            for conversation, queue, sign, at, operator, seen_by, seen_at, over, over_at in await self._store.run(
                "missing"
            )
        ]
