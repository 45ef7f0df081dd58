"""Logging in through an identity provider: one browser on its way."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import aiohttp

from services.dispatcher import provider_door
from services.dispatcher.staff.accounts import Account, Accounts
from tests.component.dispatcher.people import Place

OPERATOR = {"preferred_username": "Police1", "havre_roles": ["operator"], "havre_force": "police"}


@dataclass
class Way:
    """One browser on its way through the provider; cookies by hand, because here is no TLS for them."""

    port: int
    http: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)
        return {"X-Havre": "1", "Origin": self.base, "Cookie": cookies}

    async def begins(self, **body: object) -> str:
        """Ask where to go; return it."""
        answer = await self.http.post(f"{self.base}/api/oidc", json=body, headers=self.headers())
        assert answer.status == 200, await answer.text()
        self._keep(answer)
        return str((await answer.json())["go"])

    async def returns(self, query: dict[str, str]) -> str:
        """Come back with what the provider gave along; return where the page is sent."""
        url = f"{self.base}{provider_door.WAY_BACK}"
        headers = {"Cookie": self.headers()["Cookie"]}
        answer = await self.http.get(url, params=query, headers=headers, allow_redirects=False)
        assert answer.status == 303, await answer.text()
        self._keep(answer)
        return answer.headers["Location"]

    async def me(self) -> aiohttp.ClientResponse:
        return await self.http.get(f"{self.base}/api/me", headers=self.headers())

    def _keep(self, answer: aiohttp.ClientResponse) -> None:
        for name, cookie in answer.cookies.items():
            self.cookies[name] = cookie.value


Open = Callable[..., Awaitable[Way]]
"""Have somebody open a console that logs in through the provider."""


async def account_of(place: Place, login: str) -> Account | None:
    return await Accounts(place.nats).get(login)
