"""Every durable consumer that is declared, and how long it waits for an acknowledgement. Used by ``infra.streams``."""

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared import streams, subjects
from shared.contracts.gateway import ConversationEndangered, ConversationErasedByGateway, ConversationOpened
from shared.contracts.router import ConversationRouted
from shared.contracts.signalement_reports import ReportChanged

BACKOFF_S = (5.0, 10.0, 20.0, 60.0)
"""How long a message may stay unsettled before another instance gets it, by try.

Short at first, because a visitor waits while an instance that died still holds the message; longer than any handler
takes, its publish retries included, only from the third try on: a second delivery meanwhile is harmless, for every
handler is idempotent. Failures that a handler notices have their own delays (``shared.settle``).
"""

MAX_DELIVER = 30
"""``shared.settle`` puts a failing message aside after 9 tries; this bounds only a message that kills its reader."""


def consumer_configs() -> list[ConsumerConfig]:
    """Return every durable consumer that is declared; each is pulled, and acknowledged one by one.

    A partner's own consumer of SIGNALEMENTS comes and goes with the partner.
    """
    return [config for consumers in consumers_of().values() for config in consumers]


def consumers_of() -> dict[str, list[ConsumerConfig]]:
    """Return the declared durable consumers by stream."""
    return {streams.CONVERSATIONS: _of_conversations(), streams.SIGNALEMENT_FACTS: _of_reports()}


def _of_reports() -> list[ConsumerConfig]:
    facts = [subjects.event(ReportChanged)]
    return [
        # In order, so that what a person reads last is what holds.
        _consumer(streams.DISPATCHER_REPORTS, "Tells both ends of a chat", facts, in_flight=1),
        _consumer(streams.SIGNALEMENT_REPORTS, "Counts reports", facts, in_flight=1),
    ]


def _of_conversations() -> list[ConsumerConfig]:
    return [
        _consumer(streams.ROUTER_OPENED, "Finds who is competent", [subjects.event(ConversationOpened)]),
        _consumer(streams.DISPATCHER_ROUTED, "Queues and assigns", [subjects.event(ConversationRouted)]),
        _consumer(
            streams.DISPATCHER_ERASED,
            "Frees the operator of a visitor who left",
            [subjects.event(ConversationErasedByGateway)],
        ),
        _consumer(
            streams.DISPATCHER_ENDANGERED,
            "Puts who is in danger before all others",
            [subjects.event(ConversationEndangered)],
        ),
        # One at a time, so strictly in order, redeliveries included: counting once depends on it.
        _consumer(streams.SIGNALEMENT_FIGURES, "Counts persons accompanied", conversation_facts(), in_flight=1),
    ]


def _consumer(name: str, description: str, filters: list[str], in_flight: int = 1000) -> ConsumerConfig:
    return ConsumerConfig(
        name=name,
        durable_name=name,
        description=description,
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=BACKOFF_S[0],
        backoff=list(BACKOFF_S),
        max_deliver=MAX_DELIVER,
        max_ack_pending=in_flight,
        filter_subject=filters[0] if len(filters) == 1 else None,
        filter_subjects=filters if len(filters) > 1 else None,
    )


def conversation_facts() -> list[str]:
    """Return the subjects of stream CONVERSATIONS: what each service that states facts about one may say."""
    return [subjects.events_of(owner, "conversation") for owner in ("gateway", "router", "dispatcher")]
