"""Logging in through an identity provider: a real one, in a process of its own (O9)."""

import json

import aiohttp
from redis.asyncio import Redis

from infra.local.ports import free_port
from services.dispatcher import provider_door
from services.dispatcher.doors import COOKIE
from services.dispatcher.staff.sealed import new_key
from shared import streams
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.oidc import OPERATOR, Open, Way, account_of
from tests.component.dispatcher.people import PASSWORD, Desk, Place
from tests.provider.running import TheProvider, query_of, running_provider


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
    console: Open, provider: TheProvider, eyes: Redis
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
    for kept in await eyes.keys("session:*"):
        assert said["id_token_hint"] not in str(await eyes.get(kept))


async def test_a_second_window_logs_in_again_and_leaves_the_console_where_it_is(
    console: Open, provider: TheProvider
) -> None:
    await provider.knows("s14", **{**OPERATOR, "preferred_username": "police14"})
    way = await console()
    await way.returns(await provider.consents(await way.begins(), "s14"))
    assert await way.returns(await provider.consents(await way.begins(again=True), "s14")) == "/#again=1"


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
