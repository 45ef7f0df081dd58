"""Every public HTTP endpoint, asked whatever schemathesis makes of its document: no 500, and the promised answer.

``HAVRE_HTTP_EXAMPLES`` sets how many each endpoint gets; ``make fuzz`` sets many.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from infra.docs import openapi_dispatcher, openapi_gateway
from infra.local.stack import Stack
from services.dispatcher.store.dispatch import QUEUES
from tests.client import Operator, Visitor

EXAMPLES = os.environ.get("HAVRE_HTTP_EXAMPLES", "8")
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "response_headers_conformance,unsupported_method,allow_header_conformance"
)
ENDS_A_SESSION = "/api/logout"


@pytest.fixture
async def visitor(stack: Stack) -> AsyncIterator[Visitor]:
    """Somebody who is in a chat all the while."""
    async with Visitor(stack.addresses.visitor) as talking:
        await talking.opened()
        yield talking
        assert await talking.red_button() == 204


async def ask_everything(document: Path, site: str, headers: dict[str, str], *options: str) -> None:
    """Run schemathesis; fails with what it says when a check fails."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", site.rstrip("/")]
    command += ["--checks", CHECKS, "--max-examples", EXAMPLES, "--seed", "7", "--no-color", "--max-failures", "5"]
    for path in await absent(document, site):
        command += ["--exclude-path", path]
    command += ["--generation-database", "none", "--phases", "examples,coverage,fuzzing", "--mode", "all", *options]
    for name, value in headers.items():
        command += ["--header", f"{name}: {value}"]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    words = said.decode(errors="replace")
    print(words)
    assert process.returncode == 0, words[-6000:]


def paths_of(document: Path) -> list[str]:
    return list(json.loads(document.read_text(encoding="utf-8"))["paths"])


async def absent(document: Path, site: str) -> list[str]:
    """Return the paths that this installation has no route for: a provider, say, that is not set up."""
    async with aiohttp.ClientSession(site) as http:
        statuses = {path: (await http.get(path, allow_redirects=False)).status for path in paths_of(document)}
    found = [path for path, status in statuses.items() if status == HTTPStatus.NOT_FOUND]
    print(f"not set up here: {', '.join(found) or 'nothing'}")
    return found


async def still_served(visitor: Visitor) -> None:
    visitor.tell("toujours là")
    await visitor.until(lambda: not visitor.heard_messages.pending)
    assert not visitor.errors()


async def test_the_gateway_answers_anything_as_its_document_says(hammered: Stack, visitor: Visitor) -> None:
    site = hammered.addresses.visitor.rstrip("/")
    await ask_everything(openapi_gateway.TARGET, site, {"Origin": site})
    await still_served(visitor)


async def test_the_dispatcher_answers_anybody_as_its_document_says(hammered: Stack) -> None:
    site = hammered.addresses.console.rstrip("/")
    await ask_everything(openapi_dispatcher.TARGET, site, {"Origin": site, "X-Havre": "1"})


async def put_in_order(site: str, headers: dict[str, str], logins: Iterable[str]) -> None:
    """Undo as a supervisor what a supervisor may have been made to do: the tests after find every queue served."""
    async with aiohttp.ClientSession(site, headers=headers) as http:
        for queue in QUEUES:
            await http.post("/api/supervision/reopen", json={"queue": queue})
            await http.post("/api/supervision/overflow", json={"queue": queue})
        for login in logins:
            await http.post("/api/supervision/drain", json={"operator": login, "drained": False})
        answer = await http.get("/api/supervision")
        board = await answer.json()
    assert not any(queue["closed"] or queue["overflow_to"] for queue in board["queues"])


@pytest.mark.parametrize("supervises", [False, True], ids=["operator", "supervisor"])
async def test_the_dispatcher_answers_staff_as_its_document_says(
    hammered: Stack, visitor: Visitor, *, supervises: bool
) -> None:
    site = hammered.addresses.console.rstrip("/")
    one = next(login for login in hammered.credentials if login.supervises is supervises)
    operator = await Operator(site).log_in(one.login, one.password)
    headers = {"Origin": site, "X-Havre": "1", "Cookie": operator.headers["Cookie"]}
    try:
        await ask_everything(openapi_dispatcher.TARGET, site, headers, "--exclude-path", ENDS_A_SESSION)
    finally:
        if supervises:
            await put_in_order(site, headers, [login.login for login in hammered.credentials])
        await operator.leave()
    await still_served(visitor)
