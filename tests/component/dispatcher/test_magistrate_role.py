"""A magistrate's account: two factors whatever the setting, a reading key of its own, one door (O7, P2)."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pyotp
import pytest
from nats.aio.client import Client

from services.dispatcher.staff.accounts import Account, Accounts, StaffRole
from services.dispatcher.staff.codes import STEP_S, new_secret
from services.dispatcher.staff.keys import reading_keys_of
from services.dispatcher.staff.sealed import Purpose, Sealer, new_key
from shared.contracts.conversation import Category, Force
from shared.sealing.jose import jwk_of, kid_of
from shared.sealing.magistrates import load, seal
from tests.component.dispatcher.commands import Command
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.office import AUTHORITY
from tests.component.dispatcher.people import PASSWORD, Desk, Place
from tests.sealing.magistrates import opened, reading_key
from tests.servers import NatsServer, ValkeyServer
from tests.stack import KEY_ROUNDS

KEY = new_key()
SECRET = new_secret()
LOGIN = "parquet1"
Arrive = Callable[..., Awaitable[Desk]]


def code() -> str:
    return pyotp.TOTP(SECRET).generate_otp(int(time.time()) // STEP_S)


@pytest.fixture
async def arrive(start: Start, place: Place) -> AsyncIterator[Arrive]:
    """Have a magistrate open the login, with one-time codes or without."""
    async with aiohttp.ClientSession() as browser:

        async def one(*, codes: bool, **settings: object) -> Desk:
            instance = await start(staff_key=KEY, **settings)
            sealed = Sealer(KEY).seal(Purpose.ONE_TIME_CODES, LOGIN, SECRET) if codes else None
            fields: dict[str, Any] = {
                "roles": (StaffRole.MAGISTRATE,),
                "second_factor": sealed,
                "certificate": None,
                "account_key": None,
                **reading_keys_of(AUTHORITY, PASSWORD, KEY_ROUNDS),
            }
            await place.hire(LOGIN, **fields)
            return Desk(instance.port, LOGIN, browser)

        yield one


@pytest.mark.parametrize("rule", ["optional", "required"])
async def test_a_magistrate_without_one_time_codes_never_comes_in(arrive: Arrive, rule: str) -> None:
    desk = await arrive(codes=False, second_factor=rule)
    answer = await desk.log_in()
    assert (answer.status, (await answer.json())["error"]) == (403, "no_second_factor")


async def test_a_magistrate_comes_in_with_a_code_and_finds_one_door(arrive: Arrive) -> None:
    """No chat socket, no console, no supervision."""
    desk = await arrive(codes=True)
    assert (await desk.log_in(code=code())).status == 200
    me = await (await desk.http.get(f"{desk.base}/api/me", headers=desk.headers())).json()
    assert (me["operator"], me["roles"], me["certificate"]) == (LOGIN, ["magistrate"], None)
    for path in ("/api/help?place=75011", "/api/desk", "/api/supervision", "/api/supervision/forecast", "/api/care"):
        answer = await desk.http.get(f"{desk.base}{path}", headers=desk.headers())
        assert (answer.status, (await answer.json())["error"]) == (403, "forbidden"), path
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await desk.http.ws_connect(f"{desk.base}/ws", headers=desk.headers())
    assert refused.value.status == 403


async def account_of(client: Client, login: str) -> Account:
    found = await Accounts(client).get(login)
    assert found is not None
    return found


async def test_the_command_makes_a_magistrate_whose_key_the_gateway_takes(
    nats: NatsServer, valkey: ValkeyServer, place: Place
) -> None:
    command = Command(nats, valkey, extra={"PASS": PASSWORD})
    status, said = await command("account", "add", LOGIN, "--magistrate", "--password-env", "PASS")
    assert (status, "one-time codes" in said) == (0, True), said
    account = await account_of(place.nats, LOGIN)
    assert (account.roles, account.certificate, account.account_key) == ((StaffRole.MAGISTRATE,), None, None)
    status, printed = await command("account", "magistrates")
    (key,) = load(printed, AUTHORITY)
    reads = reading_key(account.reading_key or "", PASSWORD)
    assert key.kid == kid_of(jwk_of(reads))
    assert opened(seal({"ip": "203.0.113.9"}, [key]), reads) == {"ip": "203.0.113.9"}
    assert "d" not in json.loads(printed)["keys"][0], "no private part leaves the account"
    status, _ = await command("account", "disable", LOGIN)
    assert json.loads((await command("account", "magistrates"))[1]) == {"keys": []}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("account", "add", "parquet2", "--magistrate", "--supervisor"), "nothing else"),
        (("account", "add", "police7"), "--force"),
    ],
)
async def test_what_makes_no_account_is_refused_in_words(
    nats: NatsServer, valkey: ValkeyServer, words: tuple[str, ...], why: str
) -> None:
    status, said = await Command(nats, valkey, extra={"PASS": PASSWORD})(*words, "--password-env", "PASS")
    assert (status, why in said) == (1, True), said


async def test_a_magistrate_is_not_handed_over_to_the_identity_provider(
    nats: NatsServer, valkey: ValkeyServer, place: Place
) -> None:
    fields: dict[str, Any] = {"login": LOGIN, "force": Force.POLICE, "categories": tuple(Category), "limit": 1}
    await Accounts(place.nats).add(Account(**fields, roles=(StaffRole.MAGISTRATE,), password_hash="x"))
    status, said = await Command(nats, valkey)("account", "provider", LOGIN)
    assert (status, "password" in said) == (1, True), said
    assert (await account_of(place.nats, LOGIN)).password_hash == "x"
