"""What staff say of a visitor who vanished while in danger: that they have seen the alarm, and how it ended (O6)."""

from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher.domain.missing import CLOSED
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Refused, from_our_page, read_body
from services.dispatcher.staff.accounts import StaffRole
from shared.contracts.audit import AuditAction
from shared.contracts.dispatcher import MissingEnd
from shared.logs import get_logger


class MissingSeen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One has seen that this conversation's visitor vanished."""

    conversation: UUID


class MissingClosed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """This absence is seen to, and ``why``: `safe`, `patrol_there`, `handed_on` or `mistake`."""

    conversation: UUID
    why: MissingEnd


class MissingDoor:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors) -> None:
        self._floor = floor
        self._doors = doors

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.post("/api/supervision/missing", self.see), web.post("/api/missing/close", self.close)]

    async def see(self, request: web.Request) -> web.StreamResponse:
        """Take notice of an alarm, by name: a supervisor alone, who sees to the danger too if nobody else does."""
        from_our_page(request, self._floor.settings.public_origins)
        _, account = await self._doors.member(request)
        if StaffRole.SUPERVISOR not in account.roles:
            raise Refused(403, "forbidden", "this is for supervisors")
        asked = read_body(await request.read(), MissingSeen)
        dangers, conversation = self._floor.dangers, str(asked.conversation)
        if not await dangers.missing.see(conversation, account.login):
            raise Refused(409, "none", "nobody is missing there, or somebody has seen it")
        said = [AuditAction.MISSING_SEEN]
        if await dangers.see(conversation, account.login):
            said.append(AuditAction.DANGER_SEEN)
        for action in said:
            self._floor.audit.record(action, account=account.login, conversation=asked.conversation)
        return web.Response(status=204)

    async def close(self, request: web.Request) -> web.StreamResponse:
        """End the search, with a reason: whoever has the conversation, or a supervisor."""
        from_our_page(request, self._floor.settings.public_origins)
        _, account = await self._doors.member(request)
        asked = read_body(await request.read(), MissingClosed)
        if asked.why not in CLOSED:
            raise Refused(400, "invalid", f"why is one of {', '.join(sorted(CLOSED))}")
        conversation = str(asked.conversation)
        holds = await self._floor.dispatch.holder(conversation) == account.login
        if not holds and StaffRole.SUPERVISOR not in account.roles:
            raise Refused(403, "forbidden", "this conversation is somebody else's")
        decision = await self._floor.dangers.missing.close(conversation, account.login, asked.why)
        if decision is None:
            raise Refused(409, "none", "nobody is missing there")
        self._floor.announcer.announce([decision])
        get_logger().info("missing_closed", conversation=conversation, by=account.login, why=asked.why.value)
        return web.Response(status=204)
