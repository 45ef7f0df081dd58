"""One-time codes: the second step of a login, each code once, with limits (O9)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pyotp
import pytest
from redis.asyncio import Redis

from services.dispatcher.app import Running
from services.dispatcher.staff.accounts import Account
from services.dispatcher.staff.codes import STEP_S, Codes, new_secret
from services.dispatcher.staff.sealed import Purpose, Sealer, new_key
from shared import streams
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import PASSWORD, Desk, Place

KEY = new_key()
SECRET = new_secret()
Arrive = Callable[..., Awaitable[Desk]]


def sealed_for(login: str, key: str = KEY) -> str:
    return Sealer(key).seal(Purpose.ONE_TIME_CODES, login, SECRET)


def code(away: int = 0) -> str:
    """Return the code of now, or of so many half minutes later."""
    return pyotp.TOTP(SECRET).generate_otp(int(time.time()) // STEP_S + away)


@pytest.fixture
async def arrive(start: Start, place: Place) -> AsyncIterator[Arrive]:
    """Have somebody with one-time codes open the console's login."""
    async with aiohttp.ClientSession() as browser:

        async def one(login: str = "police1", *, sealed: str | None = "", **settings: object) -> Desk:
            instance: Running = await start(staff_key=KEY, **settings)
            await place.hire(login, second_factor=sealed_for(login) if sealed == "" else sealed)
            return Desk(instance.port, login, browser)

        yield one


async def refusal(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    return answer.status, (await answer.json())["error"]


async def test_the_code_is_asked_for_after_the_right_password_alone(arrive: Arrive) -> None:
    desk = await arrive()
    assert await refusal(await desk.log_in("not the password")) == (401, "unauthenticated")
    assert await refusal(await desk.log_in("not the password", code())) == (401, "unauthenticated")
    assert await refusal(await desk.log_in()) == (401, "code_wanted")
    assert (await desk.log_in(code=code())).status == 200


async def test_a_code_lets_in_once(arrive: Arrive) -> None:
    """Whoever looked over the shoulder, or saw it on the wire, comes too late."""
    desk = await arrive()
    used = code()
    assert (await desk.log_in(code=used)).status == 200
    assert await refusal(await desk.log_in(code=used)) == (401, "code_wrong")
    assert (await desk.log_in(code=code(1))).status == 200


async def test_a_code_of_another_hour_lets_nobody_in(arrive: Arrive) -> None:
    desk = await arrive()
    for away in (-120, -3, 3, 120):
        assert await refusal(await desk.log_in(code=code(away))) == (401, "code_wrong")


async def test_wrong_codes_count_as_wrong_passwords_do(arrive: Arrive) -> None:
    desk = await arrive()
    outcomes = [await refusal(await desk.log_in(code=code(100 + turn))) for turn in range(6)]
    assert outcomes == [(401, "code_wrong")] * 5 + [(429, "too_fast")]
    assert (await desk.log_in(code=code())).status == 429


async def test_asking_for_the_code_in_between_forgives_no_wrong_one(arrive: Arrive) -> None:
    """Who knows the password cannot try codes for ever by starting over."""
    desk = await arrive()
    for turn in range(5):
        assert await refusal(await desk.log_in()) == (401, "code_wanted")
        assert await refusal(await desk.log_in(code=code(100 + turn))) == (401, "code_wrong")
    assert (await desk.log_in()).status == 429


async def test_where_codes_are_required_an_account_without_them_is_told_so(arrive: Arrive) -> None:
    desk = await arrive(sealed=None, second_factor="required")
    assert await refusal(await desk.log_in("not the password")) == (401, "unauthenticated")
    assert await refusal(await desk.log_in()) == (403, "no_second_factor")


async def test_where_they_are_not_an_account_without_them_comes_in_with_its_password(arrive: Arrive) -> None:
    desk = await arrive(sealed=None)
    assert (await desk.log_in()).status == 200


@pytest.mark.parametrize("spoiled", [sealed_for("police2"), sealed_for("police1", new_key()), "nothing sealed"])
async def test_a_secret_that_does_not_open_lets_nobody_in(arrive: Arrive, spoiled: str) -> None:
    """Also one that was copied from another account."""
    desk = await arrive(sealed=spoiled)
    assert await refusal(await desk.log_in(code=code())) == (503, "unavailable")


@pytest.mark.parametrize("wrong", ["", "12345", "1234567", "12345a", "１２３４５６", 123456])
async def test_what_is_no_six_digits_is_no_code(arrive: Arrive, wrong: object) -> None:
    desk = await arrive()
    body = {"login": desk.login, "password": PASSWORD, "code": wrong}
    answer = await desk.http.post(f"{desk.base}/api/login", json=body, headers=desk.headers())
    assert await refusal(answer) == (400, "invalid")


async def test_the_secret_lies_nowhere_in_the_open(arrive: Arrive, place: Place, eyes: Redis) -> None:
    """P1: neither in the account on the disk nor in the memory store; the code of the moment neither."""
    desk = await arrive()
    now = code()
    assert (await desk.log_in(code=now)).status == 200
    bucket = await place.nats.jetstream().key_value(streams.STAFF)
    kept = str((await bucket.get("police1")).value)
    for key in await eyes.keys("*"):
        kept += f"{key!r} {await eyes.dump(key)!r}"
    assert "used-code:police1" in kept
    assert SECRET not in kept
    assert now not in kept


async def test_two_browsers_at_the_same_moment_do_not_share_a_code(client: Redis) -> None:
    account = Account.model_validate(
        {
            "login": "police1",
            "force": "police",
            "categories": ["domestic"],
            "limit": 1,
            "second_factor": sealed_for("police1"),
        }
    )
    codes = Codes(client, Sealer(KEY))
    now = code()
    outcomes = await asyncio.gather(*(codes.accept(account, now) for _ in range(20)))
    assert sorted(outcomes) == [False] * 19 + [True]
