"""Whoever is in danger goes first at once, whoever says it and whatever dies on the way (O6)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import aiohttp
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.staff.accounts import StaffRole
from services.dispatcher.store.supervision import Notice, Supervision
from shared import keys, streams
from shared.chat.frames import Danger, Error, ErrorCode, Held, Role
from shared.chat.store import ConversationStore
from shared.clock import now_ms
from shared.contracts.audit import AuditEntry
from shared.contracts.gateway import ConversationEndangered
from tests.component.dispatcher.people import Desk, Place
from tests.servers import NatsServer, eventually

COUPLE = "police.domestic"
SEE = "/api/supervision/danger"
Sitting = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def seat(instance: Running, place: Place) -> AsyncIterator[Sitting]:
    """Hire, log in and open a console."""
    async with aiohttp.ClientSession() as http:

        async def one(login: str, *roles: StaffRole, limit: int = 3) -> Desk:
            await place.hire(login, roles=roles or (StaffRole.OPERATOR,), limit=limit)
            desk = Desk(instance.port, login, http)
            assert (await desk.log_in()).status == 200
            return await desk.open() if not roles else desk

        yield one


@pytest.fixture
def store(client: Redis) -> ConversationStore:
    return ConversationStore(client, 900)


async def _declare(store: ConversationStore, place: Place, conversation: str, *, on: bool = True) -> None:
    """Say it as the gateway does."""
    await store.endanger(conversation, Role.VISITOR, on=on, at_ms=now_ms())
    await place.state(place.gateway, ConversationEndangered(conversation_id=UUID(conversation)))


async def _waits(instance: Running, *conversations: str) -> None:
    async def stand() -> bool:
        return await instance.floor.dispatch.waiting(COUPLE) == list(conversations)

    await eventually(stand, otherwise=f"expected {conversations}")


async def _look(chief: Desk) -> list[dict[str, object]]:
    answer = await chief.http.get(f"{chief.base}/api/supervision", headers=chief.headers())
    found: list[dict[str, object]] = (await answer.json())["dangers"]
    return found


async def _see(chief: Desk, conversation: str) -> int:
    body = {"conversation": conversation}
    return (await chief.http.post(f"{chief.base}{SEE}", json=body, headers=chief.headers())).status


async def test_who_waits_and_is_in_danger_goes_first_and_back_when_it_is_over(
    instance: Running, place: Place, store: ConversationStore
) -> None:
    first = await place.visit()
    await _waits(instance, first)
    second = await place.visit()
    await _waits(instance, first, second)
    await _declare(store, place, second)
    await _waits(instance, second, first)
    await _declare(store, place, second)  # said twice, heard twice
    await _declare(store, place, second, on=False)
    await _waits(instance, first, second)


async def test_what_is_said_before_anybody_has_routed_it_counts_and_a_minor_goes_before_others(
    instance: Running, place: Place, store: ConversationStore, client: Redis
) -> None:
    first = await place.visit()
    await _waits(instance, first)
    minor, endangered = await place.visit_unrouted(minor=True), await place.visit_unrouted()
    await _declare(store, place, endangered)
    await place.route(minor)
    await _waits(instance, minor, first)
    await place.route(endangered)
    await _waits(instance, endangered, minor, first)
    assert await client.zrange(keys.ENDANGERED, 0, -1) == [endangered.encode()]


async def test_danger_is_served_from_a_closed_queue_by_anyone_who_is_there(
    instance: Running, place: Place, store: ConversationStore, seat: Sitting
) -> None:
    """Whatever the language: nobody here speaks it."""
    await Supervision(instance.floor.dispatch).close(COUPLE, Notice({"fr": "Fermé."}, "chief1", 0))
    shut = await place.visit(language="en")
    desk = await seat("police1")
    await _declare(store, place, shut)
    held = await desk.hears(Held)
    assert (held.conversation, held.danger) == (shut, Role.VISITOR)
    assert held.danger_at is not None
    assert abs(now_ms() - held.danger_at) < 60_000


async def test_what_no_instance_heard_is_found_by_the_next_look(
    instance: Running, place: Place, store: ConversationStore
) -> None:
    """The gateway died between writing it down and stating it; and once more when it was taken back."""
    first, second = await place.visit(), await place.visit()
    await eventually(lambda: _both(instance), otherwise="nobody waits")
    last = (await instance.floor.dispatch.waiting(COUPLE))[-1]
    before = first if last == second else second
    await store.endanger(last, Role.VISITOR, on=True, at_ms=now_ms())
    await _waits(instance, last, before)
    await store.endanger(last, Role.VISITOR, on=False, at_ms=now_ms())
    await _waits(instance, before, last)


async def _both(instance: Running) -> bool:
    return len(await instance.floor.dispatch.waiting(COUPLE)) == 2


async def test_an_operator_says_it_and_alone_takes_it_back(
    place: Place, store: ConversationStore, seat: Sitting, nats: NatsServer, client: Redis
) -> None:
    desk = await seat("police1")
    conversation = await place.visit()
    await desk.hears(Held)
    await desk.send(Danger(conversation=conversation, on=True))
    await desk.hears(Held, lambda held: held.danger is Role.OPERATOR)
    assert await client.zscore(keys.ENDANGERED, conversation) is not None
    assert not await store.endanger(conversation, Role.VISITOR, on=False, at_ms=1), "whoever holds the phone"
    await desk.send(Danger(conversation=conversation, on=False))

    async def over() -> bool:
        return await client.zscore(keys.ENDANGERED, conversation) is None

    await eventually(over)
    assert (await store.record(conversation) or pytest.fail("gone")).danger is None
    written = [entry.action for entry in await _audit(nats) if str(entry.conversation_id) == conversation]
    assert written[-2:] == ["danger_said", "danger_over"]


async def _audit(nats: NatsServer) -> list[AuditEntry]:
    admin = await nats.connect("admin")
    jetstream = admin.jetstream()
    last = (await jetstream.stream_info(streams.AUDIT)).state.last_seq
    entries = [await jetstream.get_msg(streams.AUDIT, seq) for seq in range(max(1, last - 20), last + 1)]
    await admin.close()
    return [AuditEntry.model_validate_json(entry.data or b"") for entry in entries]


async def test_nobody_raises_it_for_a_conversation_that_is_not_theirs(place: Place, seat: Sitting) -> None:
    theirs, other = await seat("police1", limit=1), await seat("police2", limit=1)
    conversation = await place.visit()
    await eventually(lambda: _anyone_has(conversation, theirs, other))
    stranger = other if any(isinstance(frame, Held) for frame in theirs.heard) else theirs
    await stranger.send(Danger(conversation=conversation, on=True))
    assert (await stranger.hears(Error)).code is ErrorCode.NOT_FOUND


async def _anyone_has(conversation: str, *desks: Desk) -> bool:
    return any(isinstance(frame, Held) and frame.conversation == conversation for desk in desks for frame in desk.heard)


async def test_a_supervisor_sees_it_and_sees_to_it_once(
    place: Place, store: ConversationStore, seat: Sitting, client: Redis
) -> None:
    desk, chief = await seat("police1"), await seat("chief1", StaffRole.OPERATOR, StaffRole.SUPERVISOR)
    conversation = await place.visit()
    await desk.hears(Held)
    assert await _look(chief) == []
    assert await _see(chief, conversation) == 409
    await _declare(store, place, conversation)
    await eventually(lambda: _called(chief))
    [alarm] = await _look(chief)
    assert (alarm["conversation"], alarm["by"], alarm["operator"], alarm["seen_by"]) == (
        conversation,
        "visitor",
        "police1",
        None,
    )
    assert await _see(chief, conversation) == 204
    assert await _see(chief, conversation) == 409
    assert [one["seen_by"] for one in await _look(chief)] == ["chief1"]
    await desk.hears(Held, lambda held: held.danger_seen_by == "chief1")
    await place.red_button(conversation)
    await eventually(lambda: _quiet(chief))
    assert not await client.exists(keys.danger(conversation))


async def _called(chief: Desk) -> bool:
    return len(await _look(chief)) == 1


async def _quiet(chief: Desk) -> bool:
    return await _look(chief) == []
