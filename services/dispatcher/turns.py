"""Something that is done whenever it is wanted, and every so often in any case; the store may be away meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from shared.chat.store import STORE_FAILURES
from shared.logs import get_logger
from shared.run import going_on


class Turns:
    """Many wakes are one turn; a turn that the store failed is logged as ``failed`` and done again after a while."""

    def __init__(
        self, act: Callable[[], Awaitable[None]], failed: str, every_s: float, again_s: float | None = None
    ) -> None:
        """``every_s``: at the latest; ``again_s``: after a failure, if not as often as that."""
        self._act = act
        self._failed = failed
        self._every_s = every_s
        self._again_s = every_s if again_s is None else again_s
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """Take a turn soon."""
        self._wanted.set()

    async def run(self) -> None:
        """Take turns for ever."""
        while going_on():
            # Not by wait_for, which loses a cancellation that comes together with a wake: this would go on for ever.
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._wanted.wait()
            self._wanted.clear()
            try:
                await self._act()
            except STORE_FAILURES as error:
                get_logger().warning(self._failed, error=error)
                await asyncio.sleep(self._again_s)
                self._wanted.set()
