"""Dispatchers die by SIGKILL while a conversation is handed over: it ends as promised, nothing is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

import pytest
from redis.asyncio import Redis

from infra.local.stack import Stack
from shared import keys
from shared.chat.frames import Offers, Role, Stage, State
from shared.clock import now_ms
from tests.chaos.balance import Standby
from tests.chaos.ledger import nobody_serves
from tests.chaos.specialist import call
from tests.client import Operator, Visitor
from tests.client.base import Client
from tests.instances import Instance, one_more
from tests.search import store_client
from tests.servers import eventually

PING_S = 2.0
WITHIN_S = 30.0
LONG, SHORT = "600", "1"
"""Seconds for which offers and hand-overs of the one and of the other dispatcher stand."""


@dataclass
class Pair:
    """Two dispatchers instead of the stack's own. What ``short`` makes is soon over, what ``long`` makes stands."""

    stack: Stack
    long: Instance
    short: Instance
    store: Redis

    async def both(self) -> None:
        """Have both live."""
        for instance in (self.long, self.short):
            instance.start()
        for instance in (self.long, self.short):
            await instance.ready()

    def site(self, instance: Instance) -> str:
        """Where one of them is called."""
        return f"http://127.0.0.1:{instance.port}"


@pytest.fixture(scope="module")
async def pair(mortal: Stack) -> AsyncIterator[Pair]:
    """Two dispatchers, the stack's own is stopped meanwhile."""
    mortal.kill("dispatcher")
    long, short = (
        one_more(mortal, "dispatcher", HAVRE_TRANSFER_S=seconds, HAVRE_HANDOVER_S=seconds) for seconds in (LONG, SHORT)
    )
    try:
        async with store_client(mortal) as store:
            yield Pair(mortal, long, short, store)
    finally:
        for instance in (long, short):
            instance.child.kill()
        await mortal.start_service("dispatcher")


@dataclass
class Table:
    """A visitor, the operator who has them, and another one. Bodies are not sealed: what is tried is who has whom."""

    pair: Pair
    visitor: Visitor
    giver: Operator
    other: Operator

    @property
    def conversation(self) -> str:
        """The conversation's id."""
        return self.visitor.conversation

    async def all_say(self, words: str, *ends: Client) -> None:
        """Have each of these say something, and wait until each has all of it."""
        wanted = {f"{words}: {at}" for at in range(len(ends))}
        for at, end in enumerate(ends):
            end.say_body(f"{words}: {at}", self.conversation)
        for end in ends:
            transcript = end.transcript(self.conversation)
            await end.until(lambda transcript=transcript: wanted <= set(transcript.bodies()), WITHIN_S)  # type: ignore[misc]

    async def has_it(self, operator: Operator, login: str) -> None:
        """Wait until this operator has it for what the store, the record and their own console say."""
        record, conversation = keys.conversation(self.conversation), self.conversation

        async def written() -> bool:
            return bool(await self.pair.store.hget(record, "who:operator") == login.encode())

        await eventually(written, WITHIN_S)
        assert await self.pair.store.hget(keys.HELD, conversation) == login.encode()
        await operator.until(
            lambda: conversation in operator.held and operator.held[conversation].part == "operator", WITHIN_S
        )

    async def is_beside(self, operator: Operator) -> None:
        """Wait until this operator has handed it over and is still in it."""
        await operator.until(
            lambda: self.conversation in operator.held and operator.held[self.conversation].part == "colleague",
            WITHIN_S,
        )

    def nothing_was_lost_or_doubled(self) -> None:
        """The visitor was never told that they wait again, and every sentence is there once, in the order of saying."""
        stages = [frame.stage for frame in self.visitor.frames if isinstance(frame, State)]
        assert set(stages[stages.index(Stage.ACTIVE) :]) == {Stage.ACTIVE}
        heard = self.visitor.transcript(self.conversation)
        assert sorted(heard.messages) == list(range(1, len(heard.messages) + 1))
        assert len(set(heard.bodies())) == len(heard.bodies())
        assert heard.faults == []


async def _console(pair: Pair, stack: AsyncExitStack, login: str, first: Instance) -> Operator:
    """An operator whose console is at ``first`` and goes to the other dispatcher when that dies."""
    others = [one for one in (pair.long, pair.short) if one is not first]
    front = await stack.enter_async_context(Standby([first.port, *(one.port for one in others)]))
    operator = Operator(f"http://127.0.0.1:{front.port}", ping_s=PING_S)
    stack.push_async_callback(operator.leave)
    await operator.log_in(login, next(one.password for one in pair.stack.credentials if one.login == login))
    operator.keys = operator.duty = None
    await stack.enter_async_context(operator)
    await operator.until(lambda: operator.welcome is not None, WITHIN_S)
    return operator


async def _leaves_for_good(visitor: Visitor) -> None:
    assert await visitor.red_button() == 204


async def _visitor(pair: Pair, stack: AsyncExitStack, operator: Operator) -> Visitor:
    """A visitor whom this operator has."""
    visitor = await stack.enter_async_context(Visitor(pair.stack.addresses.visitor, ping_s=PING_S))
    visitor.keys = None
    await visitor.opened(WITHIN_S)
    stack.push_async_callback(_leaves_for_good, visitor)
    await operator.until(lambda: visitor.conversation in operator.held, WITHIN_S)
    await visitor.until(lambda: visitor.state is not None and visitor.state.stage is Stage.ACTIVE, WITHIN_S)
    return visitor


