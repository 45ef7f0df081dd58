"""``python -m infra.docs.asyncapi [--check]``: ``docs/asyncapi.json``, every event and query as AsyncAPI 3.0.

FastStream's own generator sees only subscribers, and only of a broker that a running service has wired: what a service
publishes, the replies and the headers would be missing. So the document is made from what decides them: the contracts
(``shared.contracts``), the subjects (``shared.subjects``), the streams and consumers (``infra.streams``), and who may
say and hear what (``infra.nats.permissions``). No address of any server is in it.
"""

import json
import sys
import tomllib
from collections.abc import Mapping
from typing import Any

from infra.consumers import consumers_of
from infra.docs import asyncapi_partners, contracts_found, output
from infra.docs.contracts_found import Query
from infra.nats.permissions import SERVICES, TABLE
from infra.streams import stream_configs
from shared import streams, subjects
from shared.contracts.envelope import Event
from shared.contracts.reply import Refusal

TARGET = output.ROOT / "docs" / "asyncapi.json"
JSON = "application/json"
DESCRIPTION = (
    "What the five services of Havre say to each other over NATS. Events are facts without content or identity, kept "
    "by JetStream until every consumer has them; queries are core NATS requests. The words of a chat travel on "
    "`chat.<instance>.<conversation>` alone, which no stream captures. The two WebSockets are in docs/protocol.md."
)

Document = dict[str, Any]


def render() -> str:
    """Return the whole document as JSON text."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def document() -> Document:
    """Return the whole document."""
    project = tomllib.loads((output.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    events, queries = contracts_found.events(), contracts_found.queries()
    channels: Document = {}
    operations: Document = {}
    for event in events:
        channels[event.TYPE] = _event_channel(event)
        operations.update(_event_operations(event))
    for query in queries:
        channels[query.name] = _query_channel(query)
        channels[f"{query.name}.reply"] = _reply_channel(query)
        operations.update(_query_operations(query))
    channels.update(asyncapi_partners.channels())
    operations.update(asyncapi_partners.operations())
    channels["chat"], channels["dead-letters"] = _chat_channel(), _dead_letter_channel()
    operations.update(_chat_operations())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Havre",
            "version": project["version"],
            "description": DESCRIPTION,
            "license": {"name": project["license"]},
            "tags": [{"name": name} for name in (*SERVICES, asyncapi_partners.PARTNER)],
        },
        "defaultContentType": JSON,
        "channels": channels,
        "operations": operations,
        "components": {"messages": _messages(events, queries), "schemas": _schemas(events, queries)},
    }


# ---- events


def _event_channel(event: type[Event]) -> Document:
    stream = stream_of(subjects.event(event))
    return {
        "address": subjects.event(event, f"{{{event.ENTITY}}}"),
        "title": event.__name__,
        "description": f"{contracts_found.prose(event)} Kept in stream {stream}.",
        "messages": {event.__name__: _ref("components", "messages", event.__name__)},
        "parameters": {event.ENTITY: {"description": event.model_fields[event.ENTITY].description}},
    }


def _event_operations(event: type[Event]) -> Document:
    owner = event.TYPE.split(".", 1)[0]
    operations = {
        f"{owner}.states.{event.TYPE}": _operation("send", event.TYPE, owner, f"{owner} states it.", [event.__name__])
    }
    for durable in durables_of(event):
        reader = durable.split("-", 1)[0]
        operations[f"{reader}.consumes.{event.TYPE}"] = _operation(
            "receive", event.TYPE, reader, f"{reader} consumes it by durable consumer {durable}.", [event.__name__]
        )
    return operations


def stream_of(subject: str) -> str:
    """Return the stream that captures a subject. Raises ``StopIteration`` when none does."""
    return next(
        str(config.name)
        for config in stream_configs(1)
        for pattern in config.subjects or ()
        if subjects_match(pattern, subject)
    )


def durables_of(event: type[Event]) -> list[str]:
    """Return the durable consumers that get an event."""
    return [
        str(config.durable_name)
        for config in consumers_of().get(stream_of(subjects.event(event)), ())
        for pattern in config.filter_subjects or [str(config.filter_subject)]
        if subjects_match(pattern, subjects.event(event))
    ]


def subjects_match(pattern: str, subject: str) -> bool:
    """Tell whether a NATS filter takes a subject; the subject's own ``*`` stands for any one token."""
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted, given = wanted[:-1], given[: len(wanted) - 1] if len(given) >= len(wanted) else []
    return len(wanted) == len(given) and all(one in ("*", other) for one, other in zip(wanted, given, strict=True))


# ---- queries


def _query_channel(query: Query) -> Document:
    return {
        "address": query.subject,
        "title": query.question.__name__,
        "description": f"{contracts_found.prose(query.question)} Core NATS request, answered within seconds.",
        "messages": {query.question.__name__: _ref("components", "messages", query.question.__name__)},
    }


def _reply_channel(query: Query) -> Document:
    names = (query.reply.__name__, Refusal.__name__)
    return {
        "address": None,
        "title": query.reply.__name__,
        "description": "The asker's own inbox, named by the reply-to of its request.",
        "messages": {name: _ref("components", "messages", name) for name in names},
    }


