"""Several dispatchers under SIGKILL, many consoles, a town of visitors: nobody lost, nobody twice assigned (O8, O9).

Bodies are not sealed here: what is tried is who has whom, and no server looks into a body.
"""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from redis.asyncio import Redis

from infra.local import staff
from infra.local.stack import Stack
from infra.local.staff import LIMIT, Login
from shared import keys
from shared.chat.frames import Role
from shared.contracts.conversation import Category, Force
from shared.sealing import authority
from shared.settings import Settings
from tests.bench.measure import quantile
from tests.bench.operators import POSTAL_CODES
from tests.chaos.balance import Balancer
from tests.chaos.ledger import Ledger, nobody_serves
from tests.chaos.specialist import HANDOVER_S, TRANSFER_S, Habits, Specialist
from tests.client import Visitor
from tests.instances import Instance, one_more
from tests.search import store_client
from tests.servers import eventually
from tests.stack import KEY_ROUNDS

ANSWERS = 2
"""Answers that a visitor waits for before they leave."""
DOWN_S = (0.2, 1.0)
"""How long a killed instance stays down."""
LOOK_EVERY_S = 0.1
LAST_VISITOR_WITHIN_S = 240.0
OPEN_DOORS = {"HAVRE_OPENS_CALM": "1000000", "HAVRE_LOG_LEVEL": "warning"}
"""A whole town comes from one address, in a minute."""


@dataclass(frozen=True)
class Plan:
    """How much of what, for how long."""

    dispatchers: int = 3
    consoles: int = 100
    visitors: int = 2_000
    seconds: float = 60.0
    kill_every_s: tuple[float, float] = (1.0, 4.0)
    offers: float = 0.1
    """Share of what operators have that they offer to another first."""
    seed: int = 1


@dataclass
class Outcome:
    """What happened. ``lost``: visitors who stayed and were not answered to the end."""

    ledger: Ledger
    served: int = 0
    lost: list[str] = field(default_factory=list)
    kills: int = 0
    waits_ms: list[int] = field(default_factory=list)
    doubled: int = 0
    took_s: float = 0.0
    transfers: Counter[str] = field(default_factory=Counter)
    caught: Counter[str] = field(default_factory=Counter)
    """What was under way at a kill."""

    def text(self) -> str:
        """Say it in a few lines."""
        waits = sorted(self.waits_ms) or [0]
        return (
            f"{self.served} visitors served to the end, {len(self.lost)} lost; {self.kills} dispatchers killed;"
            f" {self.took_s:.0f} s\n"
            f"{self.ledger.assignments} assignments shown to consoles; the store looked at {self.ledger.looks} times;"
            f" at most {self.ledger.most_waiting} waiting and {self.ledger.most_held} held\n"
            f"handing over: {_said(self.transfers)}; at most {self.ledger.most_offered} offers open and"
            f" {self.ledger.most_handed_over} hand-overs\n"
            f"under way when a dispatcher was killed: {_said(self.caught)}\n"
            f"first answer after {quantile(waits, 0.5)} ms (p50), {quantile(waits, 0.99)} ms (p99)\n"
            f"faults: {dict(self.ledger.faults) or 'none'} {self.ledger.examples or ''};"
            f" messages given two numbers or twice: {self.doubled}"
        )


def _said(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common()) or "nothing"


@asynccontextmanager
async def fleet(stack: Stack, plan: Plan) -> AsyncIterator[tuple[list[Instance], Balancer]]:
    """The stack's dispatcher is stopped for good; as many of our own stand behind one address instead."""
    stack.kill("dispatcher")
    settings = {"HAVRE_TRANSFER_S": str(TRANSFER_S), "HAVRE_HANDOVER_S": str(HANDOVER_S)}
    instances = [one_more(stack, "dispatcher", **settings) for _ in range(plan.dispatchers)]
    try:
        for instance in instances:
            instance.start()
        for instance in instances:
            await instance.ready()
        async with Balancer([instance.port for instance in instances]) as front:
            yield instances, front
    finally:
        for instance in instances:
            instance.child.kill()
        await stack.start_service("dispatcher")


async def hire(stack: Stack, count: int) -> list[Login]:
    """Make accounts of both forces, half and half."""
    forces = list(Force)
    logins = [Login(f"fleet{at}", forces[at % 2], secrets.token_urlsafe(12)) for at in range(count)]
    env = stack.environment("dispatcher")
    settings = Settings(
        nats_url=stack.addresses.nats, nats_user=env["HAVRE_NATS_USER"], nats_password=env["HAVRE_NATS_PASSWORD"]
    )
    await staff.add_all(logins, settings, authority.load_private(stack.authority_file), KEY_ROUNDS)
    return logins


