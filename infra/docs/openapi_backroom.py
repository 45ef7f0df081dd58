"""The dispatcher's calls of the back room: what staff write among themselves."""

from typing import Any

from infra.docs import openapi_parts as parts
from services.dispatcher.backroom.door import Found, Presence, Readers, Resealing, Stored, Writing

TYPES: list[type[Any]] = [Found, Presence, Readers, Resealing, Stored, Writing]
MEMBER: parts.Document = {"security": [{parts.SESSION: []}]}
OWN_PAGE = [parts.OURS, parts.ORIGIN]
PLACE = parts.query(
    "place", "`police.colleagues`, `conversation.<id>`, ...", {"type": "string", "maxLength": 64}, required=True
)


def paths() -> parts.Document:
    """Return their part of the dispatcher's document."""
    done = {204: parts.answer("Done")}
    after = parts.query("after", "Only lines after this number", {"type": "integer", "minimum": 0, "maximum": 2**53})
    return {
        "/api/staff/lines": {
            "get": parts.operation(
                "staff_lines",
                "What staff wrote in a place, sealed",
                {200: parts.answer("Lines in order, at most 100", parts.of(Found))},
                *(400, 401, 403, 503),
                parameters=[PLACE, after],
                **MEMBER,
            ),
            "post": _call(
                "write_staff_line",
                "Write a line; the same client id again is the same line",
                Writing,
                {200: parts.answer("Stored", parts.of(Stored))},
            ),
        },
        "/api/staff/reseal": {"post": _call("reseal_note", "Seal a note for those who read now", Resealing, done)},
        "/api/staff/readers": {
            "get": parts.operation(
                "staff_readers",
                "For whose keys a line is to be sealed",
                {200: parts.answer("Keys and their proofs", parts.of(Readers))},
                *(400, 401, 403, 503),
                parameters=[PLACE],
                **MEMBER,
            )
        },
        "/api/staff/present": {"post": _call("staff_present", "Be addressed by a key of one's own", Presence, done)},
        "/ws/staff": {
            "get": parts.operation(
                "hear_staff",
                "A WebSocket that names each place with news; it takes nothing",
                {101: parts.answer("It is open")},
                *(400, 401, 403, 503),
                parameters=[parts.ORIGIN],
                **MEMBER,
            )
        },
    }


def _call(name: str, summary: str, kind: type[Any], answers: dict[int, parts.Document]) -> parts.Document:
    refusals = (400, 401, 403, 409, 413, 429, 503)
    return parts.operation(
        name, summary, answers, *refusals, requestBody=parts.body(parts.of(kind)), parameters=OWN_PAGE, **MEMBER
    )
