"""Supervisors see queues and people, and decide; operators do not; nobody sees content there (O11, O12)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4
from zlib import crc32

import aiohttp
import msgspec
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.domain.traffic import HOUR_S, HOURS_A_WEEK, Counts, week_of
from services.dispatcher.staff.accounts import StaffRole
from services.dispatcher.store.dispatch import DispatchStore
from services.dispatcher.traffic import TrafficKeeper
from shared import keys, streams
from shared.clock import now_ms, utc_now
from shared.contracts.audit import AuditEntry
from tests.component.dispatcher.people import Desk, Place
from tests.servers import NatsServer, eventually

COUPLE, HATE, RURAL = "police.domestic", "police.discrimination", "gendarmerie.domestic"
AT = "/api/supervision"
WORDS = {"fr": "Le chat rouvre à 8 h.", "en": "The chat opens again at 8."}
EVERY_ACTION: list[tuple[str, dict[str, object]]] = [
    ("hand", {"conversation": str(uuid4()), "operator": "police1"}),
    ("hand", {"conversation": str(uuid4())}),
    ("drain", {"operator": "police1", "drained": True}),
    ("close", {"queue": COUPLE, "words": WORDS}),
    ("reopen", {"queue": COUPLE}),
    ("overflow", {"queue": COUPLE, "to": RURAL, "after_s": 60}),
    ("overflow", {"queue": COUPLE}),
    ("debrief", {"operator": "police1"}),
    ("danger", {"conversation": str(uuid4())}),
]
Browse = Callable[[str], Awaitable[Desk]]


@pytest.fixture
async def browse(instance: Running, place: Place) -> AsyncIterator[Browse]:
    """The browser of somebody who is logged in; `chief1` supervises, the others do not."""
    async with aiohttp.ClientSession() as http:

        async def one(login: str) -> Desk:
            roles = (StaffRole.OPERATOR, StaffRole.SUPERVISOR) if login == "chief1" else (StaffRole.OPERATOR,)
            await place.hire(login, roles=roles)
            desk = Desk(instance.port, login, http)
            assert (await desk.log_in()).status == 200
            return desk

        yield one


async def _post(desk: Desk, path: str, body: dict[str, object]) -> int:
    return (await desk.http.post(f"{desk.base}{path}", json=body, headers=desk.headers())).status


async def _get(desk: Desk, path: str) -> dict[str, Any]:
    answer = await desk.http.get(f"{desk.base}{path}", headers=desk.headers())
    assert answer.status == 200, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def _sit(store: DispatchStore, operator: str, limit: int = 3, queue: str = COUPLE) -> None:
    await store.arrive(operator, [queue], limit, "dispatcher.00000000", f"{crc32(operator.encode()):032x}-1")


async def _held(desk: Desk) -> dict[str, list[str]]:
    people = (await _get(desk, AT))["operators"]
    return {one["operator"]: [talk["conversation"] for talk in one["held"]] for one in people}


async def test_a_plain_operator_is_refused_everything(browse: Browse, client: Redis) -> None:
    desk = await browse("police1")
    for path in (AT, f"{AT}/forecast?force=police"):
        answer = await desk.http.get(f"{desk.base}{path}", headers=desk.headers())
        assert (answer.status, (await answer.json())["error"]) == (403, "forbidden")
    for action, body in EVERY_ACTION:
        answer = await desk.http.post(f"{desk.base}{AT}/{action}", json=body, headers=desk.headers())
        assert (answer.status, (await answer.json())["error"]) == (403, "forbidden"), action
    assert not await client.exists(keys.CLOSED, keys.OVERFLOW)


async def test_nobody_without_a_session_and_no_other_site_gets_through(browse: Browse) -> None:
    chief = await browse("chief1")
    stranger = Desk(chief.port, "nobody", chief.http)
    for action, body in EVERY_ACTION:
        assert await _post(stranger, f"{AT}/{action}", body) == 401, action
        plain = {"Cookie": chief.headers()["Cookie"]}
        forged = await chief.http.post(f"{chief.base}{AT}/{action}", json=body, headers=plain)
        assert forged.status == 403, action


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("hand", {"conversation": str(uuid4()), "operator": "police1"}, 409),
        ("hand", {"conversation": str(uuid4())}, 409),
        ("hand", {"conversation": "all"}, 400),
        ("drain", {"operator": "police9", "drained": True}, 409),
        ("close", {"queue": "police.everything", "words": WORDS}, 400),
        ("close", {"queue": COUPLE, "words": {"en": "closed"}}, 400),
        ("close", {"queue": COUPLE, "words": {"fr": "x" * 301}}, 400),
        ("reopen", {"queue": COUPLE}, 409),
        ("overflow", {"queue": COUPLE, "to": COUPLE}, 409),
        ("overflow", {"queue": COUPLE}, 409),
        ("overflow", {"queue": COUPLE, "to": RURAL, "after_s": 0}, 400),
        ("debrief", {"operator": "police1"}, 409),
        ("danger", {"conversation": str(uuid4())}, 409),
        ("debrief", {"operator": "police1", "more": 1}, 400),
    ],
)
async def test_what_cannot_be_done_is_said_and_typed(
    browse: Browse, action: str, body: dict[str, object], status: int
) -> None:
    assert await _post(await browse("chief1"), f"{AT}/{action}", body) == status


async def test_the_floor_is_seen_without_any_place_or_content(
    instance: Running, browse: Browse, place: Place, client: Redis
) -> None:
    chief, store = await browse("chief1"), instance.floor.dispatch
    await _sit(store, "police7", 1)
    first, second = await place.visit(), await place.visit()
    await client.hset(keys.conversation(second), "postal_code", "95300")
    await becomes(lambda: _held(chief), {"police7": [first]})
    answer = await chief.http.get(f"{chief.base}{AT}", headers=chief.headers())
    text = await answer.text()
    assert "95300" not in text
    view = await answer.json()
    [couple] = [one for one in view["queues"] if one["queue"] == COUPLE]
    assert (couple["waiting"], couple["serving"], couple["closed"]) == (1, 1, None)
    assert [talk["conversation"] for talk in couple["first"]] == [second]
    [person] = view["operators"]
    assert (person["status"], person["limit"], person["present"], person["drained"]) == ("available", 1, True, False)
    assert now_ms() - person["since"] < 60_000
    assert [one["force"] for one in view["psychologists"]] == ["police"]


async def becomes(found: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Look again and again until it is so."""

    async def so() -> bool:
        return await found() == wanted

    await eventually(so, otherwise=f"it never became {wanted}")


