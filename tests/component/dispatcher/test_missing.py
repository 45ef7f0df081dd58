"""Who vanishes while in danger is missing, once for everybody on duty, until they are back or somebody says why."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError
from redis.asyncio import Redis

from services.dispatcher.app import Running, running
from services.dispatcher.settings import DispatcherSettings
from services.dispatcher.staff.accounts import StaffRole
from services.dispatcher.store.dispatch import DispatchStore
from services.dispatcher.store.missing import MissingStore
from shared import keys, streams, subjects
from shared.chat.batch import Batcher
from shared.chat.frames import Erased, Held, Role
from shared.chat.store import ConversationStore
from shared.clock import now_ms
from shared.contracts.audit import AuditAction, AuditEntry
from shared.contracts.dispatcher import ConversationFound, ConversationMissing
from tests.component.dispatcher import office
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import Desk, Place
from tests.component.dispatcher.vanishing import Facts, Looks, Page
from tests.servers import NatsServer, ValkeyServer, eventually

SOON = {"vanished_s": 1, "console_silence_s": 120, "grace_s": 0, "silence_s": 30, "vanished_kept_s": 3_600}
SILENCE_S, KEPT_S = 30, 3_600
Sitting = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def page(client: Redis) -> AsyncIterator[Page]:
    batcher = Batcher(client, SILENCE_S, 100)
    yield Page(batcher, ConversationStore(client, SILENCE_S), client)
    await batcher.close()


@pytest.fixture
async def both(start: Start) -> list[Running]:
    """Two instances for which one second is too long."""
    return [await start(**SOON), await start(**SOON)]


@pytest.fixture
def looks(both: list[Running], monkeypatch: pytest.MonkeyPatch) -> Looks:
    """What those two look at."""
    return Looks(both, monkeypatch)


@pytest.fixture
def watcher(nats: NatsServer, valkey: ValkeyServer) -> AbstractAsyncContextManager[Running]:
    """One more instance, which lives as long as its context."""
    base = {**valkey.as_user("dispatcher"), "port": 0, "ops_port": 0, "staff_authority": office.PUBLIC}
    return running(DispatcherSettings.model_validate({**base, **nats.as_user("dispatcher"), **SOON}))


@pytest.fixture
async def seat(place: Place) -> AsyncIterator[Sitting]:
    """Hire and log in at an instance; operators open a console."""
    async with aiohttp.ClientSession() as http:

        async def one(at: Running, login: str, *roles: StaffRole, limit: int = 3) -> Desk:
            await place.hire(login, roles=roles or (StaffRole.OPERATOR,), limit=limit)
            desk = Desk(at.port, login, http)
            assert (await desk.log_in()).status == 200
            return desk if roles else await desk.open()

        yield one


@pytest.fixture
async def stated(nats: NatsServer, client: Redis) -> AsyncIterator[Facts]:
    admin = await nats.connect("admin")
    manager = admin.jetstream()
    wanted = [subjects.event(kind) for kind in (ConversationMissing, ConversationFound)]
    # The stream keeps what somebody wants.
    consumer = ConsumerConfig(durable_name="missing-test", filter_subjects=wanted, ack_policy=AckPolicy.EXPLICIT)
    await manager.add_consumer(streams.CONVERSATIONS, consumer)
    yield Facts(manager, client, wanted)
    with suppress(NotFoundError):  # what empties the streams between tests may have come first
        await manager.delete_consumer(streams.CONVERSATIONS, "missing-test")
    await admin.close()


async def _written(nats: NatsServer, conversation: str) -> list[AuditEntry]:
    """Return what the audit says of this conversation's absences."""
    admin = await nats.connect("admin")
    jetstream = admin.jetstream()
    last = (await jetstream.stream_info(streams.AUDIT)).state.last_seq
    found = [await jetstream.get_msg(streams.AUDIT, seq) for seq in range(max(1, last - 30), last + 1)]
    await admin.close()
    entries = [AuditEntry.model_validate_json(one.data or b"") for one in found]
    wanted = {AuditAction.VISITOR_MISSING, AuditAction.VISITOR_FOUND, AuditAction.MISSING_SEEN}
    return [one for one in entries if str(one.conversation_id) == conversation and one.action in wanted]


