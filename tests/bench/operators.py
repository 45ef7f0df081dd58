"""Operators for the bench: accounts put where the dispatcher keeps them, sessions opened by its own login."""

import asyncio
import json
import secrets
from http.client import HTTPConnection
from urllib.parse import urlsplit

import nats

from infra.local.stack import Stack
from services.dispatcher.doors import COOKIE
from services.dispatcher.staff.accounts import Account, Accounts
from services.dispatcher.staff.passwords import Passwords
from shared.contracts.conversation import Category, Force
from tests.bench.generator import BenchFailed

PER_OPERATOR = 4
"""Conversations that one operator holds at once."""
POSTAL_CODES = {Force.POLICE: "75011", Force.GENDARMERIE: "48100"}
"""Codes that lie wholly with one force, for visitors of the bench."""


async def log_in(stack: Stack, count: int, force: Force = Force.POLICE, limit: int = PER_OPERATOR) -> list[str]:
    """Create operators and log each in; return their Cookie headers."""
    password = secrets.token_urlsafe(16)
    kept = Passwords().hash(password)
    env = stack.environment("dispatcher")
    user = env["HAVRE_NATS_USER"]
    client = await nats.connect(
        stack.addresses.nats, user=user, password=env["HAVRE_NATS_PASSWORD"], inbox_prefix=f"_INBOX_{user}"
    )
    logins = [f"bench-{secrets.token_hex(6)}" for _ in range(count)]
    try:
        accounts = Accounts(client)
        for login in logins:
            account = Account(login=login, force=force, categories=tuple(Category), limit=limit, password_hash=kept)
            await accounts.add(account)
    finally:
        await client.close()
    return [await asyncio.to_thread(_cookie, stack.addresses.console, login, password) for login in logins]


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
