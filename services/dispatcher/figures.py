"""Figures for supervisors: as a table, and as a file to pass on. Small cells are in neither."""

import msgspec
from aiohttp import web

from services.dispatcher.domain.published import SMALLEST, Cell, cells, csv_of
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Refused
from services.dispatcher.staff.accounts import StaffRole
from shared.broker import QueryRefused, QueryUnavailable, ask
from shared.contracts.signalement import FiguresQuery, FiguresReply
from shared.subjects import FIGURES

FILE = "figures.csv"


class Published(msgspec.Struct, frozen=True):
    """Answer of ``GET /api/figures``. Counts under ``smallest`` are not shown."""

    smallest: int
    cells: list[Cell]


class FiguresDoor:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors) -> None:
        self._floor = floor
        self._doors = doors

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/api/figures", self.table), web.get(f"/api/{FILE}", self.file)]

    async def table(self, request: web.Request) -> web.StreamResponse:
        """Answer with the cells."""
        body = msgspec.json.encode(Published(SMALLEST, await self._cells(request)))
        return web.Response(body=body, content_type="application/json")

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Answer with the cells as a file."""
        return web.Response(
            text=csv_of(await self._cells(request)),
            content_type="text/csv",
            charset="utf-8",
            headers={"Content-Disposition": f'attachment; filename="{FILE}"', "Cache-Control": "no-store"},
        )

    async def _cells(self, request: web.Request) -> list[Cell]:
        _, account = await self._doors.member(request)
        if StaffRole.SUPERVISOR not in account.roles:
            raise Refused(403, "forbidden", "this is for supervisors")
        try:
            return cells(await ask(self._floor.broker, FIGURES, FiguresQuery(), FiguresReply))
        except (QueryUnavailable, QueryRefused):
            raise Refused(503, "unavailable", "the figures cannot be had now; try again") from None
