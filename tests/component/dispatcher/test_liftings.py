"""Lifting of anonymity, from the request to the confirmed hand-over: two people, once, all of it in the audit (O7)."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import nats.errors
import nats.js.errors
import pytest
from redis.asyncio import Redis

from services.dispatcher import app
from services.dispatcher.app import Running
from services.dispatcher.domain.lifting import HANDED_FOR_MS, Status
from services.dispatcher.liftings.store import Liftings
from services.dispatcher.staff.accounts import StaffRole
from shared import keys, streams
from shared.audit.chain import breaks
from shared.audit.writing import AuditAway, Chain
from shared.chat.frames import Held, Welcome
from shared.contracts.audit import AuditAction
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.magistracy import (
    STAFF_KEY,
    Magistrate,
    ask,
    come_from,
    get,
    hire_magistrate,
    post,
    refusal,
)
from tests.component.dispatcher.people import Desk, Place
from tests.component.dispatcher.test_audit import Reader
from tests.sealing.magistrates import opened
from tests.servers import NatsServer, Servers, eventually

IP = "203.0.113.9"
REFUSED = (nats.errors.Error, nats.js.errors.Error)


@pytest.fixture
async def auditor(nats: NatsServer) -> AsyncIterator[Reader]:
    client = await nats.connect("auditor")
    yield Reader(client)
    await client.close()


@dataclass
class Scene:
    """An operator who holds a conversation, and a magistrate who is logged in."""

    place: Place
    instance: Running
    operator: Desk
    magistrate: Magistrate
    conversation: str
    http: aiohttp.ClientSession

    async def asks(self, ground: str = "emergency", lifting: UUID | None = None) -> aiohttp.ClientResponse:
        return await ask(self.operator, self.conversation, [self.magistrate.public], ground, lifting)

    async def waits(self) -> dict[str, Any]:
        """Return the one request as the magistrate sees it."""
        (found,) = await self.magistrate.sees()
        return found

    async def another(self, login: str, *roles: StaffRole) -> Magistrate:
        return await hire_magistrate(self.place, self.instance.port, login, self.http, roles)

    async def kept(self) -> list[str]:
        """Return every sealed address in the bucket."""
        found = await Liftings(self.place.nats).get(UUID(self.conversation))
        return list(found.lifting.sealed) if found else []


@pytest.fixture
async def scene(start: Start, place: Place, client: Redis) -> AsyncIterator[Scene]:
    instance = await start(staff_key=STAFF_KEY)
    await place.hire("police1")
    async with aiohttp.ClientSession() as http:
        operator = Desk(instance.port, "police1", http)
        await operator.log_in()
        await operator.open()
        await operator.hears(Welcome)
        conversation = await place.visit()
        await operator.hears(Held)
        magistrate = await hire_magistrate(place, instance.port, "parquet1", http)
        await come_from(client, conversation, IP, [magistrate.public])
        yield Scene(place, instance, operator, await magistrate.log_in(), conversation, http)
        await operator.drop()


async def test_from_the_request_to_the_hand_over(scene: Scene, auditor: Reader) -> None:
    """The magistrate's key opens the address; the operator hears that it was granted, and nothing of the address."""
    assert await (await get(scene.operator, "/api/liftings/keys")).json() != {"keys": []}
    assert await (await get(scene.operator, f"/api/liftings/{scene.conversation}")).json() == {"asked": None}
    asked = await scene.asks()
    assert (asked.status, (await asked.json())["decision"]) == (200, "pending")
    waiting = await scene.waits()
    assert (waiting["ground"], waiting["asked_by"], waiting["address"]) == ("emergency", "police1", "kept")
    assert "addresses" not in waiting
    assert opened(waiting["reasons"], scene.magistrate.key)["text"] == "menacée, adresse inconnue"
    answer = await scene.magistrate.decides(waiting, "life_in_danger", granted=True)
    (sealed,) = (await answer.json())["addresses"]
    assert opened(sealed, scene.magistrate.key)["ip"] == IP
    assert IP not in await answer.text()
    told = await (await get(scene.operator, f"/api/liftings/{scene.conversation}")).text()
    assert json.loads(told)["asked"]["decision"] == "granted"
    assert "ciphertext" not in told
    assert (await scene.magistrate.confirms(waiting)).status == 200
    assert await scene.kept() == []
    await auditor.sees(AuditAction.LIFTING_CONFIRMED)
    steps = [entry for entry in await auditor.of() if entry.action.startswith("lifting")]
    assert [(entry.action.value, entry.account, entry.reason) for entry in steps] == [
        ("lifting_asked", "police1", "emergency_kept"),
        ("lifting_granted", "parquet1", "life_in_danger"),
        ("lifting_handed", "parquet1", None),
        ("lifting_confirmed", "parquet1", None),
    ]
    assert {entry.conversation_id for entry in steps} == {UUID(scene.conversation)}
    assert breaks(await auditor.all()) == []


