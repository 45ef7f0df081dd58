"""The conversations that one console shows: taken as its operator gets them, let go as they lose them."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from services.dispatcher import views
from shared.chat.frames import (
    Danger,
    End,
    Erased,
    Error,
    ErrorCode,
    FrameError,
    Held,
    Receipt,
    Released,
    Role,
    Say,
    Typing,
)
from shared.chat.lane import Lane
from shared.chat.outbox import Outbox, TokenBucket
from shared.contracts.conversation import EndedBy, Force

if TYPE_CHECKING:
    from services.dispatcher.console import Console
    from services.dispatcher.floor import Floor


class Shelf:
    """See the module's text. ``owner``: the console, under whose name the floor finds it."""

    def __init__(self, floor: "Floor", owner: "Console", force: Force, outbox: Outbox) -> None:
        self._floor = floor
        self._owner = owner
        self._force = force
        self._outbox = outbox
        self._bucket = TokenBucket(floor.settings.message_rate, floor.settings.message_burst)
        self._lanes: dict[str, Lane] = {}
        self._shown: dict[str, Held] = {}
        self._moving = asyncio.Lock()

    @property
    def conversations(self) -> set[str]:
        """What is on it."""
        return set(self._lanes)

    def lane(self, frame: Say | Typing | Receipt | Danger | End) -> Lane:
        """Return the lane that a frame is about. Raises ``FrameError`` when the conversation is not here."""
        lane = self._lanes.get(frame.conversation)
        if lane is None:
            raise not_held(frame.conversation, frame.cid if isinstance(frame, Say) else None)
        return lane

    def welcomed(self, conversations: Iterable[str]) -> None:
        """The page was told anew what its operator holds, and keeps only that: the rest must be shown to it again.

        What is assigned while the desk is being taken may have been shown before the page is told what was there.
        """
        for conversation in self._shown.keys() - set(conversations):
            del self._shown[conversation]

    async def take(self, conversation: str, *, new: bool, seq: int = 0) -> None:
        """Show a conversation that the operator holds, whole after ``seq``; or again, if something of it changed."""
        operator, kid = self._owner.operator, self._owner.kid
        async with self._moving:
            record = await self._floor.conversations.record(conversation)
            end = views.ends_of(record).get(operator) if record else None
            if record is None or end is None:
                return
            lane = self._lanes.get(conversation)
            fresh = lane is None
            if fresh and kid != views.key_at(record, end):
                await self._floor.projection.reads_with(conversation, end, operator, kid)
            if (lane is None or lane.end != end) and not await self._open_lane(conversation, end, lane, seq):
                return
            view = views.held(conversation, record, self._force, end, self._floor.settings.silence_s * 1000)
            shown = None if fresh else self._shown.get(conversation)
            if view != shown:
                self._outbox.send(msgspec.structs.replace(view, new=new and shown is None))
                self._shown[conversation] = view

    async def let_go(self, conversation: str, *, gone: bool) -> None:
        """Have the page forget a conversation that the operator no longer holds, or that is no more."""
        async with self._moving:
            lane = self._lanes.pop(conversation, None)
            self._shown.pop(conversation, None)
            self._floor.unhold(conversation, self._owner)
            if lane is not None:
                self._floor.hub.remove(lane)
            if gone:
                self._outbox.send(Erased(conversation=conversation, ended_by=EndedBy.SILENCE))
            else:
                self._outbox.send(Released(conversation=conversation))

    def forget(self, conversation: str, frame: bytes) -> None:
        """The conversation was destroyed: pass the ``erased`` frame on and keep nothing."""
        self._lanes.pop(conversation, None)
        self._shown.pop(conversation, None)
        self._outbox.put(frame)
        self._floor.assigner.wake()

    def ping(self, seqs: Mapping[str, int]) -> None:
        """A sign of life of the page: fill what it misses of each conversation."""
        for conversation, lane in list(self._lanes.items()):
            lane.ping(seqs.get(conversation, 0))

    async def agree(self, held: Iterable[str], shown: Iterable[str]) -> None:
        """Show what the operator holds and the page does not; have it forget what it shows and they do not hold.

        ``shown`` must be older than ``held``: what was assigned between the two is no surplus.
        """
        holds = set(held)
        for conversation in holds - self._shown.keys():
            await self.take(conversation, new=True)
        surplus = list(set(shown) - holds)
        if not surplus:
            return
        for conversation, record in zip(surplus, await self._floor.conversations.records(surplus), strict=True):
            await self.let_go(conversation, gone=record is None)

    async def leave(self) -> None:
        """The socket is closed: the conversations go on without it."""
        await asyncio.gather(*(lane.detach() for lane in self._lanes.values()))

    async def _open_lane(self, conversation: str, end: str, before: Lane | None, seq: int) -> bool:
        """Hold an end of it, in place of the one ``before``; False when the record does not say (yet, or any more) that
        it is this operator's.

        The messages that the page lacks are read in another task, and so come after what is sent right now.
        """
        if before is not None:
            seq = before.last
            self._floor.hub.remove(before)
        operator = self._owner.operator
        role = Role.PSYCHOLOGIST if end == Role.PSYCHOLOGIST else Role.OPERATOR
        lane = Lane(self._floor.hub, conversation, role, operator, self._outbox, self._bucket, seq, end)
        outcome = await lane.attach()
        if outcome.status != "ok":
            return False
        self._lanes[conversation] = lane
        self._floor.hold(conversation, self._owner)
        lane.catch_up()
        lane.announce_change()
        return True


def not_held(conversation: str, cid: str | None = None) -> FrameError:
    """Return the refusal of a frame about somebody else's conversation."""
    return FrameError(
        Error(code=ErrorCode.NOT_FOUND, detail="you do not have this conversation", conversation=conversation, cid=cid)
    )
