"""What an operator's page asks of patrols: how they stand, and that somebody has called instead."""

from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Refused, from_our_page, read_body
from services.dispatcher.staff.accounts import StaffRole


class Called(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The emergency number was called instead of the patrol that nobody took charge of."""

    report: UUID


class PatrolDoor:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors) -> None:
        self._floor = floor
        self._doors = doors

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/api/patrols", self.look), web.post("/api/patrols/called", self.note_call)]

    async def look(self, request: web.Request) -> web.StreamResponse:
        """Answer with the patrols that one asked for, and those of the conversations that one has."""
        _, account = await self._doors.member(request)
        found = await self._floor.patrols.of(account.login)
        return web.Response(body=msgspec.json.encode({"patrols": found}), content_type="application/json")

    async def note_call(self, request: web.Request) -> web.StreamResponse:
        """Note that one has called; a supervisor may for anybody."""
        from_our_page(request, self._floor.settings.public_origins)
        _, account = await self._doors.member(request)
        asked = read_body(await request.read(), Called)
        theirs = str(asked.report) in {one.report for one in await self._floor.patrols.of(account.login)}
        if not theirs and StaffRole.SUPERVISOR not in account.roles:
            raise Refused(403, "forbidden", "this patrol is somebody else's")
        if not await self._floor.patrols.called(asked.report, account.login):
            raise Refused(409, "none", "there is no such patrol, or somebody has called")
        return web.Response(status=204)
