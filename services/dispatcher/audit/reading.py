"""Reads the audit from end to end, as the user who may read it and nothing else."""

from collections.abc import AsyncIterator

from nats.aio.client import Client
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from shared import streams, subjects
from shared.contracts.audit import AuditEntry

NEXT_WITHIN_S = 5.0


async def entries(client: Client) -> AsyncIterator[tuple[bytes, AuditEntry]]:
    """Yield every entry that is kept, oldest first, with its exact bytes; what comes meanwhile is left out.

    Raises what nats-py raises when the server is away or does not let this user read.
    """
    jetstream = client.jetstream()
    state = (await jetstream.stream_info(streams.AUDIT)).state
    if not state.messages:
        return
    everything = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE)
    reader = await jetstream.subscribe(subjects.AUDIT, stream=streams.AUDIT, ordered_consumer=True, config=everything)
    try:
        at = 0
        while at < state.last_seq:
            message = await reader.next_msg(timeout=NEXT_WITHIN_S)
            at = message.metadata.sequence.stream
            yield message.data, AuditEntry.model_validate_json(message.data)
    finally:
        await reader.unsubscribe()
