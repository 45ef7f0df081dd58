"""What is measured beside deliveries: memory, handshakes, the storm after a crash, assignment, queries."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from infra.local.stack import Stack
from shared import subjects
from shared.contracts.conversation import Force
from tests.bench.contenders import Contender
from tests.bench.generator import BenchFailed, Generator
from tests.bench.havre import Havre
from tests.bench.measure import quantile
from tests.bench.operators import POSTAL_CODES, log_in
from tests.bench.processes import cpu_seconds, memory_bytes

SETTLE_S = 3.0
STORM_WITHIN_S = 60.0
WORKED_OFF_S = 120.0
AT_REST = 0.05
"""Share of a core below which a process only waits."""


@asynccontextmanager
async def running(contender: Contender, generators: int = 1) -> AsyncIterator[list[Generator]]:
    """Start a contender and load generators; end all."""
    started: list[Generator] = []
    try:
        await contender.start()
        started += [await Generator.start() for _ in range(generators)]
        yield started
    finally:
        for generator in started:
            await generator.end()
        await contender.stop()


async def worked_off(contender: Contender) -> None:
    """Return once what so many openings set off is done: signalement, which hears of every step last, rests.

    It would otherwise share the two cores with what is measured. Raises ``BenchFailed`` when that takes too long.
    """
    if not isinstance(contender, Havre):
        return
    pid = contender.running.children["signalement"].pid
    if pid is None:
        raise BenchFailed("signalement has died")
    used, ends = 1.0, time.monotonic() + WORKED_OFF_S
    while used > AT_REST:
        if time.monotonic() > ends:
            raise BenchFailed(f"signalement was still at work after {WORKED_OFF_S:.0f} s")
        before = cpu_seconds(pid)
        await asyncio.sleep(1)  # what is measured is a second's use
        used = cpu_seconds(pid) - before


async def memory(contender: Contender, counts: list[int], *, open_chat: bool) -> dict[str, Any]:
    """Bytes that one server process holds per idle connection; ``open_chat``: each with a waiting conversation."""
    points = []
    async with running(contender) as (generator,):
        pid = next(iter(contender.servers.values()))
        await generator.do("crowd", act="handshakes", **contender.socket(), seconds=1, at_once=8)
        await asyncio.sleep(SETTLE_S)
        empty = memory_bytes(pid)
        have = 0
        for count in counts:
            await generator.do(
                "crowd", act="connect", **contender.socket(), count=count - have, at_once=64, open_chat=open_chat
            )
            have = count
            await asyncio.sleep(SETTLE_S)
            await worked_off(contender)
            cpu, began = cpu_seconds(pid), time.perf_counter()
            await asyncio.sleep(SETTLE_S)
            points.append(
                {
                    "connections": count,
                    "bytes_each": (memory_bytes(pid) - empty) / count,
                    "idle_cpu": (cpu_seconds(pid) - cpu) / (time.perf_counter() - began),
                }
            )
    return {"empty_bytes": empty, "points": points}


async def handshakes(contender: Contender, seconds: float = 4.0) -> dict[str, Any]:
    """WebSocket handshakes a second on one server process, and its CPU microseconds for each."""
    async with running(contender, 2) as generators:
        pid = next(iter(contender.servers.values()))
        for warm in (True, False):
            cpu = cpu_seconds(pid)
            answers = await asyncio.gather(
                *(
                    generator.do(
                        "crowd",
                        act="handshakes",
                        **contender.socket(),
                        seconds=1.0 if warm else seconds,
                        at_once=16,
                    )
                    for generator in generators
                )
            )
            cpu = cpu_seconds(pid) - cpu
    count = sum(answer["handshakes"] for answer in answers)
    return {"per_s": count / max(answer["seconds"] for answer in answers), "server_us": cpu / count * 1e6}


async def storm(visitors: int = 5_000) -> dict[str, Any]:
    """Kill the gateway under so many waiting visitors, start it again, and see when all have resumed with nothing lost.

    Seconds count from the kill; ``ready_s`` is when the new gateway was ready.
    """
    havre = Havre()
    async with running(havre) as (generator,):
        lone = havre.socket()
        await generator.do("crowd", act="connect", **lone, count=visitors, at_once=64, open_chat=True)
        await generator.do("crowd", act="say_once")
        await asyncio.sleep(SETTLE_S)
        await worked_off(havre)
        waiting = asyncio.create_task(
            generator.do("crowd", act="storm", url=lone["url"], origin=lone["origin"], within_s=STORM_WITHIN_S)
        )
        killed_at = time.monotonic()
        await havre.running.restart("gateway")
        ready_at = time.monotonic()
        answer = await waiting
    at = [round(one - killed_at, 3) for one in answer["resumed_at"]]
    return {
        "visitors": visitors,
        "ready_s": ready_at - killed_at,
        "half_s": quantile(at, 0.5),
        "all_s": at[-1],
        "all_after_ready_s": at[-1] - (ready_at - killed_at),
        "tries": answer["tries"],
        "lost_messages": answer["lost_messages"],
    }


async def assignment(waiting: int = 1_000, newcomers: int = 50, operators: int = 10) -> dict[str, Any]:
    """From open to assigned while so many wait for the other force; then how fast operators empty that queue."""
    havre = Havre()
    async with running(havre, 2) as (crowd, desk):
        lone = havre.socket()
        console = havre.running.addresses.console
        common = {
            "console_url": f"ws{console.removeprefix('http')}ws",
            "origins": [lone["origin"], console.rstrip("/")],
        }
        await crowd.do("crowd", act="connect", **lone, count=waiting, at_once=32, open_chat=True)
        await asyncio.sleep(SETTLE_S)
        await worked_off(havre)
        there = await log_in(havre.running, -(-newcomers // 20), Force.GENDARMERIE, limit=20)
        met = await desk.do(
            "desk", act="open_one_by_one", visitor_url=lone["url"], **common, seats=there, count=newcomers,
            postal_code=POSTAL_CODES[Force.GENDARMERIE],
        )  # fmt: skip
        here = await log_in(havre.running, operators)
        emptied = await desk.do("desk", act="empty_queue", **common, seats=here, count=waiting)
    times = sorted(met["assigned_us"])
    return {
        "waiting": waiting,
        "open_to_assigned_p50_ms": quantile(times, 0.5) / 1000,
        "open_to_assigned_p99_ms": quantile(times, 0.99) / 1000,
        "assigned_per_s": waiting / emptied["seconds"],
        "assigned_twice": emptied["twice"],
    }


async def queries(seconds: float = 3.0) -> dict[str, Any]:
    """Answers a second of router and referral, with 1 and with 32 questions at once."""
    havre = Havre()
    found: dict[str, Any] = {}
    places = [json.dumps({"postal_code": code}) for code in ("75011", "95300", "48100", "13001", "97400", "00000")]
    async with running(havre) as (generator,):
        for name, subject in (("router", subjects.PLACE), ("referral", subjects.NEARBY)):
            for at_once in (1, 32):
                found[f"{name} x{at_once}"] = await _ask(
                    havre.running, generator, name, subject, places, at_once, seconds
                )
    return found


async def _ask(
    stack: Stack, generator: Generator, service: str, subject: str, bodies: list[str], at_once: int, seconds: float
) -> dict[str, Any]:
    env = stack.environment("gateway")
    pid = stack.children[service].pid
    if pid is None:
        raise BenchFailed(f"{service} has died")
    cpu = cpu_seconds(pid)
    answer = await generator.do(
        "ask",
        url=stack.addresses.nats,
        user=env["HAVRE_NATS_USER"],
        password=env["HAVRE_NATS_PASSWORD"],
        subject=subject,
        bodies=bodies,
        at_once=at_once,
        seconds=seconds,
    )
    times = sorted(answer["latencies_us"])
    return {
        "per_s": answer["answers"] / seconds,
        "server_us": (cpu_seconds(pid) - cpu) / answer["answers"] * 1e6,
        "p50_us": quantile(times, 0.5),
        "p99_us": quantile(times, 0.99),
        "refused": answer["refused"],
    }
