"""A real NATS with partners' doors open: somebody admits them, in this process."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from nats.aio.client import Client

from infra.nats.permissions import ADMIN
from services.signalement.partners.callout import Admission
from services.signalement.partners.registry import Registry
from shared import streams
from shared.contracts.conversation import Force
from shared.nkey import Kind, Nkey
from shared.sealing import authority
from tests.arrived import arrived
from tests.component.partners.house import House
from tests.component.partners.registrar import Desk
from tests.component.signalement.conftest import serve, world
from tests.servers import NatsServer

SESSION_S = 60
__all__ = ["serve", "world"]


@pytest.fixture
async def empty(nats: NatsServer) -> AsyncIterator[NatsServer]:
    """A server without any partner, before and after."""
    await without_partners(nats)
    yield nats
    await without_partners(nats)


async def without_partners(nats: NatsServer) -> None:
    """Remove the consumers of partners; the registry is emptied with all streams."""
    admin = await nats.connect(ADMIN)
    manager = admin.jetstream()
    for consumer in await manager.consumers_info(streams.SIGNALEMENTS):
        await manager.delete_consumer(streams.SIGNALEMENTS, consumer.name)
    await admin.close()


async def admission_of(nats: NatsServer, client: Client, session_s: int) -> Admission:
    """Return who admits partners, for ``client`` connected as signalement."""
    registry = await Registry.open(client.jetstream())
    return Admission(registry, Nkey(nats.issuer, Kind.ACCOUNT), session_s)


@pytest.fixture
async def service(empty: NatsServer) -> AsyncIterator[Client]:
    """A client that is signalement and admits partners."""
    client = await empty.connect("signalement")
    await (await admission_of(empty, client, SESSION_S)).serve(client, "signalement")
    await arrived(client)
    yield client
    await client.close()


@pytest.fixture
async def lyon(empty: NatsServer, service: Client) -> House:  # noqa: ARG001 - it admits
    """The police of department 69, registered."""
    return await House("police-69", Force.POLICE, ["69"]).register(empty)


@pytest.fixture
async def strasbourg(empty: NatsServer, service: Client) -> House:  # noqa: ARG001 - it admits
    """The police of department 67, registered."""
    return await House("police-67", Force.POLICE, ["67"]).register(empty)


@pytest.fixture
def desk(
    empty: NatsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Desk:
    """The registrar, with a staff authority."""
    authority.make(tmp_path / "authority.jwk")
    ours = {f"HAVRE_{name.upper()}": value for name, value in empty.as_user("registrar").items()}
    ours["HAVRE_STAFF_AUTHORITY_KEY"] = str(tmp_path / "authority.jwk")
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return Desk({**os.environ}, tmp_path / "out", capsys)
