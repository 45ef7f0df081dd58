"""Who may say and hear what on NATS: one table, one user a service, everything else refused by the server.

The server's own subjects (``$JS...``, ``$KV...``) are written here as NATS documents them; all others come from
``shared.subjects`` and ``shared.streams``.
"""

from dataclasses import dataclass, field

from shared import nats_accounts, streams, subjects

SERVICES = ("gateway", "router", "dispatcher", "signalement", "referral")
ADMIN = "admin"
AUDITOR = "auditor"
REGISTRAR = "registrar"
USERS = (*SERVICES, ADMIN, AUDITOR, REGISTRAR)


@dataclass(frozen=True)
class Permissions:
    """What one user may publish and subscribe to; ``never_*`` wins over the lists."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    never_subscribe: tuple[str, ...] = field(default=())
    never_publish: tuple[str, ...] = field(default=())
    answers_queries: bool = False
    """May answer whoever asks it, once a question, and so publish to an inbox that is not its own."""


def inbox(user: str) -> str:
    """Return the filter for a user's private inboxes: where its replies come, and nobody else may listen."""
    return f"_INBOX_{user}.>"


def facts(owner: str, *entities: str) -> tuple[str, ...]:
    """Return the subjects of what ``owner`` states about ``entities``."""
    return tuple(subjects.events_of(owner, entity) for entity in entities)


def consuming(stream: str, *durables: str) -> tuple[str, ...]:
    """Return what reading from existing durable consumers needs: look, pull, settle; never create or delete."""
    return tuple(
        subject
        for durable in durables
        for subject in (
            f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
            f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
            f"$JS.ACK.{stream}.{durable}.>",
        )
    )


def reading_bucket(bucket: str) -> tuple[str, ...]:
    """Return what getting, listing and watching keys of a bucket needs; a watch is a short-lived consumer of it."""
    stream = streams.bucket_stream(bucket)
    return (
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.DIRECT.GET.{stream}.>",
        f"$JS.API.CONSUMER.CREATE.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}.>",
        f"$JS.API.CONSUMER.INFO.{stream}.>",
        f"$JS.API.CONSUMER.DELETE.{stream}.>",
        f"$JS.FC.{stream}.>",
    )


def reading_all(stream: str) -> tuple[str, ...]:
    """Return what reading a stream from end to end needs, by a short-lived consumer that leaves it as it is."""
    return (
        f"$JS.API.STREAM.INFO.{stream}",
        f"$JS.API.CONSUMER.CREATE.{stream}",
        f"$JS.API.CONSUMER.INFO.{stream}.>",
        f"$JS.API.CONSUMER.DELETE.{stream}.>",
        f"$JS.FC.{stream}.>",
    )


def removing(stream: str) -> tuple[str, ...]:
    """Return what would take something out of a stream, or the stream away."""
    return (
        f"$JS.API.STREAM.DELETE.{stream}",
        f"$JS.API.STREAM.PURGE.{stream}",
        f"$JS.API.STREAM.MSG.DELETE.{stream}",
        f"$JS.API.STREAM.RESTORE.{stream}",
    )


def reading_last(stream: str) -> tuple[str, ...]:
    """Return what reading the last message of a subject needs, without a consumer."""
    return (f"$JS.API.DIRECT.GET.{stream}.>",)


def asked(owner: str) -> str:
    """Return the filter for every query to ``owner``."""
    return subjects.query(owner, subjects.ANY)


def told(owner: str) -> str:
    """Return the filter for every command to ``owner``."""
    return subjects.command(owner, subjects.ANY)


def put_aside(owner: str) -> str:
    """Return where ``owner`` may put messages that it cannot settle."""
    return subjects.dead_letter(owner, subjects.ANY)


def _own_buckets(*buckets: str) -> tuple[str, ...]:
    """Return what reading and writing buckets needs."""
    return tuple(subject for bucket in buckets for subject in (*reading_bucket(bucket), streams.bucket_keys(bucket)))


ANNOUNCE = (subjects.chat("gateway"), subjects.chat("dispatcher"))
"""Announcements of chat messages: written by the two services that hold sockets, read by the addressee alone."""

SHARED: dict[str, bool] = {
    subjects.partner_command(): False,
    f"$JS.API.CONSUMER.MSG.NEXT.{streams.SIGNALEMENTS}.*": True,
    f"$JS.ACK.{streams.SIGNALEMENTS}.>": True,
}
"""What the account of the services lets that of the partners ask for, and whether one request may have many answers.

Which of it a single partner may use is in the token that admits it (``services.signalement.partners``).
"""

