"""Havre itself as a contender: the whole product, with demo operators enough for every pair."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from infra.local.stack import Stack
from tests.bench.contenders import Contender
from tests.bench.generator import BenchFailed, Generator
from tests.bench.operators import PER_OPERATOR, log_in
from tests.stack import free_ports

OPEN_LIMITS = {
    "HAVRE_MESSAGE_RATE": "1000000",
    "HAVRE_MESSAGE_BURST": "1000000",
    "HAVRE_MOST_MESSAGES": "100000000",
    "HAVRE_LOG_LEVEL": "warning",
}
"""A load generator's visitor speaks faster than any person may; nothing else differs from the product."""


class Havre(Contender):
    """Visitor's client, gateway, store and broker, dispatcher, operator's console client."""

    name = "havre"
    protocol = "havre"
    exact = True

    def __init__(self) -> None:
        self.stack: Stack | None = None

    @property
    def running(self) -> Stack:
        """The stack; raises ``BenchFailed`` before the start."""
        if self.stack is None:
            raise BenchFailed("havre is not running")
        return self.stack

    @property
    def servers(self) -> Mapping[str, int]:
        return self._pids("gateway", "dispatcher")

    @property
    def others(self) -> Mapping[str, int]:
        return self._pids("nats", "valkey")

    async def start(self) -> None:
        os.environ.update(OPEN_LIMITS)
        self.stack = Stack(free_ports(valkey_memory_mb=2048), demo_staff=False)
        await self.stack.start()

    async def stop(self) -> None:
        if self.stack is not None:
            await self.stack.stop()
            self.stack = None

    async def connect_pairs(self, generators: list[Generator], pairs: int) -> None:
        """One generator after the other: the first one's consoles are full before the second's visitors come."""
        console = self.running.addresses.console
        share = pairs // len(generators)
        for generator in generators:
            await generator.do(
                "pairs",
                protocol="havre",
                visitor_url=self.socket()["url"],
                console_url=f"ws{console.removeprefix('http')}ws",
                origins=[self.socket()["origin"], console.rstrip("/")],
                cookies=await log_in(self.running, -(-share // PER_OPERATOR)),
                count=share,
            )

    def socket(self) -> dict[str, Any]:
        page = self.running.addresses.visitor
        return {"protocol": "havre", "url": f"ws{page.removeprefix('http')}ws", "origin": page.rstrip("/")}

    def _pids(self, *names: str) -> dict[str, int]:
        found = {}
        for name in names:
            pid = self.running.children[name].pid
            if pid is None:
                raise BenchFailed(f"{name} has died: {self.running.children[name].last_words()}")
            found[name] = pid
        return found


class Acknowledged(Havre):
    """The gateway alone: from a visitor to the store and back as ``ack``. No operator, no second process."""

    name = "havre-ack"

    @property
    def servers(self) -> Mapping[str, int]:
        return self._pids("gateway")

    async def start(self) -> None:
        os.environ.update(OPEN_LIMITS)
        self.stack = Stack(free_ports(valkey_memory_mb=2048), services=("gateway", "router"))
        await self.stack.start()

    async def connect_pairs(self, generators: list[Generator], pairs: int) -> None:
        lone = self.socket()
        await asyncio.gather(
            *(
                generator.do(
                    "pairs",
                    protocol="havre-ack",
                    visitor_url=lone["url"],
                    origins=[lone["origin"]],
                    count=2 * pairs // len(generators),
                )
                for generator in generators
            )
        )