@pytest.fixture
async def table(pair: Pair) -> AsyncIterator[Table]:
    """The giver's console is at the one dispatcher, the other's at the other; the conversation is destroyed."""
    await pair.both()
    async with AsyncExitStack() as stack:
        giver = await _console(pair, stack, "police1", pair.long)
        visitor = await _visitor(pair, stack, giver)
        other = await _console(pair, stack, "police2", pair.short)
        yield Table(pair, visitor, giver, other)
    await eventually(partial(nobody_serves, pair.store), WITHIN_S)


async def test_an_offer_and_a_handover_outlive_the_dispatchers_of_both(pair: Pair, table: Table) -> None:
    """O8, O9: first the giver's dispatcher dies, then the one at which both are."""
    one, long = table.conversation, pair.site(pair.long)
    assert await call(table.giver, "offer", one, long, operator="police2") == (204, "")
    pair.long.child.kill()
    await table.other.until(lambda: any(isinstance(frame, Offers) and frame.offers for frame in table.other.frames))
    await table.all_say("while it is offered", table.visitor, table.giver)
    await table.has_it(table.giver, "police1")
    pair.long.start()
    await pair.long.ready()
    assert await call(table.other, "accept", one, long) == (204, "")
    await table.has_it(table.other, "police2")
    await table.is_beside(table.giver)
    pair.short.child.kill()
    await table.all_say("during the hand-over", table.visitor, table.giver, table.other)
    assert await call(table.giver, "leave", one, long) == (204, "")
    await table.giver.until(lambda: one not in table.giver.held, WITHIN_S)
    assert await call(table.giver, "leave", one, long) == (409, "gone")
    await table.all_say("afterwards", table.visitor, table.other)
    assert table.other.held[one].turn == 2
    table.nothing_was_lost_or_doubled()


async def test_an_acceptance_whose_dispatcher_dies_at_once_is_announced_by_the_other(pair: Pair, table: Table) -> None:
    """O8: it is killed as soon as the store knows, so that nobody has been told; there and back again."""
    one, unannounced = table.conversation, 0
    ways = ((table.giver, table.other, pair.short, pair.long), (table.other, table.giver, pair.long, pair.short))
    logins = {id(table.giver): "police1", id(table.other): "police2"}
    for turn, (giver, taker, dies, lives) in enumerate(ways, 2):
        to = logins[id(taker)]
        assert await call(giver, "offer", one, pair.site(pair.long), operator=to) == (204, "")
        async with AsyncExitStack() as stack:
            stack.callback(dies.child.kill)
            accepting = asyncio.create_task(call(taker, "accept", one, pair.site(dies)))
            while await pair.store.hget(keys.HELD, one) != to.encode():
                assert not accepting.done() or accepting.result()[0] in {0, 204}
        unannounced += await pair.store.zcard(keys.UNANNOUNCED)
        assert (await accepting)[0] in {0, 204}
        assert await call(taker, "accept", one, pair.site(lives)) == (409, "gone"), (
            "pressed again: it is theirs already"
        )
        await table.has_it(taker, to)
        assert taker.held[one].turn == turn
        await table.all_say(f"turn {turn}", table.visitor, taker)
        await call(giver, "leave", one, pair.site(lives))
        await giver.until(lambda giver=giver: one not in giver.held, WITHIN_S)  # type: ignore[misc]
        dies.start()
        await dies.ready()
    print(f"{unannounced} decisions were not announced yet when the dispatchers of 2 acceptances died")
    table.nothing_was_lost_or_doubled()
    assert await pair.store.zcard(keys.HANDOVERS) == 0


async def test_what_runs_out_while_no_dispatcher_lives_is_over_when_one_is_back(pair: Pair, table: Table) -> None:
    """O8, O9: a hand-over ends, and an offer that nobody took is forgotten; its giver has it as before."""
    handed, short, long = table.conversation, pair.site(pair.short), pair.site(pair.long)
    async with AsyncExitStack() as stack:
        offered = (await _visitor(pair, stack, table.other)).conversation
        assert await call(table.giver, "offer", handed, long, operator="police2") == (204, "")
        assert await call(table.other, "accept", handed, short) == (204, "")
        assert await call(table.other, "offer", offered, short, operator="police1") == (204, "")
        for instance in (pair.long, pair.short):
            instance.child.kill()
        over_ms = now_ms() + 1_000 * int(SHORT)
        table.visitor.say_body("while nobody is there", handed)

        async def is_over() -> bool:
            return now_ms() > over_ms

        await eventually(is_over)
        pair.long.start()
        await table.giver.until(lambda: handed not in table.giver.held, WITHIN_S)
        await table.has_it(table.other, "police2")
        assert await call(table.giver, "accept", offered, long) == (409, "gone")
        assert await pair.store.hget(keys.HELD, offered) == b"police2"

        async def nothing_is_left() -> bool:
            return not await pair.store.hlen(keys.OFFERS) and not await pair.store.zcard(keys.HANDOVERS)

        await eventually(nothing_is_left, WITHIN_S)
    heard = table.other.transcript(handed)
    await table.other.until(lambda: "while nobody is there" in heard.bodies(Role.VISITOR), WITHIN_S)
    table.nothing_was_lost_or_doubled()
