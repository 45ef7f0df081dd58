"""Who decides: the pure rules, or the script in a real store. Both are asked the same."""

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, Protocol

from redis.asyncio import Redis

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.dispatch import Dispatch
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.dispatch import QUEUES, Decision, DispatchStore, Seat
from services.dispatcher.store.supervision import Notice, Supervision
from shared import keys
from shared.contracts.dispatcher import ReleaseReason

Status = Literal["available", "paused"]
Given = tuple[str, str, int]
"""Conversation, operator, turn."""
Taken = tuple[str, str]
"""Conversation, the operator who had it."""
Places = tuple[dict[str, str], dict[str, list[str]], dict[str, list[str]]]
"""Who holds what; every queue, next first; and who waits for a queue to be opened again."""
NOTICE = Notice({"fr": "Le chat est fermé."}, "supervisor1", 0)


class Engine(Protocol):
    """What decides. Times are the simulation's own."""

    async def enqueue(self, conversation: str, queue: str, since_ms: int, language: str) -> bool: ...
    async def withdraw(self, conversation: str) -> str | None: ...
    async def hurry(self, conversation: str, reason: Hurry) -> None: ...
    async def calm(self, conversation: str) -> None: ...
    async def arrive(self, operator: str, queues: Sequence[str], limit: int) -> list[str]: ...
    async def renew(self, operator: str) -> bool: ...
    async def leave(self, operator: str) -> None: ...
    async def status(self, operator: str, status: Status) -> None: ...
    async def unseat(self, operator: str) -> list[Taken]: ...
    async def expire(self) -> list[Taken]: ...
    async def assign(self) -> list[Given]: ...
    async def hand(self, conversation: str, operator: str) -> str: ...
    async def drain(self, operator: str, drained: bool) -> None: ...
    async def close(self, queue: str) -> None: ...
    async def reopen(self, queue: str) -> None: ...
    async def overflow(self, origin: str, to: str, after_ms: int) -> None: ...
    async def flow(self) -> list[tuple[str, str]]: ...
    async def mark_hard(self, conversation: str, operator: str) -> None: ...
    async def go_on(self, operator: str) -> None: ...
    async def places(self) -> Places: ...
    async def settle(self) -> None:
        """Do what an instance does every second for those that died: announce what they decided."""


class Rules:
    """The pure rules."""

    def __init__(self, patience: Patience, care: Care, clock: Callable[[], int]) -> None:
        self._rules = Dispatch(patience, care=care)
        self._clock = clock

    async def enqueue(self, conversation: str, queue: str, since_ms: int, language: str) -> bool:
        return self._rules.enqueue(conversation, queue, since_ms, self._clock(), language)

    async def withdraw(self, conversation: str) -> str | None:
        return self._rules.withdraw(conversation, self._clock())

    async def hurry(self, conversation: str, reason: Hurry) -> None:
        self._rules.hurry(conversation, reason)

    async def calm(self, conversation: str) -> None:
        self._rules.calm(conversation)

    async def arrive(self, operator: str, queues: Sequence[str], limit: int) -> list[str]:
        return self._rules.arrive(operator, queues, limit, self._clock())

    async def renew(self, operator: str) -> bool:
        return self._rules.renew(operator, self._clock())

    async def leave(self, operator: str) -> None:
        self._rules.leave(operator, self._clock())

    async def status(self, operator: str, status: Status) -> None:
        self._rules.set_status(operator, status, self._clock())

    async def unseat(self, operator: str) -> list[Taken]:
        return [(one, operator) for one in self._rules.unseat(operator, self._clock(), left=True)]

    async def expire(self) -> list[Taken]:
        held = {one: ticket.operator for one, ticket in self._rules.tickets.items() if ticket.operator}
        gone = self._rules.expire(self._clock())
        return [(one, operator) for one, operator in held.items() if operator in gone]

    async def assign(self) -> list[Given]:
        return [(made.conversation, made.operator, made.turn) for made in self._rules.assign(self._clock())]

    async def hand(self, conversation: str, operator: str) -> str:
        return self._rules.hand(conversation, operator, self._clock())

    async def drain(self, operator: str, drained: bool) -> None:
        self._rules.drain(operator, drained=drained)

    async def close(self, queue: str) -> None:
        self._rules.closed.add(queue)

    async def reopen(self, queue: str) -> None:
        self._rules.closed.discard(queue)

    async def overflow(self, origin: str, to: str, after_ms: int) -> None:
        self._rules.let_overflow(origin, to, after_ms)

    async def flow(self) -> list[tuple[str, str]]:
        moved = self._rules.flow(QUEUES, self._clock(), len(self._rules.tickets))
        return [(one, self._rules.tickets[one].queue) for one in moved]

    async def mark_hard(self, conversation: str, operator: str) -> None:
        self._rules.mark_hard(conversation, operator, hard=True)

    async def go_on(self, operator: str) -> None:
        self._rules.go_on(operator)

    async def places(self) -> Places:
        tickets = self._rules.tickets
        held = {one: ticket.operator for one, ticket in tickets.items() if ticket.operator}
        waiting = {queue: self._rules.waiting(queue) for queue in QUEUES}
        return held, waiting, {queue: self._rules.shut(queue) for queue in QUEUES}

    async def settle(self) -> None:
        """Rules announce nothing."""


