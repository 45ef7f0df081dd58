"""The gateway's public HTTP: the page, the socket, the erase call."""

from typing import Annotated

import msgspec
from aiohttp import web

from services.gateway.desk import Desk
from services.gateway.doors import Doors
from services.gateway.erasing import Erasures
from services.gateway.help.view import HelpPage
from services.gateway.visitor import MAX_RECEIVED, Visitor
from shared.bodies import UnreadableBody, read_body
from shared.chat.frames import Id, Token
from shared.chat.socket import Socket
from shared.chat.upgrade import upgrade
from shared.contracts.conversation import EndedBy
from shared.pages import FORGET, Pages, same_origin, secure
from shared.proxies import endpoint_of

MAX_HTTP_BODY = 16_384


_ERASE_REFUSED = {
    403: {"error": "forbidden", "detail": "this is not that conversation's token"},
    503: {"error": "unavailable", "detail": "try again"},
}


class EraseCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /erase``: what the red button sends while the page is already leaving."""

    conversation: Id
    token: Token
    red_button: Annotated[bool, "False when the visitor ended the conversation without haste"] = True


def make_app(desk: Desk, erasures: Erasures, pages: Pages, doors: Doors) -> web.Application:
    """Return the public application."""

    async def socket(request: web.Request) -> web.StreamResponse:
        if not same_origin(request, desk.settings.public_origins):
            return web.json_response({"error": "forbidden", "detail": "this origin may not connect"}, status=403)
        if desk.full:
            return web.json_response(
                {"error": "full", "detail": "this gateway is full; try again"}, status=503, headers={"Retry-After": "5"}
            )
        who = await doors.who(request)
        if wait := await doors.handshake(who):
            detail = "too many connections from this address; come again later"
            return web.json_response(
                {"error": "too_fast", "detail": detail}, status=429, headers={"Retry-After": str(wait)}
            )
        channel = Socket(MAX_RECEIVED)
        entrance, origin = doors.entrance(who), endpoint_of(request, desk.settings.proxies)
        response = upgrade(request, channel)
        desk.connect(Visitor(desk, channel, entrance, origin))
        entrance.enter()
        return response

    async def erase(request: web.Request) -> web.Response:
        """204 whether or not the conversation was still there, 202 when the store is away and it will be done as soon
        as it is back; 400 for a body that is no erase call."""
        try:
            call = read_body(await request.read(), EraseCall)
        except web.HTTPRequestEntityTooLarge:
            return web.json_response({"error": "too_large", "detail": "an erase call is short"}, status=413)
        except UnreadableBody:
            return web.json_response({"error": "invalid", "detail": "this is no erase call"}, status=400)
        ended_by = EndedBy.RED_BUTTON if call.red_button else EndedBy.VISITOR
        async with await doors.erasing(await doors.who(request)):
            status = await erasures.ask(call.conversation, call.token, ended_by)
        if status in _ERASE_REFUSED:
            return web.json_response(_ERASE_REFUSED[status], status=status)
        return web.Response(status=status, headers=FORGET)

    app = web.Application(client_max_size=MAX_HTTP_BODY)
    secure(app, listed=("/",))
    help_page = HelpPage(desk.broker, desk.settings.exit_url, doors)
    app.add_routes([*pages.routes(), *help_page.routes(), web.get("/ws", socket), web.post("/erase", erase)])
    return app
