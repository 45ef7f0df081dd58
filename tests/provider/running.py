"""Starting the provider, telling it of clients and people, and doing there what a person's browser does."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp

from infra.local.ports import free_port
from tests.servers import eventually

ROOT = Path(__file__).parents[2]


@dataclass
class TheProvider:
    """A running provider."""

    port: int
    http: aiohttp.ClientSession
    process: Process

    @property
    def issuer(self) -> str:
        """Its name and address."""
        return f"http://127.0.0.1:{self.port}"

    async def client(self, way_back: str) -> dict[str, str]:
        """Register a console; return the settings that make a dispatcher it."""
        body = {"redirect_uris": [way_back], "token_endpoint_auth_method": "client_secret_basic"}
        async with self.http.post(f"{self.issuer}/oauth2/clients", json=body) as answer:
            made = await answer.json()
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": made["client_id"],
            "oidc_client_secret": made["client_secret"],
        }

    async def knows(self, subject: str, **claims: object) -> None:
        """Have it know a person, with claims that it puts into their ID tokens."""
        async with self.http.put(f"{self.issuer}/users/{subject}", json=claims) as answer:
            assert answer.status == 204, await answer.text()

    async def consents(self, address: str, subject: str) -> dict[str, str]:
        """Log in there as a person at the address that a console named; return what the browser brings back."""
        async with self.http.post(address, data={"sub": subject}, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return query_of(answer.headers["Location"])

    async def ends(self) -> None:
        """Be away from now on."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


def query_of(address: str) -> dict[str, Any]:
    """Return the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@asynccontextmanager
async def running_provider() -> AsyncIterator[TheProvider]:
    """Start one for the length of the context."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "tests.provider", str(port), cwd=ROOT, stdout=DEVNULL, stderr=DEVNULL
    )
    async with aiohttp.ClientSession() as http:
        provider = TheProvider(port, http, process)

        async def answers() -> bool:
            try:
                async with http.get(f"{provider.issuer}/.well-known/openid-configuration") as answer:
                    return answer.status == 200
            except aiohttp.ClientError:
                return False

        try:
            await eventually(answers, within_s=30)
            yield provider
        finally:
            await provider.ends()
