"""The bench's hold on one load generator: a process of its own, commanded by lines of JSON."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from infra.local.children import die_with_parent

REPOSITORY = Path(__file__).resolve().parents[2]
ANSWER_S = 600.0


class BenchFailed(Exception):
    """A measurement could not be made; the words say why."""


class Generator:
    """One load generator process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> "Generator":
        """Start one."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.load",
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**26,
            preexec_fn=die_with_parent,
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    async def do(self, what: str, **options: Any) -> dict[str, Any]:
        """Have it do something and return its answer. Raises ``BenchFailed`` with its own words."""
        if self._process.stdin is None or self._process.stdout is None:
            raise BenchFailed("a load generator without pipes")
        self._process.stdin.write(json.dumps({"do": what, **options}).encode() + b"\n")
        await self._process.stdin.drain()
        async with asyncio.timeout(ANSWER_S):
            line = await self._process.stdout.readline()
        if not line:
            raise BenchFailed(f"a load generator died in {what}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise BenchFailed(f"{what}: {answer['error']}")
        return answer

    async def end(self) -> None:
        """End it."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
