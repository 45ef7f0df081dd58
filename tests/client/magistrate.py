"""A magistrate without a browser: both factors, and the private key that opens what is handed over."""

import time
from collections.abc import Mapping
from typing import Any, Self

import aiohttp
import pyotp

from infra.local.magistrate import DemoMagistrate
from tests.sealing.magistrates import opened

STEP_S = 30
WINDOW = (0, 1, -1)
"""Half minutes whose codes are taken; each lets in once, whoever else in this run has used it."""


def codes(secret: str) -> list[str]:
    """Return the codes that may let in now, the present one first."""
    return [pyotp.TOTP(secret).generate_otp(int(time.time()) // STEP_S + away) for away in WINDOW]


class Magistrate:
    """``async with Magistrate(site, demo) as magistrate``: logged in."""

    def __init__(self, site: str, demo: DemoMagistrate) -> None:
        self.site = site.rstrip("/")
        self.demo = demo
        self.http = aiohttp.ClientSession()
        self.headers = {"X-Havre": "1", "Origin": self.site}

    async def __aenter__(self) -> Self:
        for code in codes(self.demo.secret):
            body = {"login": self.demo.login, "password": self.demo.password, "code": code}
            async with self.http.post(self.site + "/api/login", json=body, headers=self.headers) as answer:
                if answer.status == 200:
                    cookies = [f"{name}={morsel.value}" for name, morsel in answer.cookies.items()]
                    self.http.cookie_jar.clear()
                    self.headers["Cookie"] = "; ".join(cookies)
                    return self
        raise AssertionError("no code of now lets the magistrate in")

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
