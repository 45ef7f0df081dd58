"""The dispatcher's calls about the floor: what supervisors see and decide, and the care for operators."""

from typing import Any

from infra.docs import openapi_parts as parts
from services.dispatcher.calling import Wanted
from services.dispatcher.caring import Debrief, Hard, Standing
from services.dispatcher.missing_door import MissingClosed, MissingSeen
from services.dispatcher.overview import MOST_ASKED
from services.dispatcher.patrol_door import Called
from services.dispatcher.supervisor import Close, Debriefed, Drain, Hand, Overflow, Reopen, Seen
from services.dispatcher.transferring import About, Offering, Receivers
from shared.contracts.conversation import Force

TYPES: list[type[Any]] = [
    *(About, Offering, Receivers, Called, MissingClosed, MissingSeen, Wanted),
    *(Close, Debrief, Debriefed, Drain, Hand, Hard, Overflow, Reopen, Seen, Standing),
]
MEMBER: parts.Document = {"security": [{parts.SESSION: []}]}
OWN_PAGE = [parts.OURS, parts.ORIGIN]


def paths() -> parts.Document:
    """Return their part of the dispatcher's document."""
    standing = {200: parts.answer("How it stands with one", parts.of(Standing))}
    done = {204: parts.answer("Done, and in the audit")}
    return {
        "/supervision": {
            "get": parts.operation(
                "floor_page", "The supervisors' page", {200: parts.page("The page"), 503: parts.answer("Not built")}
            )
        },
        "/api/care": {"get": parts.operation("care", "How it stands with one", standing, 401, 403, 503, **MEMBER)},
        "/api/care/hard": {"post": _call("mark_hard", "Mark a conversation of one's own as hard", Hard, standing)},
        "/api/care/debrief": {"post": _call("ask_debrief", "Ask to talk about it", Debrief, standing)},
        "/api/care/go-on": {
            "post": parts.operation(
                "go_on", "End one's break", standing, *(401, 403, 503), parameters=OWN_PAGE, **MEMBER
            )
        },
        "/api/psychologist/call": {"post": _call("call", "Call a psychologist into a chat", Wanted, done)},
        "/api/psychologist/take-back": {"post": _call("uncall", "Wait for none any more", Wanted, done)},
        "/api/psychologist/leave": {"post": _call("leave_chat", "Leave a chat, which goes on", Wanted, done)},
        "/api/psychologist/debrief": {"post": _call("see_to", "See to an operator who wants to talk", Debriefed, done)},
        "/api/transfer": {"get": _receivers()},
        "/api/transfer/offer": {"post": _call("offer", "Offer a conversation to another operator", Offering, done)},
        "/api/transfer/take-back": {"post": _call("take_back", "Take one's offer back", About, done)},
        "/api/transfer/accept": {"post": _call("accept", "Take an offered conversation", About, done)},
        "/api/transfer/refuse": {"post": _call("refuse", "Say no to an offer", About, done)},
        "/api/transfer/leave": {"post": _call("step_aside", "Leave what one has handed over", About, done)},
        "/api/supervision": {
            "get": parts.operation("floor", "The floor now", {200: _object("The floor")}, *(401, 403, 503), **MEMBER)
        },
        "/api/supervision/forecast": {"get": _forecast()},
        "/api/supervision/hand": {"post": _call("hand", "Give a conversation to an operator", Hand, done)},
        "/api/supervision/drain": {"post": _call("drain", "Give an operator nothing new", Drain, done)},
        "/api/supervision/close": {"post": _call("close", "Close a queue, with words", Close, done)},
        "/api/supervision/reopen": {"post": _call("reopen", "Serve a queue again", Reopen, done)},
        "/api/supervision/overflow": {"post": _call("overflow", "Have a queue overflow", Overflow, done)},
        "/api/supervision/debrief": {"post": _call("debriefed", "Somebody sees to it", Debriefed, done)},
        "/api/patrols": {
            "get": parts.operation(
                "patrols",
                "The patrols that one asked for, and those of one's conversations",
                {200: _object("`patrols`: how each stands; an answer of the service is sealed")},
                *(401, 403, 503),
                **MEMBER,
            )
        },
        "/api/patrols/called": {
            "post": _call("called", "Say that the emergency number was called instead of a patrol", Called, done)
        },
        "/api/missing/close": {
            "post": _call("close_missing", "Say how it ended with who vanished in danger", MissingClosed, done)
        },
        "/api/supervision/missing": {
            "post": _call("missing_seen", "See that a visitor in danger vanished", MissingSeen, done)
        },
        "/api/supervision/danger": {"post": _call("danger_seen", "See to a conversation in danger", Seen, done)},
    }


def _call(name: str, summary: str, kind: type[Any], answers: dict[int, parts.Document]) -> parts.Document:
    refusals = (400, 401, 403, 409, 413, 503)
    return parts.operation(
        name, summary, answers, *refusals, requestBody=parts.body(parts.of(kind)), parameters=OWN_PAGE, **MEMBER
    )


def _receivers() -> parts.Document:
    return parts.operation(
        "receivers",
        "Who could be asked to take a conversation over",
        {200: parts.answer("Colleagues and queues", parts.of(Receivers))},
        *(400, 401, 409, 503),
        parameters=[parts.query("conversation", "Which", {"type": "string", "format": "uuid"}, required=True)],
        **MEMBER,
    )


def _object(text: str) -> parts.Document:
    return parts.answer(text, {"type": "object"})


def _forecast() -> parts.Document:
    operators = {"type": "integer", "minimum": 0, "maximum": MOST_ASKED}
    return parts.operation(
        "forecast",
        "The next hours of a force",
        {200: parts.answer("By hour", {"type": ["object", "array"]})},
        *(400, 401, 403, 503),
        parameters=[
            parts.query("force", "Whose", {"type": "string", "enum": list(Force)}, required=True),
            parts.query("operators", "With so many; otherwise those on duty", operators),
        ],
        **MEMBER,
    )
