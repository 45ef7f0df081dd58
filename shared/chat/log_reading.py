"""Reading the logs of many conversations: at once when idle, many in one round trip when many come back together.

After a gateway's death every page asks for its log within seconds, and a round trip for each is a quarter of what that
costs.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import redis.asyncio

from shared import keys

MOST_TOGETHER = 32
"""Logs read in one round trip: a page of each may have to be held in memory."""

Asked = tuple[str, int, "asyncio.Future[list[bytes]]"]


class LogReader:
    """One reading is under way at a time; what is asked meanwhile goes together in the next."""

    def __init__(self, client: "redis.asyncio.Redis", page: int) -> None:
        self._client = client
        self._page = page
        self._asked: list[Asked] = []
        self._reading: asyncio.Task[None] | None = None

    async def after(self, cid: str, seq: int) -> list[bytes]:
        """Return up to a page of what follows message ``seq``, in order. Raises what the store's client raises."""
        answer: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()
        self._asked.append((cid, seq, answer))
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_all())
        return await answer

    async def _read_all(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked[:MOST_TOGETHER], self._asked[MOST_TOGETHER:]
                for (_, _, answer), found in zip(asked, await self._read(asked), strict=True):
                    if answer.done():
                        continue  # who asked is gone
                    if isinstance(found, Exception):
                        answer.set_exception(found)
                    else:
                        answer.set_result(found)
        finally:
            self._reading = None

    async def _read(self, asked: Sequence[Asked]) -> list[Any]:
        """Return for each what was found, or what went wrong with it alone or with all."""
        try:
            async with self._client.pipeline(transaction=False) as pipe:
                for cid, seq, _ in asked:
                    pipe.lrange(keys.log(cid), seq, seq + self._page - 1)
                return list(await pipe.execute(raise_on_error=False))
        except Exception as error:  # noqa: BLE001 - handed to everybody who asked
            return [error] * len(asked)
