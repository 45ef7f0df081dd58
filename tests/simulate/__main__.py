"""``python -m tests.simulate [--store] [--days N] ...``: simulate, print figures; exit 1 on a broken promise."""

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from redis.asyncio import Redis

from tests.simulate.rules import Rules
from tests.simulate.script import Script
from tests.simulate.shift import Shift
from tests.simulate.town import Plan
from tests.simulate.world import CARE, PATIENCE

USUAL = Plan()


def main(arguments: Sequence[str]) -> int:
    """Run one simulation; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulate", description=__doc__)
    parser.add_argument("--store", action="store_true", help="the script on a real Valkey instead of the pure rules")
    parser.add_argument("--days", type=float, help="default 2; with --store 0.04")
    parser.add_argument("--visitors-a-day", type=int, default=USUAL.visitors_a_day)
    parser.add_argument("--operators", type=int, help="on duty at the same time: 24; with --store 9")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6), help="default: by chance")
    asked = parser.parse_args(arguments)
    days = asked.days or (0.04 if asked.store else 2.0)
    operators = asked.operators or (9 if asked.store else USUAL.operators)
    plan = replace(USUAL, days=days, visitors_a_day=asked.visitors_a_day, operators=operators)
    shift = Shift(plan, random.Random(asked.seed))
    print(f"seed {asked.seed}: {days:g} days, {plan.visitors_a_day} visitors a day, {plan.operators} operators")
    began = time.perf_counter()
    try:
        asyncio.run(_on_store(shift, asked.seed) if asked.store else _on_rules(shift))
    except AssertionError as broken:
        print(f"broken after {shift.book.checked} steps: {broken}", file=sys.stderr)
        return 1
    _show(shift, time.perf_counter() - began)
    return 0


async def _on_rules(shift: Shift) -> None:
    await shift.run(Rules(PATIENCE, CARE, shift.clock))


async def _on_store(shift: Shift, seed: int) -> None:
    from tests.servers import from_wheels

    async with from_wheels() as servers, Redis.from_url(servers.valkey.url) as valkey:
        script = Script(valkey, PATIENCE, CARE, shift.clock, random.Random(seed + 1))
        await shift.run(script)
        assert len(script.announced) == len(set(script.announced)), "a decision was announced twice"
        assert set(script.announced) == script.decided, "a decision was never announced"
        died = ", ".join(f"{count} {kind}" for kind, count in script.died.most_common())
        print(f"{len(script.decided)} decisions, each announced once, though whoever made them died first: {died}")


def _show(shift: Shift, took_s: float) -> None:
    counts = shift.figures.counts
    print(
        f"{counts['came']} conversations: {counts['served']} served, {counts['left']} left before; "
        f"at most {shift.figures.most_waiting} waited at once"
    )
    print(
        f"{counts['consoles lost']} consoles lost, {counts['instances died']} instances died, "
        f"{counts['taken back']} conversations taken back"
    )
    print(
        f"supervisors handed {counts['handed over']} over, drained {counts['drained']} operators, closed a queue "
        f"{counts['closed']} times; {counts['moved']} moved by overflow; {counts['breaks']} breaks after hard ones"
    )
    print(f"{counts['dangers over']} took back that they are in danger")
    _show_transfers(counts)
    print(f"{counts['understood']} of {counts['foreign']} assignments in another language to one who speaks it")
    for kind, waits in shift.figures.waits.items():
        if len(waits) >= 20:
            middle, tail = statistics.median(waits), statistics.quantiles(waits, n=100)[94]
            print(
                f"  {kind}: waited {middle / 1000:.0f} s in the middle, 95 % under {tail / 1000:.0f} s, "
                f"longest {max(waits) / 1000:.0f} s ({len(waits)})"
            )
    print(f"every promise held after each of {shift.book.checked} steps ({took_s:.0f} s)")


def _show_transfers(counts: Counter[str]) -> None:
    print(
        f"{counts['offers']} offers ({counts['offers to one']} to one, {counts['offers to a queue']} to a queue, "
        f"{counts['offers to the other force']} to the other force): {counts['transferred']} accepted, each once; "
        f"{counts['offers nobody took']} timed out, {counts['offers taken back']} taken back, "
        f"{counts['offers refused']} times refused, {counts['acceptances too late, or without room']} times too late"
    )
    print(
        f"hand-overs of two: {counts['hand-overs that the giver left']} left by the giver, "
        f"{counts['hand-overs that ended by time']} ended by their time"
    )
    print(
        f"with an offer open {counts['consoles lost with an offer open']} consoles lost and "
        f"{counts['instances died with an offer open']} instances died; in a hand-over "
        f"{counts['consoles lost in a hand-over']} and {counts['instances died in a hand-over']}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
