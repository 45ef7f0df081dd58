"""The dispatcher's public HTTP: the page, logging in and out, help near a place, the console's socket."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
import nats.errors
import nats.js.errors
from aiohttp import web
from pydantic import ValidationError

from services.dispatcher import metrics
from services.dispatcher.console import MAX_RECEIVED, Console
from services.dispatcher.floor import Floor
from services.dispatcher.staff.accounts import Account, Accounts
from services.dispatcher.staff.guessing import Guessing
from services.dispatcher.staff.passwords import LONGEST, Passwords
from services.dispatcher.staff.sessions import Session
from shared.broker import QueryRefused, QueryUnavailable, ask
from shared.chat.socket import Socket
from shared.chat.store import STORE_FAILURES
from shared.contracts.referral import NearbyQuery, NearbyReply
from shared.logs import get_logger
from shared.pages import Pages, same_origin, secure
from shared.proxies import client_of
from shared.subjects import NEARBY

COOKIE = "__Host-havre"
MAX_HTTP_BODY = 16_384
OURS = "X-Havre"
"""A header that no other site's page can make a browser send without asking first."""
BROKER_FAILURES = (nats.errors.Error, nats.js.errors.Error)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /api/login``."""

    login: Annotated[str, msgspec.Meta(max_length=64)]
    password: Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Refused(Exception):
    """An answer other than 2xx: status, code, sentence, headers."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.response = web.json_response({"error": code, "detail": detail}, status=status, headers=headers)


class Api:
    """The handlers."""

    def __init__(self, floor: Floor, accounts: Accounts, passwords: Passwords, guessing: Guessing) -> None:
        self._floor = floor
        self._accounts = accounts
        self._passwords = passwords
        self._guessing = guessing
        self._proxies = floor.settings.proxies

    def routes(self) -> list[web.RouteDef]:
        """Return the routes of the API and the socket."""
        return [
            web.post("/api/login", self.login),
            web.post("/api/logout", self.logout),
            web.get("/api/me", self.me),
            web.get("/api/help", self.help),
            web.get("/ws", self.socket),
        ]

    async def login(self, request: web.Request) -> web.StreamResponse:
        """Open a session. The same answer, after the same time, for a wrong password and for no such login."""
        self._from_our_page(request)
        try:
            asked = msgspec.json.decode(await request.read(), type=Login)
        except msgspec.MsgspecError:
            raise Refused(400, "invalid", "the body is {login, password}") from None
        login, address = asked.login.strip().lower(), client_of(request, self._proxies)
        if wait := await self._guessing.begin(login, address):
            metrics.LIMITED.inc()
            raise Refused(429, "too_fast", "too many tries; wait", {"Retry-After": str(wait)})
        account = await self._accounts.get(login)
        kept = account.password_hash if account and account.enabled else None
        right = await self._passwords.right(kept, asked.password)
        if account is None or not right:
            metrics.WRONG.inc()
            raise Refused(401, "unauthenticated", "no such login, or another password")
        await self._guessing.succeeded(login, address)
        token = await self._floor.sessions.open(account, replaces=request.cookies.get(COOKIE))
        metrics.LOGGED_IN.inc()
        get_logger().info("logged_in", operator=account.login)
        response = web.json_response(_who(account))
        response.set_cookie(
            COOKIE,
            token,
            secure=True,
            httponly=True,
            samesite="Strict",
            path="/",
            max_age=self._floor.sessions.length_s,
        )
        return response

    async def logout(self, request: web.Request) -> web.StreamResponse:
        """End the session; what its operator holds goes to others at once. 204 with or without a session."""
        self._from_our_page(request)
        token = request.cookies.get(COOKIE)
        session = await self._floor.sessions.find(token)
        if session and token:
            await self._floor.sessions.close(token)
            await self._floor.go_home(session.login, session.digest)
            get_logger().info("logged_out", operator=session.login)
        response = web.Response(status=204)
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    async def me(self, request: web.Request) -> web.StreamResponse:
        """Say whose session it is."""
        _, account = await self._member(request)
        return web.json_response(_who(account))

    async def help(self, request: web.Request) -> web.StreamResponse:
        """Ask referral for help near ``place`` (postal code) or ``insee`` (commune)."""
        await self._member(request)
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
        session, account = await self._member(request)
        if self._floor.full:
            raise Refused(503, "full", "this instance is full; try again", {"Retry-After": "5"})
        response = Socket(compress=False, autoping=True, max_msg_size=MAX_RECEIVED)
        await response.prepare(request)
        console = Console(self._floor, response, session, account)
        self._floor.enter(console)
        await console.serve()
        return response

    def _from_our_page(self, request: web.Request) -> None:
        if OURS not in request.headers or not same_origin(request, self._floor.settings.public_origins):
            raise Refused(403, "forbidden", "this call must come from the console's own page")

    async def _member(self, request: web.Request) -> tuple[Session, Account]:
        session = await self._floor.sessions.find(request.cookies.get(COOKIE))
        account = await self._accounts.get(session.login) if session else None
        if session is None or account is None or not account.enabled:
            raise Refused(401, "unauthenticated", "log in first")
        return session, account


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn refusals, and a store or broker that is away, into typed answers."""
    try:
        return await handler(request)
    except Refused as refused:
        return refused.response
    except (*STORE_FAILURES, *BROKER_FAILURES) as error:
        get_logger().warning("request_not_served", path=request.path, error=error)
        return Refused(503, "unavailable", "try again in a moment").response


def make_app(api: Api, pages: Pages) -> web.Application:
    """Return the public application."""
    app = web.Application(client_max_size=MAX_HTTP_BODY, middlewares=[refusals])
    secure(app)
    app.add_routes([*pages.routes(), *api.routes()])
    return app


def _who(account: Account) -> dict[str, object]:
    return {"operator": account.login, "force": account.force, "roles": list(account.roles)}


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
