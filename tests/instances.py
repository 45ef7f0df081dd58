"""Further instances of a running stack's services, on the same broker and store, each on ports of its own."""

from dataclasses import dataclass

from infra.local import probes
from infra.local.children import Child
from infra.local.plan import LOOPBACK, service_child
from infra.local.ports import settle_ports
from infra.local.stack import Stack
from tests.servers import eventually

START_S = 120.0


@dataclass(frozen=True)
class Instance:
    """One more process of a service. ``await ready()`` after each start."""

    name: str
    port: int
    ops_port: int
    child: Child

    def start(self) -> None:
        """Start the process, for the first time or again."""
        self.child.start()

    async def ready(self) -> None:
        """Wait until it serves."""

        async def serves() -> bool:
            return not await probes.service_problem(LOOPBACK, self.ops_port)

        await eventually(serves, START_S, lambda: f"one more {self.name} is not ready: {self.child.last_words()}")


def one_more(stack: Stack, name: str, **env_changes: str) -> Instance:
    """Return a further instance of a service with a page of its own, with these settings; not started yet."""
    found = settle_ports({"page": LOOPBACK, "ops": LOOPBACK}, {"page": 0, "ops": 0})
    ports = {"HAVRE_PORT": str(found["page"]), "HAVRE_OPS_PORT": str(found["ops"])}
    env = stack.environment(name) | ports | env_changes
    return Instance(name, found["page"], found["ops"], service_child(name, env, stack.run_dir))
