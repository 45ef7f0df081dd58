"""The lives of a signalement process, for tests that end them."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Self

from tests.component.signalement.mortal import LIFE
from tests.servers import NatsServer

ROOT = Path(__file__).resolve().parents[3]


class Lives:
    """One process after the other, each the real service. Use it as a context."""

    def __init__(self, server: NatsServer, **settings: object) -> None:
        given = {**server.as_user("signalement"), "partner_issuer": server.issuer, **settings}
        self._environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            **{f"HAVRE_{name.upper()}": str(value) for name, value in given.items()},
        }
        self._pid = 0
        self._reborn = False
        self._over = asyncio.Event()
        self._born = asyncio.Event()
        self.deaths: list[str] = []
        """Of which write each that died of one did."""

    async def __aenter__(self) -> Self:
        self._parent = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.component.signalement.mortal",
            cwd=ROOT,
            env=self._environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.end()
        self._parent.kill()
        await self._parent.wait()
        self._reading.cancel()

    async def begin(self, writes: int = 0, *, reborn: bool = False) -> None:
        """End the life that is. Begin one that ends at its n-th write, or never; return when its process is there.

        ``reborn``: another follows it at once, as where somebody watches over processes.
        """
        if self._pid:
            self._reborn = False
            await asyncio.wait_for(self._born.wait(), 30)
            self.end()
            await self.ended()
        self._over.clear()
        self._reborn = reborn
        self._ask(writes)
        await asyncio.wait_for(self._born.wait(), 30)

    def end(self) -> None:
        """End the life that is, as a crash does."""
        if self._pid and not self._over.is_set():
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _ask(self, writes: int) -> None:
        assert self._parent.stdin is not None
        self._born.clear()
        self._parent.stdin.write(f"{writes}\n".encode())

    async def ended(self) -> None:
        """Return once the life is over."""
        await asyncio.wait_for(self._over.wait(), 30)

    @property
    def alive(self) -> bool:
        """Whether a life goes on."""
        return not self._over.is_set()

    async def _read(self) -> None:
        assert self._parent.stdout is not None
        async for raw in self._parent.stdout:
            line = raw.decode()
            if not line.startswith(LIFE):
                continue
            said = line.removeprefix(LIFE).strip()
            if said == "over" and self._reborn:
                self._reborn = False
                self._ask(0)
            elif said == "over":
                self._over.set()
            elif said.isdigit():
                self._pid = int(said)
                self._born.set()
            else:
                self.deaths.append(said.removeprefix("died of "))
