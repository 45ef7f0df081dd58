"""Logging in through an identity provider: a real one, in a process of its own (O9)."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp
import pytest

from services.dispatcher import provider_door
from services.dispatcher.app import Running
from services.dispatcher.doors import COOKIE
from services.dispatcher.staff.accounts import Account, Accounts
from services.dispatcher.staff.sealed import new_key
from shared import streams
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import PASSWORD, Desk, Place
from tests.provider.running import TheProvider, free_port, query_of, running_provider

OPERATOR = {"preferred_username": "Police1", "havre_roles": ["operator"], "havre_force": "police"}


@pytest.fixture(scope="module")
async def provider() -> AsyncIterator[TheProvider]:
    async with running_provider() as one:
        yield one


@dataclass
class Way:
    """One browser on its way through the provider; cookies by hand, because here is no TLS for them."""

    port: int
    http: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)
        return {"X-Havre": "1", "Origin": self.base, "Cookie": cookies}

    async def begins(self, **body: object) -> str:
        """Ask where to go; return it."""
        answer = await self.http.post(f"{self.base}/api/oidc", json=body, headers=self.headers())
        assert answer.status == 200, await answer.text()
        self._keep(answer)
        return str((await answer.json())["go"])

    async def returns(self, query: dict[str, str]) -> str:
        """Come back with what the provider gave along; return where the page is sent."""
        url = f"{self.base}{provider_door.WAY_BACK}"
        headers = {"Cookie": self.headers()["Cookie"]}
        answer = await self.http.get(url, params=query, headers=headers, allow_redirects=False)
        assert answer.status == 303, await answer.text()
        self._keep(answer)
        return answer.headers["Location"]

    async def me(self) -> aiohttp.ClientResponse:
        return await self.http.get(f"{self.base}/api/me", headers=self.headers())

    def _keep(self, answer: aiohttp.ClientResponse) -> None:
        for name, cookie in answer.cookies.items():
            self.cookies[name] = cookie.value


Open = Callable[..., Awaitable[Way]]


@pytest.fixture
async def console(start: Start, provider: TheProvider) -> AsyncIterator[Open]:
    """Have somebody open a console that logs in through the provider."""
    async with aiohttp.ClientSession() as browser:

        async def one(**settings: object) -> Way:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            ours = await provider.client(f"{url}{provider_door.WAY_BACK}")
            fields = {"port": port, "console_url": url, "staff_key": new_key(), **ours, **settings}
            instance: Running = await start(**fields)
            assert instance.port == port
            return Way(port, browser)

        yield one


async def account_of(place: Place, login: str) -> Account | None:
    return await Accounts(place.nats).get(login)


async def test_whom_the_provider_vouches_for_comes_in_and_has_the_account_that_it_describes(
    console: Open, provider: TheProvider, place: Place
) -> None:
    roles = ["staff", "supervisor", "operator"]
    more = {"havre_roles": roles, "havre_categories": ["sexual", "domestic"], "havre_languages": "fr en"}
    await provider.knows("s1", **{**OPERATOR, **more})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s1")) == "/"
    assert way.cookies[provider_door.COOKIE] == ""
    me = await (await way.me()).json()
    assert (me["operator"], me["force"], me["roles"]) == ("police1", "police", ["operator", "supervisor"])
    account = await account_of(place, "police1")
    assert account is not None
    assert (account.subject, account.password_hash, account.languages) == ("s1", None, ("fr", "en"))
    assert account.queues == ["police.sexual", "police.domestic"]


async def test_the_browser_is_sent_with_pkce_a_state_and_a_nonce_and_its_cookie_may_cross(
    console: Open, provider: TheProvider
) -> None:
    way = await console(oidc_acr="eidas2")
    answer = await way.http.post(f"{way.base}/api/oidc", json={}, headers=way.headers())
    go = (await answer.json())["go"]
    asked = query_of(go)
    assert go.startswith(f"{provider.issuer}/oauth2/authorize?")
    assert (asked["response_type"], asked["code_challenge_method"], asked["acr_values"]) == ("code", "S256", "eidas2")
    assert min(len(asked[name]) for name in ("state", "nonce", "code_challenge")) >= 43
    cookie = answer.cookies[provider_door.COOKIE]
    assert (cookie["samesite"], cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"]) == (
        "Lax",
        True,
        True,
        "/",
        "",
    )
    assert cookie["max-age"] == "600"
    assert asked["state"] not in cookie.value
    assert asked["nonce"] not in cookie.value


async def test_the_session_itself_is_as_strict_as_any(console: Open, provider: TheProvider) -> None:
    await provider.knows("s2", **{**OPERATOR, "preferred_username": "police2"})
    way = await console()
    query = await provider.consents(await way.begins(), "s2")
    url = f"{way.base}{provider_door.WAY_BACK}"
    answer = await way.http.get(url, params=query, headers={"Cookie": way.headers()["Cookie"]}, allow_redirects=False)
    cookie = answer.cookies[COOKIE]
    assert (cookie["samesite"], cookie["secure"], cookie["httponly"]) == ("Strict", True, True)
    assert answer.headers["Cache-Control"] == "no-store"


WRONG_TOKENS: dict[str, dict[str, object]] = {
    "made for another console": {"aud": "another-client"},
    "made for several, one of which is another": {"aud": ["another-client"]},
    "with another nonce": {"nonce": "a nonce of another login"},
    "by another issuer": {"iss": "https://evil.example"},
    "that is over": {"exp": 1_000_000_000},
    "that names another as the one who asked": {"azp": "another-client"},
    "of another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("wrong", WRONG_TOKENS.values(), ids=WRONG_TOKENS.keys())
async def test_an_id_token_lets_nobody_in(
    console: Open, provider: TheProvider, place: Place, wrong: dict[str, object]
) -> None:
    await provider.knows("s3", **{**OPERATOR, "preferred_username": "police3", **wrong})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s3")) == "/#login=refused"
    assert (await way.me()).status == 401
    assert await account_of(place, "police3") is None


async def test_a_token_for_another_console_stays_one_whoever_is_said_to_have_asked(
    console: Open, provider: TheProvider
) -> None:
    way = await console()
    go = await way.begins()
    wrong = {"aud": "another-client", "azp": query_of(go)["client_id"]}
    await provider.knows("s3", **{**OPERATOR, "preferred_username": "police3", **wrong})
    assert await way.returns(await provider.consents(go, "s3")) == "/#login=refused"


async def test_a_level_of_authentication_that_was_asked_for_is_insisted_on(
    console: Open, provider: TheProvider
) -> None:
    await provider.knows("s4", **{**OPERATOR, "preferred_username": "police4", "acr": "eidas1"})
    way = await console(oidc_acr="eidas2")
    assert await way.returns(await provider.consents(await way.begins(), "s4")) == "/#login=refused"
    await provider.knows("s4", **{**OPERATOR, "preferred_username": "police4", "acr": "eidas2"})
    assert await way.returns(await provider.consents(await way.begins(), "s4")) == "/"


UNKNOWN: dict[str, dict[str, object]] = {
    "a role that means nothing here": {"havre_roles": ["mayor"]},
    "no role": {"havre_roles": []},
    "no word of roles": {"havre_roles": None},
    "no force": {"havre_force": "army"},
    "both forces": {"havre_force": ["police", "gendarmerie"]},
    "no category of ours": {"havre_categories": ["parking"]},
    "a login that is none": {"preferred_username": "../police9"},
    "no login": {"preferred_username": ""},
    "a language that is none": {"havre_languages": ["klingon-xx"]},
}


@pytest.mark.parametrize("claims", UNKNOWN.values(), ids=UNKNOWN.keys())
async def test_who_is_nobody_here_stays_out(
    console: Open, provider: TheProvider, place: Place, claims: dict[str, object]
) -> None:
    await provider.knows("s5", **{**OPERATOR, "preferred_username": "police5", **claims})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s5")) == "/#login=unknown"
    assert (await way.me()).status == 401
    assert await account_of(place, "police5") is None


async def test_a_closed_account_stays_closed_whatever_the_provider_says(
    console: Open, provider: TheProvider, place: Place
) -> None:
    await provider.knows("s6", **{**OPERATOR, "preferred_username": "police6"})
    await place.hire("police6", password_hash=None, subject="s6", enabled=False)
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s6")) == "/#login=closed"
    assert (await way.me()).status == 401


async def test_a_name_given_to_somebody_else_opens_nothing(console: Open, provider: TheProvider, place: Place) -> None:
    """The provider may reuse a login; who it is, is its ``sub``."""
    await place.hire("police7", password_hash=None, subject="the-first-one")
    await provider.knows("s7", **{**OPERATOR, "preferred_username": "police7"})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s7")) == "/#login=unknown"


async def test_a_local_account_is_not_taken_over_by_its_name(
    console: Open, provider: TheProvider, place: Place
) -> None:
    await place.hire("police8")
    await provider.knows("s8", **{**OPERATOR, "preferred_username": "police8"})
    way = await console()
    assert await way.returns(await provider.consents(await way.begins(), "s8")) == "/#login=unknown"
    await Accounts(place.nats).change("police8", password_hash=None)
    assert await way.returns(await provider.consents(await way.begins(), "s8")) == "/"


async def test_another_state_another_browser_and_a_second_return_are_turned_away(
    console: Open, provider: TheProvider
) -> None:
    await provider.knows("s9", **{**OPERATOR, "preferred_username": "police9"})
    way = await console()
    query = await provider.consents(await way.begins(), "s9")
    stranger = Way(way.port, way.http)
    assert await stranger.returns(query) == "/#login=expired"
    await stranger.begins()
    assert await stranger.returns(query) == "/#login=expired"
    kept = dict(way.cookies)
    assert await way.returns({**query, "state": "made up"}) == "/#login=expired"
    way.cookies = dict(kept)
    assert await way.returns({**query, "iss": "https://evil.example"}) == "/#login=refused"
    way.cookies = dict(kept)
    assert await way.returns(query) == "/"
    way.cookies = dict(kept)
    assert await way.returns(query) == "/#login=refused"


async def test_who_says_no_at_the_provider_is_told_so(console: Open) -> None:
    way = await console()
    state = query_of(await way.begins())["state"]
    assert await way.returns({"error": "access_denied", "state": state}) == "/#login=denied"


async def test_a_code_is_exchanged_with_its_own_verifier_alone(console: Open, provider: TheProvider) -> None:
    """The code of another login of ours, put into this one: PKCE at the provider, the nonce here."""
    await provider.knows("s10", **{**OPERATOR, "preferred_username": "police10"})
    way = await console()
    other = Way(way.port, way.http)
    stolen = (await provider.consents(await other.begins(), "s10"))["code"]
    state = query_of(await way.begins())["state"]
    assert await way.returns({"code": stolen, "state": state}) == "/#login=refused"


async def test_what_the_provider_changes_ends_sessions_with_what_was_before(
    console: Open, provider: TheProvider, place: Place
) -> None:
    claims = {**OPERATOR, "preferred_username": "police11"}
    await provider.knows("s11", **claims, havre_categories=["domestic"])
    first, second = await console(), await console()
    await first.returns(await provider.consents(await first.begins(), "s11"))
    await second.returns(await provider.consents(await second.begins(), "s11"))
    assert (await first.me()).status == 200
    await provider.knows("s11", **claims, havre_categories=["sexual"])
    await second.returns(await provider.consents(await second.begins(), "s11"))
    assert ((await first.me()).status, (await second.me()).status) == (401, 200)
    account = await account_of(place, "police11")
    assert account is not None
    assert account.queues == ["police.sexual"]


async def test_a_provider_that_is_away_is_told_and_local_accounts_log_in(
    console: Open, place: Place, start: Start
) -> None:
    """It keeps no dispatcher from starting either."""
    await place.hire("police1")
    async with running_provider() as leaving:
        await leaving.knows("s12", **{**OPERATOR, "preferred_username": "police12"})
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        ours = await leaving.client(f"{url}{provider_door.WAY_BACK}")
        await start(port=port, console_url=url, staff_key=new_key(), **ours)
        async with aiohttp.ClientSession() as browser:
            way = Way(port, browser)
            query = await leaving.consents(await way.begins(), "s12")
            await leaving.ends()
            assert await way.returns(query) == "/#login=away"
            desk = Desk(port, "police1", browser)
            assert (await desk.log_in()).status == 200
    late = await console(oidc_issuer=leaving.issuer)
    answer = await late.http.post(f"{late.base}/api/oidc", json={}, headers=late.headers())
    assert (answer.status, (await answer.json())["error"]) == (503, "provider_away")


async def test_local_logins_can_be_switched_off(console: Open, place: Place) -> None:
    await place.hire("police1")
    way = await console(local_login=False, oidc_name="Annuaire")
    answer = await Desk(way.port, "police1", way.http).log_in(PASSWORD)
    assert (answer.status, (await answer.json())["error"]) == (403, "local_login_off")
    door = await (await way.http.get(f"{way.base}/api/door")).json()
    assert door == {"local": False, "provider": "Annuaire"}


async def test_without_a_provider_there_is_no_such_door(start: Start) -> None:
    instance = await start()
    async with aiohttp.ClientSession() as browser:
        base = f"http://127.0.0.1:{instance.port}"
        assert await (await browser.get(f"{base}/api/door")).json() == {"local": True, "provider": None}
        assert (await browser.post(f"{base}/api/oidc", headers={"X-Havre": "1", "Origin": base})).status == 404


async def test_logging_out_ends_our_session_and_says_where_to_end_the_provider_s(
    console: Open, provider: TheProvider, place: Place
) -> None:
    await provider.knows("s13", **{**OPERATOR, "preferred_username": "police13"})
    way = await console()
    await way.returns(await provider.consents(await way.begins(), "s13"))
    answer = await way.http.post(f"{way.base}/api/logout", headers=way.headers())
    assert answer.status == 200
    go = (await answer.json())["go"]
    said = query_of(go)
    assert go.startswith(f"{provider.issuer}/oauth2/end_session?")
    assert (said["post_logout_redirect_uri"], said["id_token_hint"].count(".")) == (f"{way.base}/", 2)
    assert (await way.me()).status == 401
    for kept in await place.valkey.keys("session:*"):
        assert said["id_token_hint"] not in str(await place.valkey.get(kept))


async def test_a_second_window_logs_in_again_and_leaves_the_console_where_it_is(
    console: Open, provider: TheProvider
) -> None:
    await provider.knows("s14", **{**OPERATOR, "preferred_username": "police14"})
    way = await console()
    await way.returns(await provider.consents(await way.begins(), "s14"))
    assert await way.returns(await provider.consents(await way.begins(again=True), "s14")) == "/#again=1"


@pytest.mark.parametrize("spoiled", [{"Origin": "https://evil.example"}, {"X-Havre": None}, {"Origin": None}])
async def test_another_site_s_page_begins_no_login(console: Open, spoiled: dict[str, str | None]) -> None:
    way = await console()
    headers = {name: value for name, value in {**way.headers(), **spoiled}.items() if value is not None}
    answer = await way.http.post(f"{way.base}/api/oidc", json={}, headers=headers)
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


async def test_the_provider_s_secrets_lie_in_no_stream(console: Open, provider: TheProvider, place: Place) -> None:
    """P1: neither code nor token is written down anywhere that lasts."""
    await provider.knows("s15", **{**OPERATOR, "preferred_username": "police15"})
    way = await console()
    query = await provider.consents(await way.begins(), "s15")
    await way.returns(query)
    bucket = await place.nats.jetstream().key_value(streams.STAFF)
    kept = json.dumps(str((await bucket.get("police15")).value))
    assert "s15" in kept
    for secret in (query["code"], query["state"], way.cookies[COOKIE], "eyJ"):
        assert secret not in kept
