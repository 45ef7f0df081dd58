"""``python -m tests.bench``: measure, write the result as JSON, print it as a table.

--contenders havre,ref      who takes part in the deliveries (default: these two)
--rounds 3                  interleaved: every contender once, then all again
--scenarios memory,storm    also, or with ``--contenders ''`` only, these; ``all`` for every one
--quick                     short measurements, to try the bench itself
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra.local.failure import LaunchFailed
from tests.bench import report, scenarios
from tests.bench.contenders import Contender, peers
from tests.bench.generator import REPOSITORY, BenchFailed
from tests.bench.havre import Acknowledged, Doubled, Havre
from tests.bench.machine import describe
from tests.bench.measure import Plan, measure

OUT = REPOSITORY / "build" / "bench"
QUICK = Plan(warm_s=0.7, flood_s=2.0, pace_s=2.0)


def contenders() -> dict[str, Contender]:
    """Return everyone who can be measured, by name."""
    ours: list[Contender] = [Havre(), Doubled(), Acknowledged()]
    return {**peers(), **{one.name: one for one in ours}}


async def deliveries(names: list[str], rounds: int, plan: Plan) -> list[dict[str, Any]]:
    """Measure every contender in every round, interleaved; the order turns from round to round."""
    every = contenders()
    found = []
    for turn in range(rounds):
        shift = turn % len(names)
        for name in [*names[shift:], *names[:shift]]:
            print(f"round {turn + 1}/{rounds}: {name}", file=sys.stderr, flush=True)
            found.append({"round": turn, "contender": name, **await measure(every[name], plan)})
    return found


async def _memory(quick: bool) -> Any:
    counts = [500, 1_000] if quick else [5_000, 10_000]
    return {
        "bare aiohttp": await scenarios.memory(peers()["ref"], counts, open_chat=False),
        "havre, connected": await scenarios.memory(Havre(), counts, open_chat=False),
        "havre, waiting": await scenarios.memory(Havre(), counts, open_chat=True),
    }


async def _handshakes(quick: bool) -> Any:
    rounds = 1 if quick else 3
    found: dict[str, list[Any]] = {"ref": [], "havre": []}
    for _ in range(rounds):
        found["ref"].append(await scenarios.handshakes(peers()["ref"], 2 if quick else 4))
        found["havre"].append(await scenarios.handshakes(Havre(), 2 if quick else 4))
    return found


async def _storm(quick: bool) -> Any:
    return [await scenarios.storm(300 if quick else 5_000) for _ in range(1 if quick else 3)]


async def _assignment(quick: bool) -> Any:
    return await scenarios.assignment(100 if quick else 1_000, 10 if quick else 50)


async def _queries(quick: bool) -> Any:
    return await scenarios.queries(1 if quick else 3)


SCENARIOS: dict[str, Callable[[bool], Awaitable[Any]]] = {
    "memory": _memory,
    "handshakes": _handshakes,
    "storm": _storm,
    "assignment": _assignment,
    "queries": _queries,
}


async def run(asked: argparse.Namespace) -> dict[str, Any]:
    """Do what the command line asks for; return the whole result."""
    result: dict[str, Any] = {"machine": describe()}
    names = [name for name in asked.contenders.split(",") if name]
    plan = QUICK if asked.quick else Plan()
    if asked.seconds:
        plan = replace(plan, flood_s=asked.seconds, pace_s=asked.seconds)
    if asked.curve:
        plan = replace(plan, shares=(0.1, 0.25, 0.4, 0.55, 0.7, 0.85))
    if names:
        result["plan"] = vars(plan)
        result["deliveries"] = await deliveries(names, asked.rounds, plan)
    wanted = list(SCENARIOS) if asked.scenarios == "all" else [one for one in asked.scenarios.split(",") if one]
    for name in wanted:
        print(f"scenario: {name}", file=sys.stderr, flush=True)
        result[name] = await SCENARIOS[name](asked.quick)
    return result


def main(arguments: list[str]) -> int:
    """Run; 1 and one sentence when something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--contenders", default="ref,havre")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.0, help="of each measurement; default 5")
    parser.add_argument("--scenarios", default="")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--curve", action="store_true", help="latency at six shares of saturation, for the plot")
    parser.add_argument("--out", type=Path, default=OUT / "result.json")
    asked = parser.parse_args(arguments)
    try:
        result = asyncio.run(run(asked))
    except (BenchFailed, LaunchFailed) as failure:
        print(failure, file=sys.stderr)
        return 1
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(report.text(result))
    print(f"\n{asked.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
