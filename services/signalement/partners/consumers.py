"""A partner's durable consumer of SIGNALEMENTS: its own queue of what was handed in for its territory."""

import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from services.signalement.partners.rules import NotRegistered, deliveries
from shared import streams
from shared.contracts.conversation import Force

AGAIN_AFTER_S = (60.0, 120.0, 300.0, 900.0)
"""How long a report may stay unacknowledged before it is delivered again, by try; then each quarter of an hour."""
MOST_UNSETTLED = 100
"""Reports that one partner may hold unacknowledged; what is more waits in the stream."""
MOST_PULLS = 16
"""Requests for more that one partner may have waiting."""
_NOT_UNIQUE = {10099, 10100, 10138}
"""The server's codes for a work queue whose territory another consumer has."""


def config_of(partner: str, force: Force, departments: list[str]) -> ConsumerConfig:
    """Return a partner's consumer, as the server shall have it."""
    name, wanted = streams.partner_consumer(partner), deliveries(force, departments)
    return ConsumerConfig(
        name=name,
        durable_name=name,
        description="Reports for one partner",
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=AGAIN_AFTER_S[0],
        backoff=list(AGAIN_AFTER_S),
        # For ever: a report is settled by its recipient or by the service, never by having been tried often.
        max_deliver=-1,
        max_ack_pending=MOST_UNSETTLED,
        max_waiting=MOST_PULLS,
        filter_subject=wanted[0] if len(wanted) == 1 else None,
        filter_subjects=wanted if len(wanted) > 1 else None,
    )


async def make(jetstream: JetStreamContext, partner: str, force: Force, departments: list[str]) -> None:
    """Create the consumer, or bring it to this form. Raises ``NotRegistered`` when another has some of it."""
    try:
        await jetstream.add_consumer(streams.SIGNALEMENTS, config_of(partner, force, departments))
    except nats.js.errors.APIError as error:
        if error.err_code not in _NOT_UNIQUE:
            raise
        raise NotRegistered(
            "another consumer takes part of this territory: that of a partner, or of a registration that was not"
            " finished (`partner revoke` with its id removes it)"
        ) from error


async def remove(jetstream: JetStreamContext, partner: str) -> bool:
    """Remove the consumer; what it held stays in the stream. Return whether there was one."""
    try:
        await jetstream.delete_consumer(streams.SIGNALEMENTS, streams.partner_consumer(partner))
    except nats.js.errors.NotFoundError:
        return False
    return True
