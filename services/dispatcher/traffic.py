"""Keeps what came in each hour: the memory store counts it, one instance writes it where it survives.

Written whole, again and again while the hour lasts, so that an instance that dies on the way leaves nothing undone.
"""

import time
from collections import defaultdict

import msgspec
import nats.js.errors
from nats.aio.client import Client
from nats.js.kv import KeyValue
from redis.asyncio import Redis

from services.dispatcher.domain.traffic import HOUR_S, WEEKS, Counts, Hour, fuller, week_of
from services.dispatcher.store.dispatch import text
from shared import keys, streams

HOURS_BACK = 2
"""Hours before this one that are written again: what ended at their very end may not have been counted yet."""
TURN_MS = 90_000
FRESH_S = 5.0

_decoder = msgspec.json.Decoder(dict[int, dict[str, Counts]])


class TrafficKeeper:
    """See the module's text. Raises what redis and nats-py raise when they are away."""

    def __init__(self, valkey: Redis, client: Client, instance: str) -> None:
        self._valkey = valkey
        self._client = client
        self._instance = instance
        self._bucket: KeyValue | None = None
        self._known: dict[int, Hour] = {}
        self._known_at = 0.0

    async def keep(self) -> None:
        """Write the hours of late; nothing when it is another's turn. Called periodically."""
        if not await self._my_turn():
            return
        now, _ = await self._valkey.time()
        this = int(now) // HOUR_S
        by_week: dict[int, dict[int, Hour]] = defaultdict(dict)
        for hour in range(this - HOURS_BACK, this + 1):
            by_week[week_of(hour)][hour] = await self._counted(hour)
        for week, hours in by_week.items():
            await self._merge(week, hours, this)

    async def known(self) -> dict[int, Hour]:
        """Return the hours of the last weeks; as they were at most a few seconds ago."""
        if time.monotonic() - self._known_at > FRESH_S or not self._known_at:
            now, _ = await self._valkey.time()
            this = week_of(int(now) // HOUR_S)
            found: dict[int, Hour] = {}
            for week in range(this - WEEKS, this + 1):
                found |= (await self._week(week))[0]
            self._known, self._known_at = found, time.monotonic()
        return self._known

    async def _merge(self, week: int, hours: dict[int, Hour], this: int) -> None:
        kept, revision = await self._week(week)
        merged = {hour: fuller(kept.get(hour, {}), counts) for hour, counts in hours.items()}
        # An hour that nobody here saw any of says nothing; one that is written once stays.
        merged = {hour: counts for hour, counts in merged.items() if counts or hour in kept or hour == this}
        if any(kept.get(hour) != counts for hour, counts in merged.items()):
            body = msgspec.json.encode(kept | merged)
            await (await self._open()).update(streams.traffic_week(week), body, last=revision)

    async def _counted(self, hour: int) -> Hour:
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for field, value in (await self._valkey.hgetall(keys.traffic(hour))).items():
            queue, what = text(field).rsplit(".", 1)
            found[queue][what] = int(value)
        return {queue: Counts(**counts) for queue, counts in found.items()}

    async def _week(self, week: int) -> tuple[dict[int, Hour], int]:
        try:
            entry = await (await self._open()).get(streams.traffic_week(week))
        except nats.js.errors.KeyNotFoundError:
            return {}, 0
        return dict(_decoder.decode(entry.value or b"{}")), entry.revision or 0

    async def _my_turn(self) -> bool:
        if await self._valkey.set(keys.TRAFFIC_TURN, self._instance, nx=True, px=TURN_MS):
            return True
        if await self._valkey.get(keys.TRAFFIC_TURN) != self._instance.encode():
            return False
        await self._valkey.pexpire(keys.TRAFFIC_TURN, TURN_MS)
        return True

    async def _open(self) -> KeyValue:
        if self._bucket is None:
            self._bucket = await self._client.jetstream().key_value(streams.TRAFFIC)
        return self._bucket
