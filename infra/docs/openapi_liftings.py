"""The dispatcher's calls about lifting anonymity: an operator asks, a magistrate decides."""

from typing import Any

from infra.docs import openapi_parts as parts
from services.dispatcher.domain.lifting import Address, Ground, Motive, Status
from services.dispatcher.liftings.asking import Ask
from services.dispatcher.liftings.deciding import Decide, Which

TYPES: list[type[Any]] = [Ask, Decide, Which]
MEMBER: parts.Document = {"security": [{parts.SESSION: []}]}
OWN_PAGE = [parts.OURS, parts.ORIGIN]
TEXT = {"type": "string"}
UUID = {"type": "string", "format": "uuid"}
MOMENT = {"type": "integer", "description": "Milliseconds since 1970 UTC"}
MAYBE_MOMENT = {"type": ["integer", "null"]}
MOTIVE = {"enum": [*Motive, None]}
SEALED = {**TEXT, "description": "General JWE that magistrates' pages alone open"}

ASKED = {
    "type": "object",
    "properties": {
        "id": UUID,
        "ground": {"enum": list(Ground)},
        "address": {"enum": list(Address)},
        "asked_at": MOMENT,
        "decision": {"enum": ["pending", "refused", "granted"]},
        "decided_at": MAYBE_MOMENT,
        "motive": MOTIVE,
    },
    "required": ["id", "ground", "address", "asked_at", "decision"],
}
LAST = {
    "type": "object",
    "properties": {"asked": {"oneOf": [ASKED, {"type": "null"}]}},
    "required": ["asked"],
}
KEYS = {
    "type": "object",
    "properties": {
        "keys": {"type": "array", "items": {"type": "object", "properties": {"kid": TEXT, "certificate": TEXT}}}
    },
    "required": ["keys"],
}
REQUEST = {
    "type": "object",
    "properties": {
        "id": UUID,
        "conversation": UUID,
        "force": TEXT,
        "category": TEXT,
        "ground": {"enum": list(Ground)},
        "asked_by": TEXT,
        "asked_at": MOMENT,
        "own": {"type": "boolean", "description": "Asked by this very account: somebody else decides"},
        "reasons": SEALED,
        "address": {"enum": list(Address)},
        "status": {"enum": list(Status)},
        "mine": {"type": "boolean", "description": "Decided by this very account"},
        "until": {**MAYBE_MOMENT, "description": "Until when it may be fetched again, by who granted it"},
        "decided_at": MAYBE_MOMENT,
        "motive": MOTIVE,
        "words": {"type": ["string", "null"], "description": "The motive in one's own words, sealed likewise"},
        "addresses": {"type": "array", "items": SEALED, "description": "Handed over: first, last, the time before"},
    },
    "required": ["id", "conversation", "ground", "status", "address"],
}
WAITING = {
    "type": "object",
    "properties": {
        "magistrate": TEXT,
        "key": {
            "type": ["object", "null"],
            "properties": {"kid": TEXT, "certificate": TEXT, "sealed": TEXT},
            "description": "The magistrate's own reading key, sealed under their password",
        },
        "at": MOMENT,
        "liftings": {"type": "array", "items": REQUEST},
    },
    "required": ["magistrate", "key", "at", "liftings"],
}


def paths() -> parts.Document:
    """Return their part of the dispatcher's document."""
    asked = {200: parts.answer("What was asked, and what came of it; never an address", ASKED)}
    request = {200: parts.answer("As it stands now", REQUEST)}
    handed = {200: parts.answer("As it stands now; with the sealed addresses when they are handed over", REQUEST)}
    return {
        "/magistrate": {
            "get": parts.operation(
                "magistrate_page",
                "The magistrates' page",
                {200: parts.page("The page"), 503: parts.answer("Not built")},
            )
        },
        "/api/liftings/keys": {
            "get": parts.operation(
                "lifting_keys",
                "For whom reasons are sealed",
                {200: parts.answer("Magistrates' certified keys", KEYS)},
                *(401, 503),
                **MEMBER,
            )
        },
        "/api/liftings/{conversation}": {
            "get": parts.operation(
                "lifting",
                "What came of a request, for who asked or holds the conversation",
                {200: parts.answer("The last request, if there is one; never an address", LAST)},
                *(401, 403, 404, 503),
                parameters=[{"name": "conversation", "in": "path", "required": True, "schema": UUID}],
                **MEMBER,
            )
        },
        "/api/liftings": {"post": _call("ask_lifting", "Ask for anonymity to be lifted", Ask, asked)},
        "/api/magistrate": {
            "get": parts.operation(
                "liftings", "What waits for a decision", {200: parts.answer("All", WAITING)}, *(401, 403, 503), **MEMBER
            )
        },
        "/api/magistrate/decide": {"post": _call("decide_lifting", "Decide, once", Decide, handed, 404)},
        "/api/magistrate/collect": {
            "post": _call("collect_lifting", "Fetch again what was granted and not confirmed", Which, handed, 404)
        },
        "/api/magistrate/confirm": {
            "post": _call("confirm_lifting", "Have it: it is erased here", Which, request, 404)
        },
    }


def _call(name: str, summary: str, kind: type[Any], answers: dict[int, parts.Document], *more: int) -> parts.Document:
    refusals = (400, 401, 403, *more, 409, 413, 503)
    return parts.operation(
        name, summary, answers, *refusals, requestBody=parts.body(parts.of(kind)), parameters=OWN_PAGE, **MEMBER
    )