async def test_a_supervisor_hands_over_puts_back_and_drains_and_the_audit_has_it(
    instance: Running, browse: Browse, place: Place, nats: NatsServer
) -> None:
    began, chief, store = utc_now(), await browse("chief1"), instance.floor.dispatch
    await _sit(store, "police7")
    conversation = await place.visit()
    await becomes(lambda: _held(chief), {"police7": [conversation]})
    await _sit(store, "police8")
    assert await _post(chief, f"{AT}/hand", {"conversation": conversation, "operator": "police8"}) == 204
    assert await _held(chief) == {"police7": [], "police8": [conversation]}
    assert await _post(chief, f"{AT}/drain", {"operator": "police7", "drained": True}) == 204
    assert await _post(chief, f"{AT}/drain", {"operator": "police8", "drained": True}) == 204
    assert await _post(chief, f"{AT}/hand", {"conversation": conversation}) == 204
    assert await _held(chief) == {"police7": [], "police8": []}
    assert await _post(chief, f"{AT}/drain", {"operator": "police7", "drained": False}) == 204
    await becomes(lambda: _held(chief), {"police7": [conversation], "police8": []})
    record = keys.conversation(conversation)
    await becomes(lambda: place.valkey.hget(record, "who:operator"), b"police7")
    await instance.floor.audit.drained(5)
    done = [
        (entry.action, entry.target)
        for entry in await _audit(nats)
        if entry.account == "chief1" and entry.action != "logged_in" and entry.time >= began
    ]
    assert done == [
        ("conversation_handed", "police8"),
        ("operator_drained", "police7"),
        ("operator_drained", "police8"),
        ("conversation_put_back", None),
        ("operator_undrained", "police7"),
    ]


async def _audit(nats: NatsServer) -> list[AuditEntry]:
    admin = await nats.connect("admin")
    jetstream = admin.jetstream()
    last = (await jetstream.stream_info(streams.AUDIT)).state.last_seq
    found = [await jetstream.get_msg(streams.AUDIT, number) for number in range(1, last + 1)]
    await admin.close()
    return [AuditEntry.model_validate_json(one.data or b"") for one in found]


async def test_a_queue_overflows_by_itself_once_a_supervisor_lets_it(
    instance: Running, browse: Browse, place: Place
) -> None:
    chief, store = await browse("chief1"), instance.floor.dispatch
    await _sit(store, "gendarme7", queue=RURAL)
    conversation = await place.visit()
    await place.valkey.hset(keys.conversation(conversation), "opened_at", now_ms() - 60_000)
    other = await place.visit()
    await becomes(lambda: _sorted_waiting(store), sorted([conversation, other]))
    assert await _post(chief, f"{AT}/overflow", {"queue": COUPLE, "to": RURAL, "after_s": 10}) == 204
    for one in (conversation, other):
        await place.valkey.hset(keys.ticket(one), "since", now_ms() - 60_000)
        await place.valkey.zadd(keys.since(COUPLE), {one: now_ms() - 60_000})
    await becomes(lambda: _sorted_held(chief), sorted([conversation, other]))
    assert await place.valkey.hget(keys.conversation(other), "force") == b"gendarmerie"
    assert await _post(chief, f"{AT}/overflow", {"queue": COUPLE}) == 204