TABLE: dict[str, Permissions] = {
    "gateway": Permissions(
        publish=(
            *facts("gateway", "conversation"),
            *ANNOUNCE,
            subjects.PLACE,
            subjects.NEARBY,
            subjects.WITHDRAW,
            subjects.FOLLOW,
            subjects.FOLLOWED,
        ),
        subscribe=(subjects.chat("gateway"),),
        never_subscribe=(subjects.STAFF_ONLY, subjects.chat("dispatcher")),
        never_publish=(subjects.STAFF_ONLY,),
    ),
    "router": Permissions(
        publish=(
            *facts("router", "conversation", "territory"),
            *consuming(streams.CONVERSATIONS, streams.ROUTER_OPENED),
            *reading_last(streams.REFERENCE),
            put_aside("router"),
        ),
        subscribe=(asked("router"),),
        never_subscribe=("chat.>", subjects.STAFF_ONLY),
        never_publish=(subjects.STAFF_ONLY,),
        answers_queries=True,
    ),
    "dispatcher": Permissions(
        publish=(
            *facts("dispatcher", "conversation"),
            *ANNOUNCE,
            subjects.STAFF_ONLY,
            subjects.PLACE,
            subjects.NEARBY,
            subjects.FIGURES,
            subjects.RECIPIENTS,
            subjects.SUBMIT,
            *consuming(
                streams.CONVERSATIONS,
                streams.DISPATCHER_ROUTED,
                streams.DISPATCHER_ERASED,
                streams.DISPATCHER_ENDANGERED,
            ),
            *consuming(streams.SIGNALEMENT_FACTS, streams.DISPATCHER_REPORTS),
            *reading_bucket(streams.STAFF),
            streams.bucket_keys(streams.STAFF),
            *reading_bucket(streams.TRAFFIC),
            streams.bucket_keys(streams.TRAFFIC),
            *reading_bucket(streams.LIFTINGS),
            streams.bucket_keys(streams.LIFTINGS),
            # Adds to the audit and cannot read it: whoever takes the service over learns nothing of what staff did.
            subjects.audit("dispatcher"),
            put_aside("dispatcher"),
        ),
        subscribe=(subjects.chat("dispatcher"), subjects.STAFF_ONLY),
        never_subscribe=(subjects.chat("gateway"),),
    ),
    "signalement": Permissions(
        publish=(
            *consuming(streams.CONVERSATIONS, streams.SIGNALEMENT_FIGURES),
            *reading_bucket(streams.FIGURES),
            streams.bucket_keys(streams.FIGURES),
            *facts("signalement", "report"),
            *consuming(streams.SIGNALEMENT_FACTS, streams.SIGNALEMENT_REPORTS),
            *_own_buckets(streams.REPORTS, streams.FOLLOWS),
            # Reads who is registered; to register is the registrar's.
            *reading_bucket(streams.PARTNERS),
            # Takes a report that was withdrawn in time out of its recipient's queue.
            f"$JS.API.STREAM.PURGE.{streams.SIGNALEMENTS}",
            # Adds to the audit and cannot read it.
            subjects.audit("signalement"),
            put_aside("signalement"),
        ),
        subscribe=(asked("signalement"), told("signalement"), subjects.partner_command(), nats_accounts.ADMISSIONS),
        never_subscribe=("chat.>", subjects.STAFF_ONLY),
        never_publish=(subjects.STAFF_ONLY,),
        answers_queries=True,
    ),
    "referral": Permissions(
        publish=(*facts("referral", "directory"), *reading_last(streams.REFERENCE), subjects.PLACE),
        subscribe=(asked("referral"),),
        never_subscribe=("chat.>", subjects.STAFF_ONLY),
        never_publish=(subjects.STAFF_ONLY,),
        answers_queries=True,
    ),
    # Declares streams. It may read what they hold, which is why nothing of a chat may ever be in one.
    ADMIN: Permissions(
        publish=("$JS.API.>",),
        subscribe=(),
        never_subscribe=("chat.>", subjects.STAFF_ONLY),
        never_publish=(*removing(streams.AUDIT), subjects.STAFF_ONLY),
    ),
    # Reads the audit, and nothing else: for the command of whoever may look into it.
    AUDITOR: Permissions(
        publish=reading_all(streams.AUDIT),
        subscribe=(),
        never_subscribe=(subjects.STAFF_ONLY,),
        never_publish=(subjects.STAFF_ONLY,),
    ),
    # Registers partners, and makes and removes their consumers: for the command of whoever may do that.
    REGISTRAR: Permissions(
        publish=(
            *_own_buckets(streams.PARTNERS),
            f"$JS.API.CONSUMER.CREATE.{streams.SIGNALEMENTS}.>",
            f"$JS.API.CONSUMER.DELETE.{streams.SIGNALEMENTS}.*",
            subjects.audit("signalement"),
        ),
        subscribe=(),
        never_subscribe=(subjects.STAFF_ONLY,),
        never_publish=(subjects.STAFF_ONLY,),
    ),
}
