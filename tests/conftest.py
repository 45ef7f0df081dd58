"""Fixtures that any test may ask for; a test that asks for none starts nothing."""

import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from infra.local.stack import Stack
from shared.run import COLLECT_AFTER
from tests.servers import NatsServer, Servers, ValkeyServer, running_servers
from tests.stack import running_stack

TESTS = Path(__file__).parent
LONGEST_FIRST = ("promises", "chaos", "e2e", "fuzz", "component", "unit")
"""Folders by how long one of their tests takes: the workers end together when what is left last is short."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; within a folder the order stays, and with it the session's servers."""
    rank = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.relative_to(TESTS).parts[0], 0))


def pytest_collection_finish() -> None:
    """Calm the garbage collector as the services do.

    A worker holds half a gigabyte of imports: looking through it for cycles stops everything for longer than a client
    of the store waits for an answer when the machine is busy.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[Servers]:
    """NATS and Valkey, started once; most tests want ``nats`` or ``valkey`` instead."""
    async with running_servers() as started:
        yield started


@pytest.fixture
async def nats(servers: Servers) -> NatsServer:
    """A real NATS server with Havre's users and empty streams."""
    await servers.nats.declare()
    await servers.nats.empty()
    return servers.nats


@pytest.fixture
async def valkey(servers: Servers) -> ValkeyServer:
    """A real, empty memory store."""
    await servers.valkey.empty()
    return servers.valkey


@pytest.fixture
async def eyes(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    """A client that may look through all of that store and at the server, which no service may."""
    async with Redis.from_url(valkey.url) as client:
        yield client


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    """The five services over real servers, ready; a test that kills a part starts it again."""
    async with running_stack() as started:
        yield started
