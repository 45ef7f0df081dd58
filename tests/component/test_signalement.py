"""Signalement over a real NATS: every fact counts once, whatever is delivered again (S3, S5)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeout

from services.signalement import app
from services.signalement.adapters import BucketFigures
from services.signalement.domain.figures import Month
from services.signalement.handlers import Counting
from services.signalement.settings import SignalementSettings
from shared import streams, subjects
from shared.contracts.conversation import Audience, Category, ConversationEvent, EndedBy, Force
from shared.contracts.dispatcher import ConversationAssigned, ConversationErasedByDispatcher
from shared.contracts.gateway import ConversationErasedByGateway, ConversationOpened
from shared.contracts.signalement import FiguresQuery, FiguresReply
from tests.patience import PATIENCE_S
from tests.servers import NatsServer, eventually


def visit(conversation: UUID) -> list[ConversationEvent]:
    """Return the facts of one visit that an operator took."""
    return [
        ConversationOpened(conversation_id=conversation, category=Category.SEXUAL, audience=Audience.VICTIM),
        ConversationAssigned(
            conversation_id=conversation,
            operator="gendarmerie1",
            force=Force.GENDARMERIE,
            category=Category.SEXUAL,
            turn=1,
            waited_ms=10,
        ),
        ConversationErasedByGateway(conversation_id=conversation, ended_by=EndedBy.VISITOR, messages=2),
    ]


async def state(server: NatsServer, facts: list[ConversationEvent]) -> None:
    """Publish facts as their owners."""
    clients: dict[str, Client] = {}
    for fact in facts:
        owner = fact.type.split(".", 1)[0]
        client = clients.get(owner) or await server.connect(owner)
        clients[owner] = client
        await client.jetstream().publish(subjects.event(type(fact), fact.entity_id), fact.model_dump_json().encode())
    for client in clients.values():
        await client.close()


@asynccontextmanager
async def running(server: NatsServer) -> AsyncIterator[None]:
    """Run the service in this process, as its own NATS user."""
    stop = asyncio.Event()
    service = asyncio.create_task(app.main(SignalementSettings.model_validate(server.as_user("signalement")), stop))
    try:
        yield
    finally:
        stop.set()
        await service


async def figures(client: Client) -> FiguresReply:
    answer = await client.request(subjects.FIGURES, FiguresQuery().model_dump_json().encode(), timeout=PATIENCE_S)
    return FiguresReply.model_validate_json(answer.data)


async def settled(server: NatsServer) -> bool:
    """Tell whether the consumer has nothing left to read or to settle."""
    client = await server.connect("signalement")
    info = await client.jetstream().consumer_info(streams.CONVERSATIONS, streams.SIGNALEMENT_FIGURES)
    await client.close()
    return (info.num_pending, info.num_ack_pending) == (0, 0)


async def test_visits_are_counted_and_told(nats: NatsServer) -> None:
    async with running(nats):
        for _ in range(3):
            await state(nats, visit(uuid4()))
        await eventually(lambda: settled(nats))
        asker = await nats.connect("dispatcher")
        reply = await figures(asker)
        await asker.close()
    assert reply.persons_accompanied == 3
    assert [(line.category, line.force, line.ended_by, line.conversations) for line in reply.lines] == [
        (Category.SEXUAL, Force.GENDARMERIE, EndedBy.VISITOR, 3)
    ]


async def test_a_service_that_was_away_counts_what_it_missed_and_nothing_twice(nats: NatsServer) -> None:
    await state(nats, visit(uuid4()))
    for _ in range(2):
        async with running(nats):
            await eventually(lambda: settled(nats))
    await state(nats, visit(uuid4()))
    async with running(nats):
        await eventually(lambda: settled(nats))
        asker = await nats.connect("dispatcher")
        assert (await figures(asker)).persons_accompanied == 2
        await asker.close()


async def test_a_visitor_who_fell_silent_is_counted_whether_anybody_had_them_or_not(nats: NatsServer) -> None:
    """The dispatcher's word for both; what it could not count, messages, is no figure."""
    async with running(nats):
        for accompanied in (True, False):
            opened, assigned, _ = visit(conversation := uuid4())
            silence = ConversationErasedByDispatcher(
                conversation_id=conversation, ended_by=EndedBy.SILENCE, messages=None
            )
            await state(nats, [opened, *([assigned] if accompanied else []), silence])
        await eventually(lambda: settled(nats))
        asker = await nats.connect("dispatcher")
        reply = await figures(asker)
        await asker.close()
    assert [(line.accompanied, line.ended_by, line.conversations) for line in reply.lines] == [
        (True, EndedBy.SILENCE, 1),
        (False, EndedBy.SILENCE, 1),
    ]


class DiesAfterCounting(BucketFigures):
    """A store whose process dies between counting a visit and remembering that it is over."""

    died = False

    async def keep_month(self, name: str, month: Month, revision: int) -> None:
        await super().keep_month(name, month, revision)
        if not self.died:
            self.died = True
            raise ConnectionResetError


async def test_a_crash_between_counting_and_remembering_counts_once(nats: NatsServer) -> None:
    client = await nats.connect("signalement")
    jetstream = client.jetstream()
    store = DiesAfterCounting(jetstream, await jetstream.key_value(streams.FIGURES))
    counting = Counting(store)
    *before, end = visit(uuid4())
    for position, fact in enumerate(before, start=1):
        await counting.take(fact, position)
    with pytest.raises(ConnectionResetError):
        await counting.take(end, 3)
    await counting.take(end, 3)
    reply = await counting.figures(FiguresQuery())
    await client.close()
    assert reply.persons_accompanied == 1


async def test_months_outside_the_question_are_left_out(nats: NatsServer) -> None:
    client = await nats.connect("signalement")
    store = await BucketFigures.open(client.jetstream())
    for name in ("2025-12", "2026-01", "2026-02"):
        await store.keep_month(name, Month(counted_to=1, counts={"sexual.police.accompanied.visitor": 1}), 0)
    reply = await Counting(store).figures(FiguresQuery(first_month="2026-01", last_month="2026-01"))
    await client.close()
    assert [line.month for line in reply.lines] == ["2026-01"]


async def test_without_its_consumer_the_service_does_not_come_up(nats: NatsServer) -> None:
    admin = await nats.connect("admin")
    await admin.jetstream().delete_consumer(streams.CONVERSATIONS, streams.SIGNALEMENT_FIGURES)
    await admin.close()
    settings = SignalementSettings.model_validate(nats.as_user("signalement"))
    with pytest.raises(NatsTimeout):
        await asyncio.wait_for(app.main(settings, asyncio.Event()), 20)
    await nats.declare()
