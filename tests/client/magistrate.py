"""A magistrate without a browser: both factors, and the private key that opens what is handed over."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any, Self

import aiohttp
import pyotp

from infra.local.magistrate import DemoMagistrate
from tests.patience import PATIENCE_S
from tests.sealing.magistrates import opened

STEP_S = 30
WINDOW = (0, 1, -1)
"""Half minutes whose codes are taken; each lets in once, whoever else in this run has used it."""


async def codes(secret: str) -> AsyncIterator[str]:
    """Yield the codes that may let in, the present one first; then, as the clock goes on, those that come."""
    tried: set[int] = set()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for step in (int(time.time()) // STEP_S + away for away in WINDOW):
            if step not in tried:
                tried.add(step)
                yield pyotp.TOTP(secret).generate_otp(step)
        await asyncio.sleep(0.2)
    raise AssertionError("no code of now lets the magistrate in")


class Magistrate:
    """``async with Magistrate(site, demo) as magistrate``: logged in."""

    def __init__(self, site: str, demo: DemoMagistrate) -> None:
        self.site = site.rstrip("/")
        self.demo = demo
        self.http = aiohttp.ClientSession()
        self.headers = {"X-Havre": "1", "Origin": self.site}

    async def __aenter__(self) -> Self:
        async for code in codes(self.demo.secret):
            body = {"login": self.demo.login, "password": self.demo.password, "code": code}
            async with self.http.post(self.site + "/api/login", json=body, headers=self.headers) as answer:
                if answer.status == 200:
                    cookies = [f"{name}={morsel.value}" for name, morsel in answer.cookies.items()]
                    self.http.cookie_jar.clear()
                    self.headers["Cookie"] = "; ".join(cookies)
                    return self
        raise AssertionError("there was no code")

    async def __aexit__(self, *_raised: object) -> None:
        await self.http.close()

    async def request(self, conversation: str) -> dict[str, Any]:
        """Return the request about a conversation as the page gets it."""
        async with self.http.get(self.site + "/api/magistrate", headers=self.headers) as answer:
            found: list[dict[str, Any]] = (await answer.json())["liftings"]
        return next(one for one in found if one["conversation"] == conversation)

    async def call(self, verb: str, request: Mapping[str, Any], **more: object) -> dict[str, Any]:
        """Decide, collect or confirm; return the answer."""
        body = {"conversation": request["conversation"], "id": request["id"], **more}
        async with self.http.post(f"{self.site}/api/magistrate/{verb}", json=body, headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, Any] = await answer.json()
            return found

    def opens(self, sealed: str) -> dict[str, Any]:
        """Open what was handed over."""
        return opened(sealed, self.demo.key)
