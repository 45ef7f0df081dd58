"""Many connections of one kind: idle ones, handshakes by the second, a storm after a crash."""

import asyncio
import random
import time
from typing import Any

from picows import WSError

from tests.bench.load.clients import Client, SocketIoClient, VisitorClient

CONNECTING = (OSError, TimeoutError, WSError)
RETRY_S = (0.05, 0.4)
"""Bounds of the pause, chosen at random, before a visitor in the storm tries again."""


def _nothing(_way: int, _number: int) -> None:
    """Take a test body that nobody waits for."""


class Crowd:
    """Connections that are kept until ``leave``."""

    def __init__(self) -> None:
        self._clients: list[Client] = []
        self._visitors: list[VisitorClient] = []

    async def connect(
        self, protocol: str, url: str, origin: str, count: int, at_once: int, open_chat: bool = False
    ) -> dict[str, Any]:
        """Connect ``count`` clients, ``at_once`` at a time, and keep them; visitors open a conversation if asked."""
        began = time.perf_counter()
        turn = iter(range(len(self._clients), len(self._clients) + count))

        async def work() -> None:
            for number in turn:
                client = _client(protocol)
                await client.connect(url.format(id=number), {"Origin": origin})
                self._clients.append(client)
                if open_chat and isinstance(client, VisitorClient):
                    await client.open()
                    self._visitors.append(client)

        await asyncio.gather(*(work() for _ in range(at_once)))
        return {"connected": len(self._clients), "seconds": time.perf_counter() - began}

    async def handshakes(self, protocol: str, url: str, origin: str, seconds: float, at_once: int) -> dict[str, Any]:
        """Connect and leave again as fast as it goes."""
        until = time.perf_counter() + seconds
        done = 0

        async def work() -> None:
            nonlocal done
            while time.perf_counter() < until:
                client = _client(protocol)
                await client.connect(url.format(id=done), {"Origin": origin})
                done += 1
                client.close()

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(at_once)))
        return {"handshakes": done, "seconds": time.perf_counter() - began}

    async def say_once(self) -> dict[str, Any]:
        """Have every visitor send one message, and wait for all acknowledgements."""
        for way, visitor in enumerate(self._visitors):
            visitor.send(visitor.template(way) % (1, 1))
        async with asyncio.timeout(30):
            while any(visitor.acks < 1 for visitor in self._visitors):  # noqa: ASYNC110 - a count, not an event
                await asyncio.sleep(0.02)
        return {"acknowledged": len(self._visitors)}

    async def storm(self, url: str, origin: str, within_s: float) -> dict[str, Any]:
        """Wait until every visitor is cut off, have all come back at once, and check that each has its message.

        Times are seconds on this machine's monotonic clock, so that the bench can relate them to the crash.
        """
        async with asyncio.timeout(within_s):
            await asyncio.gather(*(visitor.lost for visitor in self._visitors))
            cut_at = time.monotonic()
            back = await asyncio.gather(
                *(_come_back(visitor, way, url, origin) for way, visitor in enumerate(self._visitors))
            )
        old, self._visitors = self._visitors, [visitor for visitor, _, _ in back]
        self._clients = [*self._visitors]
        return {
            "cut_at": cut_at,
            "resumed_at": sorted(at for _, at, _ in back),
            "tries": sum(tries for _, _, tries in back),
            "visitors": len(old),
            "lost_messages": sum(
                visitor.received != {1} for visitor in self._visitors if isinstance(visitor, _Returning)
            ),
        }

    async def leave(self) -> dict[str, Any]:
        """Drop every connection."""
        for client in self._clients:
            client.close()
        self._clients, self._visitors = [], []
        return {}


class _Returning(VisitorClient):
    """A visitor who comes back; ``received`` holds the numbers of the messages that it was sent again."""

    own_ways = -1

    def __init__(self, way: int) -> None:
        super().__init__(self._take)
        self._way = way
        self.received: set[int] = set()
        self.whole = asyncio.get_running_loop().create_future()

    def _take(self, way: int, number: int) -> None:
        if way == self._way:
            self.received.add(number)
            if not self.whole.done():
                self.whole.set_result(None)


async def _come_back(before: VisitorClient, way: int, url: str, origin: str) -> tuple[VisitorClient, float, int]:
    tries = 0
    while True:
        tries += 1
        visitor = _Returning(way)
        visitor.conversation, visitor.token = before.conversation, before.token
        try:
            await visitor.connect(url, {"Origin": origin})
            visitor.send(
                b'{"t":"resume","conversation":"%b","token":"%b","seq":0}'
                % (before.conversation.encode(), before.token.encode())
            )
            async with asyncio.timeout(15):
                await visitor.resumed
                await visitor.whole
        except CONNECTING:
            visitor.close()
            await asyncio.sleep(random.uniform(*RETRY_S))
        else:
            return visitor, time.monotonic(), tries


def _client(protocol: str) -> Client:
    if protocol == "havre":
        return VisitorClient(_nothing)
    return SocketIoClient(_nothing) if protocol == "socketio" else Client(_nothing)
