"""The one way in which a conversation is destroyed, whoever asked for it."""

from shared.chat import wire
from shared.chat.frames import Erased, Role, encode
from shared.chat.hub import Hub
from shared.chat.store import Erasure
from shared.contracts.conversation import EndedBy


async def erase(hub: Hub, conversation: str, role: Role, proof: str, ended_by: EndedBy) -> Erasure:
    """Delete record, log and client ids in one step, then tell every instance that holds an end of it.

    ``proof``: the visitor's token digest or the operator's id; a wrong one changes nothing (``forbidden``).
    Doing it again is harmless (``gone``).
    """
    erasure = await hub.store.erase(conversation, role, proof)
    if erasure.status == "erased":
        frame = encode(Erased(conversation=conversation, ended_by=ended_by))
        for instance in erasure.instances:
            if instance != hub.instance:
                hub.wire.post(instance, conversation, wire.ERASED + frame)
        hub.receive(conversation, wire.ERASED + frame)
    return erasure
