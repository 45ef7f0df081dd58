"""The visitor's doors: many from one address are served, very many have to compute, and only a flood has to wait."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator

import aiohttp
import pytest
from redis.asyncio import Redis

from infra.local.stack import Stack
from services.gateway.doors import Doors
from services.gateway.pressure import Verdict
from services.gateway.settings import GatewaySettings
from shared import keys
from shared.chat.frames import Challenge, Error, ErrorCode, Opened, Resumed
from shared.chat.store import connect
from tests.client import Visitor
from tests.client.visitor import work_of
from tests.component.gateway.crowd import Crowd
from tests.search import store_client
from tests.servers import eventually
from tests.stack import free_ports

FREE, MOST, SOCKETS, LOOKUPS, FINDS = 5, 12, 15, 4, 5
SETTINGS = {
    "HAVRE_TRUSTED_PROXIES": "127.0.0.1",
    "HAVRE_OPENS_FREE": str(FREE),
    "HAVRE_OPENS_MOST": str(MOST),
    "HAVRE_SOCKETS_MOST": str(SOCKETS),
    "HAVRE_LOOKUPS_MOST": str(LOOKUPS),
    "HAVRE_FINDS_MOST": str(FINDS),
    "HAVRE_ERASES_FREE": "3",
    "HAVRE_PROOF_COST": "20",
    "HAVRE_PROOF_TRIES": "10",
}
SHELTER = "198.51.100.7"
OTHER = "203.0.113.20"


@pytest.fixture(scope="module")
async def guarded() -> AsyncIterator[Stack]:
    """A gateway behind a trusted proxy, with limits small enough to reach."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SETTINGS.items():
            patch.setenv(name, value)
        stack = Stack(free_ports(), services=("gateway", "router"), demo_staff=False)
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()


@pytest.fixture
async def store(guarded: Stack) -> AsyncIterator[Redis]:
    """The store, emptied: nothing is counted yet."""
    async with store_client(guarded) as client:
        await client.flushall()
        yield client


@pytest.fixture
async def crowd(guarded: Stack, store: Redis) -> AsyncIterator[Crowd]:
    """Everybody."""
    assert store is not None
    async with Crowd(guarded.addresses.visitor) as everybody:
        yield everybody


async def use_up(crowd: Crowd, address: str = SHELTER) -> Challenge:
    """Open as many conversations as are free; return what the next one has to solve."""
    for _ in range(FREE):
        assert isinstance((await crowd.visit(address)).frame, Opened)
    answer = (await crowd.visit(address)).frame
    assert isinstance(answer, Challenge), answer
    return answer


async def test_after_many_from_one_address_the_next_has_to_compute_and_is_let_in(crowd: Crowd) -> None:
    """V1 V5: nobody of a shelter is refused; the price is a moment of the device's time. Others pay nothing."""
    challenge = await use_up(crowd)
    assert isinstance((await crowd.visit(SHELTER, work_of(challenge.puzzle))).frame, Opened)
    assert isinstance((await crowd.visit(OTHER)).frame, Opened)


async def test_a_puzzle_opens_one_conversation_and_no_second(crowd: Crowd) -> None:
    work = work_of((await use_up(crowd)).puzzle)
    assert isinstance((await crowd.visit(SHELTER, work)).frame, Opened)
    assert isinstance((await crowd.visit(SHELTER, work)).frame, Challenge)
    assert isinstance((await crowd.visit(OTHER, work)).frame, Opened), "it has nothing to prove"


async def test_what_is_no_work_is_answered_by_a_puzzle_again_and_breaks_nothing(crowd: Crowd) -> None:
    puzzle = (await use_up(crowd)).puzzle
    right = work_of(puzzle)
    async with await crowd.connect(SHELTER) as socket:
        for wrong in ("AAAA", "e30=", "W10=", right[:-8] + "AAAAAAA=", right[8:]):
            assert isinstance(await crowd.wish(socket, wrong), Challenge), wrong
        assert isinstance(await crowd.wish(socket, right), Opened)


async def test_a_socket_that_asks_again_is_given_the_same_puzzle(crowd: Crowd) -> None:
    """A flood on one socket costs the gateway one puzzle."""
    await use_up(crowd)
    async with await crowd.connect(SHELTER) as socket:
        asked = [await crowd.wish(socket) for _ in range(20)]
        assert all(isinstance(one, Challenge) for one in asked)
        assert len({one.puzzle for one in asked if isinstance(one, Challenge)}) == 1


