"""The service in this process, over the session's NATS; a partner that is registered and has a queue."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from services.signalement import app
from tests.component.signalement.world import World, persist
from tests.reports import Station
from tests.servers import NatsServer

Serve = Callable[..., Awaitable[None]]


@pytest.fixture
async def world(nats: NatsServer) -> AsyncIterator[World]:
    """Everybody."""
    async with World(nats) as people:
        yield people


@pytest.fixture
async def station(world: World) -> AsyncIterator[Station]:
    """A registered partner."""
    one = Station()
    await world.register(one)
    yield one
    await world.strike_off(one)


@pytest.fixture
async def serve(world: World) -> AsyncIterator[Serve]:
    """Start the service, with these settings, and wait until it answers; it ends with the test."""
    async with AsyncExitStack() as stack:

        async def start(**changes: object) -> None:
            stop = asyncio.Event()
            service = asyncio.create_task(app.main(world.settings(**changes), stop))

            async def end() -> None:
                stop.set()
                await service

            stack.push_async_callback(end)
            await persist(world.figures)

        yield start


@pytest.fixture
async def service(serve: Serve) -> None:
    """The service as it is set by default."""
    await serve()
