"""Metrics of referral. Labels are enumerations."""

from prometheus_client import Counter, Gauge

ASKED = Counter("havre_referral_asked_total", "Searches answered, by category asked (none: all)", ["category"])
STRUCTURES = Gauge("havre_referral_structures", "Structures in the directory in force, helplines left out")
TABLE_TAKEN = Gauge("havre_referral_table_taken_timestamp_seconds", "When the directory was taken, Unix time")
