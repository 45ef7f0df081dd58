"""Running dispatcher instances, staff, visitors' records and consoles, over real NATS and Valkey."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import datetime

import aiohttp
import pytest
from argon2 import PasswordHasher
from redis.asyncio import Redis

from infra.local.ports import free_port
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
from tests.component.dispatcher.psychologists import OPEN, Meeting, does, given, in_it
from tests.provider.running import TheProvider, running_provider
from tests.servers import NatsServer, ValkeyServer

Start = Callable[..., Awaitable[Running]]
Sitting = Callable[..., Awaitable[Desk]]
Meet = Callable[..., Awaitable[Meeting]]


@pytest.fixture
async def client(valkey: ValkeyServer) -> AsyncIterator[Redis]:
    """A client of an empty store."""
    opened = connect(valkey.url_of("dispatcher"))
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
            base = {**valkey.as_user("dispatcher"), "port": 0, "ops_port": 0, "staff_authority": office.PUBLIC}
            fields = {**base, **nats.as_user("dispatcher"), **changes}
            settings = DispatcherSettings.model_validate(fields)
            return await stack.enter_async_context(running(settings, passwords, clock))

        yield one


@pytest.fixture
async def instance(start: Start) -> Running:
    """One instance, started as it comes."""
    return await start()


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """One browser."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def hired(place: Place, browser: aiohttp.ClientSession) -> Sitting:
    """Hire somebody; their browser is not logged in."""

    async def one(instance: Running, login: str = "police1", *, force: Force = Force.POLICE, **changes: object) -> Desk:
        await place.hire(login, force, **changes)
        return Desk(instance.port, login, browser)

    return one


@pytest.fixture
async def desk(instance: Running, hired: Sitting) -> Desk:
    """The browser of a hired operator who is not logged in."""
    return await hired(instance)


@pytest.fixture
def seat(hired: Sitting) -> Sitting:
    """Hire, log in and open a console."""

    async def one(instance: Running, login: str, **changes: object) -> Desk:
        return await _seated(await hired(instance, login, **changes))

    return one


@pytest.fixture
async def busy(instance: Running, place: Place, seat: Sitting) -> tuple[Desk, str]:
    """The console of an operator, and the conversation that they were given."""
    desk = await seat(instance, "police1")
    return desk, await given(desk, place)


@pytest.fixture
def psychologist(place: Place, browser: aiohttp.ClientSession) -> Sitting:
    """Hire a psychologist and open their console."""

    async def one(instance: Running, login: str = "psy1", *, limit: int = 3, both: bool = False) -> Desk:
        await place.hire_psychologist(login, limit=limit, both_forces=both)
        return await _seated(Desk(instance.port, login, browser))

    return one


@pytest.fixture
def together(start: Start, place: Place, seat: Sitting, psychologist: Sitting) -> Meet:
    """Have an operator given a chat, and a psychologist called into it, at an instance with these settings."""

    async def one(*, limit: int = 3, both: bool = False, **settings: object) -> Meeting:
        instance = await start(**OPEN, **settings)
        police = await seat(instance, "police1")
        conversation = await given(police, place)
        psy = await psychologist(instance, limit=limit, both=both)
        assert await does(police, "call", conversation) == (204, "")
        await in_it(psy, conversation)
        return Meeting(instance, police, psy, conversation)

    return one


async def _seated(desk: Desk) -> Desk:
    assert (await desk.log_in()).status == 200
    return await desk.open()


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
