"""The gateway's own metrics; labels bound beforehand."""

from prometheus_client import Counter, Gauge, Histogram

from services.gateway.pressure import Verdict
from shared.contracts.conversation import Category, EndedBy

VISITORS = Gauge("havre_visitor_sockets", "Visitors' WebSockets held by this instance")
_OPENED = Counter("havre_conversations_opened_total", "Conversations opened, by category", ["category"])
_ERASED = Counter("havre_conversations_erased_total", "Conversations destroyed here, by who ended them", ["ended_by"])
_REFUSED = Counter("havre_visitor_frames_refused_total", "Frames refused, by kind of error", ["code"])
_OPENINGS = Counter(
    "havre_openings_total", "Wishes to open a conversation: welcome at once, to prove work first, to wait", ["verdict"]
)
_TURNED_AWAY = Counter(
    "havre_turned_away_total", "Calls and frames refused as too many, by which limit of an address", ["limit"]
)

SEALED = Counter("havre_addresses_sealed_total", "Visitors' addresses sealed for the magistrates")
_UNSEALED = Counter(
    "havre_addresses_not_sealed_total", "Addresses that could not be kept: their chats went on all the same", ["why"]
)
SEALING = Histogram(
    "havre_address_sealing_seconds",
    "Time to seal one address, beside the chat",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5),
)
MAGISTRATE_KEYS = Gauge("havre_magistrate_keys", "Magistrates' keys in their time for which addresses are sealed")

OPENED = {category: _OPENED.labels(category) for category in Category}
ERASED = {ended_by: _ERASED.labels(ended_by) for ended_by in EndedBy}
NOT_SEALED = {why: _UNSEALED.labels(why) for why in ("store", "sealing", "too_many", "no_key")}
OPENINGS = {verdict: _OPENINGS.labels(verdict) for verdict in Verdict}


def turned_away(limit: str, wait: int) -> int:
    """Count a call that has to wait, if it has to; return ``wait``, in seconds. ``limit``: one of a few in the code."""
    if wait:
        _TURNED_AWAY.labels(limit).inc()
    return wait


def refused(code: str) -> None:
    """Count a refused frame; codes are the closed set ``ErrorCode``."""
    _REFUSED.labels(code).inc()
