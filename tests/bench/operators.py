"""Operators for the bench: accounts where the dispatcher keeps them, sessions from its own login, keys for a shift."""

import asyncio
import json
import secrets
from http.client import HTTPConnection
from typing import TypedDict
from urllib.parse import urlsplit

import nats

from infra.local.stack import Stack
from services.dispatcher.doors import COOKIE
from services.dispatcher.staff.accounts import Account, Accounts, StaffRole
from services.dispatcher.staff.keys import keys_of
from services.dispatcher.staff.passwords import Passwords
from shared.chat.frames import Role
from shared.clock import now_ms
from shared.contracts.conversation import Category, Force
from shared.sealing.authority import load_private
from tests.bench.generator import BenchFailed
from tests.sealing.staff import make_shift, open_account_key
from tests.stack import KEY_ROUNDS

PER_OPERATOR = 4
"""Conversations that one operator holds at once."""
POSTAL_CODES = {Force.POLICE: "75011", Force.GENDARMERIE: "48100"}
"""Codes that lie wholly with one force, for visitors of the bench."""


class Seat(TypedDict):
    """What a console of the bench connects with: its ``Cookie`` header, and what it proves its shift key with."""

    cookie: str
    credential: str


async def log_in(stack: Stack, count: int, force: Force = Force.POLICE, limit: int = PER_OPERATOR) -> list[Seat]:
    """Create operators and log each in; all have one account key, since what it seals is not looked at here."""
    password = secrets.token_urlsafe(16)
    kept = Passwords().hash(password)
    given = keys_of(load_private(stack.authority_file), force, [StaffRole.OPERATOR], password, KEY_ROUNDS)
    env = stack.environment("dispatcher")
    user = env["HAVRE_NATS_USER"]
    client = await nats.connect(
        stack.addresses.nats, user=user, password=env["HAVRE_NATS_PASSWORD"], inbox_prefix=f"_INBOX_{user}"
    )
    logins = [f"bench-{secrets.token_hex(6)}" for _ in range(count)]
    try:
        accounts = Accounts(client)
        for login in logins:
            await accounts.add(
                Account(login=login, force=force, categories=tuple(Category), limit=limit, password_hash=kept, **given)
            )
    finally:
        await client.close()
    key = open_account_key(str(given["account_key"]), password)
    now = now_ms() // 1000
    return [
        Seat(
            cookie=await asyncio.to_thread(_cookie, stack.addresses.console, login, password),
            credential=make_shift(key, str(given["certificate"]), force, Role.OPERATOR, now).credential,
        )
        for login in logins
    ]


def _cookie(console: str, login: str, password: str) -> str:
    address = urlsplit(console)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
    headers = {"Origin": console.rstrip("/"), "X-Havre": "1", "Content-Type": "application/json"}
    try:
        connection.request("POST", "/api/login", json.dumps({"login": login, "password": password}), headers)
        response = connection.getresponse()
        words = response.read().decode()
        cookie = (response.getheader("Set-Cookie") or "").partition(";")[0]
    finally:
        connection.close()
    if response.status != 200 or not cookie.startswith(f"{COOKIE}="):
        raise BenchFailed(f"an operator could not log in: {response.status} {words}")
    return cookie
