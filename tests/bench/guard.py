"""``python -m tests.bench.guard``: fail when a delivery has become dear. For CI, in under a minute.

It compares CPU seconds, not wall time: messages a CPU second of both server processes against the reference in the same
run, so that a slow or busy machine changes both sides alike.
"""

import asyncio
import sys
from dataclasses import replace
from statistics import median

from infra.local.failure import LaunchFailed
from tests.bench.contenders import Contender, peers
from tests.bench.generator import BenchFailed
from tests.bench.havre import Havre
from tests.bench.measure import Plan, measure

LEAST = 0.4
"""Havre's messages a CPU second of its servers over the reference's. Lower fails."""
ROUNDS = 2
SHORT = replace(Plan(), warm_s=1.0, flood_s=3.0, rates=(), shares=())


async def ratio() -> float:
    """Measure both, interleaved; return the median ratio."""
    found: dict[str, list[float]] = {"ref": [], "havre": []}
    for _ in range(ROUNDS):
        both: list[Contender] = [peers()["ref"], Havre()]
        for contender in both:
            flood = (await measure(contender, SHORT))["flood"]
            found[contender.name].append(1e6 / flood["server_us"])
            print(f"{contender.name}: {found[contender.name][-1]:.0f} messages a CPU second of its servers")
    return median(found["havre"]) / median(found["ref"])


def main() -> int:
    """Run; 1 when the ratio is below what is allowed."""
    try:
        found = asyncio.run(ratio())
    except (BenchFailed, LaunchFailed) as failure:
        print(failure, file=sys.stderr)
        return 1
    print(f"ratio to the reference: {found:.2f} (at least {LEAST})")
    return 0 if found >= LEAST else 1


if __name__ == "__main__":
    raise SystemExit(main())