class Script:
    """The script on a real store; now and then whoever decided dies before announcing it."""

    DIES = 0.02

    def __init__(
        self, valkey: Redis, patience: Patience, care: Care, clock: Callable[[], int], chance: random.Random
    ) -> None:
        self._valkey = valkey
        self._store = DispatchStore(valkey, patience, clock, care)
        self._supervision = Supervision(self._store)
        self._chance = chance
        self.decided: set[bytes] = set()
        self.announced: list[bytes] = []

    async def enqueue(self, conversation: str, queue: str, since_ms: int, language: str) -> bool:
        decision = await self._store.enqueue(conversation, queue, since_ms, language)
        return bool(await self._announce([decision] if decision else []))

    async def withdraw(self, conversation: str) -> str | None:
        return await self._store.withdraw(conversation)

    async def hurry(self, conversation: str, reason: Hurry) -> None:
        await self._store.hurry(conversation, reason)

    async def calm(self, conversation: str) -> None:
        await self._store.calm(conversation)

    async def arrive(self, operator: str, queues: Sequence[str], limit: int) -> list[str]:
        return (await self._store.arrive(operator, queues, limit, "dispatcher.1", operator)).conversations

    async def renew(self, operator: str) -> bool:
        return (await self._store.renew(operator, operator)).seat is Seat.KEPT

    async def leave(self, operator: str) -> None:
        await self._store.leave(operator, operator)

    async def status(self, operator: str, status: Status) -> None:
        await self._store.set_status(operator, status)

    async def unseat(self, operator: str) -> list[Taken]:
        made = await self._announce(await self._store.unseat(operator, ReleaseReason.OPERATOR_LEFT))
        return [(one.conversation, one.operator) for one in made]

    async def expire(self) -> list[Taken]:
        return [(one.conversation, one.operator) for one in await self._announce(await self._store.expire())]

    async def assign(self) -> list[Given]:
        made: list[Decision] = []
        while more := await self._announce(await self._store.assign()):
            made += more
        return [(one.conversation, one.operator, one.turn) for one in made]

    async def hand(self, conversation: str, operator: str) -> str:
        made = await self._supervision.hand(conversation, operator)
        if isinstance(made, str):
            return made
        await self._announce(made)
        return ""

    async def drain(self, operator: str, drained: bool) -> None:
        await self._supervision.drain(operator, drained=drained)

    async def close(self, queue: str) -> None:
        await self._supervision.close(queue, NOTICE)

    async def reopen(self, queue: str) -> None:
        await self._supervision.reopen(queue)

    async def overflow(self, origin: str, to: str, after_ms: int) -> None:
        await self._supervision.let_overflow(origin, to, after_ms)

    async def flow(self) -> list[tuple[str, str]]:
        made: list[Decision] = []
        while more := await self._announce(await self._supervision.flow()):
            made += more
        return [(one.conversation, one.queue) for one in made]

    async def mark_hard(self, conversation: str, operator: str) -> None:
        await self._supervision.mark_hard(conversation, operator, hard=True)

    async def go_on(self, operator: str) -> None:
        await self._supervision.go_on(operator)

    async def places(self) -> Places:
        async with self._valkey.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.HELD)
            for line in (keys.queue, keys.shut):
                for queue in QUEUES:
                    pipe.zrange(line(queue), 0, -1)
            held, *queues = await pipe.execute()
        lines = [[one.decode() for one in queue] for queue in queues]
        return (
            {one.decode(): who.decode() for one, who in held.items()},
            dict(zip(QUEUES, lines[: len(QUEUES)], strict=True)),
            dict(zip(QUEUES, lines[len(QUEUES) :], strict=True)),
        )

    async def settle(self) -> None:
        for decision in await self._store.claim(2_000):
            await self._settled(decision)

    async def _announce(self, made: Iterable[Decision]) -> list[Decision]:
        listed = list(made)
        for decision in listed:
            self.decided.add(decision.raw)
            if self._chance.random() >= self.DIES:
                await self._settled(decision)
        return listed

    async def _settled(self, decision: Decision) -> None:
        self.announced.append(decision.raw)
        await self._store.settled(decision)
