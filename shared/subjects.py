"""Every NATS subject, built here and nowhere else.

``evt.<owner>.<entity>.<past verb>.v1.<id>``, ``qry.<owner>.<noun>.v1``, ``cmd.<owner>.<verb>.v1``,
``chat.<kind>.<instance>.<conversation>``.
No personal data in a subject: the last token is an opaque id.
"""

from shared.contracts.envelope import Event

ANY = "*"


def event(kind: type[Event], entity_id: str = ANY) -> str:
    """Return the subject of an event about one entity, or with ``*`` the filter for all of them."""
    return f"evt.{kind.TYPE}.{entity_id}"


def events_of(owner: str, entity: str) -> str:
    """Return the filter for every event that ``owner`` states about ``entity``."""
    return f"evt.{owner}.{entity}.>"


def query(owner: str, noun: str) -> str:
    """Return the request subject of a question to ``owner``."""
    return f"qry.{owner}.{noun}.v1"


def command(owner: str, verb: str) -> str:
    """Return the request subject by which ``owner`` is asked to do something."""
    return f"cmd.{owner}.{verb}.v1"


def partner_command(partner: str = ANY, verb: str = ANY) -> str:
    """Return the request subject of what a partner asks, or the filter for what all of them ask."""
    return f"cmd.signalement.partner.{partner}.{verb}.v1"


def delivery(force: str = ANY, department: str = ANY, report: str = ANY) -> str:
    """Return the subject under which a sealed report waits for its recipient, or the filter for a territory."""
    return f"evt.signalement.report.submitted.v1.{force}.{department}.{report}"


def dead_letter(owner: str, consumer: str) -> str:
    """Return where a message goes that ``consumer`` could never handle."""
    return f"dlq.{owner}.{consumer}"


def chat(instance: str, conversation: str = ">") -> str:
    """Return the subject of announcements to one instance (``gateway.1a2b``), or with ``>`` all of them."""
    return f"chat.{instance}.{conversation}"


def staff(place: str) -> str:
    """Return the subject that says that a place where staff write among themselves has news: a room, or notes."""
    return f"staff.{place}"


def audit(service: str, action: str = ANY) -> str:
    """Return the subject of what ``service`` writes down about staff doing ``action``, or the filter for all of it."""
    return f"audit.{service}.{action}"


def family(subject: str) -> str:
    """Return the subject without ids, for metric labels: a bounded set."""
    parts = subject.split(".")
    if parts[0] == "evt":
        return ".".join(parts[:5])
    if parts[:3] == ["cmd", "signalement", "partner"]:
        return ".".join(parts[:3])
    if parts[0] in {"qry", "cmd"}:
        return ".".join(parts[:4])
    if parts[0] == "dlq":
        return subject
    return parts[0]


PLACE = query("router", "place")
NEARBY = query("referral", "nearby")
FIGURES = query("signalement", "figures")
RECIPIENTS = query("signalement", "recipients")
FOLLOWED = query("signalement", "followed")

SUBMIT = command("signalement", "submit")
WITHDRAW = command("signalement", "withdraw")
FOLLOW = command("signalement", "follow")

DEAD_LETTERS = "dlq.>"
"""Filter for every message put aside."""

AUDIT = "audit.>"
"""Filter for everything that is written down about what staff do."""

STAFF_ONLY = "staff.>"
"""Filter for traffic between staff, which the gateway's user may never read (O10)."""
