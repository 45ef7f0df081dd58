"""A load balancer in front of several instances: each new connection goes to the next one that answers."""

import asyncio
from collections.abc import Sequence

from tests.proxy import Proxy


class Balancer(Proxy):
    """``async with Balancer(ports) as front``; clients connect to ``front.port``, whoever of them lives."""

    def __init__(self, targets: Sequence[int]) -> None:
        super().__init__(targets[0])
        self._targets = list(targets)

    async def _onward(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in self._targets:
            self._targets.append(self._targets.pop(0))
            try:
                return await asyncio.open_connection("127.0.0.1", self._targets[-1])
            except OSError:
                continue
        raise ConnectionRefusedError("no instance lives")


class Standby(Balancer):
    """The same, but each new connection goes to the first one that lives: the others wait for it to die."""

    async def _onward(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for port in self._targets:
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
        raise ConnectionRefusedError("no instance lives")
