"""The gateway's events, published until JetStream has them.

Ids derive from the conversation, so that a repeat (after a crash, from another instance) is dropped by the server.
A conversation whose ``opened`` could not be published stays in stage ``routing``; its visitor's next resume, or this
instance's own retry, publishes it again.
"""

import asyncio
from uuid import UUID

from faststream.nats import NatsBroker

from shared.broker import PublishFailed, publish
from shared.chat.store import Record
from shared.contracts.conversation import EndedBy
from shared.contracts.envelope import Event, derived_id
from shared.contracts.gateway import ConversationEndangered, ConversationErasedByGateway, ConversationOpened
from shared.logs import get_logger


def opened(cid: str, record: Record) -> ConversationOpened:
    """Return the fact that this conversation was opened."""
    conversation = UUID(cid)
    return ConversationOpened(
        id=derived_id(conversation, "opened"),
        trace=conversation.hex,
        conversation_id=conversation,
        category=record.category,
        audience=record.audience,
        postal_code=record.postal_code,
        commune=record.commune,
        language=record.language,
        signer=record.signer,
    )


def endangered(cid: str) -> ConversationEndangered:
    """Return the fact that danger was said of this conversation, or taken back; each time another one."""
    conversation = UUID(cid)
    return ConversationEndangered(trace=conversation.hex, conversation_id=conversation)


def erased(cid: str, ended_by: EndedBy, messages: int) -> ConversationErasedByGateway:
    """Return the fact that this conversation was destroyed."""
    conversation = UUID(cid)
    return ConversationErasedByGateway(
        id=derived_id(conversation, "erased"),
        trace=conversation.hex,
        conversation_id=conversation,
        ended_by=ended_by,
        messages=messages,
    )


class Facts:
    """Publishes in the background, in order of trying, and keeps what JetStream has not confirmed."""

    def __init__(self, broker: NatsBroker) -> None:
        self._broker = broker
        self._unconfirmed: dict[UUID, Event] = {}
        self._tasks: dict[asyncio.Task[None], UUID] = {}

    def state(self, event: Event) -> None:
        """Publish ``event``; returns at once."""
        self._unconfirmed[event.id] = event
        task = asyncio.create_task(self._publish(event))
        self._tasks[task] = event.id
        task.add_done_callback(self._tasks.pop)

    async def retry(self) -> None:
        """Publish again what is still unconfirmed; called periodically."""
        under_way = set(self._tasks.values())
        for event in list(self._unconfirmed.values()):
            if event.id not in under_way:
                await self._publish(event)

    async def close(self) -> None:
        """Give what is under way a last chance."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=3)

    async def _publish(self, event: Event) -> None:
        try:
            await publish(self._broker, event)
        except PublishFailed as error:
            get_logger().warning("fact_not_published", type=event.type, id=str(event.id), error=error)
        else:
            self._unconfirmed.pop(event.id, None)
