"""Requests that no library would make: a typed refusal or none at all, never a 500, and none quotes what came."""

import asyncio
import json
import re

import pytest

from infra.local.stack import Stack
from tests.fuzz.grammar import MARK

DEEP = b"[" * 12_000
BIG = b"x" * 3_000_000
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
FILE = f'--b\r\nContent-Disposition: form-data; name="lieu"; filename="{MARK}"\r\n\r\n{MARK}\r\n--b--\r\n'.encode()
HEADERS = {"Origin": "SITE", "X-Havre": "1", "Content-Type": "application/json"}
EXPECTED = {204, 400, 401, 403, 404, 405, 413, 415, 429, 431}

VISITOR: list[tuple[str, str, dict[str, str], bytes]] = [
    ("POST", "/erase", {}, DEEP),
    ("POST", "/erase", {"Content-Type": MARK}, b'{"conversation":"' + MARK.encode() + b'"}'),
    ("POST", "/erase", {"Content-Type": "application/json; charset=nonsense"}, b"\xff\xfe"),
    ("POST", "/erase", {"Content-Encoding": "gzip"}, b"\x1f\x8b" + MARK.encode()),
    ("POST", "/erase", {}, BIG),
    ("POST", "/aide", {"Content-Type": MULTIPART}, FILE),
    ("POST", "/aide", {"Content-Type": "multipart/form-data"}, FILE),
    ("POST", "/aide", {"Content-Type": MARK}, b"lieu=95300"),
    ("POST", "/aide", {"Content-Type": FORM}, BIG),
    ("POST", "/aide", {"Content-Type": FORM}, b"&".join([b"a=b"] * 1_000)),
    ("DELETE", "/erase", {}, b""),
    ("PATCH", "/", {}, b""),
    (MARK, "/", {}, b""),
    ("GET", f"/{MARK}", {}, b""),
    ("GET", "/assets/%2e%2e/%2e%2e/pyproject.toml", {}, b""),
    ("GET", "/ws", {"Origin": f"https://{MARK}"}, b""),
    ("GET", "/ws", {"Origin": "SITE", "Upgrade": "websocket", "Connection": "Upgrade"}, b""),
    ("GET", "/ws", {"Origin": "SITE", "Host": MARK}, b""),
]
STAFF: list[tuple[str, str, dict[str, str], bytes]] = [
    ("POST", "/api/login", HEADERS, DEEP),
    ("POST", "/api/login", HEADERS, b'{"login":"\xff"}'),
    ("POST", "/api/login", HEADERS, b'{"login":"\\ud800","password":"x"}'),
    ("POST", "/api/login", HEADERS, BIG),
    ("POST", "/api/login", {**HEADERS, "Origin": f"https://{MARK}"}, b"{}"),
    ("POST", "/api/login", {**HEADERS, "Host": "[::1"}, b"{}"),
    ("POST", "/api/logout", {**HEADERS, "Cookie": "__Host-havre=\xff\xfe"}, b""),
    ("GET", "/api/me", {"Cookie": "__Host-havre=\xff\xfe"}, b""),
    ("GET", "/api/me", {"Cookie": "__Host-havre=" + "x" * 7_000}, b""),
    ("GET", "/api/me", {"Cookie": ";;=;__Host-havre"}, b""),
    ("GET", f"/api/help?place=%ED%A0%80&kind={MARK}", {}, b""),
    ("PUT", "/api/login", HEADERS, b"{}"),
    ("GET", f"/api/{MARK}", {}, b""),
]


async def ask(port: int, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
    """Write a request by hand; return status, content type and body. 0: the connection was closed without a word."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    site = f"127.0.0.1:{port}"
    lines = {"Host": site, "Connection": "close", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value.replace('SITE', f'http://{site}')}\r\n" for name, value in lines.items())
    try:
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)
        size = re.search(rb"content-length: (\d+)", answer, re.IGNORECASE)
        answer += await asyncio.wait_for(reader.readexactly(int(size[1])), 20) if size else b""
    except (ConnectionError, asyncio.IncompleteReadError):
        return 0, "", b""
    finally:
        writer.close()
    first, _, rest = answer.partition(b"\r\n")
    said, _, words = rest.partition(b"\r\n\r\n")
    kinds = [
        line.partition(b":")[2].strip() for line in said.split(b"\r\n") if line.lower().startswith(b"content-type")
    ]
    return int(first.split()[1]), (kinds or [b""])[0].decode(), words


def check(asked: str, status: int, kind: str, words: bytes) -> None:
    """A refusal of ours is typed; one that the HTTP parser itself makes before there is a request may be plain."""
    if status in {0, 204}:
        return
    assert status in EXPECTED, (asked, status, words[:200])
    if kind.startswith("application/json"):
        assert set(json.loads(words)) == {"error", "detail"}, asked
        assert MARK.encode() not in words, asked
    else:
        assert status in {400, 429, 431}, (asked, status, kind)


@pytest.mark.parametrize("number", range(len(VISITOR)))
async def test_the_gateway_refuses_by_type_whatever_the_request(hammered: Stack, number: int) -> None:
    status, kind, words = await ask(hammered.addresses.gateway_port, *VISITOR[number])
    check(str(VISITOR[number][:3]), status, kind, words)


@pytest.mark.parametrize("number", range(len(STAFF)))
async def test_the_dispatcher_refuses_by_type_whatever_the_request(hammered: Stack, number: int) -> None:
    status, kind, words = await ask(hammered.addresses.dispatcher_port, *STAFF[number])
    check(str(STAFF[number][:3]), status, kind, words)
