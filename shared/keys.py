"""Every key of the memory store (Valkey, persistence off), built here and nowhere else.

A conversation's keys carry its id as hash tag, and dispatching has one tag of its own, so that the store can be
clustered: no script touches two conversations' slots and the dispatch slot in one call.
"""


def conversation(cid: str) -> str:
    """Hash: state, category, audience, place, token digest, participants, last sequence number."""
    return f"{{{cid}}}:conversation"


def log(cid: str) -> str:
    """Stream of the messages; entry ids are ``<seq>-0``."""
    return f"{{{cid}}}:log"


def client_ids(cid: str) -> str:
    """Hash: client message id -> sequence number, so that a resend is harmless."""
    return f"{{{cid}}}:client-ids"


def all_of(cid: str) -> tuple[str, str, str]:
    """Return every key that a conversation has: what erasing removes."""
    return conversation(cid), log(cid), client_ids(cid)


def queue(force: str, category: str) -> str:
    """Sorted set: waiting conversations of one queue, best served first."""
    return f"{{dispatch}}:queue:{force}.{category}"


QUEUES = "{dispatch}:queues"
"""Hash: conversation -> `<force>.<category>` of the queue it waits in."""

HELD = "{dispatch}:held"
"""Hash: conversation -> operator. The truth about who has what."""

TURNS = "{dispatch}:turns"
"""Hash: conversation -> how many operators have had it."""

UNANNOUNCED = "{dispatch}:unannounced"
"""Sorted set: decisions not yet projected and published, by time (ms)."""

ESTIMATES = "{dispatch}:estimates"
"""Hash: `<force>.<category>` -> seconds that one place in that queue has lately taken; absent when unknown."""

OPERATORS = "{dispatch}:operators"
"""Sorted set: operator -> end of lease (ms)."""


def operator(oid: str) -> str:
    """Hash: force, categories, limit, status, instance, idle since."""
    return f"{{dispatch}}:operator:{oid}"


def load(oid: str) -> str:
    """Set: conversations that this operator holds."""
    return f"{{dispatch}}:load:{oid}"


def session(digest: str) -> str:
    """String (JSON): a staff session, by the SHA-256 of its token."""
    return f"session:{digest}"


def attempts(scope: str, who: str) -> str:
    """Counter of failed tries, for brute-force limits."""
    return f"attempts:{scope}:{who}"
