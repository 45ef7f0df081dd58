"""A flood from one address leaves others served; with figures (`pytest -rP`)."""

import asyncio
import multiprocessing
import re
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor

import aiohttp
import pytest

from infra.local.stack import Stack
from shared.chat.frames import Opened
from tests.component.gateway.crowd import Answer, Crowd
from tests.servers import eventually
from tests.stack import free_ports

FLOOD, AT_ONCE = 2_000, 40
OTHERS, EVERY_S = 50, 0.1
FREE = 30
"""What one address opens at once, by default."""
FLOODER = "198.51.100.66"


@pytest.fixture(scope="module")
async def behind_proxy() -> AsyncIterator[Stack]:
    """A gateway with the limits that it has by default, behind a trusted proxy."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAVRE_TRUSTED_PROXIES", "127.0.0.1")
        stack = Stack(free_ports(), services=("gateway", "router"), demo_staff=False)
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()


def flood(site: str) -> dict[str, int]:
    """Ask for very many conversations from one address, solving nothing; return what came of them, by kind.

    Runs in a process of its own: the others' times are to be the gateway's, not this test's.
    """

    async def all_of_it() -> Counter[str]:
        left = iter(range(FLOOD))
        found: Counter[str] = Counter()

        async def worker(crowd: Crowd) -> None:
            for _ in left:
                answer = await crowd.visit(FLOODER)
                found[type(answer.frame).__name__ if answer.frame else str(answer.status)] += 1

        async with Crowd(site) as crowd:
            await asyncio.gather(*(worker(crowd) for _ in range(AT_ONCE)))
        return found

    return dict(asyncio.run(all_of_it()))


async def others(crowd: Crowd, network: str) -> list[Answer]:
    """Fifty people, each from an address of their own, one every tenth of a second."""

    async def one(number: int) -> Answer:
        await asyncio.sleep(number * EVERY_S)
        return await crowd.visit(f"{network}.{number + 1}")

    return await asyncio.gather(*(one(number) for number in range(OTHERS)))


async def puzzles_made(system: Stack) -> float:
    """Return how many wishes were answered by a puzzle."""
    async with aiohttp.ClientSession() as http, http.get(system.addresses.ops("gateway") + "/metrics") as answer:
        found = re.search(r'^havre_openings_total{verdict="prove"} (\S+)', await answer.text(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def figures(answers: list[Answer]) -> str:
    times = sorted(answer.took_s * 1000 for answer in answers)
    return f"median {times[len(times) // 2]:.0f} ms, p99 {times[round(len(times) * 0.99) - 1]:.0f} ms"


async def test_two_thousand_wishes_from_one_address_leave_fifty_others_served(behind_proxy: Stack) -> None:
    """V1 V5: the flood gets its thirty conversations and then puzzles; nobody else is asked for anything."""
    site = behind_proxy.addresses.visitor
    loop = asyncio.get_running_loop()

    async def begun() -> bool:
        return await puzzles_made(behind_proxy) > 0

    async with Crowd(site) as crowd:
        calm = await others(crowd, "203.0.113")
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            flooding = loop.run_in_executor(pool, flood, site)
            await eventually(begun, 30.0)
            started = loop.time()
            pressed = await others(crowd, "192.0.2")
            still = not flooding.done()
            found = await flooding
            took = loop.time() - started
    served = [answer for answer in pressed if isinstance(answer.frame, Opened)]
    print(f"without: {figures(calm)}; during {FLOOD} wishes from one address: {figures(pressed)}")
    print(f"served: {len(served)} of {OTHERS}; the flood was answered {found} within {took:.1f} s")
    assert len(served) == OTHERS
    assert still, "the flood was over before the others had come"
    assert found["Opened"] + found["Challenge"] == FLOOD
    assert FREE <= found["Opened"] < FLOOD / 10, "a few more than are free, if counting was too slow for a moment"
    assert max(answer.took_s for answer in pressed) < 5.0
