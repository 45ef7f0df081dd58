"""Referral on a real NATS server."""

import json

from nats.js.errors import NotFoundError

from services.referral import directory
from services.referral.entry import Entry
from shared import streams, subjects
from shared.contracts.conversation import Category
from shared.contracts.referral import DirectoryRefreshed, NearbyQuery, StructureKind
from tests.component.referral.conftest import RunningReferral
from tests.patience import PATIENCE_S
from tests.servers import eventually


async def test_help_near_a_postal_code_is_told_nearest_first(referral: RunningReferral) -> None:
    """R1: near a postal code, by category, with distance; the national lines always."""
    reply = await referral.ask(NearbyQuery(postal_code="95300", category=Category.DOMESTIC, limit=5))
    assert reply.place == "Pontoise"
    distances = [one.distance_km or 0 for one in reply.structures]
    assert len(distances) == 5
    assert distances == sorted(distances)
    assert {"17", "3919"} <= {line.phone for line in reply.helplines}


async def test_without_any_place_the_helplines_are_told(referral: RunningReferral) -> None:
    """V15: helplines are usable without any chat."""
    for query in (NearbyQuery(), NearbyQuery(postal_code="ABC"), NearbyQuery(insee="00000")):
        reply = await referral.ask(query)
        assert reply.structures == []
        assert reply.helplines


async def test_a_malformed_question_gets_a_typed_refusal_and_the_next_one_is_answered(
    referral: RunningReferral,
) -> None:
    client = await referral.nats.connect("gateway")
    for body in (b"{", b'{"limit": 0}', b'{"limit": 1000}', b'{"category": "weather"}', b'{"kinds": ["palace"]}'):
        answer = json.loads((await client.request(subjects.NEARBY, body, timeout=PATIENCE_S)).data)
        assert (answer["refused"], answer["code"]) == (True, "invalid")
    await client.close()
    assert (await referral.ask(NearbyQuery(postal_code="75116"))).structures


async def test_a_running_instance_takes_a_new_directory_and_says_so(referral: RunningReferral) -> None:
    """The directory is refreshed without a restart, and the helplines stay."""
    only = Entry(
        id="own:1", kind=StructureKind.ASSOCIATION, name="Essai", insee="95500", lat=49.05, lon=2.1, as_of="2027"
    )
    directory.write(referral.tables / "beside", [only])
    (referral.tables / "beside").replace(referral.tables / "structures.csv")
    client = await referral.nats.connect("referral")
    manager = client.jetstream()

    async def said() -> bool:
        subject = subjects.event(DirectoryRefreshed, "structures")
        try:
            message = await manager.get_last_msg(streams.REFERENCE, subject, direct=True)
        except NotFoundError:
            return False
        return DirectoryRefreshed.model_validate_json(message.data or b"").structures == 14

    await eventually(said)
    await client.close()
    reply = await referral.ask(NearbyQuery(postal_code="95300"))
    assert [one.name for one in reply.structures] == ["Essai"]
    assert reply.helplines


async def test_a_broken_new_directory_leaves_the_old_one_in_force(referral: RunningReferral) -> None:
    (referral.tables / "beside").write_bytes("nom;téléphone\n".encode("latin-1"))
    (referral.tables / "beside").replace(referral.tables / "structures.csv")
    for _ in range(10):
        assert len((await referral.ask(NearbyQuery(postal_code="95300"))).structures) == 10
