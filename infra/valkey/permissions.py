"""Who may touch what in the memory store: one table, one user a service, everything else refused by the server.

Names of keys come from ``shared.keys``. The server's own user (``default``) may do everything; only who starts the
server, and its health check, know its password. Rules: https://valkey.io/topics/acl/
"""

import hashlib
from dataclasses import dataclass

from shared import keys

ANY = "*"

COMMANDS = (
    "-@all",
    "+@read",
    "+@write",
    "+@connection",
    "+@transaction",
    "+time",
    # What looks through all keys, whoever's they are, empties the store or changes how it works.
    "-@dangerous",
    "-@admin",
    "-scan",
    "-randomkey",
    "-@scripting",
    "+evalsha",
    "+script|load",
    "+script|exists",
)
"""A script may do what its caller may, and no more."""

CONVERSATION = (f"{keys.CONVERSATIONS}{ANY}", keys.resume(ANY))
"""A conversation's own, tried first: what both ends' services read, write and erase."""


@dataclass(frozen=True)
class Permissions:
    """What one user may do with keys of which names; everything else is refused."""

    use: tuple[str, ...]
    read: tuple[str, ...] = ()


PERMISSIONS = {
    "gateway": Permissions(
        use=(*CONVERSATION, keys.puzzle(ANY), f"{keys.LIMITS}{ANY}", keys.ADDRESS_SALT),
        # With what an opening conversation is sealed: for which keys, and what vouches for them.
        read=(keys.duty(ANY), keys.credential(ANY)),
    ),
    "dispatcher": Permissions(
        use=(
            *CONVERSATION,
            f"{keys.DISPATCH}{ANY}",
            keys.credential(ANY),
            keys.session(ANY),
            keys.sessions_of(ANY),
            f"used-{ANY}",
            f"attempts:{ANY}",
        )
    ),
}
USERS = tuple(PERMISSIONS)


def acl(user: str, password: str) -> str:
    """Return the line of ``valkey.conf`` that makes a user. It has the password's digest, not the password."""
    may = PERMISSIONS[user]
    digest = hashlib.sha256(password.encode()).hexdigest()
    names = (*(f"~{name}" for name in may.use), *(f"%R~{name}" for name in may.read))
    return " ".join(("user", user, "reset", "on", f"#{digest}", "resetchannels", *names, *COMMANDS))
