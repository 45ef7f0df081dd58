"""What supervisors decide and how operators are cared for, in the store: the commands of ``supervision.lua``."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from services.dispatcher.domain.tickets import psychologists_of
from services.dispatcher.store.dispatch import QUEUES, Decision, DispatchStore, decisions, maybe, text
from shared import keys
from shared.contracts.conversation import Force

Hindrance = Literal["gone", "theirs", "absent", "paused", "drained", "resting", "full", "untrained"]
"""Why an operator cannot be handed a conversation; ``gone``: there is no such conversation any more."""
MOVED_AT_ONCE = 32
SHOWN_OF_A_QUEUE = 20


@dataclass(frozen=True, slots=True)
class Known:
    """What a supervisor may know of a conversation: where it stands, never what is in it. Times in ms."""

    conversation: str
    queue: str
    since_ms: int
    hurry: tuple[str, ...]
    turn: int
    given_ms: int


@dataclass(frozen=True, slots=True)
class Person:
    """One operator on duty. ``seated_ms``: since when; ``rests_until_ms``: 0 while they do not rest."""

    login: str
    queues: list[str]
    limit: int
    status: str
    seated_ms: int
    drained: bool
    row: int
    rests_until_ms: int
    present: bool
    held: list[Known]
    psychologist_of: tuple[str, ...] = ()
    """Into whose conversations they may be called; none: they are no psychologist."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The floor at one moment. ``overflow``: from -> (to, after ms); ``debriefs``: operator -> asked at (ms)."""

    people: list[Person]
    waiting: list[Known]
    overflow: dict[str, tuple[str, int]]
    debriefs: dict[str, int]


@dataclass(frozen=True, slots=True)
class Strain:
    """How it stands with one operator; ``hard``: conversations of theirs that they marked."""

    row: int
    rests_until_ms: int
    debrief_ms: int
    drained: bool
    hard: list[str]


class Notice(msgspec.Struct, frozen=True):
    """What is said of a closed queue, by language; French always."""

    words: dict[str, str]
    by: str
    at_ms: int

    def in_language(self, language: str) -> str:
        """Return the words in this language, or else in French."""
        return self.words.get(language) or self.words["fr"]


class Supervision:
    """The commands. Each changes everything that follows from it, or nothing."""

    def __init__(self, store: DispatchStore) -> None:
        self._store = store

    async def hand(self, conversation: str, operator: str) -> list[Decision] | Hindrance:
        """Give a conversation, waiting or with another, to this operator; or say why they cannot have it."""
        why, *made = await self._store.run("hand", conversation, operator)
        hindrance: Hindrance | Literal[""] = text(why)  # type: ignore[assignment]  # the script's own words
        return hindrance or decisions(made)

    async def put_back(self, conversation: str) -> Decision | None:
        """Take a conversation from whoever has it; it waits again. None when nobody has it."""
        return maybe(await self._store.run("put_back", conversation))

    async def drain(self, operator: str, *, drained: bool) -> bool:
        """Give an operator nothing new, or again; False when they are not there."""
        return bool(await self._store.run("drain", operator, int(drained)))

    async def close(self, queue: str, notice: Notice) -> None:
        """Serve nobody new from a queue; those who wait in it are told why."""
        await self._store.run("close", queue, msgspec.json.encode(notice).decode())

    async def reopen(self, queue: str) -> bool:
        """Serve a queue again; False when it was open."""
        return bool(await self._store.run("reopen", queue))

    async def let_overflow(self, origin: str, to: str, after_ms: int) -> bool:
        """Have those who wait in ``origin`` for longer wait in ``to``; False when people would be sent round."""
        return bool(await self._store.run("overflow", origin, to, after_ms))

    async def stop_overflow(self, origin: str) -> bool:
        """End the rule; False when there was none."""
        return bool(await self._store.run("no_overflow", origin))

    async def flow(self, most: int = MOVED_AT_ONCE) -> list[Decision]:
        """Move those whose rule says so, at most ``most`` in one run."""
        return decisions(await self._store.run("flow", most))

    async def mark_hard(self, conversation: str, operator: str, *, hard: bool) -> bool:
        """Note that a conversation weighs on its operator, or does not; False when it is not theirs."""
        return bool(await self._store.run("hard", conversation, operator, int(hard)))

    async def go_on(self, operator: str) -> bool:
        """End an operator's break; False when they had none."""
        return bool(await self._store.run("go_on", operator))

    async def ask_debrief(self, operator: str, at_ms: int) -> bool:
        """Note that an operator wants to talk; False when that was noted already."""
        return bool(await self._store.client.hsetnx(keys.DEBRIEFS, operator, at_ms))

    async def tick_debrief(self, operator: str) -> bool:
        """Note that somebody sees to it, or that it is no longer wanted; False when nobody had asked."""
        return bool(await self._store.client.hdel(keys.DEBRIEFS, operator))

    async def debriefs(self) -> dict[str, int]:
        """Return who asked to talk, and when (ms)."""
        found = await self._store.client.hgetall(keys.DEBRIEFS)
        return {text(operator): int(at) for operator, at in found.items()}

    async def strain(self, operator: str) -> Strain:
        """Return how it stands with one operator."""
        row, rests, debrief, drained, *hard = await self._store.run("care", operator)
        return Strain(int(row), int(rests), int(debrief), bool(drained), [*map(text, hard)])

    async def overview(self, most: int = SHOWN_OF_A_QUEUE) -> Overview:
        """Return who is on duty with what, and the first ``most`` of each queue."""
        people, waiting, overflow, debriefs = await self._store.run("overview", most)
        return Overview(
            [_person(row) for row in people],
            [_known(row) for row in waiting],
            {text(origin): _rule(text(rule)) for origin, rule in _pairs(overflow)},
            {text(operator): int(at) for operator, at in _pairs(debriefs)},
        )


def _known(row: list[Any]) -> Known:
    conversation, queue, since, hurry, turn, given = row
    return Known(text(conversation), text(queue), int(since), tuple(text(hurry).split()), int(turn), int(given))


def _person(row: list[Any]) -> Person:
    login, skills, limit, status, seated, drained, in_a_row, rests, present, held = row
    return Person(
        login=text(login),
        queues=[skill for skill in text(skills).split() if skill in QUEUES],
        limit=int(limit),
        status=text(status),
        seated_ms=int(seated),
        drained=bool(drained),
        row=int(in_a_row),
        rests_until_ms=int(rests),
        present=bool(present),
        held=[_known(one) for one in held],
        psychologist_of=tuple(force for force in Force if psychologists_of(force) in text(skills).split()),
    )


def _rule(words: str) -> tuple[str, int]:
    to, after = words.split()
    return to, int(after)


def _pairs(flat: list[bytes]) -> list[tuple[bytes, bytes]]:
    return list(zip(flat[::2], flat[1::2], strict=True))