async def _alarms(chief: Desk) -> list[dict[str, Any]]:
    answer = await chief.http.get(f"{chief.base}/api/supervision", headers=chief.headers())
    found: list[dict[str, Any]] = (await answer.json())["missing"]
    return found


async def _post(desk: Desk, path: str, **body: str) -> int:
    return (await desk.http.post(f"{desk.base}{path}", json=body, headers=desk.headers())).status


async def _is(answer: Awaitable[Any], wanted: object) -> bool:
    return bool(await answer == wanted)


async def test_of_two_instances_it_is_said_once_and_the_return_ends_it(
    both: list[Running], place: Place, page: Page, seat: Sitting, stated: Facts, nats: NatsServer
) -> None:
    desk, chief = await seat(both[0], "police1"), await seat(both[1], "chief1", StaffRole.SUPERVISOR)
    conversation = await page.endangered(place)
    missing = await desk.hears(Held, lambda held: held.missing_at is not None)
    assert (missing.visitor_connected, missing.danger) == (False, Role.VISITOR), "its gateway died: there it stands"
    assert missing.kept_until is not None
    assert missing.kept_until - (missing.missing_at or 0) == KEPT_S * 1000
    assert missing.back_until == missing.kept_until
    [alarm] = await _alarms(chief)
    assert (alarm["conversation"], alarm["operator"], alarm["seen_by"]) == (conversation, "police1", None)
    assert await page.left_s(conversation) > KEPT_S - 60
    await page.sign(conversation)  # the page is back, by its token or by words
    await desk.hears(Held, lambda held: held.missing_at is None and held.visitor_connected and held.danger is not None)
    await eventually(lambda: _is(_alarms(chief), []))
    assert await page.left_s(conversation) <= SILENCE_S, "it is kept as long as any other again"
    assert await stated.all_kinds() == ["missing", "found"]
    written = await _written(nats, conversation)
    assert [(one.action, one.account, one.reason) for one in written] == [
        (AuditAction.VISITOR_MISSING, "police1", None),
        (AuditAction.VISITOR_FOUND, "police1", "returned"),
    ]


async def test_the_death_of_the_instance_that_found_out_changes_nothing(
    start: Start, place: Place, page: Page, seat: Sitting, stated: Facts, nats: NatsServer
) -> None:
    """It dies between deciding and saying: the decision stands in the store, and another instance says it."""
    other = await start(**SOON | {"vanished_s": 3_600})
    chief = await seat(other, "chief1", StaffRole.SUPERVISOR)
    conversation = await page.endangered(place)
    await eventually(lambda: _is(other.floor.dispatch.waiting("police.domestic"), [conversation]))
    record = await page.conversations.record(conversation)
    assert record is not None
    # The one that dies, for which no silence is short enough; its decision is in the store, and that is all of it.
    dying = MissingStore(DispatchStore(page.client, other.floor.dispatch.patience, absent_ms=0))
    assert [one.kind for one in await dying.look({conversation: record.sign or 0})] == ["missing"]
    await eventually(lambda: _is(_operators(chief), [None]))
    await eventually(lambda: _is(stated.kinds(), ["missing"]))
    written = await _written(nats, conversation)
    assert [(one.action, one.account) for one in written] == [(AuditAction.VISITOR_MISSING, None)]


