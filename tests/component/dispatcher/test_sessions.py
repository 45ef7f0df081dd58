"""Sessions: how long they last, how they are ended, and logging in again without losing a chat (O9)."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pyotp
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.staff.accounts import Account
from services.dispatcher.staff.sealed import new_key
from services.dispatcher.staff.sessions import REPLACED_KEPT_S, Sessions, digest_of
from shared import keys
from shared.chat.frames import Held, Ping, Pong, Welcome
from shared.clock import now_ms
from tests.component.dispatcher.commands import Command
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import Clock, Desk, Place
from tests.servers import NatsServer, ValkeyServer

ACCOUNT = Account.model_validate({"login": "police1", "force": "police", "categories": ["domestic"], "limit": 3})


@pytest.fixture
def sessions(client: Redis, clock: Clock) -> Sessions:
    return Sessions(client, 600, 3600, clock)


@pytest.fixture
async def desk(start: Start, place: Place) -> AsyncIterator[Desk]:
    """The browser of a hired operator, logged in, its console open."""
    instance: Running = await start()
    await place.hire("police1")
    async with aiohttp.ClientSession() as browser:
        opened = Desk(instance.port, "police1", browser)
        await opened.log_in()
        await opened.open()
        await opened.hears(Welcome)
        yield opened


async def test_signs_of_life_prolong_a_session_up_to_its_longest_and_no_further(
    sessions: Sessions, clock: Clock, client: Redis
) -> None:
    token, session = await sessions.open(ACCOUNT)
    assert session.ends_at == clock() + 3_600_000
    for _ in range(11):
        clock.passes(300)
        assert await sessions.find(token) is not None
    assert 0 < await client.ttl(keys.session(session.digest)) <= 300
    clock.passes(301)
    assert await sessions.find(token) is None
    assert await sessions.of("police1") == []
    assert await client.exists(keys.session(session.digest)) == 0


async def test_without_a_sign_of_life_it_ends_sooner(sessions: Sessions, client: Redis) -> None:
    _, session = await sessions.open(ACCOUNT)
    assert 0 < await client.ttl(keys.session(session.digest)) <= 600


async def test_a_new_login_takes_the_old_cookie_s_power_and_leaves_its_console_a_minute(
    sessions: Sessions, client: Redis
) -> None:
    old, before = await sessions.open(ACCOUNT)
    new, after = await sessions.open(ACCOUNT, replaces=old)
    assert await sessions.find(old) is None
    assert await sessions.find(new) == after
    assert await sessions.of("police1") == [after]
    assert await sessions.still(before.digest) is not None
    assert 0 < await client.ttl(keys.session(before.digest)) <= REPLACED_KEPT_S
    assert await sessions.revoke_all("police1") == 2
    assert await sessions.still(before.digest) is None


async def test_somebody_else_s_login_in_the_same_browser_ends_the_session_at_once(sessions: Sessions) -> None:
    old, before = await sessions.open(ACCOUNT)
    await sessions.open(ACCOUNT.model_copy(update={"login": "police2"}), replaces=old)
    assert await sessions.still(before.digest) is None


async def test_logging_in_again_in_the_middle_of_a_chat_loses_nothing(desk: Desk, place: Place) -> None:
    """The console keeps its conversations between the login and its new socket, whatever it asks meanwhile."""
    conversation = await place.visit()
    await desk.hears(Held, lambda held: held.conversation == conversation)
    assert (await desk.log_in()).status == 200
    desk.heard.clear()
    await desk.send(Ping())
    await desk.hears(Pong)
    assert await place.valkey.hget(keys.HELD, conversation) == b"police1"
    before = desk.socket
    await desk.open()
    assert conversation in (await desk.hears(Welcome)).conversations
    assert before is not None
    assert before.close_code in (None, 4001)


async def test_the_console_is_told_when_its_session_ends(desk: Desk) -> None:
    me = await (await desk.http.get(f"{desk.base}/api/me", headers=desk.headers())).json()
    assert 57_590_000 < me["session_ends_at"] - now_ms() <= 57_600_000


async def test_the_cookie_lives_as_long_as_the_session_may(desk: Desk) -> None:
    assert (await desk.log_in()).cookies["__Host-havre"]["max-age"] == "57600"


async def test_sessions_are_listed_and_ended_by_command(desk: Desk, nats: NatsServer, valkey: ValkeyServer) -> None:
    """One by its mark, or all; an open console closes at its next sign of life."""
    command = Command(nats, valkey)
    mark = digest_of(desk.cookie)[:12]
    status, said = await command("account", "sessions", "police1")
    assert status == 0
    assert re.fullmatch(rf"{mark}  since \S+ \S+Z  until \S+ \S+Z at the latest", said)
    assert await command("account", "revoke", "police1", "--session", "ffffffffffff") == (
        0,
        "0 sessions of police1 ended",
    )
    assert await command("account", "revoke", "police1", "--session", mark) == (0, "1 session of police1 ended")
    await desk.send(Ping())
    assert await desk.closed() == 4003
    assert (await desk.http.get(f"{desk.base}/api/me", headers=desk.headers())).status == 401
    assert await command("account", "sessions", "police1") == (0, "")
    assert await command("account", "revoke", "nobody") == (1, "there is no account nobody")


async def test_a_change_of_the_account_ends_its_sessions(desk: Desk, nats: NatsServer, valkey: ValkeyServer) -> None:
    """Nobody goes on with what they were allowed before."""
    key = new_key()
    command = Command(nats, valkey, extra={"HAVRE_STAFF_KEY": key})
    status, said = await command("account", "totp", "police1")
    assert status == 0, said
    assert (await desk.http.get(f"{desk.base}/api/me", headers=desk.headers())).status == 401
    uri = re.search(r"otpauth://\S+", said)
    assert uri is not None
    assert isinstance(pyotp.parse_uri(uri[0]), pyotp.TOTP)
    assert "one-time codes" in (await command("account", "list"))[1]
    assert (await command("account", "totp", "police1", "--remove"))[0] == 0
    assert "one-time codes" not in (await command("account", "list"))[1]


async def test_a_command_without_the_key_says_which_setting_is_missing(
    desk: Desk, nats: NatsServer, valkey: ValkeyServer
) -> None:
    status, said = await Command(nats, valkey)("account", "totp", desk.login)
    assert (status, "HAVRE_STAFF_KEY" in said) == (1, True)


async def test_an_account_with_a_code_from_the_command_logs_in_with_it(
    start: Start, place: Place, nats: NatsServer, valkey: ValkeyServer
) -> None:
    key = new_key()
    instance = await start(staff_key=key)
    await place.hire("police1")
    _, said = await Command(nats, valkey, extra={"HAVRE_STAFF_KEY": key})("account", "totp", "police1")
    uri = re.search(r"otpauth://\S+", said)
    assert uri is not None
    generator = pyotp.parse_uri(uri[0])
    assert isinstance(generator, pyotp.TOTP)
    async with aiohttp.ClientSession() as browser:
        desk = Desk(instance.port, "police1", browser)
        assert (await desk.log_in()).status == 401
        assert (await desk.log_in(code=generator.now())).status == 200
