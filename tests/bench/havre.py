"""Havre itself as a contender: the whole product, with demo operators enough for every pair."""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from infra.local.plan import LOOPBACK
from infra.local.stack import Stack
from tests.bench.contenders import Contender
from tests.bench.generator import BenchFailed, Generator
from tests.bench.operators import PER_OPERATOR, log_in
from tests.instances import Instance, one_more
from tests.stack import free_ports

OPEN_LIMITS = {
    "HAVRE_MESSAGE_RATE": "1000000",
    "HAVRE_MESSAGE_BURST": "1000000",
    "HAVRE_MOST_MESSAGES": "100000000",
    "HAVRE_OPENS_CALM": "100000000",
    "HAVRE_LOG_LEVEL": "warning",
}
"""A load generator's visitors come and speak faster than any people may; nothing else differs from the product."""

SIDES = ("gateway", "dispatcher")


def _socket_of(page: str) -> str:
    return f"ws{page.removeprefix('http')}/ws"


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
        return self._pids(*SIDES)

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
        share = pairs // len(generators)
        for turn, generator in enumerate(generators):
            visitor, console = self.pages(turn)
            await generator.do(
                "pairs",
                protocol="havre",
                visitor_url=_socket_of(visitor),
                console_url=_socket_of(console),
                origins=[visitor, console],
                seats=await log_in(self.running, -(-share // PER_OPERATOR)),
                count=share,
            )

    def pages(self, _turn: int) -> tuple[str, str]:
        """Return the addresses, without a slash at the end, of the pages that a generator's clients come from."""
        return self.running.addresses.visitor.rstrip("/"), self.running.addresses.console.rstrip("/")

    def socket(self) -> dict[str, Any]:
        page, _ = self.pages(0)
        return {"protocol": "havre", "url": _socket_of(page), "origin": page}

    def _pids(self, *names: str) -> dict[str, int]:
        found = {}
        for name in names:
            pid = self.running.children[name].pid
            if pid is None:
                raise BenchFailed(f"{name} has died: {self.running.children[name].last_words()}")
            found[name] = pid
        return found


class Doubled(Havre):
    """Two gateways and two dispatchers on the same broker and store: what a delivery costs must stay the same."""

    name = "havre-doubled"

    def __init__(self) -> None:
        super().__init__()
        self._second: dict[str, Instance] = {}

    @property
    def servers(self) -> Mapping[str, int]:
        second = {f"{name}-2": one.child.pid for name, one in self._second.items() if one.child.pid is not None}
        if len(second) != len(SIDES):
            raise BenchFailed("a second instance has died")
        return {**super().servers, **second}

    async def start(self) -> None:
        await super().start()
        for name in SIDES:
            self._second[name] = one_more(self.running, name)
            self._second[name].start()
            await self._second[name].ready()

    async def stop(self) -> None:
        for one in self._second.values():
            one.child.kill()
        self._second = {}
        await super().stop()

    def pages(self, turn: int) -> tuple[str, str]:
        """Cross over: who comes by the first gateway is answered from the second dispatcher, and the reverse."""
        visitor, console = super().pages(turn)
        if turn % 2:
            return f"http://{LOOPBACK}:{self._second['gateway'].port}", console
        return visitor, f"http://{LOOPBACK}:{self._second['dispatcher'].port}"


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
