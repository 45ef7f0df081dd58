"""Start, keep running, stop: what ``make run`` does, for a person at a terminal."""

import asyncio
import os
import signal
import sys

from pydantic import ValidationError

from infra.local.children import die_with_parent
from infra.local.failure import LaunchFailed
from infra.local.settings import LocalSettings
from infra.local.stack import Stack
from infra.local.supervisor import supervise


def say(line: str) -> None:
    """Print one line at once, also into a pipe."""
    print(line, flush=True)


async def launch(settings: LocalSettings) -> None:
    """Run until asked to stop. Raises ``LaunchFailed`` after stopping what had started."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stack = Stack(settings, say=say)
    work = asyncio.create_task(_start_and_keep(stack))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            await work
    finally:
        work.cancel()
        stopping.cancel()
        await asyncio.gather(work, stopping, return_exceptions=True)
        await stack.stop()
    say("stopped")


async def _start_and_keep(stack: Stack) -> None:
    say("starting Havre")
    await stack.start()
    say(f"visitor   {stack.addresses.visitor}")
    say(f"console   {stack.addresses.console}")
    for login in stack.credentials:
        say(f"operator  {login.login} / {login.password}  ({login.force})")
    if stack.magistrate is not None:
        one = stack.magistrate
        say(f"magistrate {one.login} / {one.password}  (page /magistrate; one-time codes: {one.secret})")
    for partner in stack.partners:
        say(f"partner   {partner.card}  ({partner.force})")
    if stack.partners:
        say(f"          to be one: {sys.executable} examples/partner.py FILE")
    say("ready")
    await supervise(stack, say)


def main() -> int:
    """Return 0 when asked to stop, 1 with one line on standard error when the system cannot start."""
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)  # a killed `make` cannot pass its end on
    try:
        asyncio.run(launch(LocalSettings()))
    except LaunchFailed as failure:
        return fail(str(failure))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        return fail(f"HAVRE_{'_'.join(map(str, first['loc'])).upper()}: {first['msg']}")
    return 0


def fail(sentence: str) -> int:
    """Say why it cannot go on, in one line, and return the exit code."""
    print(f"havre: {sentence}", file=sys.stderr, flush=True)
    return 1