async def test_the_instance_that_watched_is_stopped_and_the_search_goes_on(
    start: Start, watcher: AbstractAsyncContextManager[Running], place: Place, page: Page, seat: Sitting, stated: Facts
) -> None:
    async with watcher:
        conversation = await page.endangered(place)
        await eventually(lambda: _is(stated.kinds(), ["missing"]))
    chief = await seat(await start(**SOON), "chief1", StaffRole.SUPERVISOR)
    assert [one["conversation"] for one in await _alarms(chief)] == [conversation]
    assert await page.left_s(conversation) > KEPT_S - 60
    await page.sign(conversation)
    await eventually(lambda: _is(_alarms(chief), []))
    await eventually(lambda: _is(stated.kinds(), ["missing", "found"]))


async def _operators(chief: Desk) -> list[str | None]:
    return [one["operator"] for one in await _alarms(chief)]


async def test_an_operator_lost_too_and_it_goes_to_another_although_nobody_is_there(
    both: list[Running], place: Place, page: Page, seat: Sitting
) -> None:
    longer = await place.visit()
    await eventually(lambda: _is(both[0].floor.dispatch.waiting("police.domestic"), [longer]))
    conversation = await page.endangered(place)
    await eventually(lambda: _is(both[0].floor.dispatch.waiting("police.domestic"), [conversation, longer]))
    first = await seat(both[0], "police1", limit=1)
    await first.hears(Held, lambda held: held.missing_at is not None)
    await first.drop()
    await eventually(lambda: _is(both[1].floor.dispatch.waiting("police.domestic"), [conversation, longer]))
    second = await seat(both[1], "police2", limit=1)
    taken = await second.hears(Held, lambda held: held.conversation == conversation)
    assert (taken.new, taken.turn) == (True, 2)
    assert taken.missing_at is not None


async def test_closed_with_a_reason_it_stays_closed_for_this_absence_and_is_kept_no_longer(
    both: list[Running], place: Place, page: Page, seat: Sitting, stated: Facts, looks: Looks, nats: NatsServer
) -> None:
    desk, stranger = await seat(both[0], "police1"), await seat(both[1], "chief2", StaffRole.OPERATOR)
    chief = await seat(both[1], "chief1", StaffRole.SUPERVISOR)
    conversation = await page.endangered(place)
    words = await _keeps_words(page, conversation)
    missing = await desk.hears(Held, lambda held: held.missing_at is not None and held.kept_until is not None)
    await eventually(lambda: _is(place.valkey.hget(keys.resume(words), "until"), str(missing.kept_until).encode()))
    assert missing.resumable_until == missing.kept_until, "the words wait too"
    assert await _post(stranger, "/api/missing/close", conversation=conversation, why="safe") == 403
    assert await _post(desk, "/api/missing/close", conversation=conversation, why="returned") == 400
    assert await _post(stranger, "/api/supervision/missing", conversation=conversation) == 403
    assert await _post(chief, "/api/supervision/missing", conversation=conversation) == 204
    assert await _post(chief, "/api/supervision/missing", conversation=conversation) == 409
    assert [one["seen_by"] for one in await _alarms(chief)] == ["chief1"]
    await desk.hears(Held, lambda held: held.danger_seen_by == "chief1" and held.missing_at is not None)
    await place.valkey.hdel(keys.conversation(conversation), "words", "resumable_until")
    assert await _post(desk, "/api/missing/close", conversation=conversation, why="patrol_there") == 204
    assert await _post(desk, "/api/missing/close", conversation=conversation, why="patrol_there") == 409
    await desk.hears(Held, lambda held: held.missing_at is None and held.turn == 1 and held.danger is not None)
    await eventually(lambda: _shorter(page, conversation))
    await looks.end(conversation, 2)
    assert await stated.all_kinds() == ["missing", "found"], "looked at again by each, and nothing happened"
    await page.sign(conversation)
    await eventually(lambda: _is(stated.kinds(), ["missing", "found", "missing"]), otherwise="a new absence")
    written = await _written(nats, conversation)
    assert [(one.action, one.account, one.reason) for one in written][:3] == [
        (AuditAction.VISITOR_MISSING, "police1", None),
        (AuditAction.MISSING_SEEN, "chief1", None),
        (AuditAction.VISITOR_FOUND, "police1", "patrol_there"),
    ]


