"""Metrics of signalement. Labels are enumerations."""

from prometheus_client import Counter, Gauge

COUNTED = Counter(
    "havre_signalement_conversations_counted_total",
    "Conversations that are over, by category and whether an operator had them",
    ["category", "outcome"],
)

ADMISSIONS = Counter(
    "havre_signalement_admissions_total",
    "Connections of partners to NATS that were asked after, by outcome",
    ["outcome"],
)

REPORTS = Counter(
    "havre_signalement_reports_total", "Changes of reports, by kind and what became of them", ["kind", "step"]
)
NOT_TAKEN = Counter(
    "havre_signalement_reports_not_submitted_total", "Reports that the platform did not take, by reason", ["reason"]
)
OVERDUE = Gauge(
    "havre_signalement_reports_overdue", "Reports of which nobody has taken charge in time, now, by kind", ["kind"]
)
UNFINISHED = Gauge("havre_signalement_reports_unfinished", "Reports that are kept and not yet in their queue, now")
FINISHED = Counter("havre_signalement_reports_finished_total", "Steps that were finished for an instance that did not")
COMMANDS = Counter("havre_signalement_partner_commands_total", "What partners asked, by outcome", ["outcome"])
