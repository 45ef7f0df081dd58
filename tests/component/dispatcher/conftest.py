"""Running dispatcher instances, staff, visitors' records and consoles, over real NATS and Valkey."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime

import aiohttp
import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis

from services.dispatcher import provider_door
from services.dispatcher.app import Running, running
from services.dispatcher.settings import DispatcherSettings
from services.dispatcher.staff.passwords import Passwords
from services.dispatcher.staff.sealed import new_key
from services.dispatcher.store.dispatch import DispatchStore
from shared.chat.store import connect
from shared.clock import utc_now
from shared.contracts.conversation import Force
from tests.component.dispatcher import office
from tests.component.dispatcher.oidc import Open, Way
from tests.component.dispatcher.people import Clock, Desk, Place
from tests.provider.running import TheProvider, free_port, running_provider
from tests.servers import NatsServer, ValkeyServer

Start = Callable[..., Awaitable[Running]]
Sitting = Callable[..., Awaitable[Desk]]


@pytest.fixture
async def client(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    """A client of an empty store."""
    opened = connect(valkey.url)
    yield opened
    await opened.aclose()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until it is told otherwise."""
    return Clock()


@pytest.fixture
def dispatch(client: Redis, clock: Clock) -> DispatchStore:
    """The dispatch store, on the test's own clock."""
    return DispatchStore(client, DispatcherSettings().patience, clock)


@pytest.fixture(scope="session")
def passwords() -> Passwords:
    """argon2id with the least work it can do: its strength is not what is tested."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
async def start(nats: NatsServer, valkey: ValkeyServer, passwords: Passwords) -> AsyncIterator[Start]:
    """Start as many dispatcher instances as the test wants; they stop with it. ``clock``: for psychologists' hours."""
    async with AsyncExitStack() as stack:

        async def one(clock: Callable[[], datetime] = utc_now, **changes: object) -> Running:
            base = {"valkey_url": valkey.url, "port": 0, "ops_port": 0, "staff_authority": office.PUBLIC}
            fields = {**base, **nats.as_user("dispatcher"), **changes}
            settings = DispatcherSettings.model_validate(fields)
            return await stack.enter_async_context(running(settings, passwords, clock))

        yield one


@pytest.fixture
async def instance(start: Start) -> Running:
    """One instance, started as it comes."""
    return await start()


@pytest.fixture
async def desk(instance: Running, place: Place) -> AsyncIterator[Desk]:
    """The browser of a hired operator who is not logged in."""
    await place.hire("police1")
    async with aiohttp.ClientSession() as browser:
        yield Desk(instance.port, "police1", browser)


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """One browser."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def seat(place: Place, browser: aiohttp.ClientSession) -> Sitting:
    """Hire, log in and open a console."""

    async def one(instance: Running, login: str, *, force: Force = Force.POLICE, **changes: object) -> Desk:
        await place.hire(login, force, **changes)
        desk = Desk(instance.port, login, browser)
        assert (await desk.log_in()).status == 200
        return await desk.open()

    return one


@pytest.fixture
async def place(nats: NatsServer, client: Redis, passwords: Passwords) -> AsyncIterator[Place]:
    """Where visitors come in and staff are made."""
    opened = await nats.connect("dispatcher")
    routing = await nats.connect("router")
    gateway = await nats.connect("gateway")
    yield Place(opened, routing, gateway, client, passwords)
    for one in (opened, routing, gateway):
        await one.close()


@pytest.fixture(scope="session")
async def provider() -> AsyncIterator[TheProvider]:
    """An identity provider, a process of its own."""
    async with running_provider() as one:
        yield one


@pytest.fixture
async def console(start: Start, provider: TheProvider) -> AsyncIterator[Open]:
    """Have somebody open a console that logs in through the provider."""
    async with aiohttp.ClientSession() as browser:

        async def one(**settings: object) -> Way:
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            ours = await provider.client(f"{url}{provider_door.WAY_BACK}")
            fields = {"port": port, "console_url": url, "staff_key": new_key(), **ours, **settings}
            instance: Running = await start(**fields)
            assert instance.port == port
            return Way(port, browser)

        yield one
