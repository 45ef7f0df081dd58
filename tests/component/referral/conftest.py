"""Referral in this process, on a real NATS server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from infra.local.ports import settle_ports
from services.referral.app import main
from services.referral.settings import ReferralSettings
from shared import subjects
from shared.broker import ask, make_broker
from shared.contracts.referral import NearbyQuery, NearbyReply
from shared.settings import Settings
from tests.servers import NatsServer, eventually


@dataclass(frozen=True)
class RunningReferral:
    """What a test needs of it."""

    nats: NatsServer
    ops: str
    tables: Path

    async def is_ready(self) -> bool:
        """Tell whether ``/health/ready`` says yes."""
        try:
            async with aiohttp.ClientSession() as http, http.get(f"{self.ops}/health/ready") as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def ask(self, query: NearbyQuery) -> NearbyReply:
        """Ask as the gateway does."""
        async with make_broker(Settings.model_validate(self.nats.as_user("gateway")), "gateway") as broker:
            await broker.start()
            return await ask(broker, subjects.NEARBY, query, NearbyReply)


@pytest.fixture
async def referral(nats: NatsServer, tmp_path: Path) -> AsyncIterator[RunningReferral]:
    """Referral, ready; a newer directory is looked for often."""
    port = settle_ports({"ops": "127.0.0.1"}, {"ops": 0})["ops"]
    settings = ReferralSettings.model_validate(
        {**nats.as_user("referral"), "ops_port": port, "tables_dir": tmp_path, "look_for_tables_s": 0.05}
    )
    stop = asyncio.Event()
    running = asyncio.create_task(main(settings, stop))
    found = RunningReferral(nats, f"http://127.0.0.1:{port}", tmp_path)
    await eventually(found.is_ready)
    yield found
    stop.set()
    await running