def _query_operations(query: Query) -> Document:
    question = [query.question.__name__]
    reply = {
        "channel": _ref("channels", f"{query.name}.reply"),
        "messages": [
            _ref("channels", f"{query.name}.reply", "messages", name)
            for name in (query.reply.__name__, Refusal.__name__)
        ],
    }
    operations = {
        f"{query.owner}.answers.{query.name}": {
            **_operation("receive", query.name, query.owner, f"{query.owner} answers.", question),
            "bindings": {"nats": {"queue": query.owner, "bindingVersion": "0.1.0"}},
            "reply": reply,
        }
    }
    for asker in sorted(name for name, user in TABLE.items() if query.subject in user.publish):
        operations[f"{asker}.asks.{query.name}"] = {
            **_operation("send", query.name, asker, f"{asker} may ask.", question),
            "reply": reply,
        }
    return operations


# ---- what is neither


def _chat_channel() -> Document:
    return {
        "address": subjects.chat("{kind}.{instance}", "{conversation}"),
        "title": "Announcements",
        "description": (
            "To the instance that holds the other end of a conversation: a stored message, a frame to pass on, a "
            "changed record, an erasure (`shared/chat/wire.py`). Core NATS; may be lost; no stream captures it."
        ),
        "messages": {"Announcement": _ref("components", "messages", "Announcement")},
        "parameters": {
            "kind": {"description": "Which service", "enum": ["gateway", "dispatcher"]},
            "instance": {"description": "8 hex digits, new at each start"},
            "conversation": {"description": "The conversation"},
        },
    }


def _chat_operations() -> Document:
    operations: Document = {}
    for name in ("gateway", "dispatcher"):
        operations[f"{name}.announces"] = _operation("send", "chat", name, f"{name} announces.", ["Announcement"])
        operations[f"{name}.hears"] = _operation(
            "receive", "chat", name, f"{name} hears what is announced to itself.", ["Announcement"]
        )
    return operations


def _dead_letter_channel() -> Document:
    return {
        "address": subjects.dead_letter("{owner}", "{consumer}"),
        "title": "Dead letters",
        "description": f"A message that no retry could settle. Kept in stream {streams.DEAD_LETTERS}.",
        "messages": {"DeadLetter": _ref("components", "messages", "DeadLetter")},
        "parameters": {
            "owner": {"description": "The service that could not", "enum": list(SERVICES)},
            "consumer": {"description": "Its durable consumer"},
        },
    }


# ---- parts


def _operation(action: str, channel: str, service: str, summary: str, messages: list[str]) -> Document:
    return {
        "action": action,
        "channel": _ref("channels", channel),
        "summary": summary,
        "tags": [{"name": service}],
        "messages": [_ref("channels", channel, "messages", name) for name in messages],
    }


def _messages(events: list[type[Event]], queries: list[Query]) -> Document:
    messages: Document = {}
    for event in events:
        messages[event.__name__] = {
            **_message(event.__name__, contracts_found.prose(event)),
            "headers": _ref("components", "schemas", "EventHeaders"),
        }
    for contract in (*contracts_found.asked_and_answered(queries), *asyncapi_partners.CONTRACTS):
        messages[contract.__name__] = _message(contract.__name__, contracts_found.prose(contract))
    messages["Announcement"] = {
        "name": "Announcement",
        "contentType": "application/octet-stream",
        "summary": "One letter that says which kind, then what shared/chat/wire.py says",
        "payload": {"type": "string", "format": "binary"},
    }
    messages["DeadLetter"] = {
        "name": "DeadLetter",
        "contentType": JSON,
        "summary": "The message as it came",
        "headers": _ref("components", "schemas", "DeadLetterHeaders"),
        "payload": {"description": "Of any event's schema, or of none"},
    }
    return messages


def _message(name: str, summary: str) -> Document:
    return {
        "name": name,
        "contentType": JSON,
        "summary": summary,
        "payload": _ref("components", "schemas", name),
    }


def _schemas(events: list[type[Event]], queries: list[Query]) -> Document:
    return {
        "EventHeaders": _headers(
            {
                "Nats-Msg-Id": "The event's id: JetStream drops a repeat",
                "ce-specversion": "CloudEvents 1.0",
                "ce-id": "The event's id",
                "ce-type": "The event's type",
                "ce-source": "/havre/<owner>",
                "ce-time": "The event's time",
                "content-type": JSON,
            }
        ),
        "DeadLetterHeaders": _headers(
            {
                "Havre-Subject": "Where it came from",
                "Havre-Error": "Name of the error's type, without its words",
                "Nats-Msg-Id": "<consumer>.<stream>.<sequence>",
            }
        ),
        **contracts_found.schemas(events, queries, asyncapi_partners.SENT, tuple(asyncapi_partners.ASKED.values())),
    }


def _headers(fields: Mapping[str, str]) -> Document:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "description": text} for name, text in fields.items()},
        "required": list(fields),
    }


def _ref(*path: str) -> Document:
    return {"$ref": "#/" + "/".join(path)}


if __name__ == "__main__":
    sys.exit(output.run("infra.docs.asyncapi", TARGET, render))
