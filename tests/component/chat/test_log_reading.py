"""Reading many logs together, on a real Valkey: a gateway that comes back reads as many as it had visitors."""

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from shared import keys
from shared.chat.log_reading import MOST_TOGETHER
from shared.chat.store import STORE_FAILURES, ConversationStore, connect
from tests.component.chat.ends import SILENCE_S

MANY = 10 * MOST_TOGETHER


async def write(store: ConversationStore, cid: str, *tails: bytes) -> None:
    for tail in tails:
        await store.client.rpush(keys.log(cid), tail)


async def reads(eyes: Redis) -> int:
    """Return how often the server has read from a client."""
    return int((await eyes.info("stats"))["total_reads_processed"])


async def test_each_gets_its_own_log_and_all_come_in_few_round_trips(store: ConversationStore, eyes: Redis) -> None:
    """V14: five thousand come back at once, and no message of one is given to another."""
    cids = [f"c{number}" for number in range(MANY)]
    for cid in cids:
        await write(store, cid, b'"of":"%b"}' % cid.encode(), b'"second":1}')
    before = await reads(eyes)
    found = await asyncio.gather(*(store.messages_after(cid, 0) for cid in cids))
    assert await reads(eyes) - before < MANY / 2
    assert found == [[(1, b'{"seq":1,"of":"%b"}' % cid.encode()), (2, b'{"seq":2,"second":1}')] for cid in cids]
    assert await store.messages_after("c0", 1) == [(2, b'{"seq":2,"second":1}')]
    assert await store.messages_after("nobody", 0) == []


async def test_a_log_that_cannot_be_read_fails_alone(store: ConversationStore) -> None:
    await write(store, "good", b'"x":1}')
    await store.client.set(keys.log("bad"), "no list")
    good, bad, again = await asyncio.gather(
        *(store.messages_after(cid, 0) for cid in ("good", "bad", "good")), return_exceptions=True
    )
    assert good == again == [(1, b'{"seq":1,"x":1}')]
    assert isinstance(bad, ResponseError)


async def test_who_does_not_wait_any_more_keeps_nobody_else_waiting(store: ConversationStore) -> None:
    await write(store, "c", b'"x":1}')
    gone, one = (asyncio.create_task(store.messages_after("c", 0)) for _ in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    assert await one == [(1, b'{"seq":1,"x":1}')]
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert await store.messages_after("c", 0) == [(1, b'{"seq":1,"x":1}')]


async def test_a_store_that_is_away_is_told_to_everybody_who_asked() -> None:
    away = ConversationStore(connect("redis://127.0.0.1:1"), SILENCE_S)
    answers = await asyncio.gather(*(away.messages_after("c", 0) for _ in range(3)), return_exceptions=True)
    assert len(answers) == 3
    assert all(isinstance(answer, STORE_FAILURES) for answer in answers)
