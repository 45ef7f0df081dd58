"""``make run`` as a person at a terminal meets it: its lines, its exit codes, and that it leaves nothing behind."""

import asyncio
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from infra.local.binaries import REPOSITORY
from infra.local.ports import settle_ports
from infra.nats.permissions import SERVICES
from tests.servers import eventually

LINE_WITHIN_S = 150.0
PORTS = ("HAVRE_GATEWAY_PORT", "HAVRE_DISPATCHER_PORT", "HAVRE_NATS_PORT", "HAVRE_VALKEY_PORT")


class Launcher:
    """One ``python -m infra.local`` with a temporary folder of its own to look for leftovers in."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process = process
        self.folder = folder
        self.lines: list[str] = []

    async def until(self, text: str) -> str:
        """Read its lines up to the first one that contains ``text``; fails when it ends before."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LINE_WITHIN_S):
            while line := (await self.process.stdout.readline()).decode().rstrip():
                self.lines.append(line)
                if text in line:
                    return line
        raise AssertionError(f"it ended without saying {text!r}: {self.lines}")

    async def ended(self) -> int:
        """Read the rest; return the exit code."""
        assert self.process.stdout is not None
        async with asyncio.timeout(LINE_WITHIN_S):
            self.lines += (await self.process.stdout.read()).decode().splitlines()
            return await self.process.wait()

    def children(self) -> dict[int, str]:
        """Return the command lines of its living child processes by process id."""
        return {
            pid: command for pid, (parent, command) in processes().items() if parent == self.process.pid and command
        }

    def child(self, text: str) -> int:
        """Return the process id of the child whose command line contains ``text``."""
        return next(pid for pid, command in self.children().items() if text in command)

    def run_dirs(self) -> list[Path]:
        """Return the run directories that are there."""
        return list(self.folder.glob("havre-run-*"))


def processes() -> dict[int, tuple[int, str]]:
    """Return every process of this machine: its parent and its command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            command = (folder / "cmdline").read_text().replace("\0", " ").strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(folder.name)] = (int(status[1]), "" if status[0] == "Z" else command)
    return found


def free_environment() -> dict[str, str]:
    ports = settle_ports(dict.fromkeys(PORTS, "127.0.0.1"), dict.fromkeys(PORTS, 0))
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HAVRE_", "MAKE"))}
    return {
        **environment,
        **{name: str(port) for name, port in ports.items()},
        "HAVRE_OPS_BASE": "0",
        "HAVRE_START_TIMEOUT_S": "120",
    }


@asynccontextmanager
async def launched(folder: Path, environment: Mapping[str, str]) -> AsyncIterator[Launcher]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "infra.local"),
        cwd=REPOSITORY,
        env={**environment, "TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    launcher = Launcher(process, folder)
    try:
        yield launcher
    finally:
        if process.returncode is None:
            process.terminate()
            await launcher.ended()


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def gone(pids: list[int]) -> bool:
    return not any(processes().get(pid, (0, ""))[1] for pid in pids)


async def test_from_start_to_stop(tmp_path: Path) -> None:
    """One start, looked at from every side: what it says, what dies and comes back, a second one, the end."""
    environment = free_environment()
    async with launched(tmp_path, environment) as launcher:
        await launcher.until("ready")
        said = "\n".join(launcher.lines)
        assert launcher.lines[-1] == "ready"
        for step in (*SERVICES, "nats", "valkey", "streams and consumers", "demo staff"):
            assert f"  {step} " in said
        assert f"visitor   http://127.0.0.1:{environment['HAVRE_GATEWAY_PORT']}/" in said
        assert f"console   http://127.0.0.1:{environment['HAVRE_DISPATCHER_PORT']}/" in said
        assert "operator  police1 / " in said
        assert "operator  gendarmerie1 / " in said
        cards = [line.split()[1] for line in launcher.lines if line.startswith("partner ")]
        assert [Path(card).name for card in cards] == ["demo-police.json", "demo-gendarmerie.json"]

        victim = launcher.child("services.router")
        os.kill(victim, signal.SIGKILL)
        assert await launcher.until("router died") == "router died (signal SIGKILL); starting it again in 0.2 s"
        await launcher.until("router is ready again")
        assert launcher.child("services.router") != victim

        async with launched(tmp_path, environment) as second:
            assert await second.ended() == 1
            port = environment["HAVRE_GATEWAY_PORT"]
            assert second.lines[-1].startswith(f"havre: port {port} is in use")
            assert "HAVRE_GATEWAY_PORT" in second.lines[-1]

        children = list(launcher.children())
        (run_dir,) = launcher.run_dirs()
        assert {*leftovers(run_dir / "logs")} == {f"{part}.log" for part in (*SERVICES, "nats", "valkey")}
        launcher.process.send_signal(signal.SIGINT)
        assert await launcher.ended() == 0
        assert launcher.lines[-1] == "stopped"
        assert await gone(children)
        assert leftovers(tmp_path) == []


async def test_a_start_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    async with launched(tmp_path, free_environment()) as launcher:
        await launcher.until("streams and consumers")
        children = list(launcher.children())
        launcher.process.send_signal(signal.SIGTERM)
        assert await launcher.ended() == 0
        assert await gone(children)
        assert leftovers(tmp_path) == []


async def test_nothing_outlives_a_launcher_that_is_killed_and_the_next_one_sweeps(tmp_path: Path) -> None:
    async with launched(tmp_path, free_environment()) as launcher:
        await launcher.until("streams and consumers")
        children = list(launcher.children())
        launcher.process.kill()
        await launcher.ended()
        await eventually(lambda: gone(children))
        (left,) = launcher.run_dirs()
    long_ago = time.time() - 3_600
    os.utime(left, (long_ago, long_ago))
    async with launched(tmp_path, free_environment()) as launcher:
        await launcher.until("streams and consumers")
        assert left not in launcher.run_dirs()


async def test_a_service_that_dies_at_start_is_one_line_that_says_why(tmp_path: Path) -> None:
    async with launched(tmp_path, {**free_environment(), "HAVRE_MOST_VISITORS": "0"}) as launcher:
        assert await launcher.ended() == 1
    last = launcher.lines[-1]
    assert last.startswith("havre: ")
    assert "gateway ended while starting (exit 1)" in last
    assert "most_visitors" in last
    assert sum(line.startswith("havre: ") for line in launcher.lines) == 1
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"HAVRE_GATEWAY_PORT": "many"}, "havre: HAVRE_GATEWAY_PORT: "),
        ({"HAVRE_GATEWAY_PORT": "18080", "HAVRE_NATS_PORT": "18080"}, "both ask for port 18080"),
        ({"HAVRE_HOST": "203.0.113.7"}, "cannot listen on 203.0.113.7"),
    ],
)
async def test_a_setting_that_cannot_be_is_one_line(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    async with launched(tmp_path, {**free_environment(), **changes}) as launcher:
        assert await launcher.ended() == 1
    assert sentence in launcher.lines[-1]
    assert leftovers(tmp_path) == []


async def test_a_port_in_use_is_one_line_and_nothing_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with launched(tmp_path, {**free_environment(), "HAVRE_VALKEY_PORT": str(port)}) as launcher:
            assert await launcher.ended() == 1
    assert launcher.lines == [
        "starting Havre",
        f"havre: port {port} is in use: stop what uses it, or choose another port with HAVRE_VALKEY_PORT",
    ]
    assert leftovers(tmp_path) == []
