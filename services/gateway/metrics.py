"""The gateway's own metrics; labels bound beforehand."""

from prometheus_client import Counter, Gauge

from shared.contracts.conversation import Category, EndedBy

VISITORS = Gauge("havre_visitor_sockets", "Visitors' WebSockets held by this instance")
_OPENED = Counter("havre_conversations_opened_total", "Conversations opened, by category", ["category"])
_ERASED = Counter("havre_conversations_erased_total", "Conversations destroyed here, by who ended them", ["ended_by"])
_REFUSED = Counter("havre_visitor_frames_refused_total", "Frames refused, by kind of error", ["code"])

OPENED = {category: _OPENED.labels(category) for category in Category}
ERASED = {ended_by: _ERASED.labels(ended_by) for ended_by in EndedBy}


def refused(code: str) -> None:
    """Count a refused frame; codes are the closed set ``ErrorCode``."""
    _REFUSED.labels(code).inc()
