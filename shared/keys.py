"""Every key of the memory store (Valkey, persistence off), built here and nowhere else.

A conversation's keys carry its id as hash tag, and dispatching has one tag of its own, so that the store can be
clustered: no script touches two conversations' slots and the dispatch slot in one call.

Who may touch which is in ``infra/valkey/permissions.py``, and checked by the store at each command of a script.
"""

CONVERSATIONS = "{"
"""How a conversation's keys begin, and no other: that is found out without searching through a name."""


def conversation(cid: str) -> str:
    """Hash: stage, category, audience, place, token digest, participants."""
    return f"{{{cid}}}:conversation"


def log(cid: str) -> str:
    """List of the messages, each without its number: its place says that, from 1."""
    return f"{{{cid}}}:log"


def client_ids(cid: str) -> str:
    """Hash: client message id -> sequence number, so that a resend is harmless."""
    return f"{{{cid}}}:client-ids"


def all_of(cid: str) -> tuple[str, str, str]:
    """Return every key that a conversation has: what erasing removes."""
    return conversation(cid), log(cid), client_ids(cid)


def addresses(cid: str) -> tuple[str, str, str]:
    """Hashes (until, sealed): where the visitor came from first, last, and the time before, sealed for magistrates.

    Of the conversation's slot, so that what erases it erases them in the same step; each expires by itself, at the
    latest when its stated time is over.
    """
    return f"{{{cid}}}:address-first", f"{{{cid}}}:address-last", f"{{{cid}}}:address-before"


def resume(digest: str) -> str:
    """Hash: conversation, proof, box, until, tries of the words that bring its visitor back; expires with them.

    ``digest``: of what the words' locator is, under a secret of the installation. It is in a slot of its own, since it
    has to be found without the conversation's id; the conversation's record names it (field ``words``).
    """
    return f"resume:{digest}"


DISPATCH = "dispatch:{dispatch}:"
"""Prefix of every key of the dispatch slot: its script builds the names below from it, as these functions do."""


def ticket(cid: str) -> str:
    """Hash: queue, since, joined, hurry, turn, version, language, hard, given, turns, colleague, until.

    A conversation is the dispatcher's while it has a ticket.
    """
    return f"{DISPATCH}ticket:{cid}"


def queue(name: str) -> str:
    """Sorted set: waiting conversations of queue ``<force>.<category>`` by rank, lowest served first."""
    return f"{DISPATCH}queue:{name}"


def since(name: str) -> str:
    """Sorted set: the same conversations by the moment (ms) that they began to wait."""
    return f"{DISPATCH}since:{name}"


def shut(name: str) -> str:
    """Sorted set: who waits for queue ``<force>.<category>`` to be opened again, by rank."""
    return f"{DISPATCH}shut:{name}"


def served(name: str) -> str:
    """List: moments (ms) of the last assignments from this queue, newest first."""
    return f"{DISPATCH}served:{name}"


def free(name: str) -> str:
    """Sorted set: operators with room who serve this queue; lowest is least loaded, then longest idle."""
    return f"{DISPATCH}free:{name}"


def serving(name: str) -> str:
    """Sorted set: available operators who serve this queue, by the end of their presence (ms)."""
    return f"{DISPATCH}serving:{name}"


HELD = f"{DISPATCH}held"
"""Hash: conversation -> operator. The truth about who has what."""

UNANNOUNCED = f"{DISPATCH}unannounced"
"""Sorted set: decisions (JSON) not yet projected and published, by time of the last try (ms)."""

VANISHED = f"{DISPATCH}vanished"
"""Hash: conversation -> the decision, not announced yet, that it fell silent; whoever destroyed it may still say so."""

ENDANGERED = f"{DISPATCH}endangered"
"""Sorted set: conversations in danger, by the moment (ms) that it was said."""


def danger(cid: str) -> str:
    """Hash: at, by (role that said it), seen_by, seen_at, settled (the last sign whose absence somebody closed).

    There as long as the danger and the conversation are.
    """
    return f"{DISPATCH}danger:{cid}"


MISSING = f"{DISPATCH}missing"
"""Sorted set: conversations whose visitor vanished while in danger, by the moment (ms) that it was found out."""


def missing(cid: str) -> str:
    """Hash: sign (the page's last, ms), at, queue, seen_by, seen_at; over and over_at once the conversation is gone.

    There until the visitor is back or somebody closes it; one that nobody has seen outlives its conversation for a day.
    """
    return f"{DISPATCH}missing:{cid}"


PATROLS = f"{DISPATCH}patrols"
"""Sorted set: patrols asked for in the last day, by the moment (ms) that they were."""


