"""No other site's page can have a browser change anything here: every route that changes something, by table (O9)."""

from collections.abc import Mapping

import aiohttp
import pytest
from aiohttp import web

from services.dispatcher.doors import Doors
from tests.component.dispatcher.conftest import Start
from tests.component.dispatcher.people import PASSWORD, Desk, Place

SAFE = {"GET", "HEAD", "OPTIONS"}
BODIES = {"/api/login": {"login": "police1", "password": PASSWORD}}
CHANGING = ["/api/login", "/api/logout"]
SPOILED: dict[str, Mapping[str, str | None]] = {
    "another origin": {"Origin": "https://evil.example"},
    "the same host on another port": {"Origin": "http://127.0.0.1:1"},
    "a host that begins alike": {"Origin": "https://127.0.0.1.evil.example"},
    "no real origin": {"Origin": "null"},
    "no origin": {"Origin": None},
    "no header of ours": {"X-Havre": None},
}


def test_the_table_has_every_route_that_changes_something() -> None:
    routes = [route for route in Doors.routes(_unmade()) if isinstance(route, web.RouteDef)]
    assert sorted(route.path for route in routes if route.method not in SAFE) == sorted(CHANGING)


def _unmade() -> Doors:
    """Return doors of which nothing but the routes is asked."""
    return object.__new__(Doors)


@pytest.mark.parametrize("path", CHANGING)
@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
async def test_a_call_that_is_not_from_our_page_changes_nothing(
    start: Start, place: Place, path: str, spoiled: Mapping[str, str | None]
) -> None:
    instance = await start()
    await place.hire("police1")
    async with aiohttp.ClientSession() as browser:
        desk = Desk(instance.port, "police1", browser)
        await desk.log_in()
        headers = {name: value for name, value in {**desk.headers(), **spoiled}.items() if value is not None}
        answer = await browser.post(f"{desk.base}{path}", json=BODIES.get(path, {}), headers=headers)
        assert (answer.status, (await answer.json())["error"]) == (403, "forbidden")
        assert "Set-Cookie" not in answer.headers
        me = await browser.get(f"{desk.base}/api/me", headers=desk.headers())
        assert me.status == 200


@pytest.mark.parametrize("path", CHANGING)
async def test_what_changes_something_is_no_link(start: Start, path: str) -> None:
    instance = await start()
    async with aiohttp.ClientSession() as browser:
        for method in ("GET", "HEAD"):
            answer = await browser.request(method, f"http://127.0.0.1:{instance.port}{path}")
            assert answer.status == 405