async def test_a_second_hand_over_is_refused_and_written_down(scene: Scene, auditor: Reader) -> None:
    """Single use."""
    await scene.asks()
    waiting = await scene.waits()
    await scene.magistrate.decides(waiting, "life_in_danger", granted=True)
    await scene.magistrate.confirms(waiting)
    assert await refusal(await scene.magistrate.collects(waiting)) == (409, "over")
    assert await refusal(await scene.magistrate.decides(waiting, "life_in_danger", granted=True)) == (409, "decided")
    denied = await auditor.sees(AuditAction.LIFTING_DENIED)
    assert (denied.account, denied.reason) == ("parquet1", "over")


async def test_a_page_that_died_before_it_confirmed_fetches_it_again_and_nobody_else_does(
    scene: Scene, auditor: Reader
) -> None:
    await scene.asks()
    waiting = await scene.waits()
    first = await (await scene.magistrate.decides(waiting, "minor_in_danger", granted=True)).json()
    other = await (await scene.another("parquet2")).log_in()
    assert await refusal(await other.collects(waiting)) == (409, "not_yours")
    assert await refusal(await other.confirms(waiting)) == (409, "not_yours")
    again = await (await scene.magistrate.collects(waiting)).json()
    assert again["addresses"] == first["addresses"]
    assert (await scene.waits())["until"] == first["until"]
    handed = await auditor.of(AuditAction.LIFTING_HANDED)
    assert len(handed) == 2, "each hand-over is an entry of its own"
    granted = await auditor.of(AuditAction.LIFTING_GRANTED)
    assert len({entry.id for entry in granted}) == 1, "and there is one grant, however often it is written"


