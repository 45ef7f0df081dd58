"""``docs/asyncapi.json`` names every event and query, and who states, consumes, asks and answers it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema

from infra.consumers import consumer_configs
from infra.docs import asyncapi, asyncapi_partners, contracts_found
from infra.docs.output import ROOT
from infra.nats.permissions import SERVICES, TABLE
from shared import subjects
from shared.contracts.conversation import EndedBy
from shared.contracts.gateway import ConversationErasedByGateway, ConversationOpened
from shared.contracts.signalement_partners import PartnerVerb

TEXT = asyncapi.TARGET.read_text(encoding="utf-8")
DOCUMENT: dict[str, Any] = json.loads(TEXT)
ADDRESSES = {channel["address"] for channel in DOCUMENT["channels"].values()}
SUBSCRIBED = re.compile(r"\.subscriber\(\s*(?:subjects\.)?([A-Z][A-Z_]+)\b")


def references(node: Any) -> Iterator[str]:
    """Yield every $ref under ``node``."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def resolve(reference: str) -> Any:
    """Return what a $ref points at."""
    node: Any = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    return node


def operations_of(kind: str, channel: str) -> set[str]:
    """Return the services that send or receive on a channel."""
    return {
        operation["tags"][0]["name"]
        for operation in DOCUMENT["operations"].values()
        if operation["action"] == kind and operation["channel"]["$ref"] == f"#/channels/{channel}"
    }


def test_the_document_is_what_the_code_says() -> None:
    assert asyncapi.render() == TEXT


def test_it_is_asyncapi_3_as_faststream_reads_it() -> None:
    read = ApplicationSchema.model_validate(DOCUMENT)
    assert set(read.channels) == set(DOCUMENT["channels"])
    assert set(read.operations) == set(DOCUMENT["operations"])


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert found
    assert all(resolve(reference) for reference in found)


def test_every_event_has_a_channel_a_message_and_a_schema() -> None:
    events = contracts_found.events()
    assert {ConversationOpened, ConversationErasedByGateway} <= set(events)
    for event in events:
        assert subjects.event(event, f"{{{event.ENTITY}}}") in ADDRESSES
        assert DOCUMENT["components"]["schemas"][event.__name__]["properties"]["type"]["const"] == event.TYPE


def test_every_question_that_a_service_subscribes_to_is_there() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "services").rglob("*.py")]
    asked = {name for source in sources for name in SUBSCRIBED.findall(source)}
    assert "PLACE" in asked
    assert all(getattr(subjects, name) in ADDRESSES for name in asked)


def test_every_question_of_the_contracts_is_there() -> None:
    questions = {name for module in contracts_found.modules() for name in vars(module) if name.endswith("Query")}
    asked = {query.question.__name__ for query in contracts_found.queries() if query.subject.startswith("qry.")}
    assert questions == asked


def test_what_a_partner_takes_and_asks_is_there() -> None:
    assert subjects.delivery("{force}", "{department}", "{report}") in ADDRESSES
    for verb in PartnerVerb:
        assert subjects.partner_command("{partner}", verb) in ADDRESSES
    for contract in asyncapi_partners.CONTRACTS:
        assert DOCUMENT["components"]["schemas"][contract.__name__]["properties"]


def test_only_the_owner_may_state_an_event_and_the_broker_lets_it() -> None:
    for event in contracts_found.events():
        owner = event.TYPE.split(".", 1)[0]
        assert operations_of("send", event.TYPE) == {owner}
        may = {
            name
            for name in SERVICES
            for pattern in TABLE[name].publish
            if asyncapi.subjects_match(pattern, subjects.event(event))
        }
        assert may == {owner}, event.TYPE


def test_every_durable_consumer_is_somebody_who_receives() -> None:
    consumers = {str(config.durable_name) for config in consumer_configs()}
    told = {name for name in consumers if any(name in one["summary"] for one in DOCUMENT["operations"].values())}
    assert told == consumers
    assert operations_of("receive", ConversationOpened.TYPE) >= {"router"}


def test_the_headers_are_those_that_are_sent() -> None:
    for source, name in (("broker.py", "EventHeaders"), ("settle.py", "DeadLetterHeaders")):
        code = (ROOT / "shared" / source).read_text(encoding="utf-8")
        headers = DOCUMENT["components"]["schemas"][name]["required"]
        assert headers
        assert all(f'"{header}"' in code for header in headers)


def test_an_event_as_sent_has_every_field_that_its_schema_requires() -> None:
    event = ConversationErasedByGateway.model_validate(
        {"conversation_id": "0c9e3c1a-5d0e-4b7e-9d55-2f6f3f0a1b77", "ended_by": EndedBy.SILENCE, "messages": 3}
    )
    schema = DOCUMENT["components"]["schemas"]["ConversationErasedByGateway"]
    assert set(json.loads(event.model_dump_json())) == set(schema["properties"]) == set(schema["required"])


def test_no_address_of_any_server_is_in_it() -> None:
    assert "servers" not in DOCUMENT
    assert not re.search(r"localhost|127\.0|nats://|:\d{4,5}\b", TEXT)


def test_a_filter_takes_what_nats_would_give_it() -> None:
    assert asyncapi.subjects_match("evt.gateway.conversation.>", "evt.gateway.conversation.opened.v1.*")
    assert asyncapi.subjects_match("evt.gateway.conversation.opened.v1.*", "evt.gateway.conversation.opened.v1.*")
    assert not asyncapi.subjects_match("evt.gateway.conversation.>", "evt.gateway.conversation")
    assert not asyncapi.subjects_match("evt.gateway.conversation.>", "evt.router.conversation.routed.v1.*")
    assert not asyncapi.subjects_match("evt.gateway.*", "evt.gateway.conversation.opened.v1.*")
