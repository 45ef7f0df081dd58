"""The dispatcher's public HTTP: the page, its doors, help near a place, the console's socket."""

from typing import Protocol

from aiohttp import web
from pydantic import ValidationError

from services.dispatcher.console import MAX_RECEIVED, Console
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.provider_door import ProviderDoor
from services.dispatcher.refusals import Refused, refusals
from shared.broker import QueryRefused, QueryUnavailable, ask
from shared.chat.socket import Socket
from shared.chat.upgrade import upgrade
from shared.contracts.referral import NearbyQuery, NearbyReply
from shared.pages import Pages, same_origin, secure
from shared.subjects import NEARBY

MAX_HTTP_BODY = 49_152
"""Bytes of the largest call: a sealed report with the consent to it."""
SUPERVISION = "/supervision"
"""Where the same page shows what supervisors see."""
MAGISTRATE = "/magistrate"
"""And where it shows what magistrates decide."""


class Routed(Protocol):
    """What has routes of its own."""

    def routes(self) -> list[web.RouteDef]:
        """Return them."""


class Api:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors, provider_door: ProviderDoor | None = None) -> None:
        self._floor = floor
        self._doors = doors
        self._provider_door = provider_door

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the API and the socket."""
        return [
            *self._doors.routes(),
            *(self._provider_door.routes() if self._provider_door else ()),
            web.get("/api/help", self.help),
            web.get("/ws", self.socket),
        ]

    async def help(self, request: web.Request) -> web.StreamResponse:
        """Ask referral for help near ``place`` (postal code) or ``insee`` (commune)."""
        await self._doors.member(request)
        try:
            query = _nearby(request)
        except ValidationError:
            raise Refused(400, "invalid", "place, insee, category, kind or text is not what it should be") from None
        try:
            reply = await ask(self._floor.broker, NEARBY, query, NearbyReply)
        except QueryUnavailable:
            raise Refused(503, "unavailable", "the directory of help does not answer; try again") from None
        except QueryRefused as error:
            status, code = (400, "invalid") if error.invalid else (503, "unavailable")
            raise Refused(status, code, "the directory of help refuses this question") from None
        return web.Response(text=reply.model_dump_json(), content_type="application/json")

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """The console's socket; refused before it opens for other origins and without a session."""
        if not same_origin(request, self._floor.settings.public_origins):
            raise Refused(403, "forbidden", "this origin may not connect")
        session, account = await self._doors.member(request)
        if self._floor.full:
            raise Refused(503, "full", "this instance is full; try again", {"Retry-After": "5"})
        channel = Socket(MAX_RECEIVED)
        response = upgrade(request, channel)
        self._floor.enter(Console(self._floor, channel, session, account))
        return response


def make_app(pages: Pages, *others: Routed) -> web.Application:
    """Return the public application: the pages, and whatever else has routes."""
    app = web.Application(client_max_size=MAX_HTTP_BODY, middlewares=[refusals])
    secure(app)
    app.add_routes([*pages.routes(), web.get(SUPERVISION, pages.index), web.get(MAGISTRATE, pages.index)])
    for one in others:
        app.add_routes(one.routes())
    return app


def _nearby(request: web.Request) -> NearbyQuery:
    """Read the query string; empty fields count as absent, ``kind`` may come several times."""
    asked = {name: value for name, value in request.query.items() if value}
    return NearbyQuery.model_validate(
        {
            "postal_code": asked.get("place"),
            "insee": asked.get("insee"),
            "category": asked.get("category"),
            "kinds": [kind for kind in request.query.getall("kind", []) if kind],
            "text": asked.get("text"),
        }
    )
