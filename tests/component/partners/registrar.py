"""Where partners are registered, and the sample client that a partner runs: each a process of its own."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.binaries import REPOSITORY
from services.signalement.cli import main
from shared.contracts.conversation import Force
from shared.sealing import authority
from tests.component.partners.house import Line
from tests.reports import Station

WITHIN_S = 40


@dataclass(frozen=True)
class Desk:
    """Where the registrar sits: the environment of the commands, and a folder."""

    environment: dict[str, str]
    folder: Path
    capsys: pytest.CaptureFixture[str]

    async def apart(self, *arguments: str) -> tuple[int, str]:
        """Run ``python -m services.signalement partner ...`` as a process; return its exit status and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "services.signalement", "partner", *arguments),
            env=self.environment,
            cwd=REPOSITORY,
            stdout=PIPE,
            stderr=STDOUT,
        )
        said, _ = await asyncio.wait_for(process.communicate(), WITHIN_S)
        return process.returncode or 0, said.decode().strip()

    async def here(self, *arguments: str) -> tuple[int, str]:
        """Run the same command in this process, which is quicker."""
        self.capsys.readouterr()
        status = await asyncio.to_thread(main, ["partner", *arguments])
        said = self.capsys.readouterr()
        return status, (said.err if status else said.out).strip()

    async def done(self, *arguments: str) -> str:
        """Run a command that is to succeed, as a process."""
        status, said = await self.apart(*arguments)
        assert status == 0, said
        return said

    async def registered(self, partner: str, *departments: str, name: str = "Commissariat") -> Path:
        """Register a partner of the police; return the card that it is given."""
        territory = [word for department in departments for word in ("--department", department)]
        out = ("--out", str(self.folder / partner))
        status, said = await self.here("add", partner, "--name", name, "--force", "police", *territory, *out)
        assert status == 0, said
        return self.folder / partner / f"{partner}.json"

    def line(self, card: Path) -> Line:
        """Return a connection as whoever has this card makes it."""
        said = json.loads(card.read_text())
        return Line(said["url"], said["partner"], (card.parent / said["seed_file"]).read_text().strip())

    def station(self, card: Path) -> Station:
        """Return the partner of a card as tests of reports want it."""
        said = json.loads(card.read_text())
        keys = [authority.load_private(file) for file in card.parent.glob("*.jwk")]
        key = next(key for key in keys if key.thumbprint() == said["kid"])
        return Station(said["partner"], Force(said["force"]), said["departments"], key=key)


class Sample:
    """``examples/partner.py`` as a process of its own."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def until(self, text: str) -> str:
        """Return the first line from now on that contains ``text``."""
        assert self.process.stdout is not None
        async with asyncio.timeout(WITHIN_S):
            while line := (await self.process.stdout.readline()).decode().rstrip():
                self.lines.append(line)
                if text in line:
                    return line
        raise AssertionError(f"it ended without saying {text!r}: {self.lines}")


@asynccontextmanager
async def sample(card: Path, *arguments: str) -> AsyncIterator[Sample]:
    """Run the sample client for the length of the context; it knows nothing of the repository but its own file."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(REPOSITORY / "examples" / "partner.py"), str(card), *arguments),
        env={"PATH": os.environ["PATH"]},
        cwd=card.parent,
        stdout=PIPE,
        stderr=STDOUT,
    )
    try:
        running = Sample(process)
        await running.until("connected")
        yield running
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
