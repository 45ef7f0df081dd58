"""``python -m tests.bench.profile``: flame graphs (py-spy) of the server processes at saturation, and their hot lines.

Writes ``build/bench/<process>.svg`` and ``.raw``, and prints the functions that use most of each process's time.
"""

import argparse
import asyncio
import sys
from collections import Counter
from pathlib import Path

from infra.local.failure import LaunchFailed
from tests.bench.__main__ import OUT, contenders
from tests.bench.contenders import Contender, bench_program
from tests.bench.generator import BenchFailed, Generator
from tests.bench.measure import Plan

SAMPLES_A_SECOND = 400


async def profile(contender: Contender, seconds: int, plan: Plan) -> None:
    """Saturate a contender and record each of its Python server processes in turn."""
    generators: list[Generator] = []
    try:
        await contender.start()
        generators += [await Generator.start() for _ in range(plan.generators)]
        await contender.connect_pairs(generators, plan.pairs)
        await asyncio.gather(*(generator.do("flood", window=plan.window) for generator in generators))
        await asyncio.sleep(plan.warm_s)
        for name, pid in contender.servers.items():
            for kind, ending in (("raw", "raw"), ("flamegraph", "svg")):
                await _record(pid, seconds, kind, OUT / f"{name}.{ending}")
            print(hot(OUT / f"{name}.raw"))
    finally:
        for generator in generators:
            await generator.end()
        await contender.stop()


async def _record(pid: int, seconds: int, kind: str, out: Path) -> None:
    """The graph shows what C does too; the hot lines are Python's alone, since only so py-spy knows idle threads."""
    native = ["--native"] if kind == "flamegraph" else []
    process = await asyncio.create_subprocess_exec(
        bench_program("py-spy"), "record", *native, "-p", str(pid), "-d", str(seconds),
        "-r", str(SAMPLES_A_SECOND), "-f", kind, "-o", str(out),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, words = await process.communicate()
    if process.returncode:
        raise BenchFailed(f"py-spy: {words.decode().strip()}")


def hot(raw: Path, most: int = 25) -> str:
    """Return the functions with the largest shares of samples: their own, and with what they call."""
    own: Counter[str] = Counter()
    inclusive: Counter[str] = Counter()
    for line in raw.read_text().splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [frame.rpartition(":")[0] + ")" if ":" in frame else frame for frame in stack.split(";")]
        own[frames[-1]] += int(count)
        for frame in set(frames):
            inclusive[frame] += int(count)
    total = max(1, own.total())
    lines = [f"{raw.stem}: {total} samples", "own:"]
    lines += [f"  {count / total:6.1%}  {name}" for name, count in own.most_common(most)]
    lines += ["with callees:"]
    lines += [f"  {count / total:6.1%}  {name}" for name, count in inclusive.most_common(2 * most) if ".py)" in name]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Run; 1 and one sentence when it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.profile")
    parser.add_argument("--contender", default="havre")
    parser.add_argument("--seconds", type=int, default=6)
    asked = parser.parse_args(arguments)
    OUT.mkdir(parents=True, exist_ok=True)
    try:
        asyncio.run(profile(contenders()[asked.contender], asked.seconds, Plan()))
    except (BenchFailed, LaunchFailed) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
