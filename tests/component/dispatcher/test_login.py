"""Logging in, staying logged in, and everything that must not (O1, P2)."""

import statistics
import time
from collections.abc import Mapping

import aiohttp
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.doors import COOKIE
from services.dispatcher.staff.guessing import Guessing, Limits
from services.dispatcher.staff.passwords import Passwords
from services.dispatcher.staff.sessions import Sessions
from shared.chat.frames import Ping, Welcome
from shared.contracts.conversation import Force
from tests.component.dispatcher.commands import Command
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import PASSWORD, Desk, Place
from tests.servers import NatsServer, ValkeyServer


async def _me(desk: Desk) -> aiohttp.ClientResponse:
    return await desk.http.get(f"{desk.base}/api/me", headers=desk.headers())


async def test_the_cookie_is_out_of_reach_of_scripts_other_sites_and_plain_networks(desk: Desk) -> None:
    answer = await desk.log_in()
    said = await answer.json()
    assert {name: said[name] for name in ("operator", "force", "roles")} == {
        "operator": "police1",
        "force": "police",
        "roles": ["operator"],
    }
    cookie = answer.cookies[COOKIE]
    assert cookie.key.startswith("__Host-")
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True,
        True,
        "Strict",
        "/",
        "",
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert (await _me(desk)).status == 200


async def test_the_store_holds_no_token_no_password_and_no_address(desk: Desk, eyes: Redis) -> None:
    await desk.log_in("wrong but long enough")
    await desk.log_in()
    for key in await eyes.keys("*"):
        kept = f"{key!r} {await eyes.dump(key)!r}"
        for secret in (desk.cookie, PASSWORD, "127.0.0.1"):
            assert secret not in kept


async def test_a_wrong_password_and_an_unknown_login_get_the_same_answer(desk: Desk) -> None:
    wrong = await desk.log_in("not the password")
    desk.login = "nobody"
    unknown = await desk.log_in("not the password")
    assert wrong.status == unknown.status == 401
    assert await wrong.json() == await unknown.json()
    assert COOKIE not in wrong.cookies


async def test_an_unknown_login_takes_as_long_as_a_wrong_password() -> None:
    """With the real cost of argon2id: nobody can time which logins exist. CPU time: whatever else the machine does."""
    passwords = Passwords()
    kept = passwords.hash(PASSWORD)

    async def took(known: str | None) -> float:
        began = time.process_time()
        assert not await passwords.right(known, "not the password")
        return time.process_time() - began

    pairs = [(await took(kept), await took(None)) for _ in range(5)]
    ratio = statistics.median(known / unknown for known, unknown in pairs)
    assert 0.5 < ratio < 2


async def test_after_five_wrong_passwords_even_the_right_one_waits_and_others_do_not(desk: Desk, place: Place) -> None:
    for _ in range(5):
        assert (await desk.log_in("not the password")).status == 401
    limited = await desk.log_in()
    assert limited.status == 429
    assert 0 < int(limited.headers["Retry-After"]) <= 900
    await place.hire("police2")
    other = Desk(desk.port, "police2", desk.http)
    assert (await other.log_in()).status == 200


@pytest.mark.parametrize(("proxies", "stands_for_itself"), [("", False), ("192.0.2.1", False), ("127.0.0.0/8", True)])
async def test_behind_a_trusted_proxy_alone_each_address_has_its_own_limit(
    start: Start, place: Place, proxies: str, stands_for_itself: bool
) -> None:
    """One address is tried out; then another one is named. Only a trusted proxy's word makes it another."""
    instance = await start(trusted_proxies=proxies)
    await place.hire("police1")
    async with aiohttp.ClientSession() as browser:
        desk = Desk(instance.port, "police1", browser)

        async def tries(address: str) -> int:
            headers = {**desk.headers(), "X-Forwarded-For": address}
            body = {"login": "police1", "password": "not the password"}
            return (await browser.post(f"{desk.base}/api/login", json=body, headers=headers)).status

        assert [await tries("203.0.113.7") for _ in range(6)] == [401] * 5 + [429]
        assert await tries("203.0.113.8") == (401 if stands_for_itself else 429)
        assert await tries("203.0.113.9, 203.0.113.7") == 429


async def test_limits_hold_by_address_and_by_login_whatever_the_other_is(client: Redis) -> None:
    guessing = Guessing(client, Limits(both=3, address=5, login=7))
    assert [await guessing.begin(f"login{number}", "10.0.0.1") > 0 for number in range(7)] == [False] * 5 + [True] * 2
    assert [await guessing.begin("police1", f"10.0.1.{number}") > 0 for number in range(9)] == [False] * 7 + [True] * 2


async def test_a_right_password_forgets_ones_own_slips(client: Redis) -> None:
    guessing = Guessing(client, Limits(both=3, address=5, login=5))
    for _ in range(10):
        assert await guessing.begin("police1", "10.0.0.1") == 0
        assert await guessing.begin("police1", "10.0.0.1") == 0
        await guessing.succeeded("police1", "10.0.0.1")
        await guessing.succeeded("police1", "10.0.0.1")


