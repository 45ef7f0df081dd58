"""Metrics of the router. Labels are enumerations."""

from prometheus_client import Counter, Gauge

ROUTED = Counter(
    "havre_router_routed_total", "Conversations routed, by force, category and reason", ["force", "category", "basis"]
)
TABLE_COMMUNES = Gauge("havre_router_table_communes", "Communes that the table of competence in force names")
TABLE_TAKEN = Gauge("havre_router_table_taken_timestamp_seconds", "When the table in force was taken, Unix time")