async def _keeps_words(page: Page, conversation: str) -> str:
    """Have resume words that die in a minute."""
    digest, soon = f"words-{uuid4()}", now_ms() + 60_000
    await page.client.hset(keys.resume(digest), mapping={"conversation": conversation, "until": soon})
    await page.conversations.update(conversation, {"words": digest, "resumable_until": soon})
    return digest


async def _shorter(page: Page, conversation: str) -> bool:
    return await page.left_s(conversation) <= SILENCE_S


async def test_erased_meanwhile_nothing_of_it_stays_but_the_alarm_until_it_is_seen(
    both: list[Running], place: Place, page: Page, seat: Sitting, eyes: Redis
) -> None:
    desk, chief = await seat(both[0], "police1"), await seat(both[1], "chief1", StaffRole.SUPERVISOR)
    conversation = await page.endangered(place)
    await desk.hears(Held, lambda held: held.missing_at is not None)
    await place.red_button(conversation)
    await eventually(lambda: _is(_outcomes(chief), ["erased"]))
    assert await _post(desk, "/api/missing/close", conversation=conversation, why="safe") in {403, 409}
    assert 0 < await place.valkey.ttl(keys.missing(conversation)) <= 86_400
    assert await _post(chief, "/api/supervision/missing", conversation=conversation) == 204
    assert await _alarms(chief) == []
    left = [key for key in await eyes.keys("*") if conversation.encode() in key]
    assert left == []


async def _outcomes(chief: Desk) -> list[str | None]:
    return [one["over"] for one in await _alarms(chief)]


async def test_it_expires_when_its_time_is_over_and_the_alarm_says_so(
    start: Start, place: Place, page: Page, seat: Sitting
) -> None:
    """By the store's own clock, whoever lives: its time is moved here to now."""
    instance = await start(**SOON, sure_s=0)
    desk, chief = await seat(instance, "police1"), await seat(instance, "chief1", StaffRole.SUPERVISOR)
    conversation = await page.endangered(place)
    await desk.hears(Held, lambda held: held.kept_until is not None)
    await page.client.pexpire(keys.conversation(conversation), 1)
    await desk.hears(Erased)
    await eventually(lambda: _is(_outcomes(chief), ["expired"]))


async def test_the_end_of_the_danger_is_the_end_of_the_search(
    both: list[Running], place: Place, page: Page, seat: Sitting, nats: NatsServer
) -> None:
    desk = await seat(both[0], "police1")
    conversation = await page.endangered(place)
    await desk.hears(Held, lambda held: held.missing_at is not None)
    await both[1].floor.dangers.say(conversation, "police1", on=False)
    await desk.hears(Held, lambda held: held.danger is None and held.missing_at is None)
    assert not await place.valkey.exists(keys.missing(conversation))
    await eventually(lambda: _over(nats, conversation))


async def _over(nats: NatsServer, conversation: str) -> bool:
    return [one.reason for one in await _written(nats, conversation)] == [None, "danger_over"]


async def test_who_is_not_in_danger_or_gives_signs_is_never_missing(
    start: Start, place: Place, page: Page, seat: Sitting, stated: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_long_s = 2  # a page that gives a sign at every look is not silent for so long
    patient = [await start(**SOON | {"vanished_s": too_long_s}) for _ in range(2)]
    looks = Looks(patient, monkeypatch)
    desk = await seat(patient[0], "police1")
    calm, there = await place.visit_unrouted(), await page.endangered(place)
    await page.sign(calm)
    await place.route(calm)
    began = now_ms()
    while now_ms() - began < 1.5 * too_long_s * 1000:
        await page.sign(there)
        await looks.begin(there)
    assert await stated.all_kinds() == []
    await desk.hears(Held, lambda held: held.conversation == there and held.missing_at is not None)
    assert not [one for one in desk.heard if isinstance(one, Held) and one.conversation == calm and one.missing_at]
