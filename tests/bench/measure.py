"""One contender in one round: saturation, then latency at fixed rates, with the CPU that each part used."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.bench.contenders import Contender
from tests.bench.generator import BenchFailed, Generator
from tests.bench.processes import cpu_of, kernel_seconds, machine_ticks

MOST_STOLEN = 0.02
"""Share of the machine's time that its host gave to others, above which a measurement is taken again."""
MOST_TRIES = 3


@dataclass(frozen=True)
class Plan:
    """How long and how much. ``pairs``: pairs of clients over all generators; ``window``: messages under way a way."""

    pairs: int = 32
    window: int = 4
    generators: int = 2
    warm_s: float = 1.5
    flood_s: float = 5.0
    pace_s: float = 5.0
    rates: tuple[float, ...] = (200.0,)
    shares: tuple[float, ...] = (0.7,)
    """Further rates, as shares of the contender's own saturation in this round."""


async def measure(contender: Contender, plan: Plan) -> dict[str, Any]:
    """Start the contender and the generators, measure, and end all of them."""
    generators: list[Generator] = []
    try:
        await contender.start()
        generators += [await Generator.start() for _ in range(plan.generators)]
        await contender.connect_pairs(generators, plan.pairs)
        flood = await _calmest(partial(saturate, contender, generators, plan))
        result: dict[str, Any] = {"flood": flood, "paced": []}
        rates = [*plan.rates, *(share * flood["per_s"] for share in plan.shares)]
        names = [*(f"{rate:.0f}/s" for rate in plan.rates), *(f"{share:.0%}" for share in plan.shares)]
        for name, rate in zip(names, rates, strict=True):
            paced = await _calmest(partial(pace, contender, generators, plan, rate))
            result["paced"].append({"name": name, **paced})
        return result
    finally:
        for generator in generators:
            await generator.end()
        await contender.stop()


async def _calmest(take: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Measure until the host leaves the machine alone, at most ``MOST_TRIES`` times; return what it disturbed least."""
    best = await take()
    for _ in range(MOST_TRIES - 1):
        if best["stolen"] <= MOST_STOLEN:
            break
        best = min(best, await take(), key=lambda one: float(one["stolen"]))
    return best


async def saturate(contender: Contender, generators: list[Generator], plan: Plan) -> dict[str, Any]:
    """Deliveries a second in a closed loop, and CPU microseconds a delivery by part."""
    await _all(generators, "flood", window=plan.window)
    await asyncio.sleep(plan.warm_s)
    used = await _usage(contender, generators, plan.flood_s)
    return {**used, **_faults(contender, await _all(generators, "stop"))}


async def pace(contender: Contender, generators: list[Generator], plan: Plan, rate: float) -> dict[str, Any]:
    """Latency in an open loop at ``rate`` messages a second."""
    await _all(generators, "pace", rate=rate / len(generators))
    await asyncio.sleep(plan.warm_s / 2)
    await _all(generators, "forget")
    used = await _usage(contender, generators, plan.pace_s)
    ended = await _all(generators, "stop")
    latencies = sorted(one for answer in ended for one in answer["latencies_us"])
    late = sorted(one for answer in ended for one in answer["late_us"])
    return {
        "rate": rate,
        **used,
        **_faults(contender, ended),
        "samples": len(latencies),
        **{f"p{name}_us": quantile(latencies, share) for name, share in (("50", 0.5), ("90", 0.9), ("99", 0.99))},
        "max_us": latencies[-1],
        "generator_late_p99_us": quantile(late, 0.99),
    }


async def _usage(contender: Contender, generators: list[Generator], seconds: float) -> dict[str, Any]:
    parts = {
        **{name: [pid] for name, pid in {**contender.servers, **contender.others}.items()},
        "generators": [generator.pid for generator in generators],
    }
    before, began = await _deliveries(generators), time.perf_counter()
    cpu, ticks = {name: cpu_of(pids) for name, pids in parts.items()}, machine_ticks()
    kernel = kernel_seconds(contender.servers.values())
    await asyncio.sleep(seconds)
    after, ended = await _deliveries(generators), time.perf_counter()
    cpu = {name: cpu_of(pids) - cpu[name] for name, pids in parts.items()}
    kernel = kernel_seconds(contender.servers.values()) - kernel
    stolen, passed = (now - then for now, then in zip(machine_ticks(), ticks, strict=True))
    count = after - before
    if count <= 0:
        raise BenchFailed(f"{contender.name}: nothing was delivered")
    each = {name: used / count * 1e6 for name, used in cpu.items()}
    return {
        "per_s": count / (ended - began),
        "deliveries": count,
        "stolen": stolen / passed,
        "cpu_us": {name: round(value, 2) for name, value in each.items()},
        "server_us": sum(each[name] for name in contender.servers),
        "kernel_us": kernel / count * 1e6,
        "other_us": sum(each[name] for name in contender.others),
        "generator_us": each["generators"],
        "busy": {name: round(used / (ended - began), 3) for name, used in cpu.items()},
    }


async def _deliveries(generators: list[Generator]) -> int:
    return sum(answer["deliveries"] for answer in await _all(generators, "count"))


async def _all(generators: list[Generator], what: str, **options: Any) -> list[dict[str, Any]]:
    return await asyncio.gather(*(generator.do(what, **options) for generator in generators))


def _faults(contender: Contender, ended: list[dict[str, Any]]) -> dict[str, int]:
    """Return how many deliveries were wrong or missing; a contender that promises none fails the bench by one."""
    wrong, missing = sum(one["wrong"] for one in ended), sum(one["missing"] for one in ended)
    if contender.exact and (wrong or missing):
        raise BenchFailed(f"{contender.name}: {wrong} deliveries out of order or doubled, {missing} lost")
    return {"wrong": wrong, "missing": missing, "echoes": sum(one["echoes"] for one in ended)}


def quantile(ordered: list[int], share: float) -> int:
    """Return the value below which ``share`` of an ordered list lies."""
    if not ordered:
        raise BenchFailed("no sample was taken")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: list[float]) -> float:
    """Return the median."""
    return statistics.median(values)
