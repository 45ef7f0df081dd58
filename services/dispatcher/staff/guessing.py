"""Limits on guessing passwords: failures are counted by login, by address, and by both together.

An address is never stored: it is hashed under a random secret of the day, which lives in the memory store alone. A
login by itself has the loosest limit, so that a stranger cannot easily lock an operator out.
"""

import hashlib
from dataclasses import dataclass

from redis.asyncio import Redis

from shared import keys
from shared.addresses import hide

WINDOW_S = 900


@dataclass(frozen=True, slots=True)
class Limits:
    """Tries that failed within a quarter of an hour after which no password is looked at any more."""

    both: int = 5
    address: int = 30
    login: int = 60


@dataclass(frozen=True, slots=True)
class Guessing:
    """Counts failures; see the module's text."""

    valkey: Redis
    limits: Limits = Limits()

    async def begin(self, login: str, address: str) -> int:
        """Count a try before it is looked at; return 0, or after how many seconds one will be looked at again.

        Counted first, so that a thousand tries at the same moment are a thousand tries.
        """
        counters = await self._counters(login, address)
        async with self.valkey.pipeline(transaction=True) as pipe:
            for name in counters:
                pipe.incr(name)
                pipe.expire(name, WINDOW_S, nx=True)
                pipe.ttl(name)
            answers = await pipe.execute()
        counts, ends = answers[0::3], answers[2::3]
        over = [end for count, end, most in zip(counts, ends, counters.values(), strict=True) if count > most]
        return max(1, *over) if over else 0

    async def succeeded(self, login: str, address: str) -> None:
        """Take back what ``begin`` counted, and the slips before it of this login from this address."""
        both, *others = await self._counters(login, address)
        async with self.valkey.pipeline(transaction=True) as pipe:
            pipe.delete(both)
            for name in others:
                pipe.decr(name)
            await pipe.execute()

    async def take_back(self, login: str, address: str) -> None:
        """Take back this one try and no slip before it: nothing was guessed, and nobody has been let in."""
        async with self.valkey.pipeline(transaction=True) as pipe:
            for name in await self._counters(login, address):
                pipe.decr(name)
            await pipe.execute()

    async def _counters(self, login: str, address: str) -> dict[str, int]:
        """Return the counters that concern a try, each with the most that it may show; the first is for both."""
        hidden = await hide(self.valkey, address)
        who = hashlib.sha256(login.encode()).hexdigest()[:32]
        return {
            keys.attempts("both", f"{who}.{hidden}"): self.limits.both,
            keys.attempts("address", hidden): self.limits.address,
            keys.attempts("login", who): self.limits.login,
        }
