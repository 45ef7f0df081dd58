"""Who is in danger: what is said of it is brought to the queues, and who sees to it to the consoles (O6).

Whether somebody is in danger stands in the conversation's record, where both ends write it and read it; the dispatch
slot follows. So a repeat, another order, or an instance that dies between the two changes nothing that is not mended by
the next look.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from services.dispatcher.domain.order import Hurry
from services.dispatcher.store.danger import Danger, DangerStore
from services.dispatcher.store.missing import MissingStore
from shared.chat.frames import Role
from shared.chat.store import Record
from shared.chat.wire import CHANGED
from shared.clock import now_ms
from shared.contracts.audit import AuditAction
from shared.contracts.dispatcher import MissingEnd
from shared.logs import get_logger

if TYPE_CHECKING:
    from services.dispatcher.floor import Floor


def reasons(record: Record) -> set[Hurry]:
    """Return why a conversation is to be served before those who merely wait, as far as its record says so."""
    found = {Hurry.DANGER} if record.danger else set()
    return found | ({Hurry.MINOR} if record.minor else set())


class Dangers:
    """See the module's text."""

    def __init__(self, floor: "Floor") -> None:
        self._floor = floor
        self._store = DangerStore(floor.dispatch)
        self.missing = MissingStore(floor.dispatch)

    async def all(self) -> list[Danger]:
        """Return every conversation in danger, the longest in danger first."""
        return await self._store.all()

    async def say(self, conversation: str, who: str, *, on: bool, role: Role = Role.OPERATOR) -> None:
        """Note what the operator who has it says, or the psychologist in it. Doing it again changes nothing."""
        floor = self._floor
        if not await floor.conversations.endanger(conversation, role, on=on, at_ms=now_ms()):
            return
        await self.align(conversation)
        record = await floor.conversations.record(conversation)
        for instance in await self._ends_of(record) if record else ():
            floor.tell(instance, conversation, CHANGED)
        floor.audit.record(
            AuditAction.DANGER_SAID if on else AuditAction.DANGER_OVER,
            account=who,
            conversation=UUID(conversation),
        )

    async def _ends_of(self, record: Record) -> set[str]:
        """Return the instances that hold an end of a conversation."""
        found = {record.visitor_at, record.operator_at}
        for other in {record.colleague, record.psychologist} - {None}:
            instance, _ = await self._floor.dispatch.seat_of(str(other))
            found.add(instance)
        return {instance for instance in found if instance}

    async def align(self, conversation: str) -> None:
        """Bring the queues to what the record says now."""
        dispatch, record = self._floor.dispatch, await self._floor.conversations.record(conversation)
        if record is None:
            return
        if record.danger is None:
            over = await self.missing.close(conversation, "", MissingEnd.DANGER_OVER)
            self._floor.announcer.announce([over] if over else [])
            await dispatch.calm(conversation)
        elif await dispatch.hurry(conversation, Hurry.DANGER, record.danger):
            get_logger().info("in_danger", conversation=conversation, by=record.danger)
        self._floor.assigner.wake()

    async def see(self, conversation: str, who: str) -> bool:
        """Note that a supervisor sees to it, and tell its operator; False when there is nothing to see to any more."""
        if not await self._store.see(conversation, who):
            return False
        await self._floor.conversations.update(conversation, {"danger_seen_by": who})
        record = await self._floor.conversations.record(conversation)
        if record is not None and record.operator_at:
            self._floor.tell(record.operator_at, conversation, CHANGED)
        return True

    async def watch(self) -> None:
        """Look at everybody who counts as in danger, and see to what an instance that died left. Called every second.

        Who is in danger and does not count as such is found by the sweep. Whose page has been silent for too long is
        missing, and whose page is back is not any more: the store decides that, once for all instances.
        """
        known = [one.conversation for one in await self._store.all()]
        if not known:
            return
        signs: dict[str, int] = {}
        for conversation, record in zip(known, await self._floor.conversations.records(known), strict=True):
            if record is not None and record.danger is None:
                await self.align(conversation)
            elif record is not None and record.sign is not None:
                signs[conversation] = record.sign
        self._floor.announcer.announce(await self.missing.look(signs))
