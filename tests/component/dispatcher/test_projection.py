"""A decision is written into the conversation's record once, and an older one that comes late changes nothing (O9)."""

from uuid import uuid4

import pytest
from redis.asyncio import Redis

from services.dispatcher.store.dispatch import Decision, DispatchStore
from services.dispatcher.store.projection import Place, Projected, Projection
from shared import keys
from shared.chat.frames import Stage
from shared.chat.store import ConversationStore, Record
from shared.contracts.dispatcher import ReleaseReason
from tests.component.dispatcher.people import Clock

COUPLE = "police.domestic"


@pytest.fixture
async def conversation(client: Redis) -> str:
    cid = str(uuid4())
    fields: dict[str, str | int] = {"category": "domestic", "audience": "victim", "language": "fr", "opened_at": 1}
    await ConversationStore(client, 900).create(cid, {**fields, "at:visitor": "gateway.1"})
    return cid


async def _record(client: Redis, conversation: str) -> Record:
    record = await ConversationStore(client, 900).record(conversation)
    assert record is not None
    return record


async def _history(dispatch: DispatchStore, clock: Clock, conversation: str) -> list[Decision]:
    """Queue it, assign it, take it back, assign it to another."""
    queued = await dispatch.enqueue(conversation, COUPLE, clock())
    await dispatch.arrive("o1", (COUPLE,), 1, "dispatcher.1", "s")
    [first] = await dispatch.assign()
    await dispatch.arrive("o2", (COUPLE,), 1, "dispatcher.2", "s")
    await dispatch.set_status("o1", "paused")
    released = await dispatch.release(conversation, "o1", ReleaseReason.OPERATOR_LEFT)
    [second] = await dispatch.assign()
    assert queued
    assert released
    return [queued, first, released, second]


async def test_in_any_order_the_newest_decision_stands(
    client: Redis, dispatch: DispatchStore, clock: Clock, conversation: str
) -> None:
    queued, first, released, second = await _history(dispatch, clock, conversation)
    projection = Projection(client)
    assert await projection.write(first) == Projected(True, frozenset({"gateway.1"}))
    assert (await _record(client, conversation)).operator == "o1"
    assert await projection.write(second) == Projected(True, frozenset({"gateway.1"}))
    for late in (queued, released, first):
        found = await projection.write(late)
        assert found is not None
        assert not found.newest
    record = await _record(client, conversation)
    assert (record.stage, record.operator, record.turn) == (Stage.ACTIVE, "o2", 2)


async def test_writing_it_again_does_not_undo_what_the_console_wrote_since(
    client: Redis, dispatch: DispatchStore, clock: Clock, conversation: str
) -> None:
    _, first, released, _ = await _history(dispatch, clock, conversation)
    projection = Projection(client)
    await projection.write(first)
    await client.hset(keys.conversation(conversation), "at:operator", "dispatcher.1")
    assert await projection.write(first) == Projected(True, frozenset({"gateway.1", "dispatcher.1"}))
    assert (await _record(client, conversation)).operator_at == "dispatcher.1"
    await projection.write(released)
    record = await _record(client, conversation)
    assert (record.stage, record.operator, record.operator_at) == (Stage.WAITING, None, None)


async def test_nothing_is_brought_back_by_a_decision_about_a_conversation_that_is_gone(
    client: Redis, dispatch: DispatchStore, clock: Clock, conversation: str
) -> None:
    decisions = await _history(dispatch, clock, conversation)
    await client.delete(keys.conversation(conversation))
    projection = Projection(client)
    assert [await projection.write(decision) for decision in decisions] == [None] * 4
    assert await projection.places({conversation: Place(1)}) == set()
    assert await projection.gone([conversation]) == [conversation]
    assert await client.exists(keys.conversation(conversation)) == 0


async def test_a_position_is_written_only_while_it_waits(client: Redis, conversation: str) -> None:
    projection = Projection(client)
    assert await projection.places({conversation: Place(3, 120)}) == set()
    await client.hset(keys.conversation(conversation), "stage", Stage.WAITING)
    assert await projection.places({conversation: Place(3, 120)}) == {conversation}
    assert ((await _record(client, conversation)).position, (await _record(client, conversation)).estimate_s) == (
        3,
        120,
    )
    await projection.places({conversation: Place(2)})
    assert ((await _record(client, conversation)).position, (await _record(client, conversation)).estimate_s) == (
        2,
        None,
    )


async def test_who_waits_for_a_closed_queue_reads_why_in_their_language_or_else_in_french(
    client: Redis,
) -> None:
    """And no place in a line that does not move."""
    projection = Projection(client)
    closed = '{"words": {"fr": "Le chat rouvre à 8 h.", "en": "The chat opens again at 8."}}'
    for language, words in (("en-GB", "The chat opens again at 8."), ("ar", "Le chat rouvre à 8 h."), ("", None)):
        conversation = str(uuid4())
        record: dict[str, str | int] = {
            "stage": "waiting",
            "position": 3,
            "estimate_s": 60,
            "language": language,
        }
        for field, value in record.items():
            await client.hset(keys.conversation(conversation), field, value)
        await projection.places({conversation: Place(None, None, closed)})
        found = await client.hmget(keys.conversation(conversation), "position", "estimate_s", "notice")
        assert found == [None, None, (words or "Le chat rouvre à 8 h.").encode()]
        await projection.places({conversation: Place(1)})
        assert await client.hmget(keys.conversation(conversation), "position", "notice") == [b"1", None]
