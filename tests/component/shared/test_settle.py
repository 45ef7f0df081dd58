"""Settling on a real JetStream: retried with delay, put aside, never lost, never looping."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from random import Random
from uuid import uuid4

import pytest
from faststream.nats import NatsBroker
from pydantic_core import from_json

from infra.docs import contracts_found
from shared import settle, streams, subjects
from shared.broker import QueryRefused, QueryUnavailable, ask, consumer, make_broker, one_by_one, publish
from shared.contracts.conversation import Audience, Category, Force
from shared.contracts.envelope import Contract
from shared.contracts.gateway import ConversationOpened
from shared.contracts.router import PlaceQuery, PlaceReply
from shared.settings import Settings
from tests.arrived import arrived
from tests.fuzz import spoil
from tests.fuzz.grammar import MARK, Grammar
from tests.patience import PATIENCE_S
from tests.servers import NatsServer, eventually

SUBJECT = subjects.event(ConversationOpened)


class Question(Contract):
    """A query of this test."""

    number: int


class Answer(Contract):
    """Its reply."""

    double: int


def opened() -> ConversationOpened:
    return ConversationOpened(conversation_id=uuid4(), category=Category.DOMESTIC, audience=Audience.VICTIM)


def broker_of(nats: NatsServer, user: str) -> NatsBroker:
    return make_broker(Settings.model_validate(nats.as_user(user)), user)


@asynccontextmanager
async def running(broker: NatsBroker) -> AsyncIterator[NatsBroker]:
    await broker.start()
    await arrived(broker.connection)
    try:
        yield broker
    finally:
        await broker.stop()


async def dead_letters(nats: NatsServer) -> list[tuple[str, dict[str, str], bytes]]:
    client = await nats.connect("admin")
    stream = client.jetstream()
    state = (await stream.stream_info(streams.DEAD_LETTERS)).state
    found = []
    for number in range(state.first_seq, state.last_seq + 1):
        message = await stream.get_msg(streams.DEAD_LETTERS, seq=number)
        found.append((str(message.subject), dict(message.headers or {}), bytes(message.data or b"")))
    await client.close()
    return found


async def unsettled(nats: NatsServer) -> int:
    client = await nats.connect("admin")
    info = await client.jetstream().consumer_info(streams.CONVERSATIONS, streams.ROUTER_OPENED)
    await client.close()
    return (info.num_pending or 0) + (info.num_ack_pending or 0)


def listen(nats: NatsServer, broker: NatsBroker, handler: Callable[[ConversationOpened], Awaitable[None]]) -> None:
    settings = Settings.model_validate(nats.as_user("router"))
    consumer(broker, settings, SUBJECT, streams.ROUTER_OPENED, one_by_one())(handler)


async def test_a_handler_that_fails_twice_gets_the_event_a_third_time_with_growing_delay(nats: NatsServer) -> None:
    """S3: a failure that mends itself loses nothing, and is not tried in a tight loop."""
    tries: list[tuple[float, ConversationOpened]] = []
    router = broker_of(nats, "router")

    async def handler(event: ConversationOpened) -> None:
        tries.append((time.monotonic(), event))
        if len(tries) < 3:
            raise OSError("the store is away")

    listen(nats, router, handler)
    async with running(router), running(broker_of(nats, "gateway")) as gateway:
        await publish(gateway, opened())
        await eventually(lambda: _true(len(tries) == 3))
        await eventually(lambda: _nothing_left(nats))
    assert tries[1][0] - tries[0][0] >= settle.DELAYS_S[0]
    assert tries[2][0] - tries[1][0] >= settle.DELAYS_S[1]
    assert await dead_letters(nats) == []


@pytest.mark.parametrize(
    "broken", [b'{"category":"nonsense"}', b'{"category"', b"\xff\xfe", b"[" * 5_000, b"", b"null"]
)
@pytest.mark.parametrize("headers", [{"content-type": "application/json"}, {"content-type": "text/plain"}, {}])
async def test_a_body_that_breaks_its_contract_is_put_aside_at_once_and_the_next_event_is_handled(
    nats: NatsServer, broken: bytes, headers: dict[str, str]
) -> None:
    """Bad input gets a clear end and harms nobody else."""
    handled: list[ConversationOpened] = []
    router = broker_of(nats, "router")

    async def handler(event: ConversationOpened) -> None:
        handled.append(event)

    listen(nats, router, handler)
    good = opened()
    async with running(router), running(broker_of(nats, "gateway")) as gateway:
        bad = subjects.event(ConversationOpened, str(uuid4()))
        await gateway.publish(broken, bad, stream=streams.CONVERSATIONS, headers=headers)
        await publish(gateway, good)
        await eventually(lambda: _true(handled == [good]))
        await eventually(lambda: _nothing_left(nats))
    [(subject, about, body)] = await dead_letters(nats)
    assert subject == subjects.dead_letter("router", streams.ROUTER_OPENED)
    assert about["Havre-Subject"] == bad
    assert body == broken


async def test_an_event_that_always_fails_ends_with_the_dead_letters(
    nats: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is retried for ever, and nothing that failed is thrown away."""
    monkeypatch.setattr(settle, "DELAYS_S", (0.05, 0.05))
    tries: list[ConversationOpened] = []
    router = broker_of(nats, "router")

    async def handler(event: ConversationOpened) -> None:
        tries.append(event)
        raise RuntimeError("never works")

    listen(nats, router, handler)
    event = opened()
    async with running(router), running(broker_of(nats, "gateway")) as gateway:
        await publish(gateway, event)
        await eventually(lambda: _nothing_left(nats))
    assert len(tries) == 3
    [(_, headers, body)] = await dead_letters(nats)
    assert headers["Havre-Error"] == "RuntimeError"
    assert ConversationOpened.model_validate_json(body) == event