async def test_a_puzzle_that_is_too_late_is_replaced(crowd: Crowd, store: Redis) -> None:
    """The secret of its day is gone, which is what expiry by the clock comes to."""
    work = work_of((await use_up(crowd)).puzzle)
    secret = await store.get(keys.ADDRESS_SALT)
    await store.set(keys.ADDRESS_SALT, b"x" * 32, ex=60)
    await use_up(crowd)
    assert isinstance((await crowd.visit(SHELTER, work)).frame, Challenge)
    assert secret is not None


async def test_resume_words_are_guessed_at_a_few_times_from_one_address(crowd: Crowd) -> None:
    """V14: who tries words of nobody's meets no conversation's own counter; others come back meanwhile."""
    guess = json.dumps({"t": "find", "locator": "ab" * 32, "proof": "cd" * 32})
    codes = []
    for address in (*[SHELTER] * (FINDS + 1), OTHER):
        async with await crowd.connect(address) as socket:
            await socket.send_str(guess)
            answer = await crowd.hear(socket)
            assert isinstance(answer, Error)
            codes.append(answer.code)
    assert codes == [ErrorCode.NOT_FOUND] * FINDS + [ErrorCode.TOO_FAST, ErrorCode.NOT_FOUND]


async def test_only_a_flood_has_to_wait_and_is_told_for_how_long(crowd: Crowd) -> None:
    """V15: a typed refusal with its time; the page shows the numbers meanwhile. Others do not notice."""
    challenge = await use_up(crowd)
    for _ in range(MOST - FREE):
        assert isinstance((await crowd.visit(SHELTER, work_of(challenge.puzzle))).frame, Opened)
        answer = (await crowd.visit(SHELTER)).frame
        if not isinstance(answer, Challenge):
            break
        challenge = answer
    refused = (await crowd.visit(SHELTER)).frame
    assert isinstance(refused, Error)
    assert refused.code is ErrorCode.TOO_FAST
    assert 0 < (refused.retry_after_ms or 0) <= 600_000
    assert isinstance((await crowd.visit(OTHER)).frame, Opened)


async def test_who_has_a_conversation_comes_back_to_it_whatever_the_address_has_done(crowd: Crowd) -> None:
    """V14: resuming is never challenged."""
    async with await crowd.connect(SHELTER) as socket:
        opened = await crowd.wish(socket)
        assert isinstance(opened, Opened)
    for _ in range(FREE):
        await crowd.visit(SHELTER)
    async with await crowd.connect(SHELTER) as socket:
        await socket.send_json({"t": "resume", "conversation": opened.conversation, "token": opened.token, "seq": 0})
        assert isinstance(await crowd.hear(socket), Resumed)


async def test_one_address_cannot_hold_all_sockets(crowd: Crowd) -> None:
    sockets = [await crowd.connect(SHELTER) for _ in range(SOCKETS)]
    refused = await crowd.visit(SHELTER)
    assert (refused.frame, refused.status) == (None, 429)
    assert isinstance((await crowd.visit(OTHER)).frame, Opened)
    await asyncio.gather(*(socket.close() for socket in sockets))

    async def let_in_again() -> bool:
        return (await crowd.visit(SHELTER)).status == 101

    await eventually(let_in_again)


async def test_a_phone_that_changes_its_ipv6_address_does_not_start_anew(crowd: Crowd) -> None:
    for number in range(FREE):
        assert isinstance((await crowd.visit(f"2001:db8:0:1::{number + 1}")).frame, Opened)
    assert isinstance((await crowd.visit("2001:db8:0:1:ffff::1")).frame, Challenge)
    assert isinstance((await crowd.visit("2001:db8:0:2::1")).frame, Opened)


async def test_a_page_behind_a_proxy_that_names_nobody_is_not_counted(guarded: Stack, crowd: Crowd) -> None:
    """V1: or everybody would be one address."""
    async with aiohttp.ClientSession() as http:
        for _ in range(FREE + MOST):
            address = crowd.site.replace("http", "ws", 1) + "/ws"
            async with http.ws_connect(address, headers={"Origin": crowd.site}) as socket:
                assert isinstance(await crowd.wish(socket), Opened)
    assert guarded.children["gateway"].alive