async def test_logging_in_again_gives_another_session_and_ends_the_one_before(desk: Desk) -> None:
    await desk.log_in()
    before = desk.cookie
    await desk.log_in()
    assert desk.cookie != before
    desk.cookie = before
    assert (await _me(desk)).status == 401


async def test_logging_out_ends_the_session(desk: Desk) -> None:
    await desk.log_in()
    answer = await desk.http.post(f"{desk.base}/api/logout", headers=desk.headers())
    assert answer.status == 204
    assert (await _me(desk)).status == 401


async def test_a_revoked_session_closes_its_console_at_its_next_ping(
    desk: Desk, client: Redis, instance: Running
) -> None:
    await desk.log_in()
    await desk.open()
    await desk.hears(Welcome)
    assert await Sessions(client, 60).revoke_all("police1") == 1
    await desk.send(Ping())
    assert await desk.closed() == 4003
    assert (await _me(desk)).status == 401
    assert (await instance.floor.dispatch.board()).queues[0].serving == 0


@pytest.mark.parametrize(
    "spoiled",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"X-Havre": None}, {"Origin": None}],
    ids=["another origin", "no real origin", "no header of ours", "no origin"],
)
async def test_another_sites_page_can_neither_log_in_nor_out(desk: Desk, spoiled: Mapping[str, str | None]) -> None:
    await desk.log_in()
    headers = {name: value for name, value in {**desk.headers(), **spoiled}.items() if value is not None}
    for path in ("login", "logout"):
        answer = await desk.http.post(
            f"{desk.base}/api/{path}", json={"login": "police1", "password": PASSWORD}, headers=headers
        )
        assert answer.status == 403, path
    assert (await _me(desk)).status == 200


async def test_the_socket_opens_neither_for_another_origin_nor_without_a_session(desk: Desk) -> None:
    await desk.log_in()
    for headers, status in (
        ({**desk.headers(), "Origin": "https://evil.example"}, 403),
        ({"Origin": desk.base}, 401),
        ({"Origin": desk.base, "Cookie": f"{COOKIE}=made-up"}, 401),
    ):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await desk.http.ws_connect(f"{desk.base}/ws", headers=headers)
        assert refused.value.status == status


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"login":1}', b"\xff", b'{"login":"a","password":"b","x":1}'])
async def test_a_body_that_is_no_login_is_refused_in_words(desk: Desk, body: bytes) -> None:
    answer = await desk.http.post(f"{desk.base}/api/login", data=body, headers=desk.headers())
    assert answer.status == 400
    assert (await answer.json())["error"] == "invalid"


async def test_a_huge_body_is_refused(desk: Desk) -> None:
    answer = await desk.http.post(f"{desk.base}/api/login", data=b"x" * 100_000, headers=desk.headers())
    assert answer.status == 413


async def test_help_needs_a_session_and_says_when_the_directory_does_not_answer(desk: Desk) -> None:
    """No referral runs here."""
    url = f"{desk.base}/api/help?place=95300&category=domestic"
    assert (await desk.http.get(url, headers=desk.headers())).status == 401
    await desk.log_in()
    answer = await desk.http.get(url, headers=desk.headers())
    assert answer.status == 503
    assert "directory" in (await answer.json())["detail"]
    assert (await desk.http.get(f"{desk.base}/api/help?kind=castle", headers=desk.headers())).status == 400


async def test_the_accounts_command_adds_lists_disables_and_changes_passwords(
    instance: Running, nats: NatsServer, valkey: ValkeyServer
) -> None:
    command = Command(nats, valkey, extra={"SECRET": PASSWORD, "SHORT": "short"})

    async def account(*words: str) -> tuple[int | None, str]:
        return await command("account", *words)

    new = (
        "add",
        "gendarmerie1",
        "--force",
        "gendarmerie",
        "--categories",
        "sexual,domestic",
        "--limit",
        "2",
        "--languages",
        "fr,en",
    )
    assert await account(*new, "--password-env", "SHORT") == (1, "a password has 12 to 256 characters")
    status, said = await account(*new, "--password-env", "SECRET")
    assert (status, said) == (0, "account gendarmerie1 created (gendarmerie: sexual, domestic)")
    assert (await account(*new, "--password-env", "SECRET"))[0] == 1
    apart = Command(nats, valkey, apart=True)
    assert (await apart("account", "list"))[1] == "gendarmerie1  gendarmerie  sexual,domestic  limit 2  fr,en  operator"
    async with aiohttp.ClientSession() as browser:
        desk = Desk(instance.port, "gendarmerie1", browser)
        assert (await desk.log_in()).status == 200
        await desk.open()
        assert (await desk.hears(Welcome)).force is Force.GENDARMERIE
        assert (await account("disable", "gendarmerie1"))[0] == 0
        assert (await _me(desk)).status == 401
        assert (await desk.log_in()).status == 401
    assert await account("disable", "nobody") == (1, "there is no account nobody")
