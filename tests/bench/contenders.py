"""Who is measured: two server processes each, one broker, started anew for every round."""

import asyncio
import shutil
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra.local.binaries import nats_server, valkey_server
from infra.local.children import Child
from infra.local.plan import LOOPBACK
from infra.local.ports import settle_ports
from tests.bench.generator import REPOSITORY, BenchFailed, Generator

START_S = 20.0
PEERS = REPOSITORY / "tests" / "bench" / "peers"
BENCH = REPOSITORY / ".venv-bench" / "bin"
"""Where Python peers and profiler are; reference and load generators run in the environment of the tests."""


class Contender(ABC):
    """A system under load. ``servers`` and ``others`` (broker, store) map names to process ids."""

    name: str
    protocol: str
    exact: bool = False
    """Promises every message once and in order: one that is not ends the bench."""

    @property
    @abstractmethod
    def servers(self) -> Mapping[str, int]:
        """The two server processes that hold the sockets."""

    @property
    @abstractmethod
    def others(self) -> Mapping[str, int]:
        """Broker and store."""

    @abstractmethod
    async def start(self) -> None:
        """Start; raises ``BenchFailed`` when it is not ready in time."""

    @abstractmethod
    async def stop(self) -> None:
        """End every process."""

    @abstractmethod
    async def connect_pairs(self, generators: list[Generator], pairs: int) -> None:
        """Have each generator make its share of ``pairs`` pairs of clients."""

    @abstractmethod
    def socket(self) -> dict[str, Any]:
        """Return protocol, url (``{id}`` for a name) and origin of a lone connection to the first server."""


class Peer(Contender):
    """Any contender whose two servers are one program with the arguments port, side and broker's address."""

    def __init__(self, name: str, protocol: str, path: str, broker: str, command: Callable[[], list[str]]) -> None:
        self.name = name
        self.protocol = protocol
        self._path = path
        self._broker = broker
        self._command = command
        self._children: dict[str, Child] = {}
        self._urls: list[str] = []
        self._folder: Path | None = None

    @property
    def servers(self) -> Mapping[str, int]:
        return {side: self._pid(side) for side in ("a", "b")}

    @property
    def others(self) -> Mapping[str, int]:
        return {self._broker: self._pid(self._broker)}

    async def start(self) -> None:
        names = ("broker", "a", "b")
        ports = settle_ports(dict.fromkeys(names, LOOPBACK), dict.fromkeys(names, 0))
        self._folder = Path(tempfile.mkdtemp(prefix="havre-bench-"))
        if self._broker == "nats":
            argv, url = [str(nats_server()), "-a", LOOPBACK, "-p", str(ports["broker"])], "nats"
        else:
            argv, url = (
                [str(valkey_server()), "--port", str(ports["broker"]), "--save", "", "--bind", LOOPBACK],
                "redis",
            )
        await self._run(self._broker, argv, ports["broker"])
        for side in ("a", "b"):
            broker = f"{url}://{LOOPBACK}:{ports['broker']}"
            await self._run(side, [*self._command(), str(ports[side]), side, broker], ports[side])
        self._urls = [f"ws://{LOOPBACK}:{ports[side]}{self._path}" for side in ("a", "b")]

    async def stop(self) -> None:
        for child in reversed(self._children.values()):
            child.kill()
        self._children = {}
        if self._folder is not None:
            shutil.rmtree(self._folder)
            self._folder = None

    async def connect_pairs(self, generators: list[Generator], pairs: int) -> None:
        share = pairs // len(generators)
        for index, generator in enumerate(generators):
            await generator.do("pairs", protocol=self.protocol, urls=self._urls, first=index * share, count=share)

    def socket(self) -> dict[str, Any]:
        return {"protocol": self.protocol, "url": self._urls[0], "origin": "http://bench"}

    async def _run(self, name: str, argv: list[str], port: int) -> None:
        assert self._folder is not None
        env = {"PATH": "/usr/bin:/bin:/usr/local/bin", "PYTHONPATH": str(REPOSITORY), "NODE_ENV": "production"}
        child = Child(name, argv, env, self._folder / f"{name}.log", cwd=self._folder)
        self._children[name] = child
        child.start()
        try:
            async with asyncio.timeout(START_S):
                while not await _listens(port):
                    if not child.alive:
                        raise BenchFailed(f"{self.name}: {name} ended: {child.last_words()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise BenchFailed(f"{self.name}: {name} does not listen after {START_S:.0f} s") from None

    def _pid(self, name: str) -> int:
        pid = self._children[name].pid
        if pid is None:
            raise BenchFailed(f"{self.name}: {name} has died: {self._children[name].last_words()}")
        return pid


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True


def _module(python: str, name: str) -> list[str]:
    return [python, "-m", f"tests.bench.peers.{name}"]


def bench_program(name: str) -> str:
    """Return the path of a program of the bench's own environment. Raises ``BenchFailed`` where that is missing."""
    found = BENCH / name
    if not found.exists():
        raise BenchFailed(f"{found} is missing: make .venv-bench/.installed")
    return str(found)


def _node() -> str:
    beside = Path(sys.executable).parent / "node"
    found = str(beside) if beside.exists() else shutil.which("node")
    if not found:
        raise BenchFailed("node is missing: make setup")
    return found


def peers() -> dict[str, Peer]:
    """Return every peer by name, the reference first."""

    def bench(module: str) -> Callable[[], list[str]]:
        return lambda: _module(bench_program("python"), module)

    engine = "/socket.io/?EIO=4&transport=websocket&id={id}"
    every = [
        Peer("ref", "raw", "/ws?id={id}", "nats", lambda: _module(sys.executable, "ref")),
        Peer("socketio-redis", "socketio", engine, "valkey", lambda: [_node(), str(PEERS / "socketio.mjs")]),
        Peer("python-socketio", "socketio", engine, "valkey", bench("python_socketio")),
        Peer(
            "channels-pubsub",
            "raw",
            "/ws?id={id}",
            "valkey",
            bench("django_channels"),
        ),
    ]
    return {peer.name: peer for peer in every}
