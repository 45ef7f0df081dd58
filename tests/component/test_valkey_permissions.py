"""The memory store refuses whatever its table of permissions does not grant (P1, S2)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

from infra.valkey.permissions import USERS
from shared import keys
from tests.servers import ValkeyServer

Clients = dict[str, Redis]

STAFFS = (
    keys.session("d1"),
    keys.sessions_of("police1"),
    keys.used_code("police1", 1),
    keys.used_state("d1"),
    keys.attempts("login", "police1"),
    keys.ticket("c1"),
    keys.queue("police.domestic"),
    keys.operator("o1"),
    keys.HELD,
    keys.OPERATORS,
    keys.staff_lines("room.police"),
    keys.STAFF_PRESENT,
    keys.danger("c1"),
    keys.missing("c1"),
    keys.patrol("r1"),
    keys.duty_boxes("k1"),
)
"""What is staff's alone: who they are, whom they serve, what they write to each other."""

FOR_ALL_KEYS = (
    "KEYS *",
    "SCAN 0",
    "RANDOMKEY",
    "FLUSHALL",
    "FLUSHDB",
    "SWAPDB 0 1",
    "INFO",
    "CONFIG GET maxmemory",
    "CONFIG SET maxmemory 1mb",
    "ACL LIST",
    "ACL SETUSER gateway allkeys",
    "CLIENT LIST",
    "CLIENT KILL TYPE normal",
    "SHUTDOWN NOSAVE",
    "SAVE",
    "REPLICAOF 127.0.0.1 6390",
    "SCRIPT FLUSH",
    "FUNCTION FLUSH",
    "FUNCTION DELETE anything",
    "FCALL anything 0",
    "EVAL return 0",
    "SUBSCRIBE anything",
    "PUBLISH anything word",
    "COMMANDLOG GET -1 slow",
)


@pytest.fixture
async def users(valkey: ValkeyServer) -> AsyncIterator[Clients]:
    """A client of each service's user, and one of the server's own (``default``)."""
    urls = {user: valkey.url_of(user) for user in USERS} | {"default": valkey.url}
    async with AsyncExitStack() as stack:
        yield {user: await stack.enter_async_context(Redis.from_url(url)) for user, url in urls.items()}


@pytest.mark.parametrize("key", STAFFS)
async def test_whoever_takes_over_the_gateway_cannot_touch_what_is_staff_s(users: Clients, key: str) -> None:
    """S2, P1: above all, it cannot log itself in as one of them."""
    gateway: Any = users["gateway"]
    attempts: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: gateway.set(key, b'{"login":"police1"}'),
        lambda: gateway.delete(key),
        lambda: gateway.expire(key, 60),
        lambda: gateway.rename(key, keys.puzzle("x")),
        lambda: gateway.get(key),
        lambda: gateway.hgetall(key),
        lambda: gateway.dump(key),
    )
    for attempt in attempts:
        with pytest.raises(NoPermissionError):
            await attempt()
    said = await gateway.script_load("return redis.call('SET', KEYS[1], 'x')")
    with pytest.raises(NoPermissionError):
        await gateway.evalsha(said, 1, key)
    hidden = await gateway.script_load(f"return redis.call('SET', '{key}', 'x')")
    with pytest.raises(ResponseError, match="ermission"):
        await gateway.evalsha(hidden, 0)
    assert not await users["default"].exists(key)


@pytest.mark.parametrize("key", [keys.duty("police"), keys.credential("k1")])
async def test_the_gateway_reads_for_whom_to_seal_and_cannot_change_it(users: Clients, key: str) -> None:
    """S2."""
    await users["dispatcher"].set(key, b"stated")
    assert await users["gateway"].get(key) == b"stated"
    for attempt in (lambda: users["gateway"].set(key, b"other"), lambda: users["gateway"].delete(key)):
        with pytest.raises(NoPermissionError):
            await attempt()
    assert await users["default"].get(key) == b"stated"


@pytest.mark.parametrize("key", [keys.puzzle("s1"), f"{keys.LIMITS}:opens", keys.ADDRESS_SALT])
async def test_the_public_doors_counters_are_the_gateway_s(users: Clients, key: str) -> None:
    """But for the secret under which both hide addresses, which both ask for."""
    assert await users["gateway"].set(key, b"1")
    if key != keys.ADDRESS_SALT:
        with pytest.raises(NoPermissionError):
            await users["dispatcher"].get(key)


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("command", FOR_ALL_KEYS)
async def test_no_service_may_look_through_the_store_or_change_it(users: Clients, user: str, command: str) -> None:
    """P1, V7."""
    run: Callable[..., Any] = users[user].execute_command
    with pytest.raises(NoPermissionError):
        await run(*command.split())


async def test_who_does_not_log_in_may_do_nothing(valkey: ValkeyServer) -> None:
    """P1."""
    async with Redis.from_url(f"redis://{valkey.address}/0") as stranger:
        with pytest.raises(AuthenticationError):
            await stranger.get(keys.HELD)
    async with Redis.from_url(f"redis://dispatcher:{valkey.passwords['gateway']}@{valkey.address}/0") as other:
        with pytest.raises(AuthenticationError):
            await other.ping()
