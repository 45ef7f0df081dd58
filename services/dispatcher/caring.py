"""What operators say of themselves: this one is hard, I go on, I want to talk about it (O11)."""

from uuid import UUID

import msgspec
from aiohttp import web

from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Body, Refused, from_our_page, read_body
from services.dispatcher.store.supervision import Supervision
from shared.clock import now_ms
from shared.logs import get_logger


class Hard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mark a conversation of one's own as hard, or take the mark away."""

    conversation: UUID
    hard: bool


class Debrief(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ask to talk about what one heard, or no longer."""

    wanted: bool


class Standing(msgspec.Struct, frozen=True):
    """How it stands with one. ``rests_until`` and ``debrief_asked`` (ms): 0 for none."""

    hard: list[str]
    in_a_row: int
    most_in_a_row: int
    rests_until: int
    debrief_asked: int
    drained: bool


class Caring:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors) -> None:
        self._floor = floor
        self._doors = doors
        self._store = Supervision(floor.dispatch)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/api/care", self.look),
            web.post("/api/care/hard", self.hard),
            web.post("/api/care/go-on", self.go_on),
            web.post("/api/care/debrief", self.debrief),
        ]

    async def look(self, request: web.Request) -> web.StreamResponse:
        """Answer with how it stands with who asks."""
        _, account = await self._doors.member(request)
        return await self._standing(account.login)

    async def hard(self, request: web.Request) -> web.StreamResponse:
        """Mark a conversation that one has."""
        who, asked = await self._asked(request, Hard)
        if not await self._store.mark_hard(str(asked.conversation), who, hard=asked.hard):
            raise Refused(409, "not_found", "you do not have this conversation")
        return await self._standing(who)

    async def go_on(self, request: web.Request) -> web.StreamResponse:
        """End one's break before its time."""
        from_our_page(request, self._floor.settings.public_origins)
        _, account = await self._doors.member(request)
        await self._store.go_on(account.login)
        self._floor.assigner.wake()
        return await self._standing(account.login)

    async def debrief(self, request: web.Request) -> web.StreamResponse:
        """Ask to talk about it; supervisors see that at once. Or take it back."""
        who, asked = await self._asked(request, Debrief)
        if asked.wanted and await self._store.ask_debrief(who, now_ms()):
            get_logger().info("debrief_asked", operator=who)
        elif not asked.wanted:
            await self._store.tick_debrief(who)
        return await self._standing(who)

    async def _standing(self, operator: str) -> web.Response:
        strain = await self._store.strain(operator)
        standing = Standing(
            hard=strain.hard,
            in_a_row=strain.row,
            most_in_a_row=self._floor.settings.hard_in_a_row,
            rests_until=strain.rests_until_ms,
            debrief_asked=strain.debrief_ms,
            drained=strain.drained,
        )
        return web.Response(body=msgspec.json.encode(standing), content_type="application/json")

    async def _asked(self, request: web.Request, kind: type[Body]) -> tuple[str, Body]:
        from_our_page(request, self._floor.settings.public_origins)
        _, account = await self._doors.member(request)
        return account.login, read_body(await request.read(), kind)
