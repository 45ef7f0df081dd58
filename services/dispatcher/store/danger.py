"""Who is in danger, in the store: the commands of ``danger.lua``."""

from dataclasses import dataclass

from services.dispatcher.store.dispatch import DispatchStore, text


@dataclass(frozen=True, slots=True)
class Danger:
    """A conversation in danger: where it stands, never what is in it. Times in ms.

    ``by``: the role that said so. ``operator``: who has it; empty while it waits. ``seen_by``: who sees to it.
    """

    conversation: str
    queue: str
    since_ms: int
    at_ms: int
    by: str
    operator: str
    seen_by: str
    seen_ms: int


class DangerStore:
    """The commands."""

    def __init__(self, store: DispatchStore) -> None:
        self._store = store

    async def all(self) -> list[Danger]:
        """Return every conversation in danger, the longest in danger first."""
        return [
            Danger(
                text(conversation),
                text(queue),
                int(since),
                int(at),
                text(by),
                text(operator),
                text(seen_by),
                int(seen_at),
            )
            for conversation, queue, since, at, by, operator, seen_by, seen_at in await self._store.run("dangers")
        ]

    async def see(self, conversation: str, who: str) -> bool:
        """Note that ``who`` sees to it; False when it is not in danger, or somebody saw to it before."""
        return bool(await self._store.run("danger_seen", conversation, who))
