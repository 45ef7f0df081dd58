"""Names of streams, durable consumers and buckets. Their settings are declared by ``infra.streams`` alone."""

CONVERSATIONS = "CONVERSATIONS"
"""Lifecycle facts of conversations; kept until every consumer has them, 24 h at most."""

REFERENCE = "REFERENCE"
"""Last word on each embedded table: which edition is in force."""

DEAD_LETTERS = "DEAD_LETTERS"
"""Messages that no retry could settle, for a person to look at. Never chat content."""

ROUTER_OPENED = "router-opened"
DISPATCHER_ROUTED = "dispatcher-routed"
DISPATCHER_ERASED = "dispatcher-erased"
SIGNALEMENT_FIGURES = "signalement-figures"

STAFF = "STAFF"
"""Key-value bucket: staff accounts, argon2id hashes, roles."""

FIGURES = "FIGURES"
"""Key-value bucket: counts by month, category and force; no identity."""


def bucket_stream(bucket: str) -> str:
    """Return the name of the stream behind a key-value bucket (NATS ADR-8)."""
    return f"KV_{bucket}"


def bucket_keys(bucket: str) -> str:
    """Return the filter for every key of a bucket, as subjects (NATS ADR-8)."""
    return f"$KV.{bucket}.>"
