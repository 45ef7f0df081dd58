"""What the installation itself says in a conversation: numbered, delivered, caught up and erased like every message."""

from shared.chat import wire
from shared.chat.frames import Role, encode
from shared.chat.hub import Hub
from shared.chat.lane import Tail
from shared.chat.store import whole_frame
from shared.clock import now_ms

APART = "service:"
"""Before a service message's id where ids are kept: no client can take one, since theirs have no colon."""


async def say_as_service(hub: Hub, conversation: str, cid: str, body: str) -> bool:
    """Append a message once, however often this is called, and tell whoever holds an end of the conversation.

    False: the conversation is gone. Raises ``shared.chat.batch.StoreUnavailable``.
    """
    tail = encode(Tail(conversation, Role.SERVICE, now_ms(), cid, body))[1:]
    outcome = await hub.batcher.perform("say", conversation, Role.SERVICE, "", f"{APART}{cid}", tail)
    if outcome.status not in {"ok", "again"}:
        return False
    stored = whole_frame(outcome.seq, outcome.frame or tail)
    announcement = wire.announce_message(outcome.seq, stored)
    for instance in outcome.others:
        if instance == hub.instance:
            hub.receive(conversation, announcement)
        else:
            hub.wire.post(instance, conversation, announcement)
    return True