async def test_the_same_event_published_twice_is_handled_once(nats: NatsServer) -> None:
    """S3: the id is the message id; the server drops the repeat."""
    handled: list[ConversationOpened] = []
    router = broker_of(nats, "router")

    async def handler(event: ConversationOpened) -> None:
        handled.append(event)

    listen(nats, router, handler)
    first, second = opened(), opened()
    async with running(router), running(broker_of(nats, "gateway")) as gateway:
        for event in (first, first, second):
            await publish(gateway, event)
        await eventually(lambda: _true(second in handled))
    assert handled == [first, second]


async def test_a_query_gets_its_reply_or_a_typed_refusal_or_is_said_to_be_unanswered(nats: NatsServer) -> None:
    """A query never ends in silence: reply, refusal, or nobody there."""
    router = broker_of(nats, "router")

    async def handler(question: Question) -> Answer:
        if question.number < 0:
            raise RuntimeError("cannot")
        return Answer(double=question.number * 2)

    router.subscriber(subjects.PLACE, queue="router")(handler)
    async with running(broker_of(nats, "gateway")) as gateway:
        with pytest.raises(QueryUnavailable):
            await ask(gateway, subjects.PLACE, Question(number=1), Answer)
        async with running(router):
            assert await ask(gateway, subjects.PLACE, Question(number=21), Answer) == Answer(double=42)
            with pytest.raises(QueryRefused) as failed:
                await ask(gateway, subjects.PLACE, Question(number=-1), Answer)
            assert not failed.value.invalid
            with pytest.raises(QueryRefused) as wrong:
                await ask(gateway, subjects.PLACE, Answer(double=1), Answer)
            assert wrong.value.invalid


async def test_two_thousand_hostile_queries_each_get_a_typed_answer_at_once(nats: NatsServer) -> None:
    """And none repeats what was sent, names that the sender made up included."""
    router, rng = broker_of(nats, "router"), Random("queries")
    grammar = Grammar(contracts_found.schemas([], contracts_found.queries()))
    answers: Counter[str] = Counter()

    async def handler(query: PlaceQuery) -> PlaceReply:
        return PlaceReply(postal_code="", communes=[], ask_commune=query.commune is None, forces=[Force.POLICE])

    router.subscriber(subjects.PLACE, queue="router")(handler)
    async with running(broker_of(nats, "gateway")) as gateway, running(router):
        for _ in range(2_000):
            hostile = spoil.utf8(spoil.hostile_json(grammar.make({"$ref": "PlaceQuery"}, rng), rng))
            reply = await gateway.request(hostile, subjects.PLACE, timeout=PATIENCE_S)
            assert MARK.encode() not in reply.body
            answer = from_json(reply.body)
            answers[answer.get("code", "accepted")] += 1
    print(dict(answers))
    assert answers.keys() == {"accepted", "invalid"}


async def _true(value: bool) -> bool:
    return value


async def _nothing_left(nats: NatsServer) -> bool:
    return await unsettled(nats) == 0
