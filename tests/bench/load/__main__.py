"""``python -m tests.bench.load``: one load generator. Commands come as JSON lines, answers go back the same way.

A command is ``{"do": <name of a function below>, ...}``; the answer is its result, or ``{"error": ...}``.
"""

import asyncio
import gc
import sys
from typing import Any

import msgspec
import uvloop

from tests.bench.load.clients import Client
from tests.bench.load.crowd import Crowd
from tests.bench.load.desk import Desk
from tests.bench.load.flow import Flow
from tests.bench.load.pairs import connect_pairs
from tests.bench.load.queries import Queries


class Generator:
    """The commands."""

    def __init__(self) -> None:
        self.flow = Flow()
        self.many = Crowd()
        self.work = Desk()
        self.queries = Queries()
        self._clients: list[Client] = []

    async def pairs(self, protocol: str, **options: Any) -> dict[str, Any]:
        """Connect pairs of clients; their ways are ready when this answers."""
        self._clients += await connect_pairs(self.flow, protocol, **options)
        gc.collect()
        gc.freeze()
        return {"ways": len(self.flow.ways)}

    async def flood(self, window: int) -> dict[str, Any]:
        """Saturate."""
        self.flow.flood(window)
        return {}

    async def pace(self, rate: float) -> dict[str, Any]:
        """Send at a rate."""
        self.flow.pace(rate)
        return {}

    async def forget(self) -> dict[str, Any]:
        """Drop latencies so far."""
        self.flow.forget_samples()
        return {}

    async def count(self) -> dict[str, Any]:
        """Report how many deliveries there were."""
        return {"deliveries": self.flow.deliveries, "wrong": self.flow.wrong}

    async def stop(self) -> dict[str, Any]:
        """Stop sending."""
        echoes = sum(client.echoes for client in self._clients)
        return {**await self.flow.stop(), "echoes": echoes}

    async def crowd(self, act: str, **options: Any) -> dict[str, Any]:
        """Do something with many connections: see ``crowd.Crowd``."""
        result: dict[str, Any] = await getattr(self.many, act)(**options)
        return result

    async def desk(self, act: str, **options: Any) -> dict[str, Any]:
        """Have operators do something: see ``desk.Desk``."""
        result: dict[str, Any] = await getattr(self.work, act)(**options)
        return result

    async def ask(self, **options: Any) -> dict[str, Any]:
        """Ask queries: see ``queries.Queries``."""
        return await self.queries.run(**options)


async def main() -> None:
    """Serve commands until standard input ends."""
    generator = Generator()
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**24)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        command = msgspec.json.decode(line)
        try:
            answer = await getattr(generator, command.pop("do"))(**command)
        except Exception as error:  # noqa: BLE001 - told to the bench, which stops with these words
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    uvloop.run(main())
