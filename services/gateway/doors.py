"""The visitor's doors: how often an address comes through each, and what that costs it.

Whatever is wrong with the counting (the store away or slow) opens the doors: a frightened person gets in.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import TypeVar

from aiohttp import web
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis

from services.gateway import metrics
from services.gateway.pressure import Verdict, verdict
from services.gateway.puzzles import Puzzles
from services.gateway.settings import GatewaySettings
from shared import keys
from shared.addresses import hide
from shared.chat.frames import Challenge, Error, ErrorCode, FrameError
from shared.chat.store import STORE_FAILURES
from shared.logs import get_logger
from shared.proxies import countable_of

WINDOW_S = 600
CALM_S = 60
PATIENCE_S = 2.0
"""Time for one count; then it is not counted. Long, since a flood that slows the gateway must not open its doors."""
AWAY_S = 2.0
"""After a count that failed, nothing is counted for so long: nobody waits for a store that is away."""
TURNS = 4
"""Erase calls of addresses above their limit that are looked at together."""
HANDED_OUT_S = 120
"""For so long a socket that asks again is given the same puzzle; it can be solved for longer."""
REPLACED_S = 5
"""So soon it is given another one, when what it found does not count."""
ALL = "all"

T = TypeVar("T")


class Doors:
    """What all sockets and calls of one gateway share; ``who`` is a hidden address, None when it is not known."""

    def __init__(self, valkey: Redis, settings: GatewaySettings) -> None:
        self._valkey = valkey
        self._settings = settings
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=valkey.connection_pool,  # type: ignore[arg-type] # documented, but not in its own types
            key_prefix=keys.LIMITS,
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._most = RateLimitItemPerSecond(settings.opens_most, WINDOW_S, "most")
        self._free = RateLimitItemPerSecond(settings.opens_free, WINDOW_S, "free")
        self._calm = RateLimitItemPerSecond(settings.opens_calm, CALM_S, "calm")
        self._handshakes = RateLimitItemPerSecond(settings.handshakes_most, WINDOW_S, "handshakes")
        self._lookups = RateLimitItemPerSecond(settings.lookups_most, WINDOW_S, "lookups")
        self._finds = RateLimitItemPerSecond(settings.finds_most, WINDOW_S, "finds")
        self._erases = RateLimitItemPerSecond(settings.erases_free, WINDOW_S, "erases")
        self._puzzles = Puzzles(valkey, settings.proof_cost, settings.proof_tries)
        self._held: Counter[str] = Counter()
        self._turns = asyncio.Semaphore(TURNS)
        self._away_until = 0.0

    async def who(self, request: web.Request) -> str | None:
        """Return under which number this request is counted today."""
        address = countable_of(request, self._settings.proxies)
        return await self._or_open(lambda: hide(self._valkey, address), None) if address else None

    async def handshake(self, who: str | None) -> int:
        """Count a WebSocket that is about to open; return 0, or after how many seconds to come again."""
        if who is not None and self._held[who] >= self._settings.sockets_most:
            return metrics.turned_away("sockets", 5)
        return metrics.turned_away("handshakes", await self._wait(self._handshakes, who))

    async def look_up(self, who: str | None) -> int:
        """Count a search for help; return 0, or after how many seconds there will be another."""
        return metrics.turned_away("lookups", await self._wait(self._lookups, who))

    async def finding(self, who: str | None) -> int:
        """Count a try of resume words; return 0, or after how many seconds there will be another."""
        return metrics.turned_away("finds", await self._wait(self._finds, who))

    async def erasing(self, who: str | None) -> AbstractAsyncContextManager[object]:
        """Count an erase call; return what it is to be done in. It is never refused: whoever shares a victim's
        address, the one whom she flees included, could otherwise use up her red button."""
        return self._turns if await self._wait(self._erases, who) else nullcontext()

    def entrance(self, who: str | None) -> "Entrance":
        """Return one socket's way to new conversations."""
        return Entrance(self, who)

    def hold(self, who: str | None) -> None:
        """Count a socket in."""
        if who is not None:
            self._held[who] += 1

    def let_go(self, who: str | None) -> None:
        """Count a socket out."""
        if who is not None:
            self._held[who] -= 1
            if self._held[who] <= 0:
                del self._held[who]

    async def opening(self, who: str | None, work: str | None) -> tuple[Verdict, int]:
        """Count a wish to open a conversation; return what becomes of it, and the seconds to wait if it has to."""

        async def decide() -> tuple[Verdict, int]:
            worked = work is not None and await self._puzzles.solved(work)
            within_most = who is None or await self._limiter.test(self._most, who)
            within_free = worked or who is None or await self._limiter.hit(self._free, who)
            calm = worked or not within_free or await self._limiter.hit(self._calm, ALL)
            found = verdict(within_most=within_most, within_free=within_free, calm=calm, worked=worked)
            if found is Verdict.WELCOME and who is not None and not await self._limiter.hit(self._most, who):
                found = Verdict.WAIT
            wait = await self._seconds(self._most, who) if found is Verdict.WAIT and who else 0
            return found, wait

        return await self._or_open(decide, (Verdict.WELCOME, 0))

    async def puzzle(self) -> str | None:
        """Return a new puzzle, or None when none can be made: then there is nothing to prove."""
        return await self._or_open(self._puzzles.make, None)

    # ---- inside

    async def _wait(self, item: RateLimitItem, who: str | None) -> int:
        async def count() -> int:
            if who is None or await self._limiter.hit(item, who):
                return 0
            return await self._seconds(item, who)

        return await self._or_open(count, 0)

    async def _seconds(self, item: RateLimitItem, who: str) -> int:
        stats = await self._limiter.get_window_stats(item, who)
        return max(1, int(stats.reset_time - time.time()) + 1)

    async def _or_open(self, counted: Callable[[], Awaitable[T]], opened: T) -> T:
        """Return what ``counted`` says, or ``opened`` when the store does not answer, now or a moment ago."""
        if time.monotonic() < self._away_until:
            return opened
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await counted()
        except STORE_FAILURES as error:
            self._away_until = time.monotonic() + AWAY_S
            get_logger().warning("doors_not_counted", error=error)
            return opened


