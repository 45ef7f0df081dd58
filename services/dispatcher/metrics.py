"""The dispatcher's own metrics; labels bound beforehand, from closed sets."""

from prometheus_client import Counter, Gauge, Histogram

from services.dispatcher.store.dispatch import QUEUES
from shared.chat.frames import ErrorCode
from shared.contracts.conversation import Force

CONSOLES = Gauge("havre_operator_sockets", "Operators' consoles held by this instance")
_WAITING = Gauge("havre_waiting", "Conversations that wait, by queue", ["queue"])
_OLDEST = Gauge("havre_waiting_oldest_seconds", "How long the one who waits longest has waited, by queue", ["queue"])
_SERVING = Gauge("havre_operators_serving", "Operators present and available, by queue", ["queue"])
_ASSIGNED = Counter("havre_assigned_total", "Conversations assigned by this instance, by queue", ["queue"])
_TRANSFERRED = Counter("havre_transferred_total", "Conversations handed over by their operator, by queue", ["queue"])
_RELEASED = Counter("havre_released_total", "Conversations taken back from an operator, by queue", ["queue"])
WAITED = Histogram(
    "havre_waited_seconds",
    "Time from opening, or from being put back, to an operator",
    buckets=(1, 5, 15, 30, 60, 120, 300, 600, 1200, 3600),
)
REDONE = Counter("havre_decisions_redone_total", "Decisions that this instance announced for one that did not")
GONE = Counter("havre_withdrawn_gone_total", "Conversations found gone that still had a ticket")
MISSING = Counter("havre_visitors_missing_total", "Visitors who vanished while in danger, as announced here")
_CALLS = Counter(
    "havre_psychologist_calls_total",
    "Psychologists called, come, gone, lost, or no longer waited for, by force; as far as this instance did it",
    ["force", "what"],
)
_CALLS_WAITING = Gauge("havre_psychologist_calls_waiting", "Conversations that wait for a psychologist", ["force"])
CALL_WAITED = Histogram(
    "havre_psychologist_waited_seconds",
    "Time from a call to a psychologist's coming",
    buckets=(1, 5, 15, 30, 60, 120, 300, 600, 1200, 3600),
)
_REFUSED = Counter("havre_operator_frames_refused_total", "Frames refused, by kind of error", ["code"])
NOTES = Counter("havre_staff_notes_total", "Notes that staff wrote beside conversations")
STAFF_LINES = Counter("havre_staff_messages_total", "Messages that staff wrote to each other")
_LOGINS = Counter("havre_logins_total", "Tries to log in, by outcome", ["outcome"])

WAITING = {name: _WAITING.labels(name) for name in QUEUES}
OLDEST = {name: _OLDEST.labels(name) for name in QUEUES}
SERVING = {name: _SERVING.labels(name) for name in QUEUES}
ASSIGNED = {name: _ASSIGNED.labels(name) for name in QUEUES}
TRANSFERRED = {name: _TRANSFERRED.labels(name) for name in QUEUES}
RELEASED = {name: _RELEASED.labels(name) for name in QUEUES}
CALLS = {
    (force, what): _CALLS.labels(force, what)
    for force in Force
    for what in ("called", "taken_back", "closed", "joined", "left", "lost")
}
CALLS_WAITING = {force: _CALLS_WAITING.labels(force) for force in Force}
REFUSED = {code: _REFUSED.labels(code) for code in ErrorCode}
LOGGED_IN, WRONG, LIMITED, HALFWAY = (_LOGINS.labels(outcome) for outcome in ("ok", "wrong", "limited", "halfway"))
