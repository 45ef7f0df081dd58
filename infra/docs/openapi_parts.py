"""What the two documents of public HTTP endpoints have in common.

Bodies and replies are the schemas of the very types that the services read and write. That a document names every
route, and no other, is a test's business (``tests/unit/docs/test_openapi.py``); that a service answers as its document
says, another's (``tests/component/test_http.py``).
"""

import json
import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from infra.docs import output

Document = dict[str, Any]

JSON = "application/json"
HTML = "text/html"
ERRORS = {
    400: "The request is not what it should be",
    401: "No session, or not let in",
    403: "Not allowed: of another site, or for another reason that `error` names",
    404: "Nothing is here",
    409: "Not now: `error` says why",
    413: "More than is taken here",
    415: "Another content type is taken here",
    429: "Too often; `Retry-After` says for how many seconds to wait",
    503: "Something that it needs is away; try again",
}
SESSION = "session"


def document(title: str, description: str, paths: Document, types: list[type[Any]], more: Document) -> Document:
    """Return a whole document. ``types``: msgspec structs whose schemas the paths name; ``more``: other schemas."""
    project = tomllib.loads((output.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": project["version"],
            "description": description,
            "license": {"name": project["license"], "identifier": project["license"]},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {**schemas, **more, "Refused": _REFUSED},
            "responses": {f"Refused{status}": _refused(status, text) for status, text in ERRORS.items()},
            "securitySchemes": {
                SESSION: {"type": "apiKey", "in": "cookie", "name": "__Host-havre", "description": "Given by a login"}
            },
        },
    }


def render(whole: Document) -> str:
    """Return a document as JSON text."""
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def operation(name: str, summary: str, answers: Mapping[int, Document], *refusals: int, **more: Any) -> Document:
    """Return one operation: what it answers, how it may refuse, and anything else that OpenAPI knows."""
    refused = {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in refusals}
    responses = {str(status): answer for status, answer in answers.items()} | refused
    return {"operationId": name, "summary": summary, **more, "responses": dict(sorted(responses.items()))}


def answer(text: str, schema: Document | None = None, kind: str = JSON) -> Document:
    """Return an answer; without a schema it has no body."""
    return {"description": text} | ({"content": {kind: {"schema": schema}}} if schema else {})


def page(text: str) -> Document:
    """Return an answer that is a page."""
    return answer(text, {"type": "string"}, HTML)


def body(schema: Document, kind: str = JSON, *, required: bool = True) -> Document:
    """Return a request's body."""
    return {"required": required, "content": {kind: {"schema": schema}}}


def query(name: str, text: str, schema: Document, *, required: bool = False) -> Document:
    """Return a parameter of the address."""
    return {"name": name, "in": "query", "required": required, "description": text, "schema": schema}


def header(name: str, text: str, schema: Document, *, required: bool = True) -> Document:
    """Return a header that a request carries."""
    return {"name": name, "in": "header", "required": required, "description": text, "schema": schema}


def of(kind: type[Any]) -> Document:
    """Return the reference to a type's schema."""
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


OURS = header("X-Havre", "Any value: another site's page cannot send it unasked", {"type": "string", "const": "1"})
ORIGIN = header("Origin", "Of the page itself; a browser sends it", {"type": "string"})
_REFUSED = {
    "type": "object",
    "description": "A refusal; neither part quotes what was sent",
    "properties": {
        "error": {"type": "string", "pattern": "^[a-z_]+$", "description": "What was wrong, for a program"},
        "detail": {"type": "string", "description": "What was wrong, for an engineer"},
    },
    "required": ["error", "detail"],
    "additionalProperties": False,
}


def _refused(status: int, text: str) -> Document:
    made = answer(text, {"$ref": "#/components/schemas/Refused"})
    if status == 429:
        made["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer", "minimum": 1}}}
    return made
