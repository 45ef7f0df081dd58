"""A router in this process, on a real NATS server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from infra.local.ports import settle_ports
from services.router.app import main
from services.router.settings import RouterSettings
from shared import streams, subjects
from shared.contracts.conversation import Audience, Category
from shared.contracts.gateway import ConversationOpened
from shared.contracts.router import ConversationRouted
from tests.patience import PATIENCE_S
from tests.servers import NatsServer, eventually


@dataclass(frozen=True)
class RunningRouter:
    """What a test needs of it."""

    nats: NatsServer
    ops: str
    tables: Path

    async def health(self) -> tuple[int, str]:
        """Return status and body of ``/health/ready``; status 0 when nothing listens."""
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{self.ops}/health/ready") as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientConnectionError:
            return 0, ""

    async def is_ready(self) -> bool:
        """Tell whether ``/health/ready`` says yes."""
        return (await self.health())[0] == 200


def opened(postal_code: str | None, commune: str | None = None) -> ConversationOpened:
    """Return the fact that a visitor with this postal code waits."""
    return ConversationOpened(
        conversation_id=uuid4(),
        category=Category.DOMESTIC,
        audience=Audience.VICTIM,
        postal_code=postal_code,
        commune=commune,
    )


async def state(nats: NatsServer, event: ConversationOpened, message_id: str | None = None) -> None:
    """Publish ``event`` as the gateway does, or again under another message id."""
    client = await nats.connect("gateway")
    await client.jetstream().publish(
        subjects.event(ConversationOpened, event.entity_id),
        event.model_dump_json().encode(),
        headers={"Nats-Msg-Id": message_id or str(event.id)},
    )
    await client.close()


async def routed(nats: NatsServer, number: int) -> list[ConversationRouted]:
    """Return the next ``number`` facts that the dispatcher gets."""
    client = await nats.connect("dispatcher")
    pull = await client.jetstream().pull_subscribe_bind(streams.DISPATCHER_ROUTED, streams.CONVERSATIONS)
    found: list[ConversationRouted] = []
    while len(found) < number:
        for message in await pull.fetch(number - len(found), timeout=PATIENCE_S):
            found.append(ConversationRouted.model_validate_json(message.data))
            await message.ack_sync()
    await client.close()
    return found


@pytest.fixture
async def router(nats: NatsServer, tmp_path: Path) -> AsyncIterator[RunningRouter]:
    """A router that is ready; tables are looked for often."""
    port = settle_ports({"ops": "127.0.0.1"}, {"ops": 0})["ops"]
    settings = RouterSettings.model_validate(
        {**nats.as_user("router"), "ops_port": port, "tables_dir": tmp_path, "look_for_tables_s": 0.05}
    )
    stop = asyncio.Event()
    running = asyncio.create_task(partial(main, settings)(stop))
    found = RunningRouter(nats, f"http://127.0.0.1:{port}", tmp_path)
    await eventually(found.is_ready)
    yield found
    stop.set()
    await running
