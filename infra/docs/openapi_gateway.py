"""``docs/openapi-gateway.json``: what a visitor's browser may ask of the gateway. ``--check``: is it stale?"""

import sys

from infra.docs import openapi_parts as parts
from infra.docs import output
from services.gateway.help.words import LANGUAGES
from services.gateway.http import EraseCall
from shared.bodies import FORM
from shared.contracts.conversation import Category

TARGET = output.ROOT / "docs" / "openapi-gateway.json"
DESCRIPTION = (
    "The public port of the gateway. A conversation itself is held over the WebSocket (docs/protocol.md). Files under "
    "`/assets/` are the built page's and change with every build. Every answer is `no-store`; none sets a cookie."
)


def document() -> parts.Document:
    """Return the whole document."""
    language = {"type": "string", "enum": list(LANGUAGES)}
    form = {
        "type": "object",
        "properties": {
            "lieu": {"type": "string", "maxLength": 64, "description": "Postal code, as typed"},
            "sujet": {"type": "string", "enum": ["", *Category]},
            "langue": language,
        },
        "required": ["lieu"],
    }
    paths = {
        "/": {
            "get": parts.operation(
                "page", "The visitor's page", {200: parts.page("The page"), 503: parts.answer("Not built")}
            )
        },
        "/aide": {
            "get": parts.operation(
                "help",
                "Help near a place, without JavaScript: the form and the helplines",
                {200: parts.page("The form")},
                parameters=[parts.query("langue", "French when it is none that there is", language)],
            ),
            "post": parts.operation(
                "search",
                "Help near a place; a form, so that no place stands in an address or a history",
                {200: parts.page("What was found"), 429: parts.page("Too many searches: the helplines alone")},
                *(400, 413, 415),
                requestBody=parts.body(form, FORM),
            ),
        },
        "/erase": {
            "post": parts.operation(
                "erase",
                "The red button: destroy a conversation. The content type does not matter: a beacon sends text/plain",
                {
                    202: parts.answer("The store is away: done as soon as it is back"),
                    204: parts.answer("Done, or long gone"),
                },
                *(400, 403, 413, 503),
                requestBody=parts.body(parts.of(EraseCall)),
            )
        },
        "/ws": {
            "get": parts.operation(
                "talk",
                "The WebSocket of a visitor's page",
                {101: parts.answer("It is open")},
                *(400, 403, 429, 503),
                parameters=[parts.ORIGIN],
            )
        },
    }
    return parts.document("Havre: the gateway", DESCRIPTION, paths, [EraseCall], {})


def render() -> str:
    """Return it as JSON text."""
    return parts.render(document())


if __name__ == "__main__":
    sys.exit(output.run("infra.docs.openapi_gateway", TARGET, render))
