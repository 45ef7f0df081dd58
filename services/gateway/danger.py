"""What a visitor says of being in danger: kept with the conversation, shown to both ends, stated for the dispatcher.

The conversation's record is the truth; the fact only says that it is to be looked at. A gateway that dies between the
two is mended by the dispatcher, which also looks by itself.
"""

from services.gateway import facts
from services.gateway.desk import Desk
from shared.chat import wire
from shared.chat.batch import StoreUnavailable
from shared.chat.frames import Role
from shared.chat.store import STORE_FAILURES
from shared.clock import now_ms


async def declare(desk: Desk, conversation: str, *, on: bool) -> None:
    """Note that the visitor is in danger now, or no longer. Raises ``StoreUnavailable``."""
    try:
        if not await desk.store.endanger(conversation, Role.VISITOR, on=on, at_ms=now_ms()):
            return
        record = await desk.store.record(conversation)
    except STORE_FAILURES as error:
        raise StoreUnavailable from error
    desk.facts.state(facts.endangered(conversation))
    desk.changed(conversation)
    if record is not None and record.operator_at:
        desk.hub.wire.post(record.operator_at, conversation, wire.CHANGED)
