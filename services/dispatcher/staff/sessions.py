"""Sessions, in the memory store: what is kept is the digest of a random token, so who reads the store cannot log in."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from redis.asyncio import Redis

from services.dispatcher.staff.accounts import Account
from shared import keys
from shared.clock import now_ms
from shared.contracts.conversation import Force

LONGEST_S = 57_600
REPLACED_KEPT_S = 60
"""How long an open console may still use a session that a new login has replaced: until the page has connected anew."""
MARK = 12
"""Characters of a session's digest by which people tell sessions apart."""


class Session(msgspec.Struct, frozen=True):
    """Who is logged in, as the account stood at login. ``digest`` names the session and proves nothing.

    ``opened_at``, ``ends_at``: milliseconds since 1970; nothing prolongs it beyond ``ends_at``. ``hint``: the identity
    provider's token of this login, which it wants to see at the logout; empty for a local login.
    """

    login: str
    force: Force
    roles: tuple[str, ...]
    digest: str
    opened_at: int = 0
    ends_at: int = 0
    hint: str = ""
    replaced: bool = False

    @property
    def mark(self) -> str:
        """Return what it is called in lists and in the audit."""
        return self.digest[:MARK]


@dataclass(frozen=True, slots=True)
class Sessions:
    """Opens, finds and revokes sessions.

    They end ``length_s`` seconds after their last sign of life, and ``longest_s`` seconds after the login in any case.
    """

    valkey: Redis
    length_s: int
    longest_s: int = LONGEST_S
    clock: Callable[[], int] = now_ms

    async def open(self, account: Account, replaces: str | None = None, hint: str = "") -> tuple[str, Session]:
        """Return the token of a new session, and the session; the one that the browser had before is over.

        A console that is open in that browser keeps its seat for a minute, so that logging in again in the middle of
        a chat loses nothing.
        """
        if replaces:
            await self._replace(replaces, account.login)
        token, now = secrets.token_urlsafe(32), self.clock()
        session = Session(
            login=account.login,
            force=account.force,
            roles=tuple(account.roles),
            digest=digest_of(token),
            opened_at=now,
            ends_at=now + self.longest_s * 1000,
            hint=hint,
        )
        async with self.valkey.pipeline(transaction=False) as pipe:
            pipe.set(keys.session(session.digest), msgspec.json.encode(session), ex=self.length_s)
            pipe.sadd(keys.sessions_of(account.login), session.digest)
            pipe.expire(keys.sessions_of(account.login), self.length_s)
            await pipe.execute()
        return token, session

    async def find(self, token: str | None) -> Session | None:
        """Return whose session a token proves, or None. This is a sign of life."""
        session = await self.still(digest_of(token)) if token and token.isascii() else None
        return None if session is None or session.replaced else session

    async def still(self, digest: str) -> Session | None:
        """Return a session by its digest while it has neither ended nor been revoked. This is a sign of life.

        So nobody is logged out in the middle of a chat before ``longest_s``, of which the console warns in time.
        """
        session = _read(await self.valkey.get(keys.session(digest)))
        if session is None or session.replaced:
            return session
        left_s = (session.ends_at - self.clock()) // 1000
        if left_s <= 0:
            await self._forget(session)
            return None
        async with self.valkey.pipeline(transaction=False) as pipe:
            pipe.expire(keys.session(digest), min(self.length_s, left_s))
            pipe.expire(keys.sessions_of(session.login), self.length_s)
            await pipe.execute()
        return session

    async def of(self, login: str) -> list[Session]:
        """Return the sessions of an account, oldest first. This is no sign of life."""
        digests: Any = await _result(self.valkey.smembers(keys.sessions_of(login)))
        found = [_read(await self.valkey.get(keys.session(digest.decode()))) for digest in digests]
        alive = [one for one in found if one and not one.replaced and one.ends_at > self.clock()]
        return sorted(alive, key=lambda session: session.opened_at)

    async def close(self, token: str) -> None:
        """End one session; harmless when it has ended."""
        session = await self.find(token)
        if session:
            await self._forget(session)

    async def revoke(self, login: str, mark: str) -> int:
        """End those sessions of an account whose mark begins so; return how many there were."""
        gone = [session for session in await self.of(login) if session.digest.startswith(mark)]
        for session in gone:
            await self._forget(session)
        return len(gone)

    async def revoke_all(self, login: str) -> int:
        """End every session of an account; return how many there were."""
        digests: Any = await _result(self.valkey.smembers(keys.sessions_of(login)))
        gone = 0
        for digest in digests:
            gone += int(await self.valkey.delete(keys.session(digest.decode())))
        await self.valkey.delete(keys.sessions_of(login))
        return gone

    async def _replace(self, token: str, login: str) -> None:
        session = await self.find(token)
        if session is None:
            return
        if session.login != login:
            await self._forget(session)
            return
        over = msgspec.structs.replace(session, replaced=True)
        await self.valkey.set(keys.session(session.digest), msgspec.json.encode(over), xx=True, ex=REPLACED_KEPT_S)

    async def _forget(self, session: Session) -> None:
        await self.valkey.delete(keys.session(session.digest))
        await _result(self.valkey.srem(keys.sessions_of(session.login), session.digest))


def digest_of(token: str) -> str:
    """Return the form in which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def _read(found: Any) -> Session | None:
    return msgspec.json.decode(found, type=Session) if found else None


async def _result(answer: Any) -> Any:
    return await answer
