"""The script decides, on a real store; now and then whoever decided dies before announcing it."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from redis.asyncio import Redis

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.dispatch import QUEUES, Decision, DispatchStore, Seat
from services.dispatcher.store.supervision import Notice, Supervision
from services.dispatcher.store.transfer import ANYONE, Transfers
from shared import keys
from shared.contracts.dispatcher import ReleaseReason
from tests.simulate.engines import Given, Lost, Places, Status, Taken

NOTICE = Notice({"fr": "Le chat est fermé."}, "supervisor1", 0)


class Script:
    """See the module's text."""

    DIES = 0.02

    def __init__(
        self, valkey: Redis, patience: Patience, care: Care, clock: Callable[[], int], chance: random.Random
    ) -> None:
        self._valkey = valkey
        self._store = DispatchStore(valkey, patience, clock, care)
        self._supervision = Supervision(self._store)
        self._transfers = Transfers(self._store)
        self._chance = chance
        self._operators: set[str] = set()
        self.decided: set[bytes] = set()
        self.announced: list[bytes] = []
        self.died: Counter[str] = Counter()
        """By kind: decisions that nobody announced before whoever made them died."""

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
        self._operators.add(operator)
        return (await self._store.arrive(operator, queues, limit, "dispatcher.1", operator)).conversations

    async def renew(self, operator: str) -> bool:
        return (await self._store.renew(operator, operator)).seat is Seat.KEPT

    async def leave(self, operator: str) -> None:
        await self._store.leave(operator, operator)

    async def status(self, operator: str, status: Status) -> None:
        await self._store.set_status(operator, status)

    async def unseat(self, operator: str) -> Lost:
        return await self._lost(await self._store.unseat(operator, ReleaseReason.OPERATOR_LEFT))

    async def expire(self) -> Lost:
        return await self._lost(await self._store.expire())

    async def assign(self) -> list[Given]:
        made: list[Decision] = []
        while more := await self._announce(await self._store.assign()):
            made += more
        return [Given(one.conversation, one.operator, one.turn) for one in made]

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

    async def offer(self, conversation: str, giver: str, to: str | None, queue: str, lasts_ms: int) -> str:
        return await self._transfers.offer(conversation, giver, to or ANYONE, queue, lasts_ms) or ""

    async def take_back(self, conversation: str, giver: str) -> bool:
        return await self._transfers.take_back(conversation, giver)

    async def refuse(self, conversation: str, operator: str) -> str | None:
        return await self._transfers.refuse(conversation, operator)

    async def accept(self, conversation: str, operator: str, stays_ms: int) -> Given | str:
        made = await self._transfers.accept(conversation, operator, stays_ms)
        if isinstance(made, str):
            return made
        await self._announce(made)
        return Given(made[-1].conversation, made[-1].operator, made[-1].turn)

    async def step_aside(self, conversation: str, operator: str) -> bool:
        made = await self._transfers.step_aside(conversation, operator)
        return bool(await self._announce([made] if made else []))

    async def lapse(self) -> list[str]:
        made: list[Decision] = []
        while more := await self._announce(await self._transfers.lapse()):
            made += more
        return [one.conversation for one in made]

    async def places(self) -> Places:
        operators = sorted(self._operators)
        async with self._valkey.pipeline(transaction=True) as pipe:
            pipe.hgetall(keys.HELD)
            pipe.zrange(keys.HANDOVERS, 0, -1)
            for line in (keys.queue, keys.shut):
                for queue in QUEUES:
                    pipe.zrange(line(queue), 0, -1)
            for operator in operators:
                pipe.smembers(keys.aside(operator))
            held, handovers, *lists = await pipe.execute()
        lines = [[one.decode() for one in line] for line in lists]
        several = len(QUEUES)
        aside = {one: who for who, some in zip(operators, lines[2 * several :], strict=True) for one in some}
        assert {one.decode() for one in handovers} == set(aside), "a hand-over is known to one index alone"
        return Places(
            {one.decode(): who.decode() for one, who in held.items()},
            dict(zip(QUEUES, lines[:several], strict=True)),
            dict(zip(QUEUES, lines[several : 2 * several], strict=True)),
            {one.conversation: one for one in await self._transfers.offers()},
            aside,
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
            else:
                self.died[decision.kind] += 1
        return listed

    async def _settled(self, decision: Decision) -> None:
        self.announced.append(decision.raw)
        await self._store.settled(decision)

    async def _lost(self, made: Iterable[Decision]) -> Lost:
        both: dict[str, list[Taken]] = {"released": [], "parted": []}
        for one in await self._announce(made):
            both[one.kind].append(Taken(one.conversation, one.operator))
        return Lost(both["released"], both["parted"])
