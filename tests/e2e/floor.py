"""A busy floor without a browser for each: operators at their desks and visitors' records, put in the store as consoles
and gateway leave them. Nobody is anybody."""

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import msgspec
import nats
from redis.asyncio import Redis

from infra.local.stack import Stack
from services.dispatcher.domain.language import skills
from services.dispatcher.domain.presence import Patience
from services.dispatcher.domain.traffic import HOUR_S, HOURS_A_WEEK, Counts, week_of
from services.dispatcher.store.dispatch import QUEUES, DispatchStore
from services.dispatcher.store.supervision import Notice, Supervision
from shared import keys, streams
from shared.chat.frames import Stage
from shared.clock import now_ms
from tests.search import store_client

STAYS = Patience(sign_ms=600_000, grace_ms=600_000)
MINUTE_MS = 60_000
BUSY = (9, 31, 4, 6, 17, 2)
"""Arrivals of an hour, by queue."""


@dataclass
class Busy:
    """The floor of a running stack."""

    valkey: Redis
    store: DispatchStore
    supervision: Supervision
    operators: list[str] = field(default_factory=list)
    conversations: list[str] = field(default_factory=list)

    async def come(self, queue: str, ago_s: int) -> str:
        """Somebody waits since so long."""
        conversation, force, category = str(uuid4()), *queue.split(".")
        record = {"stage": str(Stage.WAITING), "category": category, "audience": "victim", "language": "fr"}
        opened_at = now_ms() - ago_s * 1000
        for name, value in {**record, "opened_at": str(opened_at), "force": force, "who:visitor": "digest"}.items():
            await self.valkey.hset(keys.conversation(conversation), name, value)
        await self.store.enqueue(conversation, queue, opened_at)
        self.conversations.append(conversation)
        return conversation

    async def sit(self, operator: str, force: str, limit: int = 3) -> None:
        """Somebody comes on duty who serves every queue of a force."""
        queues = [queue for queue in QUEUES if queue.startswith(force)]
        socket = f"{'0' * 32}-{operator}"
        await self.store.arrive(operator, skills(queues, ["fr"]), limit, "dispatcher.00000000", socket)
        self.operators.append(operator)

    async def clear(self) -> None:
        """Everybody goes, and nothing of them stays."""
        for conversation in self.conversations:
            await self.store.withdraw(conversation)
            await self.valkey.delete(*keys.all_of(conversation))
        for operator in self.operators:
            await self.valkey.zrem(keys.OPERATORS, operator)
            await self.valkey.delete(keys.operator(operator), keys.load(operator))
            for queue in QUEUES:
                await self.valkey.zrem(keys.free(queue), operator)
                await self.valkey.zrem(keys.serving(queue), operator)
        await self.valkey.delete(keys.CLOSED, keys.OVERFLOW, keys.DEBRIEFS, keys.RESTING)


async def fill(floor: Busy) -> None:
    """A night that is too much: seven at their desks, more who wait, one queue closed, one that overflows."""
    for number in range(1, 5):
        await floor.sit(f"police1{number}", "police")
    for number in range(1, 4):
        await floor.sit(f"gendarmerie1{number}", "gendarmerie")
    for queue, held in (("police.domestic", 7), ("police.sexual", 3), ("gendarmerie.domestic", 5)):
        for number in range(held):
            await floor.come(queue, 600 + 40 * number)
    await floor.store.assign()
    for queue, waits in (("police.domestic", 6), ("police.discrimination", 2), ("gendarmerie.sexual", 1)):
        for number in range(waits):
            await floor.come(queue, 15 + 37 * number)
    for operator in ("police13", "gendarmerie13"):
        await floor.store.set_status(operator, "paused")
    await floor.supervision.drain("police14", drained=True)
    await floor.supervision.hand(floor.conversations[0], "police12")
    words = {"fr": "Le chat rouvre à 8 h. Le 3919 répond toute la nuit."}
    await floor.supervision.close("police.discrimination", Notice(words, "supervisor1", now_ms()))
    await floor.supervision.let_overflow("gendarmerie.sexual", "police.sexual", 3 * MINUTE_MS)
    await floor.supervision.ask_debrief("police11", now_ms() - 12 * MINUTE_MS)


@asynccontextmanager
async def busy(stack: Stack) -> AsyncIterator[Busy]:
    """Reach into a stack's store; what was put there goes at the end."""
    async with store_client(stack) as valkey:
        store = DispatchStore(valkey, STAYS)
        floor = Busy(valkey, store, Supervision(store))
        try:
            yield floor
        finally:
            await floor.clear()


async def foretell(stack: Stack) -> None:
    """Put eight weeks of hours where they are kept."""
    environment = stack.environment("dispatcher")
    user = environment["HAVRE_NATS_USER"]
    client = await nats.connect(
        environment["HAVRE_NATS_URL"],
        user=user,
        password=environment["HAVRE_NATS_PASSWORD"],
        inbox_prefix=f"_INBOX_{user}",
    )
    bucket = await client.jetstream().key_value(streams.TRAFFIC)
    this = int(time.time()) // HOUR_S
    hours = range(this - 4 * HOURS_A_WEEK, this)
    for week, some in itertools.groupby(hours, week_of):
        body = {hour: _hour(hour) for hour in some}
        await bucket.put(streams.traffic_week(week), msgspec.json.encode(body))
    await client.close()


def _hour(hour: int) -> dict[str, Counts]:
    swing = 1 + 0.5 * ((hour % 24) - 12) / 12
    counts = {}
    for queue, most in zip(QUEUES, BUSY, strict=True):
        came = int(most * swing)
        counts[queue] = Counts(came, came // 12, came * 45_000, came, came * 21 * MINUTE_MS)
    return counts
