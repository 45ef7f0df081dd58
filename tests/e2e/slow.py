"""A browser on a cheap phone: its pages get a fraction of a processor, whatever thread they compute on.

Chromium's own ``Emulation.setCPUThrottlingRate`` slows the page's thread alone; what the browser computes beside it
(cryptography does) would stay as fast as this machine.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

from playwright.async_api import Browser

TURN_S = 0.03


@asynccontextmanager
async def slowed(browser: Browser, times: int) -> AsyncIterator[None]:
    """Let every page of ``browser`` run for one part in ``times`` of the time, in turns of 30 ms."""
    session = await browser.new_browser_cdp_session()
    found = await session.send("SystemInfo.getProcessInfo")
    pages = [int(one["id"]) for one in found["processInfo"] if one["type"] == "renderer"]
    assert pages
    throttle = asyncio.create_task(_throttle(pages, TURN_S / times))
    try:
        yield
    finally:
        throttle.cancel()
        with suppress(asyncio.CancelledError):
            await throttle
        _signal(pages, signal.SIGCONT)
        await session.detach()


async def _throttle(pages: Iterable[int], run_s: float) -> None:
    while True:
        _signal(pages, signal.SIGCONT)
        await asyncio.sleep(run_s)
        _signal(pages, signal.SIGSTOP)
        await asyncio.sleep(TURN_S - run_s)


def _signal(pages: Iterable[int], number: signal.Signals) -> None:
    for page in pages:
        with suppress(ProcessLookupError):
            os.kill(page, number)
