"""Metrics that every service has. Labels are bound beforehand and come from bounded sets: subject families, outcomes.

A service's own metrics live in its ``metrics.py``; no name of a metric is written anywhere else.
"""

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST

CONSUMED = Counter(
    "havre_messages_consumed_total",
    "Events, commands and queries handled, by subject family and outcome",
    ["family", "outcome"],
)
HANDLING = Histogram(
    "havre_message_handling_seconds",
    "Time from receiving an event, command or query to settling it, by subject family",
    ["family"],
    buckets=(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5),
)
PUBLISHED = Counter("havre_events_published_total", "Events stored by JetStream, by type", ["type"])
PUBLISH_RETRIES = Counter("havre_event_publish_retries_total", "Tries to publish an event that had to be repeated")

AUDIT_WAITING = Gauge("havre_audit_waiting", "Entries of the audit that wait to be written")
AUDIT_WRITTEN = Counter("havre_audit_written_total", "Entries of the audit that were written")
AUDIT_FAILED = Counter("havre_audit_failed_total", "Tries to write an entry of the audit that failed")
AUDIT_LOST = Counter("havre_audit_lost_total", "Entries of the audit given up because too many waited")


def render() -> bytes:
    """Return all metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)
