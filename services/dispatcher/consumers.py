"""What the dispatcher hears from JetStream. Each may come twice; the second time changes nothing."""

from services.dispatcher.assigner import Sweeper
from services.dispatcher.dangers import reasons
from services.dispatcher.floor import Floor
from shared.chat.frames import Erased, encode
from shared.contracts.gateway import ConversationEndangered, ConversationErasedByGateway
from shared.contracts.router import ConversationRouted


class Handlers:
    """What follows from what the router found out and from what the gateway erased."""

    def __init__(self, floor: Floor, sweeper: Sweeper) -> None:
        self._floor = floor
        self._sweeper = sweeper

    async def routed(self, event: ConversationRouted) -> None:
        """Let a routed conversation wait, once; one whose visitor is gone is nobody's."""
        floor, conversation = self._floor, event.entity_id
        record = await floor.conversations.record(conversation)
        if record is None:
            return
        place = {
            "force": event.force,
            "department": event.department or "",
            "commune": event.commune or "",
            "commune_name": event.commune_name or "",
            "unit": event.unit or "",
        }
        await floor.conversations.update(conversation, place)
        decision = await floor.dispatch.enqueue(
            conversation, event.queue, record.opened_at, event.language, reasons(record)
        )
        if decision is not None:
            floor.announcer.announce([decision])
            floor.assigner.wake()
        # What was said of danger between the reading and the queueing found no ticket.
        await floor.dangers.align(conversation)

    async def endangered(self, event: ConversationEndangered) -> None:
        """Let whoever is in danger go first, or stand where they stood when that is over."""
        await self._floor.dangers.align(event.entity_id)

    async def erased(self, event: ConversationErasedByGateway) -> None:
        """Give the operator's room to somebody else; tell their console, in case nobody has."""
        frame = Erased(conversation=event.entity_id, ended_by=event.ended_by)
        await self._sweeper.withdraw(event.entity_id, encode(frame))
