"""Signalement as a process that is killed at its n-th write: ``python -m tests.component.signalement.mortal``.

Reads lines from standard input. For each number, a child of its own runs the real service and kills itself with SIGKILL
once its n-th write has left for the server and before it knows whether that arrived; 0 never dies. The modules are
loaded once, by the parent, so that a death costs no second.
"""

import os
import signal
import sys
from typing import Any

from nats.aio.msg import Msg
from nats.js.client import JetStreamContext

from infra.local.children import die_with_parent
from services.signalement import app
from tests.arrived import arrived

LIFE = "life: "
"""How lines for the test begin; others are the service's log."""


def tell(said: str) -> None:
    """Tell the test, on a line of its own: a life that was ended may have left half a line of its log."""
    print(f"\n{LIFE}{said}", flush=True)


class Deadline:
    """Counts writes, and dies of one of them."""

    def __init__(self, at: int) -> None:
        self._left = at

    def due(self) -> bool:
        """Count one write; whether it is the last."""
        self._left -= 1
        return self._left == 0


def doom(deadline: Deadline) -> None:
    """Have this process die at its time: of anything that it stores, takes out, or acknowledges."""
    publish, purge, acknowledge = JetStreamContext.publish, JetStreamContext.purge_stream, Msg.ack

    async def mortal_publish(self: JetStreamContext, subject: str, payload: bytes = b"", **more: Any) -> Any:
        if deadline.due():
            ttl = {"Nats-TTL": str(int(more["msg_ttl"]))} if more.get("msg_ttl") else {}
            await self._nc.publish(subject, payload, headers={**(more.get("headers") or {}), **ttl} or None)
            await die(self._nc, family_of(subject))
        return await publish(self, subject, payload, **more)

    async def mortal_purge(self: JetStreamContext, name: str, **more: Any) -> Any:
        if deadline.due():
            await die(self._nc, f"purge {name}")
        return await purge(self, name, **more)

    async def mortal_ack(self: Msg) -> None:
        if deadline.due():
            await die(self._client, "ack")
        await acknowledge(self)

    JetStreamContext.publish = mortal_publish  # type: ignore[method-assign, assignment] # what a crash interrupts
    JetStreamContext.purge_stream = mortal_purge  # type: ignore[method-assign, assignment] # what a crash interrupts
    Msg.ack = mortal_ack  # type: ignore[method-assign] # what a crash interrupts


def family_of(subject: str) -> str:
    """Return what sort of write it is: a subject without ids and actions."""
    parts = subject.split(".")
    if parts[0] == "$KV":
        return ".".join(parts[:3]) if parts[1] == "FIGURES" else ".".join(parts[:2])
    return parts[0] if parts[0] == "audit" else ".".join(parts[:5])


async def die(client: Any, of: str) -> None:
    """Be gone as in a power cut, once what was said has left."""
    await arrived(client)
    tell(f"died of {of}")
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Serve one life after the other."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            die_with_parent()
            if int(line):
                doom(Deadline(int(line)))
            app.serve()
            os._exit(0)
        tell(str(child))
        os.waitpid(child, 0)
        tell("over")


if __name__ == "__main__":
    main()