def patrol(report: str) -> str:
    """Hash with expiry: conversation, operator, partner, department, status, at, taken_at, overdue, and who called.

    And ``answer``, ``answer_key``: sealed.
    """
    return f"{DISPATCH}patrol:{report}"


OPERATORS = f"{DISPATCH}operators"
"""Sorted set: operator -> end of lease (ms)."""

CLOSED = f"{DISPATCH}closed"
"""Hash: closed queue -> what is said of it (JSON)."""

OVERFLOW = f"{DISPATCH}overflow"
"""Hash: queue -> the queue where those wait who waited here too long, and how long that is (ms)."""

RESTING = f"{DISPATCH}resting"
"""Sorted set: operator -> until when (ms) they rest after hard conversations."""


def calls(force: str) -> str:
    """Sorted set: conversations that wait for a psychologist of this force; the lowest is next."""
    return f"{DISPATCH}calls:{force}"


OFFERS = f"{DISPATCH}offers"
"""Hash: conversation -> that its operator offers it to another: giver, to, queue, until (ms), and who said no."""

HANDOVERS = f"{DISPATCH}handovers"
"""Sorted set: conversation -> until when (ms) the one who handed it over may stay."""

DEBRIEFS = f"{DISPATCH}debriefs"
"""Hash: operator -> when (ms) they asked to talk about what they heard."""


def traffic(hour: int | str) -> str:
    """Hash with expiry: what happened in this hour (hours since 1970), ``<queue>.<what>`` -> count; no identity."""
    return f"{DISPATCH}traffic:{hour}"


TRAFFIC_TURN = f"{DISPATCH}traffic-turn"
"""String with expiry: the dispatcher instance whose turn it is to keep the hours' counts."""

POSITIONS_TURN = f"{DISPATCH}positions-turn"
"""String with expiry: the dispatcher instance whose turn it is to tell positions."""


def operator(oid: str) -> str:
    """Hash: queues, limit, status, instance, socket, kid (of the console's shift key), idle since.

    And seated since, paused since, drained, hard ones in a row.
    """
    return f"{DISPATCH}operator:{oid}"


def load(oid: str) -> str:
    """Set: conversations that this operator holds."""
    return f"{DISPATCH}load:{oid}"


def aside(oid: str) -> str:
    """Set: conversations that this operator has handed over and not left yet."""
    return f"{DISPATCH}aside:{oid}"


def staff_lines(place: str) -> str:
    """Hash with expiry: what staff wrote in a room or beside a conversation, sealed by their pages.

    A conversation's are deleted with its ticket.
    """
    return f"{DISPATCH}staff-lines:{place}"


def staff_written(login: str) -> str:
    """Counter with expiry: how much an account wrote there in the last seconds."""
    return f"{DISPATCH}staff-written:{login}"


STAFF_PRESENT = f"{DISPATCH}staff-present"
"""Hash: key of somebody on duty who reads without the duty key -> login, role, force, and until when they count."""


def credential(kid: str) -> str:
    """String (JSON): the proof that a key which reads is a verified specialist's; expires with that key."""
    return f"credential:{kid}"


def duty(force: str) -> str:
    """String: which key the consoles on duty of a force hold together; expires with it."""
    return f"{DISPATCH}duty:{force}"


def duty_boxes(kid: str) -> str:
    """Hash: a console's shift key -> the private duty key ``kid``, sealed for that shift key alone."""
    return f"{DISPATCH}duty-boxes:{kid}"


def session(digest: str) -> str:
    """String (JSON): a staff session, by the SHA-256 of its token."""
    return f"session:{digest}"


def used_code(login: str, step: int) -> str:
    """String with expiry: the one-time code of this half minute has let its owner in and lets nobody in again."""
    return f"used-code:{login}:{step}"


def used_state(digest: str) -> str:
    """String with expiry: a login through the identity provider that is over, by the digest of its state."""
    return f"used-state:{digest}"


def sessions_of(login: str) -> str:
    """Set: digests of one account's sessions, so that all can be revoked."""
    return f"sessions:{login}"


ADDRESS_SALT = "attempts:salt"
"""String: random secret of the day under which addresses are hashed for the limits; no address is stored."""


def attempts(scope: str, who: str) -> str:
    """Counter of failed tries, for brute-force limits."""
    return f"attempts:{scope}:{who}"


LIMITS = "limits"
"""Prefix of the counters of visitors' doors, which the library ``limits`` names; each expires with its window."""


def puzzle(signature: str) -> str:
    """String with expiry: this proof of work has opened a conversation and opens no second one."""
    return f"puzzle:{signature}"
