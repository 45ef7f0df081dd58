"""Metrics of signalement. Labels are enumerations."""

from prometheus_client import Counter

COUNTED = Counter(
    "havre_signalement_conversations_counted_total",
    "Conversations that are over, by category and whether an operator had them",
    ["category", "outcome"],
)
