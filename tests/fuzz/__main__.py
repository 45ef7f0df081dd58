"""``make fuzz``: a million hostile inputs, as many processes as there are cores. ``python -m tests.fuzz``.

Any failure can be had again: ``--target``, ``--seed`` and ``--chunk`` of its line. Exit status 1 when there is one.
"""

import argparse
import faulthandler
import os
import secrets
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice

from shared import logs
from tests.fuzz.every import every
from tests.fuzz.target import CHUNK, Findings, complaints, run_chunk

HUNG_S = 60
"""A chunk takes a tenth of a second; one that takes a minute is a loop without an end: its stack is printed."""
SHOWN = 20


def work(job: tuple[str, int, int]) -> tuple[str, Findings]:
    """Run one chunk in a process of the pool."""
    name, seed, chunk = job
    target = next(one for one in every() if one.name == name)
    faulthandler.dump_traceback_later(HUNG_S, exit=True)
    try:
        return name, run_chunk(target, seed, chunk)
    finally:
        faulthandler.cancel_dump_traceback_later()


def jobs(inputs: int, seed: int) -> list[tuple[str, int, int]]:
    """Return chunks for so many inputs, shared out by weight."""
    turns = [target.name for target in every() for _ in range(target.weight)]
    counts: Counter[str] = Counter()
    made = []
    for name in islice(cycle(turns), -(-inputs // CHUNK)):
        made.append((name, seed, counts[name]))
        counts[name] += 1
    return made


def show(found: dict[str, Findings], seconds: float) -> None:
    """Print the table."""
    for name, findings in found.items():
        total = findings.outcomes.total()
        rate = total / findings.seconds if findings.seconds else 0
        outcomes = ", ".join(f"{outcome} {number}" for outcome, number in findings.outcomes.most_common())
        print(f"{name:26} {total:8} inputs {rate:8.0f}/s  {len(findings.words):3} words  {outcomes}")
    total = sum(findings.outcomes.total() for findings in found.values())
    print(f"{total} inputs in {seconds:.0f} s: {total / seconds:.0f}/s")


def main() -> int:
    """Run; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="another one every time without it")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--target", help="only this one")
    parser.add_argument("--chunk", type=int, help="only this chunk of it")
    asked = parser.parse_args()
    logs.configure("fuzz", "critical")
    todo = jobs(asked.inputs, asked.seed)
    if asked.target:
        todo = [job for job in todo if job[0] == asked.target]
    if asked.chunk is not None:
        todo = [(asked.target, asked.seed, asked.chunk)]
    print(f"seed {asked.seed}, {len(todo)} chunks of {CHUNK}, {asked.processes} processes", flush=True)
    found: dict[str, Findings] = {target.name: Findings() for target in every() if asked.target in {None, target.name}}
    started = time.monotonic()
    with ProcessPoolExecutor(asked.processes) as pool:
        for name, findings in pool.map(work, todo, chunksize=4):
            found[name].add(findings)
    show(found, time.monotonic() - started)
    wrong = [line for name, findings in found.items() for line in complaints(name, findings)]
    print("\n".join(wrong[:SHOWN]) or "no crash, no untyped error, no refusal that quotes what was sent")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
