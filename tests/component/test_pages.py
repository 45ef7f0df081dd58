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


async def test_only_a_public_page_s_own_address_may_be_found_by_searching(tmp_path: Path) -> None:
    """V1 V8: help can be found; nothing else of the site is listed anywhere."""
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "main.js").write_text("let a = 1;")
    app = web.Application()
    secure(app, listed=("/",))
    app.add_routes(Pages.load(tmp_path).routes())
    async with TestClient(TestServer(app)) as client:
        found = {path: (await client.get(path)).headers.get("X-Robots-Tag") for path in ("/", "/main.js", "/nothing")}
    assert found == {"/": None, "/main.js": "noindex, nofollow", "/nothing": "noindex, nofollow"}


def test_the_headers_say_what_they_are_meant_to_say() -> None:
    """P1 P2 V8: as written here, word for word where a word more would be a door."""
    policy = SECURITY_HEADERS["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"require-trusted-types-for 'script'", "trusted-types 'none'", "frame-ancestors 'none'"} <= set(policy)
    sources = {word for directive in policy[:5] for word in directive.split()[1:]}
    assert sources == {"'none'", "'self'"}
    assert SECURITY_HEADERS["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert SECURITY_HEADERS["Cross-Origin-Opener-Policy"] == SECURITY_HEADERS["Cross-Origin-Resource-Policy"]
    assert SECURITY_HEADERS["Cross-Origin-Opener-Policy"] == "same-origin"
    assert SECURITY_HEADERS["Strict-Transport-Security"].startswith("max-age=63072000")
    assert (SECURITY_HEADERS["Referrer-Policy"], SECURITY_HEADERS["Cache-Control"]) == ("no-referrer", "no-store")
    powers = SECURITY_HEADERS["Permissions-Policy"]
    assert all(f"{power}=()" in powers for power in ("camera", "microphone", "geolocation", "clipboard-read"))
