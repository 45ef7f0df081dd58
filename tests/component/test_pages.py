"""A built page is served from memory under headers that allow nothing but itself (V8, P1)."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from shared.pages import NOT_BUILT, SECURITY_HEADERS, Pages, same_origin, secure

Client = TestClient[web.Request, web.Application]


async def _client(folder: Path) -> Client:
    app = web.Application()
    secure(app)
    app.add_routes(Pages.load(folder, {"__EXIT_URL__": "https://exit.example"}).routes())
    client = TestClient(TestServer(app))
    await client.start_server()
    return client


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[Client]:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><a href='__EXIT_URL__'>x</a>")
    (tmp_path / "assets" / "main-1.js").write_text("let a = 1;" * 100)
    client = await _client(tmp_path)
    yield client
    await client.close()


async def test_the_page_and_its_assets_are_served_with_every_security_header(built: Client) -> None:
    for path in ("/", "/assets/main-1.js", "/nothing"):
        answer = await built.get(path)
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value, (path, name)
        assert "Server" not in answer.headers


async def test_the_exit_address_is_written_into_the_page_at_start(built: Client) -> None:
    assert "https://exit.example" in await (await built.get("/")).text()


async def test_a_browser_that_takes_gzip_gets_gzip_and_another_does_not(built: Client) -> None:
    packed = await built.get("/assets/main-1.js", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    plain = await built.get("/assets/main-1.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert len(gzip.compress(await plain.read(), 9)) < 100


async def test_nothing_outside_the_folder_is_served(built: Client) -> None:
    for path in ("/../etc/passwd", "/assets/%2e%2e/%2e%2e/etc/passwd", "/assets/"):
        assert (await built.get(path)).status == 404


async def test_a_page_that_is_not_built_says_so(tmp_path: Path) -> None:
    client = await _client(tmp_path / "missing")
    answer = await client.get("/")
    assert (answer.status, await answer.text()) == (503, NOT_BUILT)
    await client.close()


@pytest.mark.parametrize(
    ("origin", "allowed", "expected"),
    [
        ("http://here:1", "", True),
        ("https://here:1", "", True),
        ("http://elsewhere", "", False),
        (None, "", False),
        ("null", "", False),
        ("https://havre.example", "https://havre.example, https://b.example", True),
        ("http://here:1", "https://havre.example", False),
    ],
)
def test_only_our_own_pages_may_ask(origin: str | None, allowed: str, *, expected: bool) -> None:
    headers = {"Host": "here:1"} | ({"Origin": origin} if origin is not None else {})
    assert same_origin(make_mocked_request("GET", "/ws", headers=headers), allowed) is expected