async def test_a_process_that_died_between_hand_over_and_confirmation_leaves_it_for_a_quarter_of_an_hour(
    scene: Scene, start: Start, auditor: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another instance hands it over again; after the time it is erased, and the audit says so."""
    monkeypatch.setattr(app, "CLEARED_EVERY_S", 0.5)
    await scene.asks()
    waiting = await scene.waits()
    await scene.magistrate.decides(waiting, "life_in_danger", granted=True)
    second = await start(staff_key=STAFF_KEY)
    scene.magistrate.desk.port = second.port
    assert len((await (await scene.magistrate.collects(waiting)).json())["addresses"]) == 1
    store = Liftings(scene.place.nats)
    stored = await store.get(UUID(scene.conversation))
    assert stored is not None
    long_ago = (stored.lifting.decided_at or 0) - HANDED_FOR_MS
    await store.put(stored.lifting.model_copy(update={"decided_at": long_ago}), stored)
    assert await refusal(await scene.magistrate.collects(waiting)) == (409, "over")

    async def erased() -> bool:
        now = await store.get(UUID(scene.conversation))
        return now is not None and now.lifting.status is Status.LAPSED and now.lifting.sealed == ()

    await eventually(erased, within_s=30)
    lapsed = await auditor.sees(AuditAction.LIFTING_LAPSED)
    assert (lapsed.by, lapsed.account) == ("system", "parquet1")


async def test_who_asked_can_never_decide_even_as_a_magistrate(scene: Scene, auditor: Reader) -> None:
    """Two people: one account that has both roles is still one person."""
    both = await (await scene.another("both1", StaffRole.OPERATOR)).log_in()
    await scene.place.valkey.hset(keys.HELD, scene.conversation, "both1")
    assert (await ask(both.desk, scene.conversation, [both.public])).status == 200
    waiting = (await both.sees())[0]
    assert waiting["own"] is True
    for granted, motive in ((True, "life_in_danger"), (False, "other_means")):
        assert await refusal(await both.decides(waiting, motive, granted=granted)) == (409, "same_person")
    denied = await auditor.sees(AuditAction.LIFTING_DENIED)
    assert (denied.account, denied.reason) == ("both1", "same_person")
    assert (await scene.waits())["status"] == "pending"


async def test_an_operator_who_does_not_hold_the_conversation_asks_in_vain(scene: Scene, auditor: Reader) -> None:
    await scene.place.hire("police2")
    stranger = Desk(scene.instance.port, "police2", scene.http)
    await stranger.log_in()
    asked = await ask(stranger, scene.conversation, [scene.magistrate.public])
    assert await refusal(asked) == (409, "not_held")
    assert await scene.magistrate.sees() == []
    assert (await auditor.sees(AuditAction.LIFTING_DENIED)).reason == "not_held"
    await scene.asks()
    looked = await get(stranger, f"/api/liftings/{scene.conversation}")
    assert await refusal(looked) == (404, "not_found")


async def test_nobody_but_a_magistrate_sees_or_decides(scene: Scene) -> None:
    """Not who asked, not a supervisor."""
    await scene.asks()
    waiting = await scene.waits()
    await scene.place.hire("chief1", roles=(StaffRole.OPERATOR, StaffRole.SUPERVISOR))
    chief = Desk(scene.instance.port, "chief1", scene.http)
    await chief.log_in()
    for desk in (scene.operator, chief):
        assert await refusal(await get(desk, "/api/magistrate")) == (403, "forbidden")
        for call in ("collect", "confirm"):
            body = {"conversation": waiting["conversation"], "id": waiting["id"]}
            assert await refusal(await post(desk, f"/api/magistrate/{call}", **body)) == (403, "forbidden")
        decision = {**body, "granted": True, "motive": "life_in_danger"}
        assert await refusal(await post(desk, "/api/magistrate/decide", **decision)) == (403, "forbidden")
    assert await refusal(await ask(scene.magistrate.desk, scene.conversation, [scene.magistrate.public])) == (
        403,
        "forbidden",
    )


async def test_a_request_is_asked_once_and_again_when_it_is_over(scene: Scene) -> None:
    """A page that sends it twice asks once; another while one waits is refused; after a refusal facts may be new."""
    lifting = uuid4()
    first = await (await scene.asks(lifting=lifting)).json()
    assert await (await scene.asks(lifting=lifting)).json() == first
    assert await refusal(await scene.asks()) == (409, "asked")
    waiting = await scene.waits()
    assert (await scene.magistrate.decides(waiting, "reasons_not_enough", granted=False)).status == 200
    assert await scene.kept() == []
    told = (await (await get(scene.operator, f"/api/liftings/{scene.conversation}")).json())["asked"]
    assert (told["decision"], told["motive"]) == ("refused", "reasons_not_enough")
    assert (await scene.asks("minor")).status == 200
    assert [one["status"] for one in await scene.magistrate.sees()] == ["pending"]


async def test_a_request_under_way_outlives_the_red_button_and_nothing_else_does(scene: Scene) -> None:
    """What was copied when it was asked stays until the decision; asked afterwards, there is nothing (ADR 19)."""
    await scene.asks()
    names = [*keys.all_of(scene.conversation), *keys.addresses(scene.conversation)]
    await scene.place.valkey.delete(*names)
    waiting = await scene.waits()
    answer = await (await scene.magistrate.decides(waiting, "life_in_danger", granted=True)).json()
    assert opened(answer["addresses"][0], scene.magistrate.key)["ip"] == IP
    await scene.magistrate.confirms(waiting)
    asked = await scene.asks()
    assert await refusal(asked) in {(409, "gone"), (409, "not_held")}


@pytest.mark.parametrize("was", ["expired", "none"])
async def test_where_no_address_is_there_all_are_told_so(scene: Scene, was: str) -> None:
    await scene.place.valkey.delete(*keys.addresses(scene.conversation))
    if was == "none":
        await scene.place.valkey.hdel(keys.conversation(scene.conversation), "address_until")
    assert (await (await scene.asks()).json())["address"] == was
    waiting = await scene.waits()
    assert waiting["address"] == was
    assert await refusal(await scene.magistrate.decides(waiting, "life_in_danger", granted=True)) == (
        409,
        "nothing_kept",
    )
    assert (await scene.magistrate.decides(waiting, "nothing_kept", granted=False)).status == 200


async def test_no_address_is_handed_over_that_the_audit_does_not_know_of(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails closed here, and the same magistrate fetches it as soon as the audit is back."""
    await scene.asks()
    waiting = await scene.waits()

    async def away(_chain: Chain, _client: object, _fields: object) -> None:
        raise AuditAway

    with monkeypatch.context() as broken:
        broken.setattr("services.dispatcher.liftings.acting.WRITTEN_WITHIN_S", 0.2)
        broken.setattr(Chain, "add", away)
        answer = await scene.magistrate.decides(waiting, "life_in_danger", granted=True)
        assert await refusal(answer) == (503, "unavailable")
        assert "ciphertext" not in await answer.text()
    assert len((await (await scene.magistrate.collects(waiting)).json())["addresses"]) == 1


async def test_reasons_that_no_magistrate_can_open_are_refused(scene: Scene) -> None:
    other = await scene.another("parquet2")
    other_closed = await scene.place.nats.jetstream().key_value(streams.STAFF)
    await other_closed.delete("parquet2")
    assert await refusal(await ask(scene.operator, scene.conversation, [other.public])) == (400, "invalid")
    body = {"id": str(uuid4()), "conversation": scene.conversation, "ground": "minor", "reasons": "en clair"}
    assert await refusal(await post(scene.operator, "/api/liftings", **body)) == (400, "invalid")


@pytest.mark.parametrize("user", ["gateway", "router", "signalement", "referral", "auditor"])
async def test_no_other_service_reads_a_request(scene: Scene, servers: Servers, user: str) -> None:
    """P2, by the server itself."""
    await scene.asks()
    client = await servers.nats.connect(user)
    try:
        with pytest.raises(REFUSED):
            await client.jetstream(timeout=0.5).key_value(streams.LIFTINGS)
    finally:
        await client.close()
