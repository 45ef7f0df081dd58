"""The dispatcher's calls about reports: who takes them, handing one in, and the figures."""

from typing import Any

from pydantic.json_schema import models_json_schema

from infra.docs import openapi_parts as parts
from services.dispatcher.figures import Published
from services.dispatcher.reports import Report
from shared.contracts.conversation import Force
from shared.contracts.signalement_reports import RecipientsReply, SubmitReply

TYPES: list[type[Any]] = [Report, Published]
MEMBER: parts.Document = {"security": [{parts.SESSION: []}]}


def paths() -> parts.Document:
    """Return their part of the dispatcher's document."""
    department = {"type": "string", "pattern": "^[0-9][0-9AB][0-9]?$"}
    return {
        "/api/recipients": {
            "get": parts.operation(
                "recipients",
                "Who takes reports for a department; those of the force first",
                {200: parts.answer("The active ones", parts.of(RecipientsReply))},
                *(400, 401, 503),
                parameters=[
                    parts.query("force", "Whose", {"type": "string", "enum": list(Force)}, required=True),
                    parts.query("department", "Its code", department, required=True),
                ],
                **MEMBER,
            )
        },
        "/api/reports": {
            "post": parts.operation(
                "hand_in",
                "Hand a sealed report in, for a conversation that one has; the same id again is the same report",
                {200: parts.answer("What became of it", parts.of(SubmitReply))},
                *(400, 401, 403, 409, 413, 503),
                requestBody=parts.body(parts.of(Report)),
                parameters=[parts.OURS, parts.ORIGIN],
                **MEMBER,
            )
        },
        "/api/figures": {
            "get": parts.operation(
                "figures",
                "Figures by month, small cells suppressed",
                {200: parts.answer("The cells", parts.of(Published))},
                *(401, 403, 503),
                **MEMBER,
            )
        },
        "/api/figures.csv": {
            "get": parts.operation(
                "figures_file",
                "The same as a file",
                {200: parts.answer("The cells", {"type": "string"}, "text/csv")},
                *(401, 403, 503),
                **MEMBER,
            )
        },
    }


def schemas() -> parts.Document:
    """Return the schemas of the replies that are contracts."""
    wanted: list[Any] = [(RecipientsReply, "serialization"), (SubmitReply, "serialization")]
    _, made = models_json_schema(wanted, ref_template="#/components/schemas/{model}")
    found: parts.Document = made["$defs"]
    return found
