"""Starts again what dies, and says so: sooner at first, later when it keeps dying."""

import asyncio
import time

from infra.local.failure import LaunchFailed
from infra.local.stack import Say, Stack

LOOK_EVERY_S = 0.2
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 15.0
STEADY_S = 60.0
"""A part that has run this long has earned a quick start the next time."""


def next_pause(last: float, ran_s: float) -> float:
    """Return how long to wait before starting a part again that ran ``ran_s`` seconds; ``last`` is 0 the first time."""
    if last == 0 or ran_s >= STEADY_S:
        return FIRST_PAUSE_S
    return min(last * 2, LONGEST_PAUSE_S)


async def supervise(stack: Stack, say: Say) -> None:
    """Watch every part until cancelled."""
    async with asyncio.TaskGroup() as group:
        for name in stack.children:
            group.create_task(_keep(stack, name, say))


async def _keep(stack: Stack, name: str, say: Say) -> None:
    child = stack.children[name]
    pause = 0.0
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if child.alive:
            continue
        pause = next_pause(pause, time.monotonic() - child.started_at)
        say(f"{name} died ({child.ending()}); starting it again in {pause:.1f} s")
        await asyncio.sleep(pause)
        started = time.monotonic()
        try:
            await stack.start_service(name)
        except LaunchFailed as failure:
            say(str(failure))
        else:
            say(f"{name} is ready again ({time.monotonic() - started:.1f} s)")
