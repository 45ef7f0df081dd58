"""``docs/openapi-dispatcher.json``: what a console may ask of the dispatcher. ``--check``: is it stale?"""

import sys
from typing import Any

from pydantic.json_schema import models_json_schema

from infra.docs import openapi_backroom, openapi_floor, openapi_liftings, openapi_reports, output
from infra.docs import openapi_parts as parts
from services.dispatcher.doors import Login
from services.dispatcher.provider_door import WAY_BACK, Asked
from shared.contracts.conversation import Category, Force
from shared.contracts.referral import NearbyReply, StructureKind

TARGET = output.ROOT / "docs" / "openapi-dispatcher.json"
DESCRIPTION = (
    "The public port of the dispatcher, for staff. Conversations are held over the WebSocket (docs/protocol.md). Files "
    "under `/assets/` are the built console's. Calls that change something need the `X-Havre` header and an `Origin` "
    "of ours; the session is a cookie no script can read. `/api/oidc` is there with an identity provider alone."
)
MEMBER: parts.Document = {"security": [{parts.SESSION: []}]}
OWN_PAGE = [parts.OURS, parts.ORIGIN]
TEXT = {"type": "string"}
NULLABLE = {"type": ["string", "null"]}

ACCOUNT = {
    "type": "object",
    "properties": {
        "operator": {**TEXT, "description": "The account's login, a matricule"},
        "force": {"type": "string", "enum": list(Force)},
        "roles": {"type": "array", "items": TEXT},
        "session_ends_at": {"type": "integer", "description": "Milliseconds since 1970 UTC"},
        "at": {"type": "integer", "description": "The server's time"},
        "certificate": {**NULLABLE, "description": "What says that the account's key is the account's"},
        "account_key": {**NULLABLE, "description": "The account's key, sealed under a secret that no server knows"},
        "authority": {"type": ["object", "null"], "description": "Public key of who signs certificates"},
    },
    "required": ["operator", "force", "roles", "session_ends_at", "at"],
}
DOOR = {
    "type": "object",
    "properties": {"local": {"type": "boolean"}, "provider": NULLABLE},
    "required": ["local", "provider"],
}
GO = {"type": "object", "properties": {"go": {**TEXT, "description": "Where the browser goes"}}, "required": ["go"]}
DESK = {"type": "object", "required": ["sheets", "sentences", "sources"]}


def document() -> parts.Document:
    """Return the whole document."""
    paths = {
        "/": {
            "get": parts.operation("page", "The console", {200: parts.page("The page"), 503: parts.answer("Not built")})
        },
        "/api/door": {
            "get": parts.operation("door", "How one logs in here", {200: parts.answer("Password, provider", DOOR)})
        },
        "/api/login": {"post": _login()},
        "/api/logout": {"post": _logout()},
        "/api/oidc": {"post": _begin()},
        WAY_BACK: {"get": _come_back()},
        "/api/me": {
            "get": parts.operation("me", "Whose session it is", {200: parts.answer("Who", ACCOUNT)}, 401, 503, **MEMBER)
        },
        "/api/desk": {
            "get": parts.operation(
                "desk",
                "The operator's desk: sheets per offence, ready sentences, sources",
                {200: parts.answer("All of it", DESK), 304: parts.answer("As the browser has it")},
                *(401, 403, 404, 503),
                **MEMBER,
            )
        },
        "/api/help": {"get": _help()},
        "/ws": {"get": _socket()},
        **openapi_backroom.paths(),
        **openapi_floor.paths(),
        **openapi_liftings.paths(),
        **openapi_reports.paths(),
    }
    _, replies = models_json_schema([(NearbyReply, "serialization")], ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = {**replies["$defs"], **openapi_reports.schemas()}
    rooms = (openapi_backroom, openapi_floor, openapi_liftings, openapi_reports)
    types: list[type[Any]] = [Login, Asked, *(kind for room in rooms for kind in room.TYPES)]
    return parts.document("Havre: the dispatcher", DESCRIPTION, paths, types, schemas)


def _login() -> parts.Document:
    return parts.operation(
        "login",
        "Open a session; with one-time codes the code is asked for in a second step",
        {200: parts.answer("Who it is; the cookie comes along", ACCOUNT)},
        *(400, 401, 403, 413, 429, 503),
        requestBody=parts.body(parts.of(Login)),
        parameters=OWN_PAGE,
    )


def _logout() -> parts.Document:
    return parts.operation(
        "logout",
        "End the session, if there is one; what its operator holds goes to others at once",
        {200: parts.answer("The provider wants to see the browser too", GO), 204: parts.answer("Done")},
        *(403, 503),
        parameters=OWN_PAGE,
    )


def _begin() -> parts.Document:
    return parts.operation(
        "begin",
        "Go to the identity provider",
        {200: parts.answer("Where the browser goes", GO)},
        *(400, 403, 404, 413, 503),
        requestBody=parts.body(parts.of(Asked), required=False),
        parameters=OWN_PAGE,
    )


def _come_back() -> parts.Document:
    return parts.operation(
        "come_back",
        "Come back from the identity provider; whoever is not let in is told why by the page",
        {303: parts.answer("To the console")},
        *(404, 503),
        parameters=[parts.query(name, "As the provider gave it", TEXT) for name in ("state", "code", "iss")],
    )


def _help() -> parts.Document:
    kinds = {"type": "array", "items": {"type": "string", "enum": list(StructureKind)}, "maxItems": 9}
    return parts.operation(
        "nearby",
        "Help near a place",
        {200: parts.answer("Nearest first, then the helplines", parts.of(NearbyReply))},
        *(400, 401, 403, 503),
        parameters=[
            parts.query("place", "Postal code, as typed", {"type": "string", "maxLength": 64}),
            parts.query("insee", "Commune; goes before the postal code", {"type": "string", "maxLength": 5}),
            parts.query("category", "Only what helps with it", {"type": "string", "enum": list(Category)}),
            parts.query("kind", "Only these; may come several times", kinds),
            parts.query("text", "Words of the name, address or commune", {"type": "string", "maxLength": 100}),
        ],
        **MEMBER,
    )


def _socket() -> parts.Document:
    return parts.operation(
        "work",
        "The WebSocket of a console",
        {101: parts.answer("It is open")},
        *(400, 401, 403, 503),
        parameters=[parts.ORIGIN],
        **MEMBER,
    )


def render() -> str:
    """Return it as JSON text."""
    return parts.render(document())


if __name__ == "__main__":
    sys.exit(output.run("infra.docs.openapi_dispatcher", TARGET, render))
