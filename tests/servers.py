"""Real NATS and Valkey for tests: from the wheels, or in containers of the images that the project builds.

``HAVRE_TEST_SERVERS=wheels|containers`` chooses; without it, containers are used when a Docker engine answers and has
both images of the very sources that are here (``make images``), because nothing is ever pulled and a stale image would
test something else; the wheels' servers otherwise.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import docker
import docker.errors
import nats
from nats.aio.client import Client
from redis.asyncio import Redis
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from infra import streams as declarations
from infra.images.digest import LABEL, digest
from infra.local import probes
from infra.local.stack import Stack
from infra.nats.__main__ import ISSUER_PUBLIC
from infra.nats.permissions import ADMIN, USERS
from infra.streams import AdminSettings
from infra.valkey.__main__ import password_of
from infra.valkey.permissions import USERS as STORE_USERS
from shared import nkey
from tests.patience import PATIENCE_S
from tests.stack import free_ports

NATS_IMAGE = "havre-nats:local"
VALKEY_IMAGE = "havre-valkey:local"
CHOICE = "HAVRE_TEST_SERVERS"


@dataclass(frozen=True)
class NatsServer:
    """A running server with Havre's users; streams are declared."""

    url: str
    passwords: Mapping[str, str]
    issuer: str
    """Seed of the key that admits partners."""

    def as_user(self, user: str) -> dict[str, str]:
        """Return the fields of ``shared.settings.Settings`` that make a service this user."""
        return {"nats_url": self.url, "nats_user": user, "nats_password": self.passwords[user]}

    async def connect(self, user: str) -> Client:
        """Return a plain client that is this user; the caller closes it."""
        return await nats.connect(
            self.url, user=user, password=self.passwords[user], inbox_prefix=f"_INBOX_{user}", allow_reconnect=False
        )

    async def declare(self) -> None:
        """Declare streams, consumers and buckets as ``python -m infra.streams`` does."""
        settings = AdminSettings.model_validate(self.as_user(ADMIN))
        client = await declarations.connect(settings)
        await declarations.declare(client.jetstream())
        await client.close()

    async def empty(self) -> None:
        """Forget every message but those of the audit, which nobody can; consumers stay."""
        client = await self.connect(ADMIN)
        manager = client.jetstream()
        for config in declarations.stream_configs(replicas=1):
            if not config.deny_purge:
                await manager.purge_stream(str(config.name))
        await client.close()


@dataclass(frozen=True)
class ValkeyServer:
    """A running memory store, configured as in production."""

    address: str
    """Host and port."""
    password: str
    """Of the server's own user, which may do everything."""
    passwords: Mapping[str, str]

    @property
    def url(self) -> str:
        """For the tests' own eyes and hands: as the user that may do everything."""
        return f"redis://:{self.password}@{self.address}/0"

    def as_user(self, user: str) -> dict[str, str]:
        """Return the fields of ``shared.settings.StoreSettings`` that make a service this user."""
        return {
            "valkey_url": f"redis://{self.address}/0",
            "valkey_user": user,
            "valkey_password": self.passwords[user],
        }

    def url_of(self, user: str) -> str:
        """Return the address with this user in it."""
        return f"redis://{user}:{self.passwords[user]}@{self.address}/0"

    async def empty(self) -> None:
        """Forget every key."""
        async with Redis.from_url(self.url) as client:
            await client.flushall()


@dataclass(frozen=True)
class Servers:
    """Both, started together."""

    nats: NatsServer
    valkey: ValkeyServer
    kind: str


@asynccontextmanager
async def running_servers() -> AsyncIterator[Servers]:
    """Start both for the length of the context, of the kind that the environment allows."""
    use = from_containers if chosen_kind() == "containers" else from_wheels
    async with use() as servers:
        await servers.nats.declare()
        yield servers


def chosen_kind() -> str:
    """Return ``wheels`` or ``containers``; raises ``ValueError`` for another choice in the environment."""
    choice = os.environ.get(CHOICE, "")
    if choice not in {"", "wheels", "containers"}:
        raise ValueError(f"{CHOICE} is wheels or containers, not {choice!r}")
    return choice or ("containers" if images_are_here() else "wheels")


def images_are_here() -> bool:
    """Tell whether a Docker engine answers and has both images, made from the sources that are here."""
    try:
        client = docker.from_env(timeout=3)
    except docker.errors.DockerException:
        return False
    try:
        wanted = {"label": f"{LABEL}={digest()}"}
        return all(client.images.list(name=image, filters=wanted) for image in (NATS_IMAGE, VALKEY_IMAGE))
    finally:
        client.close()


@asynccontextmanager
async def from_wheels() -> AsyncIterator[Servers]:
    """Start the wheels' servers on free ports."""
    stack = Stack(free_ports(), services=())
    try:
        await stack.start()
        yield Servers(
            NatsServer(stack.addresses.nats, stack.secrets.nats, stack.secrets.issuer),
            ValkeyServer(f"127.0.0.1:{stack.addresses.valkey_port}", stack.secrets.valkey, stack.secrets.store),
            "wheels",
        )
    finally:
        await stack.stop()


@asynccontextmanager
async def from_containers() -> AsyncIterator[Servers]:
    """Start the project's own images."""
    testcontainers_config.ryuk_disabled = True  # its reaper is an image to pull; the context below reaps
    passwords = {user: secrets.token_urlsafe(16) for user in USERS}
    password = secrets.token_urlsafe(16)
    issuer = nkey.make_seed(nkey.Kind.ACCOUNT)
    broker = DockerContainer(NATS_IMAGE).with_exposed_ports(4222)
    broker.with_env(ISSUER_PUBLIC, nkey.Nkey(issuer, nkey.Kind.ACCOUNT).public)
    for user, value in passwords.items():
        broker.with_env(f"HAVRE_NATS_PASSWORD_{user.upper()}", value)
    store = DockerContainer(VALKEY_IMAGE).with_env("HAVRE_VALKEY_PASSWORD", password).with_exposed_ports(6379)
    users = {user: secrets.token_urlsafe(16) for user in STORE_USERS}
    for user, value in users.items():
        store.with_env(password_of(user), value)
    with broker, store:
        host = broker.get_container_host_ip()
        broker_port, store_port = int(broker.get_exposed_port(4222)), int(store.get_exposed_port(6379))
        await eventually(lambda: probes.nats_answers(host, broker_port))
        await eventually(lambda: probes.valkey_answers(host, store_port, password))
        yield Servers(
            NatsServer(f"nats://{host}:{broker_port}", passwords, issuer),
            ValkeyServer(f"{host}:{store_port}", password, users),
            "containers",
        )


async def eventually(
    condition: Callable[[], Awaitable[bool]], within_s: float = PATIENCE_S, otherwise: Callable[[], object] | str = ""
) -> float:
    """Wait until ``condition`` holds, looking often; return after how many seconds it did.

    Fails when it never does, with what ``otherwise`` says then.
    """
    began = time.monotonic()
    while not await condition():
        if time.monotonic() - began > within_s:
            why = otherwise if isinstance(otherwise, str) else otherwise()
            raise AssertionError(f"not within {within_s} s: {why or condition}")
        await asyncio.sleep(0.02)
    return time.monotonic() - began
