"""The router on a real NATS server."""

from uuid import uuid5

import pytest
from nats.js.errors import NotFoundError

from services.router import table
from services.router.competence import Competence
from shared import streams, subjects
from shared.broker import QueryRefused, ask, make_broker
from shared.contracts.conversation import Force
from shared.contracts.reply import RefusalCode
from shared.contracts.router import PlaceQuery, PlaceReply, RoutingBasis, TerritoryRefreshed
from shared.settings import Settings
from tests.component.router.conftest import RunningRouter, opened, routed, state
from tests.patience import PATIENCE_S
from tests.servers import NatsServer, eventually


async def place(nats: NatsServer, postal_code: str, commune: str | None = None) -> PlaceReply:
    """Ask as the gateway does."""
    async with make_broker(Settings.model_validate(nats.as_user("gateway")), "gateway") as broker:
        await broker.start()
        return await ask(broker, subjects.PLACE, PlaceQuery(postal_code=postal_code, commune=commune), PlaceReply)


async def last_refreshed(nats: NatsServer) -> TerritoryRefreshed | None:
    """Return the last word on the table of competence."""
    client = await nats.connect("router")
    try:
        message = await client.jetstream().get_last_msg(
            streams.REFERENCE, subjects.event(TerritoryRefreshed, "competence"), direct=True
        )
    except NotFoundError:
        return None
    finally:
        await client.close()
    return TerritoryRefreshed.model_validate_json(message.data or b"")


async def test_a_conversation_that_is_opened_is_routed(router: RunningRouter) -> None:
    """V4: the postal code decides between police and gendarmerie."""
    paris = opened("75116")
    await state(router.nats, paris)
    [fact] = await routed(router.nats, 1)
    assert fact.conversation_id == paris.conversation_id
    assert (fact.force, fact.queue, fact.commune) == (Force.POLICE, "police.domestic", "75116")
    assert fact.unit == "Commissariat de police de Paris 16ème arrondissement"
    assert (fact.causation_id, fact.id) == (paris.id, uuid5(paris.id, "routed"))


@pytest.mark.parametrize("typed", [None, "", "ABC", "99999", "SW1A 1AA", "😱"])
async def test_whatever_was_typed_the_conversation_is_routed(router: RunningRouter, typed: str | None) -> None:
    """V4: nobody is obliged to give a true code; each gets a specialist."""
    await state(router.nats, opened(typed))
    [fact] = await routed(router.nats, 1)
    assert (fact.basis, fact.force) == (RoutingBasis.NO_PLACE, Force.POLICE)


async def test_an_event_delivered_twice_is_routed_once(router: RunningRouter) -> None:
    first, marker = opened("75116"), opened("69001")
    await state(router.nats, first)
    await state(router.nats, first, message_id="the-same-again")
    await state(router.nats, marker)
    facts = await routed(router.nats, 2)
    assert {fact.conversation_id for fact in facts} == {first.conversation_id, marker.conversation_id}


async def test_a_place_is_told_with_its_communes_most_people_first(router: RunningRouter) -> None:
    reply = await place(router.nats, "95300")
    assert reply.communes[0].name == "Pontoise"
    assert reply.ask_commune
    assert reply.forces == [Force.POLICE, Force.GENDARMERIE]


async def test_a_malformed_question_gets_a_typed_refusal_and_the_next_one_is_answered(router: RunningRouter) -> None:
    client = await router.nats.connect("gateway")
    for body in (b"{", b"[]", b'{"postal_code": 3}', b'{"postal_code": "95300", "more": 1}'):
        answer = await client.request(subjects.PLACE, body, timeout=PATIENCE_S)
        assert b'"refused":true' in answer.data
        assert RefusalCode.INVALID.encode() in answer.data
    await client.close()
    assert (await place(router.nats, "95300")).ask_commune


async def test_a_code_too_long_to_be_one_is_refused_with_its_reason(router: RunningRouter) -> None:
    client = await router.nats.connect("gateway")
    answer = await client.request(subjects.PLACE, b'{"postal_code": "%s"}' % (b"9" * 65), timeout=PATIENCE_S)
    await client.close()
    assert b"postal_code" in answer.data
    async with make_broker(Settings.model_validate(router.nats.as_user("gateway")), "gateway") as broker:
        await broker.start()
        bad = PlaceQuery.model_construct(postal_code="9" * 65)
        with pytest.raises(QueryRefused):
            await ask(broker, subjects.PLACE, bad, PlaceReply)


async def test_a_running_router_takes_a_new_table_and_says_so(router: RunningRouter) -> None:
    """The table is refreshed without a restart."""
    assert (await place(router.nats, "01400")).forces == [Force.GENDARMERIE]
    rows = {"01001": Competence((Force.POLICE,), "Commissariat d'essai")}
    table.write(router.tables / "beside", "2027-01", "essai", rows)
    (router.tables / "beside").replace(router.tables / "competence.csv")

    async def said() -> bool:
        word = await last_refreshed(router.nats)
        return word is not None and word.edition == "2027-01"

    await eventually(said)
    assert Force.POLICE in (await place(router.nats, "01400")).forces


async def test_a_broken_new_table_leaves_the_old_one_in_force(router: RunningRouter) -> None:
    (router.tables / "beside").write_bytes(b"edition,2027-01,essai\ninsee,forces,service\n01001,army,\n")
    (router.tables / "beside").replace(router.tables / "competence.csv")
    for _ in range(20):
        assert (await place(router.nats, "75116")).forces == [Force.POLICE]


async def test_a_router_without_its_consumer_is_not_ready(router: RunningRouter) -> None:
    client = await router.nats.connect("admin")
    await client.jetstream().delete_consumer(streams.CONVERSATIONS, streams.ROUTER_OPENED)
    await client.close()

    async def unready() -> bool:
        status, body = await router.health()
        return status == 503 and '"consumer": "failing' in body

    await eventually(unready)
