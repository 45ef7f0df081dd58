"""Reports to the competent service, as an operator hands them in and as both ends of the chat hear of them.

What is sealed stays sealed here: it goes from the console's browser to its recipient as it is.
"""

import json
from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web
from pydantic import ValidationError

from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Refused, from_our_page, read_body
from shared.broker import QueryRefused, QueryUnavailable, ask
from shared.chat.service import say_as_service
from shared.contracts.conversation import Force
from shared.contracts.signalement_reports import (
    RecipientsQuery,
    RecipientsReply,
    Refusal,
    ReportChanged,
    ReportKind,
    ReportStatus,
    SubmitReply,
    SubmitReport,
)
from shared.logs import get_logger
from shared.subjects import RECIPIENTS, SUBMIT

ASK_TIMEOUT_S = 5.0
TO_TRY_AGAIN = {Refusal.CONVERSATION_UNKNOWN}
"""Reasons that pass: the fact that the conversation was opened is on its way."""
Text = Annotated[str, msgspec.Meta(max_length=32_768)]


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /api/reports``. The same ``report`` again is the same report.

    ``answer_key``: of a patrol, what opens its answer, sealed for the consoles on duty of the force.
    """

    conversation: UUID
    report: UUID
    kind: ReportKind
    partner: Text
    kid: Text
    force: Force
    department: Text
    sealed: Text
    consent: Text | None = None
    answer_key: Annotated[str, msgspec.Meta(max_length=2_048)] | None = None


class ReportDoor:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors) -> None:
        self._floor = floor
        self._doors = doors

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/api/recipients", self.recipients), web.post("/api/reports", self.submit)]

    async def recipients(self, request: web.Request) -> web.StreamResponse:
        """Say who takes reports for a ``department``; those of ``force`` first."""
        await self._doors.member(request)
        try:
            query = RecipientsQuery.model_validate({name: request.query.get(name) for name in ("force", "department")})
        except ValidationError:
            raise Refused(400, "invalid", "force is police or gendarmerie, department a code such as 95") from None
        try:
            reply = await ask(self._floor.broker, RECIPIENTS, query, RecipientsReply)
        except (QueryUnavailable, QueryRefused):
            raise _away() from None
        return web.Response(text=reply.model_dump_json(), content_type="application/json")

    async def submit(self, request: web.Request) -> web.StreamResponse:
        """Hand a report in for a conversation that one has; 409 says why it is not taken."""
        from_our_page(request, self._floor.settings.public_origins)
        _, account = await self._doors.member(request)
        given = read_body(await request.read(), Report)
        if await self._floor.dispatch.holder(str(given.conversation)) != account.login:
            raise Refused(403, "not_held", "you do not have this conversation")
        try:
            said = msgspec.structs.asdict(given)
            del said["answer_key"]
            asked = SubmitReport.model_validate({**said, "operator": account.login})
        except ValidationError:
            raise Refused(400, "invalid", "the body is not what this call takes") from None
        try:
            reply = await ask(self._floor.broker, SUBMIT, asked, SubmitReply, ASK_TIMEOUT_S)
        except (QueryUnavailable, QueryRefused):
            raise _away() from None
        get_logger().info("report_handed_in", report=str(given.report), status=reply.status.value)
        if reply.status is ReportStatus.REFUSED:
            reason = reply.reason or ""
            if reason in TO_TRY_AGAIN:
                raise _away()
            raise Refused(409, reason, "this report is not taken; nothing of it is kept")
        if asked.kind is ReportKind.PATROL:
            await self._floor.patrols.asked(
                asked.report,
                asked.conversation,
                account.login,
                asked.partner,
                asked.department,
                given.answer_key,
            )
        return web.Response(text=reply.model_dump_json(), content_type="application/json")


def _away() -> Refused:
    return Refused(503, "unavailable", "reports cannot be handed in now; try again with the same report id")


class Reported:
    """What follows from what became of a report."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor

    async def changed(self, fact: ReportChanged) -> None:
        """Say it in the conversation, once; one that is gone hears nothing any more.

        A patrol is not spoken of there: somebody else may be reading. Its operator says what helps.
        """
        if fact.kind is ReportKind.PATROL:
            await self._floor.patrols.changed(fact)
            return
        cid = f"r-{fact.report}-{fact.revision}"
        told = await say_as_service(self._floor.hub, str(fact.conversation), cid, words_of(fact))
        get_logger().info("report_told", report=str(fact.report), revision=fact.revision, told=told)


def words_of(fact: ReportChanged) -> str:
    """Return a service message's body: plain JSON, what holds of it left out when it does not."""
    said: dict[str, object] = {"v": 1, "report": str(fact.report), "status": fact.status}
    if fact.overdue:
        said["overdue"] = True
    if fact.answer is not None:
        said["answer"] = fact.answer
    if fact.reason is not None:
        said["reason"] = fact.reason
    return json.dumps(said, separators=(",", ":"))
