"""How staff come in and go: logging in with a password, logging out, and whose session a browser has."""

from typing import Annotated

import msgspec
from aiohttp import web

from services.dispatcher import metrics
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Refused, from_our_page
from services.dispatcher.staff.accounts import Account
from services.dispatcher.staff.entrance import Denied, Entrance, Reason
from services.dispatcher.staff.passwords import LONGEST
from services.dispatcher.staff.provider import Provider, ProviderAway
from services.dispatcher.staff.sessions import Session
from shared.bodies import UnreadableBody, read_body
from shared.clock import now_ms
from shared.contracts.audit import AuditAction
from shared.logs import get_logger
from shared.proxies import client_of
from shared.sealing.jose import jwk_of

COOKIE = "__Host-havre"
ANSWERS = {
    Reason.LIMITED: (429, "too_fast", "too many tries; wait"),
    Reason.WRONG: (401, "unauthenticated", "no such login, or another password"),
    Reason.CODE_WANTED: (401, "code_wanted", "send the six digits of the moment along"),
    Reason.CODE_WRONG: (401, "code_wrong", "not the six digits of the moment, or used already"),
    Reason.NO_SECOND_FACTOR: (403, "no_second_factor", "this account needs one-time codes before it can log in"),
    Reason.LOCAL_LOGIN_OFF: (403, "local_login_off", "nobody logs in with a password here"),
}
OUTCOMES = {Reason.LIMITED: metrics.LIMITED, Reason.CODE_WANTED: metrics.HALFWAY}
UNWRITTEN = frozenset({Reason.LIMITED, Reason.CODE_WANTED})
"""Not in the audit: the second step of a login that goes on, and tries beyond the limits, with which anybody could fill
it; a metric counts both."""


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /api/login``. ``code`` comes in the second step, once it was asked for."""

    login: Annotated[str, msgspec.Meta(max_length=64)]
    password: Annotated[str, msgspec.Meta(max_length=LONGEST)]
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")] | None = None


class Doors:
    """The handlers."""

    def __init__(self, floor: Floor, entrance: Entrance, provider: Provider | None = None) -> None:
        self._floor = floor
        self._entrance = entrance
        self._provider = provider
        self._origins = floor.settings.public_origins
        self._proxies = floor.settings.proxies

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/api/login", self.login),
            web.post("/api/logout", self.logout),
            web.get("/api/me", self.me),
            web.get("/api/door", self.door),
        ]

    async def door(self, _request: web.Request) -> web.StreamResponse:
        """Say how one logs in here: with a password, through a provider, or both."""
        name = self._floor.settings.oidc_name or self._floor.settings.oidc_issuer
        return web.json_response({"local": self._entrance.local_login, "provider": name if self._provider else None})

    async def login(self, request: web.Request) -> web.StreamResponse:
        """Open a session."""
        from_our_page(request, self._origins)
        try:
            asked = read_body(await request.read(), Login)
        except UnreadableBody:
            raise Refused(400, "invalid", "the body is {login, password, code?}; a code is six digits") from None
        address = client_of(request, self._proxies)
        try:
            account = await self._entrance.admit(asked.login.strip().lower(), asked.password, asked.code, address)
        except Denied as denied:
            raise self._refused(denied) from None
        response, session = await self.welcome(request, account, web.Response())
        response.body = msgspec.json.encode(self._who(account, session))
        response.content_type = "application/json"
        return response

    async def welcome(
        self, request: web.Request, account: Account, response: web.Response, hint: str = ""
    ) -> tuple[web.Response, Session]:
        """Open a session for an account that was let in, and give its cookie along with the response."""
        sessions = self._floor.sessions
        token, session = await sessions.open(account, replaces=request.cookies.get(COOKIE), hint=hint)
        metrics.LOGGED_IN.inc()
        get_logger().info("logged_in", operator=account.login)
        self._floor.audit.record(AuditAction.LOGGED_IN, account=account.login, console=session.mark)
        response.set_cookie(
            COOKIE, token, secure=True, httponly=True, samesite="Strict", path="/", max_age=sessions.longest_s
        )
        return response, session

    async def logout(self, request: web.Request) -> web.StreamResponse:
        """End the session; what its operator holds goes to others at once. 204 with or without a session.

        200 with ``go`` when the identity provider wants to see the browser too, to end the session that it has.
        """
        from_our_page(request, self._origins)
        session = await self.leave(request.cookies.get(COOKIE))
        go = await self._goodbye(session)
        response = web.json_response({"go": go}) if go else web.Response(status=204)
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    async def _goodbye(self, session: Session | None) -> str | None:
        if self._provider is None or session is None or not session.hint:
            return None
        try:
            return await self._provider.goodbye(session.hint)
        except ProviderAway as error:
            get_logger().warning("provider_away", error=error)
            return None

    async def leave(self, token: str | None) -> Session | None:
        """End the session that a token proves; return which it was."""
        session = await self._floor.sessions.find(token)
        if session and token:
            await self._floor.sessions.close(token)
            await self._floor.go_home(session.login, session.digest)
            get_logger().info("logged_out", operator=session.login)
            self._floor.audit.record(AuditAction.LOGGED_OUT, account=session.login, console=session.mark)
        return session

    async def me(self, request: web.Request) -> web.StreamResponse:
        """Say whose session it is."""
        session, account = await self.anybody(request)
        return web.json_response(self._who(account, session))

    async def member(self, request: web.Request) -> tuple[Session, Account]:
        """Return whose session a request has, of those who work at consoles: no magistrate. Raises ``Refused``."""
        session, account = await self.anybody(request)
        if not account.works_at_console:
            raise Refused(403, "forbidden", "a magistrate decides, and does nothing else here")
        return session, account

    async def anybody(self, request: web.Request) -> tuple[Session, Account]:
        """Return whose session a request has. Raises ``Refused``."""
        session = await self._floor.sessions.find(request.cookies.get(COOKIE))
        account = await self._entrance.accounts.get(session.login) if session else None
        if session is None or account is None or not account.enabled:
            raise Refused(401, "unauthenticated", "log in first")
        return session, account

    def _refused(self, denied: Denied) -> Refused:
        OUTCOMES.get(denied.reason, metrics.WRONG).inc()
        if denied.reason not in UNWRITTEN:
            self._floor.audit.record(AuditAction.LOGIN_REFUSED, account=denied.account, reason=denied.reason.value)
        return Refused(*ANSWERS[denied.reason], {"Retry-After": str(denied.wait_s)} if denied.wait_s else None)

    def _who(self, account: Account, session: Session) -> dict[str, object]:
        """Return what the page is told of its session: who it is, and what opens its keys for who knows the secret."""
        return {
            "operator": account.login,
            "force": account.force,
            "roles": list(account.roles),
            "session_ends_at": session.ends_at,
            "at": now_ms(),
            "certificate": account.certificate,
            "account_key": account.account_key,
            "authority": jwk_of(self._floor.authority),
        }