async def run(stack: Stack, plan: Plan) -> Outcome:
    """Let the town come while dispatchers die; returns once every visitor has been answered, or was not."""
    chance = random.Random(plan.seed)
    async with store_client(stack) as store:
        await eventually(partial(nobody_serves, store), 45.0, "somebody of another test is still on duty")
    logins = await hire(stack, plan.consoles)
    outcome = Outcome(Ledger([login.login for login in logins], LIMIT))
    began = time.monotonic()
    async with (
        fleet(stack, plan) as (instances, front),
        store_client(stack) as store,
    ):
        async with AsyncExitStack() as closing:
            habits = Habits(plan.offers, logins, chance, outcome.transfers)
            site = f"http://127.0.0.1:{front.port}"
            crew = [Specialist(site, login, outcome.ledger, habits) for login in logins]
            for one in crew:
                closing.push_async_callback(one.leave)
            for at in range(0, len(crew), 10):
                await asyncio.gather(*(one.on_duty() for one in crew[at : at + 10]))
            watching = asyncio.create_task(_watch(outcome.ledger, store))
            killing = asyncio.create_task(_kill(instances, plan, chance, outcome, store))
            coming = [_visit(stack, plan, number, chance, outcome) for number in range(plan.visitors)]
            await asyncio.gather(*coming)
            await killing
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
            await outcome.ledger.look(store)
            await eventually(partial(outcome.ledger.nothing_is_left, store), 30.0)
        # While there is a dispatcher to hear it, so that nobody who has left is given a visitor of the next test.
        await eventually(partial(nobody_serves, store), 45.0)
    outcome.took_s = time.monotonic() - began
    return outcome


async def _visit(stack: Stack, plan: Plan, number: int, chance: random.Random, outcome: Outcome) -> None:
    await asyncio.sleep(plan.seconds * number / plan.visitors)
    force, category = chance.choice(list(Force)), chance.choice(list(Category))
    visitor = Visitor(stack.addresses.visitor, category=category, postal_code=POSTAL_CODES[force], ping_s=10.0)
    try:
        await visitor.__aenter__()
        visitor.keys = None
        await visitor.opened(60.0)
        began = time.monotonic()
        for turn in range(1, ANSWERS + 1):
            visitor.say_body(f"{number}.{turn}", visitor.conversation)
            await visitor.until(lambda turn=turn: len(_answers(visitor)) >= turn, LAST_VISITOR_WITHIN_S)  # type: ignore[misc]
            if turn == 1:
                outcome.waits_ms.append(int((time.monotonic() - began) * 1000))
        await visitor.until(lambda: not visitor.heard_messages.pending, 30.0)
        said = visitor.heard_messages.bodies(Role.VISITOR)
        wanted = [f"{number}.{turn}" for turn in range(1, ANSWERS + 1)]
        outcome.doubled += len(visitor.heard_messages.faults) + (said != wanted)
        assert await visitor.red_button() == 204
        outcome.served += 1
    except (AssertionError, TimeoutError, OSError) as error:
        outcome.lost.append(f"{number}: {type(error).__name__} {error}")
    finally:
        await visitor.leave()


def _answers(visitor: Visitor) -> list[str]:
    return visitor.heard_messages.bodies(Role.OPERATOR)


async def _watch(ledger: Ledger, store: Redis) -> None:
    while True:
        await ledger.look(store)
        await asyncio.sleep(LOOK_EVERY_S)


async def _kill(instances: list[Instance], plan: Plan, chance: random.Random, outcome: Outcome, store: Redis) -> None:
    """SIGKILL one after the other at random until the time is over; each comes back a moment later."""
    until = time.monotonic() + plan.seconds
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(*plan.kill_every_s))
        one = chance.choice(instances)
        one.child.kill()
        outcome.kills += 1
        outcome.caught["offers"] += await store.hlen(keys.OFFERS)
        outcome.caught["hand-overs"] += await store.zcard(keys.HANDOVERS)
        outcome.caught["decisions not announced yet"] += await store.zcard(keys.UNANNOUNCED)
        await asyncio.sleep(chance.uniform(*DOWN_S))
        one.start()
    for one in instances:
        await one.ready()
