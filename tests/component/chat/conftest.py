"""Real servers for the chat path: shared ones, and a pair of its own that a test may kill."""

from collections.abc import AsyncIterator

import pytest

from infra.local.stack import Stack
from shared.chat.batch import Batcher
from shared.chat.store import ConversationStore, connect
from tests.component.chat.ends import MOST, SILENCE_S, Instance, Place
from tests.servers import NatsServer, ValkeyServer
from tests.stack import free_ports


@pytest.fixture
async def store(valkey: ValkeyServer) -> AsyncIterator[ConversationStore]:
    """The store's own code on an empty Valkey."""
    client = connect(valkey.url_of("gateway"))
    yield ConversationStore(client, SILENCE_S)
    await client.aclose()


@pytest.fixture
async def batcher(store: ConversationStore) -> AsyncIterator[Batcher]:
    """A batcher beside it."""
    made = Batcher(store.client, SILENCE_S, MOST)
    yield made
    await made.close()


@pytest.fixture
async def place(nats: NatsServer, valkey: ValkeyServer) -> AsyncIterator[Place]:
    """Two instances, as the gateway's and the dispatcher's users, with one conversation between them."""
    async with (
        Instance(nats.as_user("gateway"), valkey.url_of("gateway"), "gateway") as gateway,
        Instance(nats.as_user("dispatcher"), valkey.url_of("dispatcher"), "dispatcher") as dispatcher,
    ):
        yield Place(gateway, dispatcher)


@pytest.fixture(scope="package")
async def mortal() -> AsyncIterator[Stack]:
    """NATS and Valkey of their own; a test that kills one starts it again."""
    stack = Stack(free_ports(), services=())
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()


@pytest.fixture
async def mortal_place(mortal: Stack) -> AsyncIterator[Place]:
    """The same two instances on servers that may be killed."""
    valkey = ValkeyServer(f"127.0.0.1:{mortal.addresses.valkey_port}", mortal.secrets.valkey, mortal.secrets.store)

    def user(name: str) -> dict[str, str]:
        return {"nats_url": mortal.addresses.nats, "nats_user": name, "nats_password": mortal.secrets.nats[name]}

    async with (
        Instance(user("gateway"), valkey.url_of("gateway"), "gateway") as gateway,
        Instance(user("dispatcher"), valkey.url_of("dispatcher"), "dispatcher") as dispatcher,
    ):
        yield Place(gateway, dispatcher)
