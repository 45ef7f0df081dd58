"""The whole system for tests: five real services on free ports, started once a session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infra.local.settings import LocalSettings
from infra.local.stack import Stack

PSYCHOLOGISTS = (
    '{"police": {"week": "24/7", "on_holidays": "00:00-24:00"}, '
    '"gendarmerie": {"week": "off", "exceptions": {"2099-09-09": "09:00-18:00"}}}'
)
"""There at any hour for the police, not for long for the gendarmerie: tests run when they run."""
KEY_ROUNDS = 1_000
"""How slow the demo staff's keys are to open in tests: their strength is not what is tested."""


def free_ports(**changes: object) -> LocalSettings:
    """Return launcher settings that take free ports, whatever the environment says, with ``changes``."""
    ports: dict[str, object] = {
        "host": "127.0.0.1",
        "gateway_port": 0,
        "dispatcher_port": 0,
        "nats_port": 0,
        "valkey_port": 0,
        "ops_base": 0,
        "start_timeout_s": 120,
    }
    return LocalSettings.model_validate({**ports, **changes})


class StaffedStack(Stack):
    """One whose dispatchers have psychologists, and nothing else in this process."""

    def environment(self, service: str) -> dict[str, str]:
        return {"HAVRE_PSYCHOLOGISTS": PSYCHOLOGISTS, **super().environment(service)}


@asynccontextmanager
async def running_stack() -> AsyncIterator[Stack]:
    """Start everything, demo staff included, for the length of the context."""
    stack = StaffedStack(free_ports(), key_rounds=KEY_ROUNDS)
    try:
        await stack.start()
        yield stack
    finally:
        await stack.stop()
