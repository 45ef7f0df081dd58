"""Passwords: argon2id, checked off the event loop, as slow for an unknown login as for a wrong password."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

SHORTEST = 12
LONGEST = 256
"""Characters; a longer one is refused before any work is done on it."""
AT_ONCE = 2
"""Hashes computed at the same time: each takes 64 MiB and a core."""


class Passwords:
    """Hashes and checks; see the module's text."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = self._hasher.hash(secrets.token_urlsafe(16))
        self._room = asyncio.Semaphore(AT_ONCE)

    def hash(self, password: str) -> str:
        """Return the hash to keep. Raises ``ValueError`` with a sentence when the password is too short or too long."""
        return self._hasher.hash(checked(password))

    async def right(self, kept: str | None, password: str) -> bool:
        """Return whether ``password`` has the hash ``kept``; None (no such account) takes as long."""
        if len(password) > LONGEST:
            return False
        async with self._room:
            matches = await asyncio.to_thread(self._matches, kept or self._nobodys, password)
        return matches and kept is not None

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (Argon2Error, InvalidHashError):
            return False


def checked(password: str) -> str:
    """Return a password, or a key phrase, if it may be one. Raises ``ValueError`` with a sentence otherwise."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise ValueError(f"a password has {SHORTEST} to {LONGEST} characters")
    return password
