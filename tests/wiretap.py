"""Listening on the lines to NATS and Valkey, as whoever sits on the machine's network could."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from infra.local import plan
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from tests.proxy import Proxy
from tests.search import holds
from tests.stack import free_ports


class Wiretap(Proxy):
    """A way to a server that keeps every byte that passes, by connection and direction, in memory alone."""

    def __init__(self, target: int = 0) -> None:
        super().__init__(target)
        self.lines: list[bytearray] = []

    def carried(self, *words: str) -> bool:
        """Whether any line carried any form of any of the words."""
        return any(holds(bytes(line), *words) for line in self.lines)

    @property
    def size(self) -> int:
        """Bytes that passed."""
        return sum(len(line) for line in self.lines)

    def _listener(self) -> Callable[[bytes], None]:
        line = bytearray()
        self.lines.append(line)
        return line.extend


class TappedStack(Stack):
    """The whole system, each of whose services reaches NATS and Valkey over a tapped line.

    ``async with tapped_stack()`` opens the taps before it starts, and closes them after it has stopped.
    """

    def __init__(self, settings: LocalSettings) -> None:
        super().__init__(settings)
        self.nats_line = Wiretap()
        self.store_line = Wiretap()

    def environment(self, service: str) -> dict[str, str]:
        """As ever, but for the ports of the two servers."""
        self.nats_line.target = self.addresses.nats_port
        self.store_line.target = self.addresses.valkey_port
        environment = super().environment(service)
        for name, tap, port in (
            ("HAVRE_NATS_URL", self.nats_line, self.addresses.nats_port),
            ("HAVRE_VALKEY_URL", self.store_line, self.addresses.valkey_port),
        ):
            if name in environment:
                environment[name] = environment[name].replace(f"{plan.LOOPBACK}:{port}", f"{plan.LOOPBACK}:{tap.port}")
        return environment

    def lines_that_carried(self, *words: str) -> list[str]:
        """Return the servers on the lines to which any of the words passed in any form."""
        taps = {plan.NATS: self.nats_line, plan.VALKEY: self.store_line}
        return [name for name, tap in taps.items() if tap.carried(*words)]


@asynccontextmanager
async def tapped_stack() -> AsyncIterator[TappedStack]:
    """Start everything, demo staff included, for the length of the context."""
    stack = TappedStack(free_ports())
    async with stack.nats_line, stack.store_line:
        try:
            await stack.start()
            yield stack
        finally:
            await stack.stop()