class Entrance:
    """One socket's way to a conversation. It has at most one puzzle at a time: asking again costs us nothing."""

    __slots__ = ("_challenge", "_doors", "_made_at", "_who")

    def __init__(self, doors: Doors, who: str | None) -> None:
        self._doors = doors
        self._who = who
        self._challenge: Challenge | None = None
        self._made_at = 0.0

    def enter(self) -> None:
        """Its socket is open."""
        self._doors.hold(self._who)

    def leave(self) -> None:
        """Its socket is gone."""
        self._doors.let_go(self._who)

    async def ask(self, work: str | None) -> Challenge | None:
        """Return None when the conversation may be opened, or what has to be solved first.

        Raises ``FrameError`` (``too_fast``) above the limit that is refused.
        """
        found, wait = await self._doors.opening(self._who, work)
        metrics.OPENINGS[found].inc()
        if found is Verdict.WAIT:
            detail = "too many conversations were opened from this address; come again later"
            raise FrameError(Error(code=ErrorCode.TOO_FAST, detail=detail, retry_after_ms=wait * 1000))
        if found is Verdict.WELCOME:
            self._challenge = None
            return None
        return await self._puzzle(HANDED_OUT_S if work is None else REPLACED_S)

    async def find(self) -> None:
        """Let a try of resume words pass. Raises ``FrameError`` (``too_fast``): who guesses words of many
        conversations meets no counter of theirs, but this one."""
        wait = await self._doors.finding(self._who)
        if wait:
            detail = "too many tries from this address; come again later"
            raise FrameError(Error(code=ErrorCode.TOO_FAST, detail=detail, retry_after_ms=wait * 1000))

    async def _puzzle(self, kept_s: float) -> Challenge | None:
        if self._challenge is None or time.monotonic() > self._made_at + kept_s:
            puzzle = await self._doors.puzzle()
            if puzzle is None:
                return None
            self._challenge = Challenge(puzzle=puzzle)
            self._made_at = time.monotonic()
        return self._challenge