async def _sorted_waiting(store: DispatchStore) -> list[str]:
    return sorted(await store.waiting(COUPLE))


async def _sorted_held(desk: Desk) -> list[str]:
    return sorted((await _held(desk)).get("gendarme7", []))


async def test_an_operator_marks_rests_goes_on_and_asks_to_talk(
    instance: Running, browse: Browse, place: Place
) -> None:
    chief, desk, store = await browse("chief1"), await browse("police1"), instance.floor.dispatch
    await _sit(store, "police1", 1)
    for _ in range(instance.floor.settings.hard_in_a_row):
        conversation = await place.visit()
        await becomes(lambda: _held(chief), {"police1": [conversation]})
        assert await _post(desk, "/api/care/hard", {"conversation": conversation, "hard": True}) == 200
        assert (await _get(desk, "/api/care"))["hard"] == [conversation]
        assert await _post(chief, "/api/care/hard", {"conversation": conversation, "hard": True}) == 409
        await place.red_button(conversation)
        await becomes(lambda: _held(chief), {"police1": []})
    assert (await _get(desk, "/api/care"))["rests_until"] > now_ms()
    waiting = await place.visit()
    await becomes(lambda: store.waiting(COUPLE), [waiting])
    assert await _post(desk, "/api/care/go-on", {}) == 200
    await becomes(lambda: _held(chief), {"police1": [waiting]})
    assert await _post(desk, "/api/care/debrief", {"wanted": True}) == 200
    assert list((await _get(chief, AT))["debriefs"]) == ["police1"]
    assert await _post(chief, f"{AT}/debrief", {"operator": "police1"}) == 204
    assert (await _get(desk, "/api/care"))["debrief_asked"] == 0


async def test_hours_are_kept_where_they_survive_and_foretell(instance: Running, browse: Browse, client: Redis) -> None:
    chief, floor = await browse("chief1"), instance.floor
    this = int((await client.time())[0]) // HOUR_S
    await client.hset(keys.traffic(this), mapping={f"{COUPLE}.came": 5, f"{COUPLE}.talks": 4})
    keeper = TrafficKeeper(client, floor.broker.connection, "dispatcher.11111111")
    await client.delete(keys.TRAFFIC_TURN)
    await keeper.keep()
    assert (await keeper.known())[this] == {COUPLE: Counts(came=5, talks=4)}
    await client.delete(keys.traffic(this))
    await keeper.keep()
    after = TrafficKeeper(client, floor.broker.connection, "dispatcher.22222222")
    assert (await after.known())[this] == {COUPLE: Counts(came=5, talks=4)}
    await after.keep()
    assert await client.get(keys.TRAFFIC_TURN) == b"dispatcher.11111111"

    like = {hour - HOURS_A_WEEK: {COUPLE: Counts(40, 4, 2_400_000, 40, 48_000_000)} for hour in range(this, this + 12)}
    bucket = await floor.broker.connection.jetstream().key_value(streams.TRAFFIC)
    for week in {week_of(hour) for hour in like}:
        known, revision = await keeper._week(week)
        mine = {hour: counts for hour, counts in like.items() if week_of(hour) == week}
        await bucket.update(streams.traffic_week(week), msgspec.json.encode(known | mine), last=revision)
    few = await _get(chief, f"{AT}/forecast?force=police&operators=4")
    many = await _get(chief, f"{AT}/forecast?force=police&operators=9")
    assert (few["operators"], few["limit"], few["promise_s"], len(few["hours"])) == (4, 3, 60.0, 12)
    assert few["hours"][0]["an_hour"] == 40
    assert few["hours"][0]["within"] < 0.95 < many["hours"][0]["within"]
    assert 4 < few["hours"][0]["needed"] <= 9
    nothing = await _get(chief, f"{AT}/forecast?force=gendarmerie")
    assert nothing["hours"][0] == {**nothing["hours"][0], "an_hour": None, "needed": None}
    for wrong in ("", "?force=army", "?force=police&operators=many", "?force=police&operators=100000"):
        answer = await chief.http.get(f"{chief.base}{AT}/forecast{wrong}", headers=chief.headers())
        assert answer.status == 400
