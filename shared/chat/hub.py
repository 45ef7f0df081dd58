"""The lanes of one instance, and the announcements that arrive for them: one wildcard subscription for all."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

from shared.chat import wire
from shared.chat.batch import Batcher
from shared.chat.store import ConversationStore

if TYPE_CHECKING:
    from shared.chat.lane import Lane

Changed = Callable[[str], None]
"""Called with a conversation's id when its record changed elsewhere."""

ErasedElsewhere = Callable[[str, bytes], None]
"""Called with a conversation's id and the ``erased`` frame when it was destroyed elsewhere."""


def new_instance(kind: str) -> str:
    """Return the name of a new instance of a service: ``gateway.1a2b3c4d``."""
    return f"{kind}.{uuid4().hex[:8]}"


class Hub:
    """Which lanes this instance holds, and what reaches them."""

    def __init__(
        self,
        instance: str,
        store: ConversationStore,
        batcher: Batcher,
        link: wire.Wire,
        changed: Changed,
        erased: ErasedElsewhere,
    ) -> None:
        self.instance = instance
        self.store = store
        self.batcher = batcher
        self.wire = link
        self._changed = changed
        self._erased = erased
        self._lanes: dict[str, list[Lane]] = {}

    async def start(self) -> None:
        """Listen; and after a loss of the broker, have every lane read what it may have missed."""
        self.wire.on_return(self.catch_up_all)
        await self.wire.listen(self.instance, self.receive)

    def add(self, lane: "Lane") -> None:
        """Take a lane in; an older one of the same end (a connection not yet known to be lost) makes room."""
        others = [one for one in self._lanes.get(lane.conversation, ()) if one.end != lane.end]
        self._lanes[lane.conversation] = [*others, lane]

    def remove(self, lane: "Lane") -> bool:
        """Let a lane go; False when it was not here."""
        lanes = self._lanes.get(lane.conversation, [])
        if lane not in lanes:
            return False
        lanes.remove(lane)
        if not lanes:
            del self._lanes[lane.conversation]
        return True

    def lanes(self, conversation: str) -> "list[Lane]":
        """Return this instance's lanes of a conversation."""
        return list(self._lanes.get(conversation, ()))

    def drop(self, conversation: str) -> None:
        """Forget every lane of a conversation that is no more."""
        self._lanes.pop(conversation, None)

    def conversations(self) -> list[str]:
        """Return the conversations that have a lane here."""
        return list(self._lanes)

    def catch_up_all(self) -> None:
        """Have every lane read the log, and its owner the record."""
        for conversation, lanes in list(self._lanes.items()):
            for lane in lanes:
                lane.catch_up()
            self._changed(conversation)

    def mend_gaps(self) -> None:
        """Have lanes that saw a gap read the log; called every second."""
        for lanes in list(self._lanes.values()):
            for lane in lanes:
                if lane.gap:
                    lane.catch_up()

    def post(self, lane: "Lane", instance: str, payload: bytes) -> None:
        """Announce what a lane of this instance has to say to the ends that an instance holds, its own end excepted."""
        if instance == self.instance:
            self.receive(lane.conversation, payload, lane)
        else:
            self.wire.post(instance, lane.conversation, payload)

    def receive(self, conversation: str, payload: bytes, sender: "Lane | None" = None) -> None:
        """Hand an announcement to the lanes it is for. One that was cut is as good as lost: the log has it."""
        kind, size = payload[:1], len(payload)
        if kind == wire.MESSAGE and size > wire.MESSAGE_HEAD:
            seq, frame = wire.read_message(payload)
            for lane in self._lanes.get(conversation, ()):
                if lane is not sender:
                    lane.message(seq, frame)
        elif kind == wire.FRAME and size > 1:
            for lane in self._lanes.get(conversation, ()):
                if lane is not sender:
                    lane.outbox.put(payload[1:])
        elif kind == wire.CHANGED:
            self._changed(conversation)
        elif kind == wire.ERASED and size > 1:
            self._erased(conversation, payload[1:])