async def test_after_very_many_searches_the_page_still_gives_the_numbers(crowd: Crowd) -> None:
    """V9 V15: a refusal of the search, with its time; a page with the helplines all the same."""
    form = {"lieu": "75011", "langue": "fr"}
    statuses = []
    for _ in range(LOOKUPS + 1):
        async with crowd.http.post(crowd.site + "/aide", data=form, headers=crowd.headers(SHELTER)) as answer:
            statuses.append(answer.status)
            page = await answer.text()
    assert statuses == [200] * LOOKUPS + [429]
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert "Trop de recherches" in page
    assert all(f'href="tel:{number}"' in page for number in ("3919", "116006", "119", "17", "112"))
    async with crowd.http.get(crowd.site + "/aide", headers=crowd.headers(SHELTER)) as empty:
        assert empty.status == 200
        assert 'href="tel:3919"' in await empty.text()


async def test_the_red_button_works_however_often_the_address_has_called(crowd: Crowd) -> None:
    """V6: the one whom she flees shares her address; he must not be able to use up her red button."""
    async with await crowd.connect(SHELTER) as socket:
        opened = await crowd.wish(socket)
        assert isinstance(opened, Opened)
        calls = [{"conversation": opened.conversation, "token": "t" * 43}] * 40
        calls.append({"conversation": opened.conversation, "token": opened.token})
        found = []
        for call in calls:
            async with crowd.http.post(crowd.site + "/erase", json=call, headers=crowd.headers(SHELTER)) as answer:
                found.append(answer.status)
    assert found == [403] * 40 + [204]


async def test_no_address_is_in_the_store_and_every_count_ends(crowd: Crowd, store: Redis) -> None:
    """P2: hashes under the secret of the day, all with an expiry."""
    await use_up(crowd)
    names = [name.decode() if isinstance(name, bytes) else name for name in await store.keys("*")]
    counted = [name for name in names if name.startswith((f"{keys.LIMITS}:", keys.ADDRESS_SALT, "puzzle:"))]
    assert len(counted) >= 4
    assert not [name for name in names if SHELTER in name]
    assert [name for name in counted if await store.ttl(name) < 0] == []


async def test_without_a_store_nothing_is_counted_and_nobody_is_kept_waiting(guarded: Stack, crowd: Crowd) -> None:
    """V1: a store that hangs opens the doors; socket and helplines are there within the patience for one count."""
    await use_up(crowd)
    valkey = guarded.children["valkey"]
    valkey.send(signal.SIGSTOP)
    try:
        loop = asyncio.get_running_loop()
        started = loop.time()
        sockets = [await crowd.connect(SHELTER) for _ in range(5)]
        async with crowd.http.get(crowd.site + "/aide", headers=crowd.headers(SHELTER)) as page:
            assert page.status == 200
        took = loop.time() - started
        print(f"five sockets and the help page without a store: {took:.2f} s")
        assert took < 5.0
    finally:
        valkey.send(signal.SIGCONT)
    await asyncio.gather(*(socket.close() for socket in sockets))

    async def counted_again() -> bool:
        return isinstance((await crowd.visit(SHELTER)).frame, Challenge)

    await eventually(counted_again)


async def test_a_store_that_cannot_be_reached_opens_every_door() -> None:
    """V1: a frightened person gets in; what the counting is for is worth less than that."""
    doors = Doors(connect("redis://127.0.0.1:1/0"), GatewaySettings())
    assert [await doors.opening("somebody", work) for work in (None, "AAAA")] == [(Verdict.WELCOME, 0)] * 2
    assert await doors.entrance("somebody").ask(None) is None
    assert [await doors.handshake("somebody"), await doors.look_up("somebody")] == [0, 0]
    assert await doors.puzzle() is None


async def test_a_client_that_solves_what_it_is_asked_notices_nothing_else(guarded: Stack, crowd: Crowd) -> None:
    """The sample client of these tests: the protocol is enough to pass."""
    await use_up(crowd)
    visitor = Visitor(guarded.addresses.visitor)
    visitor.headers["X-Forwarded-For"] = SHELTER
    async with visitor:
        await visitor.opened()
        assert any(isinstance(frame, Challenge) for frame in visitor.frames)
        await visitor.red_button()
