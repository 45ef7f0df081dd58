"""A real Valkey for the dispatcher's tests."""

import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NotYet

from infra.local.binaries import valkey_server

READY_WITHIN_S = 10.0


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Valkey without persistence, on a socket of its own."""
    folder: Path = tmp_path_factory.mktemp("valkey")
    socket = folder / "valkey.sock"
    command = [str(valkey_server()), "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    url = f"unix://{socket}"
    deadline = time.monotonic() + READY_WITHIN_S
    with SyncRedis.from_url(url) as client:
        while True:
            try:
                client.ping()
                break
            except NotYet:
                assert time.monotonic() < deadline, "Valkey did not start"
                time.sleep(0.02)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture
async def valkey(valkey_url: str) -> AsyncIterator[Redis]:
    """Return a client of an empty store."""
    client = Redis.from_url(valkey_url)
    await client.flushall()
    yield client
    await client.aclose()
