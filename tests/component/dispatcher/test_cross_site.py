"""No other site's page can have a browser change anything here: every route that changes something, by table (O9)."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

import services.dispatcher
from infra.docs import openapi_dispatcher
from services.dispatcher.staff.sealed import new_key
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import PASSWORD, Desk, Place

SOURCE = "".join(one.read_text(encoding="utf-8") for one in Path(services.dispatcher.__file__).parent.rglob("*.py"))


def _routes(methods: str) -> set[str]:
    return set(re.findall(rf"""web\.(?:{methods})\(\s*["']([^"']+)["']""", SOURCE))


CHANGING = sorted(_routes("post|put|patch|delete|route"))
"""Every route of the dispatcher that is no GET: found in the code, so that a new one is tried without being listed."""
BODIES = {"/api/login": {"login": "police1", "password": PASSWORD}}
PROVIDER = {
    "oidc_issuer": "https://id.example",
    "oidc_client_id": "console",
    "console_url": "https://console.example",
    "staff_key": new_key(),
}
SPOILED: dict[str, Mapping[str, str | None]] = {
    "another origin": {"Origin": "https://evil.example"},
    "the same host on another port": {"Origin": "http://127.0.0.1:1"},
    "a host that begins alike": {"Origin": "https://127.0.0.1.evil.example"},
    "no real origin": {"Origin": "null"},
    "no origin": {"Origin": None},
    "no header of ours": {"X-Havre": None},
}


def test_the_routes_that_change_something_were_found() -> None:
    assert {"/api/login", "/api/logout", "/api/oidc", "/api/supervision/hand"} <= set(CHANGING)
    documented = json.loads(openapi_dispatcher.TARGET.read_text(encoding="utf-8"))["paths"]
    assert {path for path, methods in documented.items() if methods.keys() - {"get", "parameters"}} <= set(CHANGING)


@pytest.mark.parametrize("path", CHANGING)
@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
async def test_a_call_that_is_not_from_our_page_changes_nothing(
    start: Start, place: Place, path: str, spoiled: Mapping[str, str | None]
) -> None:
    instance = await start(**PROVIDER)
    await place.hire("police1", roles=("operator", "supervisor"))
    async with aiohttp.ClientSession() as browser:
        desk = Desk(instance.port, "police1", browser)
        await desk.log_in()
        headers = {name: value for name, value in {**desk.headers(), **spoiled}.items() if value is not None}
        answer = await browser.post(f"{desk.base}{path}", json=BODIES.get(path, {}), headers=headers)
        assert (answer.status, (await answer.json())["error"]) == (403, "forbidden")
        assert "Set-Cookie" not in answer.headers
        me = await browser.get(f"{desk.base}/api/me", headers=desk.headers())
        assert me.status == 200


@pytest.mark.parametrize("path", sorted(set(CHANGING) - _routes("get")))
async def test_what_changes_something_is_no_link(start: Start, path: str) -> None:
    """A path that is read as well does only that when it is followed: it has another handler for it."""
    instance = await start(**PROVIDER)
    async with aiohttp.ClientSession() as browser:
        for method in ("GET", "HEAD"):
            answer = await browser.request(method, f"http://127.0.0.1:{instance.port}{path}")
            assert answer.status == 405
