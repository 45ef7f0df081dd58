"""Calling a psychologist into a chat, in the store: the commands of ``psychologist.lua``."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from services.dispatcher.store.dispatch import MOST_AT_ONCE, Decision, DispatchStore, decisions, maybe, text
from shared.contracts.conversation import Force

Objection = Literal["gone", "not_yours", "there", "called"]
"""Why none is called: there is one already, or one is waited for, or the conversation is not theirs."""


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody waits for a psychologist since ``since_ms``. ``operator``: who has the conversation; None: nobody now.

    ``place``: 1 for the next. ``again``: one was there, and was lost.
    """

    conversation: str
    operator: str | None
    queue: str
    place: int
    since_ms: int
    again: bool


@dataclass(frozen=True, slots=True)
class Service:
    """The psychologists of one force: how many take calls, how many of them have room, and who waits, next first."""

    force: Force
    present: int
    free: int
    calls: list[Call]


class Calls:
    """The commands. Each changes everything that follows from it, or nothing."""

    def __init__(self, store: DispatchStore) -> None:
        self._store = store

    async def call(self, conversation: str, operator: str) -> Objection | None:
        """Ask for a psychologist in a conversation of ``operator``'s; return why not."""
        why: Objection = text(await self._store.run("call", conversation, operator))  # type: ignore[assignment]
        return why or None

    async def uncall(self, conversation: str, operator: str) -> bool:
        """Wait for none any more; False when none was waited for."""
        return bool(await self._store.run("uncall", conversation, operator))

    async def hang_up(self, force: Force) -> list[str]:
        """Give up every call of a force, since nobody is there any more; return whose they were."""
        return [*map(text, await self._store.run("hang_up", force.value))]

    async def join(self, most: int = MOST_AT_ONCE) -> list[Decision]:
        """Let psychologists who are free join those who wait, at most ``most`` in one run."""
        return decisions(await self._store.run("join", most))

    async def leave(self, conversation: str, psychologist: str) -> Decision | None:
        """Leave a chat, which goes on; None when they are not in it."""
        return maybe(await self._store.run("leave_chat", conversation, psychologist))

    async def look(self) -> dict[Force, Service]:
        """Return how it stands with the psychologists of each force."""
        found = {}
        for name, present, free, waits in await self._store.run("calls"):
            force = Force(text(name))
            found[force] = Service(force, int(present), int(free), _calls(waits))
        return found


def _calls(rows: Iterable[Any]) -> list[Call]:
    return [
        Call(text(conversation), text(operator) or None, text(queue), place, int(since), bool(again))
        for place, (conversation, operator, queue, since, again) in enumerate(rows, 1)
    ]
