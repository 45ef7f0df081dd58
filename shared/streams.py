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
DISPATCHER_ENDANGERED = "dispatcher-endangered"
SIGNALEMENT_FIGURES = "signalement-figures"

SIGNALEMENTS = "SIGNALEMENTS"
"""Sealed reports, each kept until its recipient has acknowledged it: a work queue by force and department."""

SIGNALEMENT_FACTS = "SIGNALEMENT_FACTS"
"""What became of each report; kept until every consumer has it."""

DISPATCHER_REPORTS = "dispatcher-reports"
SIGNALEMENT_REPORTS = "signalement-reports"

AUDIT = "AUDIT"
"""What staff did, without any content: added to, never changed, kept for a stated time."""

STAFF = "STAFF"
"""Key-value bucket: staff accounts, argon2id hashes, sealed secrets of one-time codes, roles."""

FIGURES = "FIGURES"
"""Key-value bucket: counts by month, category and force; no identity."""


TRAFFIC = "TRAFFIC"
"""Key-value bucket: how many came in each hour, waited, left and were talked with; no identity."""


REPORTS = "REPORTS"
"""Key-value bucket: what became of each report, and the consent to it; no content, no identity."""

PARTNERS = "PARTNERS"
"""Key-value bucket: who takes reports, their territory and public keys."""

FOLLOWS = "FOLLOWS"
"""Key-value bucket: words that lead to what became of a report, as keyed hashes, and their boxes."""

LIFTINGS = "LIFTINGS"
"""Key-value bucket: requests to lift anonymity, and what was decided."""


def partner_consumer(partner: str) -> str:
    """Return the name of a partner's durable consumer of SIGNALEMENTS."""
    return f"partner-{partner}"


def bucket_stream(bucket: str) -> str:
    """Return the name of the stream behind a key-value bucket (NATS ADR-8)."""
    return f"KV_{bucket}"


def bucket_keys(bucket: str) -> str:
    """Return the filter for every key of a bucket, as subjects (NATS ADR-8)."""
    return bucket_key(bucket, ">")


def bucket_key(bucket: str, key: str) -> str:
    """Return the subject of one key of a bucket (NATS ADR-8)."""
    return f"$KV.{bucket}.{key}"


def traffic_week(week: int) -> str:
    """Return the key in TRAFFIC of one week (of 168 hours, counted since 1970)."""
    return f"week.{week}"


def figures_month(month: str) -> str:
    """Return the key in FIGURES of one month's counts, ``2026-11``."""
    return f"month.{month}"


def figures_conversation(conversation: str) -> str:
    """Return the key in FIGURES of how far one conversation has come; it expires by itself."""
    return f"conversation.{conversation}"


def figures_reports(month: str) -> str:
    """Return the key in FIGURES of one month's reports, ``2026-11``."""
    return f"reports.{month}"


def figures_report(report: str) -> str:
    """Return the key in FIGURES of how one report was counted last; it expires by itself."""
    return f"report.{report}"


def follow_words(locator: str) -> str:
    """Return the key in FOLLOWS of words, by the keyed hash of what finds them."""
    return f"words.{locator}"


def follow_report(report: str) -> str:
    """Return the key in FOLLOWS that says which words lead to a report."""
    return f"report.{report}"
