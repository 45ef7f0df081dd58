"""Operators at work: from a visitor's "open" to the console's "held", and a queue being emptied."""

import asyncio
import time
from typing import Any

from tests.bench.load.clients import ConsoleClient, VisitorClient

LOOK_S = 0.02
"""What an operator of the bench takes to read a conversation before ending it."""
AGAIN_S = 0.5


def _nothing(_way: int, _number: int) -> None:
    """Take a test body that nobody waits for."""


class Desk:
    """Consoles that are kept on line."""

    def __init__(self) -> None:
        self._keep: list[ConsoleClient | VisitorClient] = []

    async def open_one_by_one(
        self,
        visitor_url: str,
        console_url: str,
        origins: list[str],
        seats: list[dict[str, str]],
        count: int,
        postal_code: str,
    ) -> dict[str, Any]:
        """Open conversations one after the other; report how long each took from "open" to the console's "held"."""
        held: dict[str, asyncio.Future[float]] = {}

        def on_held(_console: ConsoleClient, conversation: str) -> None:
            _of(held, conversation).set_result(time.perf_counter())

        await self._consoles(console_url, origins[1], seats, on_held)
        times = []
        for _ in range(count):
            visitor = VisitorClient(_nothing, postal_code)
            await visitor.connect(visitor_url, {"Origin": origins[0]})
            self._keep.append(visitor)
            began = time.perf_counter()
            await visitor.open()
            async with asyncio.timeout(10):
                assigned = await _of(held, visitor.conversation)
                await visitor.active
            times.append(round((assigned - began) * 1e6))
        return {"assigned_us": times}

    async def empty_queue(
        self, console_url: str, origins: list[str], seats: list[dict[str, str]], count: int
    ) -> dict[str, Any]:
        """End every conversation as soon as it is assigned, until ``count`` were."""
        seen: dict[str, int] = {}
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def end(console: ConsoleClient, conversation: str) -> None:
            if conversation in console.held:
                console.send(b'{"t":"end","conversation":"%b"}' % conversation.encode())
                loop.call_later(AGAIN_S, end, console, conversation)

        def on_held(console: ConsoleClient, conversation: str) -> None:
            seen[conversation] = seen.get(conversation, 0) + 1
            loop.call_later(LOOK_S, end, console, conversation)
            if len(seen) == count and not done.done():
                done.set_result(None)

        began = time.perf_counter()
        await self._consoles(console_url, origins[1], seats, on_held)
        try:
            async with asyncio.timeout(90):
                await done
        except TimeoutError:
            errors = {error for one in self._keep for error in one.errors}
            raise TimeoutError(f"{len(seen)} of {count} were assigned; {sorted(errors)[:3]}") from None
        return {"seconds": time.perf_counter() - began, "twice": sum(times > 1 for times in seen.values())}

    async def _consoles(self, url: str, origin: str, seats: list[dict[str, str]], on_held: Any) -> None:
        for seat in seats:
            console = ConsoleClient(_nothing, seat["credential"])
            console.on_held = on_held
            await console.connect(url, {"Origin": origin, "Cookie": seat["cookie"]})
            self._keep.append(console)


def _of(futures: dict[str, asyncio.Future[float]], conversation: str) -> asyncio.Future[float]:
    if conversation not in futures:
        futures[conversation] = asyncio.get_running_loop().create_future()
    return futures[conversation]
