"""The one place that reads the wall clock."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment, timezone-aware, UTC."""
    return datetime.now(UTC)


def now_ms() -> int:
    """Return milliseconds since 1970 (UTC), as frames and the store carry times."""
    return time.time_ns() // 1_000_000
