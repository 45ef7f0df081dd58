"""Sessions, in the memory store: what is kept is the digest of a random token, so who reads the store cannot log in."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

import msgspec
from redis.asyncio import Redis

from services.dispatcher.staff.accounts import Account
from shared import keys
from shared.contracts.conversation import Force


class Session(msgspec.Struct, frozen=True):
    """Who is logged in, as the account stood at login. ``digest`` names the session and proves nothing."""

    login: str
    force: Force
    roles: tuple[str, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, finds and revokes sessions, which end ``length_s`` seconds after their last sign of life."""

    valkey: Redis
    length_s: int

    async def open(self, account: Account, replaces: str | None = None) -> str:
        """Return the token of a new session; the one that the browser had before (``replaces``) ends."""
        if replaces:
            await self.close(replaces)
        token = secrets.token_urlsafe(32)
        digest = digest_of(token)
        session = Session(account.login, account.force, tuple(account.roles), digest)
        async with self.valkey.pipeline(transaction=False) as pipe:
            pipe.set(keys.session(digest), msgspec.json.encode(session), ex=self.length_s)
            pipe.sadd(keys.sessions_of(account.login), digest)
            pipe.expire(keys.sessions_of(account.login), self.length_s)
            await pipe.execute()
        return token

    async def find(self, token: str | None) -> Session | None:
        """Return whose session a token proves, or None. This is a sign of life."""
        return await self.still(digest_of(token)) if token else None

    async def still(self, digest: str) -> Session | None:
        """Return a session by its digest while it has neither ended nor been revoked. This is a sign of life.

        So nobody is logged out in the middle of a chat, however long the shift.
        """
        found: Any = await self.valkey.getex(keys.session(digest), ex=self.length_s)
        if not found:
            return None
        session = msgspec.json.decode(found, type=Session)
        await self.valkey.expire(keys.sessions_of(session.login), self.length_s)
        return session

    async def close(self, token: str) -> None:
        """End one session; harmless when it has ended."""
        session = await self.find(token)
        if session:
            await self.valkey.delete(keys.session(session.digest))
            await _result(self.valkey.srem(keys.sessions_of(session.login), session.digest))

    async def revoke_all(self, login: str) -> int:
        """End every session of an account; return how many there were."""
        digests: Any = await _result(self.valkey.smembers(keys.sessions_of(login)))
        gone = 0
        for digest in digests:
            gone += int(await self.valkey.delete(keys.session(digest.decode())))
        await self.valkey.delete(keys.sessions_of(login))
        return gone


def digest_of(token: str) -> str:
    """Return the form in which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


async def _result(answer: Any) -> Any:
    return await answer
