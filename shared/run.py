"""How a service process starts and stops."""

import asyncio
import gc
import resource
import signal
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import uvloop

from shared import logs
from shared.logs import get_logger

COLLECT_AFTER = (20_000, 10, 10)
"""New objects after which the collector looks at the youngest; then how often before it looks at the older ones."""


def run(service: str, level: str, main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run ``main(stop)`` on uvloop until it returns; SIGTERM and SIGINT set ``stop``, so that it can end in order."""
    # A core dump would write what is in memory to a disk (P1), whoever starts this process.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    logs.configure(service, level)
    _calm_the_collector()

    async def with_signals() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(report_loop_error)
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        get_logger().info("starting")
        await main(stop)
        get_logger().info("stopped")

    uvloop.run(with_signals())


def _calm_the_collector() -> None:
    """Have the garbage collector leave alone what the imports made, and look at the rest less often.

    Nearly all here is freed by its reference count. Looking at a few hundred thousand objects of libraries for cycles
    that cannot be there costs a tenth of a busy gateway, and pushes what it works on out of the processor's caches.
    """
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def report_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no task caught by its type and place alone: the loop's own sentence shows arguments, which may be words
    that a person wrote (P1)."""
    get_logger().error("uncaught", error=context.get("exception"))


def going_on() -> bool:
    """Whether nobody has cancelled the task that asks: what every loop without an end asks at its every turn.

    A client of the store or of the broker may swallow a cancellation that comes together with its own time limit.
    """
    task = asyncio.current_task()
    return task is None or not task.cancelling()


async def forever(name: str, period_s: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do ``work`` every ``period_s`` seconds; a failure is logged and the next turn comes all the same."""
    while going_on():
        await asyncio.sleep(period_s)
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - a periodic task must outlive the failure of one turn
            get_logger().warning("periodic_work_failed", work=name, error=error)


@contextmanager
def background(*works: Coroutine[Any, Any, None]) -> Iterator[None]:
    """Run coroutines beside what happens in the context; they are cancelled at its end.

    One that dies of an error is logged: it would otherwise be missed only when its work is.
    """
    tasks = [asyncio.create_task(work, name=str(work)) for work in works]

    def report(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            get_logger().error("background_work_died", work=task.get_name(), error=error)

    for task in tasks:
        task.add_done_callback(report)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
