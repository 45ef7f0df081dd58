"""Coming in through the identity provider: sending a browser there, and taking it back."""

import hashlib
import hmac
import secrets

import msgspec
from aiohttp import web
from pydantic import ValidationError

from services.dispatcher import metrics
from services.dispatcher.domain import claims
from services.dispatcher.doors import Doors
from services.dispatcher.floor import Floor
from services.dispatcher.refusals import Refused, from_our_page
from services.dispatcher.settings import DispatcherSettings
from services.dispatcher.staff.accounts import Account, Accounts
from services.dispatcher.staff.enrolment import NotEnrolled, enrol
from services.dispatcher.staff.provider import Provider, ProviderAway, ProviderRefuses, Registration, UnderWay
from services.dispatcher.staff.sealed import Purpose, Sealer, Unsealable
from shared import keys
from shared.bodies import UnreadableBody, read_body
from shared.clock import now_ms
from shared.contracts.audit import AuditAction, AuditActor
from shared.logs import get_logger

COOKIE = "__Host-havre-login"
"""What a login that is under way is held against, sealed, in the browser that began it. ``Lax``, because the provider
sends the browser back from another site, and a ``Strict`` cookie would not come along (ADR 16)."""
WITHIN_S = 600
WAY_BACK = "/api/oidc/return"
WORDS = {
    "away": "away",
    "denied": "denied",
    "expired": "expired",
    "closed": "closed",
    "no_role": "unknown",
    "no_force": "unknown",
    "no_category": "unknown",
    "no_login": "unknown",
    "local_account": "unknown",
    "other_person": "unknown",
}
"""What the page tells, by reason; anything else is ``refused``."""


class Begun(msgspec.Struct, frozen=True):
    """What the cookie holds."""

    state: str
    nonce: str
    verifier: str
    ends_at: int
    again: bool


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /api/oidc``. ``again``: in a window of its own, beside a console that stays open."""

    again: bool = False


class Turned(Exception):
    """Not let in."""

    def __init__(self, reason: str, account: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.account = account


def registration(settings: DispatcherSettings) -> Registration:
    """Return what this console is at its provider, by the settings."""
    home = settings.console_url.rstrip("/")
    return Registration(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.client_secret,
        scope=settings.oidc_scope,
        acr=settings.oidc_acr,
        way_back=f"{home}{WAY_BACK}",
        home=f"{home}/",
    )


class ProviderDoor:
    """The handlers."""

    def __init__(self, floor: Floor, doors: Doors, accounts: Accounts, provider: Provider, sealer: Sealer) -> None:
        settings = floor.settings
        self._floor = floor
        self._doors = doors
        self._accounts = accounts
        self._provider = provider
        self._sealer = sealer
        self._issuer = settings.oidc_issuer
        self._names = claims.Names(
            login=settings.oidc_login_claim,
            roles=settings.oidc_roles_claim,
            force=settings.oidc_force_claim,
            categories=settings.oidc_categories_claim,
            languages=settings.oidc_languages_claim,
        )

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.post("/api/oidc", self.begin), web.get(WAY_BACK, self.come_back)]

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """Say where the page shall go, and give the browser what its return is held against."""
        from_our_page(request, self._floor.settings.public_origins)
        try:
            asked = read_body(await request.read() or b"{}", Asked)
        except UnreadableBody:
            raise Refused(400, "invalid", "the body is {again?}") from None
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        try:
            go = await self._provider.address(UnderWay(state, nonce, verifier))
        except ProviderAway as error:
            get_logger().warning("provider_away", error=error)
            raise Refused(503, "provider_away", "the identity provider does not answer; try again") from None
        begun = Begun(state, nonce, verifier, now_ms() + WITHIN_S * 1000, asked.again)
        response = web.json_response({"go": go})
        response.set_cookie(
            COOKIE,
            self._sealer.seal(Purpose.LOGIN_UNDER_WAY, "", msgspec.json.encode(begun).decode()),
            secure=True,
            httponly=True,
            samesite="Lax",
            path="/",
            max_age=WITHIN_S,
        )
        return response

    async def come_back(self, request: web.Request) -> web.StreamResponse:
        """Let in whom the provider vouches for; for anyone else the login page says in words what was wrong."""
        begun = self._begun(request)
        response: web.Response = _to_page("again=1" if begun and begun.again else "")
        try:
            account, token = await self._vouched(request, begun)
            await self._doors.welcome(request, account, response, hint=token)
        except Turned as turned:
            metrics.WRONG.inc()
            get_logger().info("login_refused", reason=turned.reason)
            self._floor.audit.record(AuditAction.LOGIN_REFUSED, account=turned.account, reason=turned.reason)
            response = _to_page(f"login={WORDS.get(turned.reason, 'refused')}")
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
        return response

    async def _vouched(self, request: web.Request, begun: Begun | None) -> tuple[Account, str]:
        """Return the account, and the ID token. Raises ``Turned``."""
        query = request.query
        if begun is None or not hmac.compare_digest(begun.state.encode(), query.get("state", "").encode()):
            raise Turned("expired")
        if query.get("iss", self._issuer) != self._issuer:
            raise Turned("other_issuer")
        if "code" not in query:
            raise Turned("denied")
        try:
            proof = await self._provider.proof(query["code"], UnderWay(begun.state, begun.nonce, begun.verifier))
            await self._once(begun)
            return await self._account(claims.member(proof.claims, self._names)), proof.token
        except ProviderAway as error:
            get_logger().warning("provider_away", error=error)
            raise Turned("away") from error
        except (ProviderRefuses, claims.Unmapped) as error:
            raise Turned(str(error)) from error
        except NotEnrolled as error:
            raise Turned(error.reason, error.account) from error

    async def _once(self, begun: Begun) -> None:
        digest = hashlib.sha256(begun.state.encode()).hexdigest()
        if not await self._floor.conversations.client.set(keys.used_state(digest), b"", nx=True, ex=WITHIN_S):
            raise Turned("expired")

    async def _account(self, member: claims.Member) -> Account:
        """Return the member's account; where the provider changed it, sessions with what was before are over."""
        try:
            enrolled = await enrol(self._accounts, member)
        except ValidationError as error:
            raise NotEnrolled("no_login") from error
        if enrolled.changed:
            login = enrolled.account.login
            await self._floor.sessions.revoke_all(login)
            self._floor.audit.record(
                AuditAction.ACCOUNT_CHANGED, account=login, by=AuditActor.PROVIDER, fields=enrolled.changed
            )
        return enrolled.account

    def _begun(self, request: web.Request) -> Begun | None:
        try:
            text = self._sealer.open(Purpose.LOGIN_UNDER_WAY, "", request.cookies.get(COOKIE, ""))
        except Unsealable:
            return None
        begun = msgspec.json.decode(text, type=Begun)
        return begun if begun.ends_at > now_ms() else None


def _to_page(mark: str) -> web.Response:
    return web.Response(status=303, headers={"Location": f"/#{mark}" if mark else "/"})
