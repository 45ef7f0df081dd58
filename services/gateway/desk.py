"""What all visitors' sockets of one gateway share: the hub, the store, the facts, and who is told what changed."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from faststream.nats import NatsBroker

from services.gateway import facts, metrics
from services.gateway.addresses import Addresses
from services.gateway.holders import Holders
from services.gateway.pepper import Pepper
from services.gateway.resuming import ResumeWords
from services.gateway.settings import GatewaySettings
from services.gateway.views import of_record
from shared.chat.batch import Batcher, StoreUnavailable
from shared.chat.frames import Erased, Stage, encode
from shared.chat.hub import Hub
from shared.chat.store import STORE_FAILURES, ConversationStore
from shared.chat.wire import Wire
from shared.contracts.conversation import EndedBy
from shared.logs import get_logger
from shared.run import going_on
from shared.sealing.magistrates import MagistrateKey

if TYPE_CHECKING:
    from services.gateway.visitor import Visitor

NEAR = 50
"""Positions looked at every turn; those further back, every ``FAR_TURNS`` turns."""
FAR_TURNS = 5
REROUTE_AFTER_MS = 5_000
"""A conversation that nobody has routed for so long is stated again; the router and the stream drop repeats."""

UNREADABLE = (ValueError, KeyError)
"""What a record raises that another version of a service has written."""


class Desk:
    """See the module's text."""

    def __init__(
        self,
        settings: GatewaySettings,
        instance: str,
        broker: NatsBroker,
        store: ConversationStore,
        batcher: Batcher,
        link: Wire,
        magistrates: Sequence[MagistrateKey] = (),
    ) -> None:
        self.settings = settings
        self.broker = broker
        self.store = store
        self.facts = facts.Facts(broker)
        self.pepper = Pepper(settings)
        self.words = ResumeWords(settings, store)
        self.holders = Holders(store.client)
        self.addresses = Addresses(store.client, magistrates, settings.address_s * 1000)
        self.hub = Hub(instance, store, batcher, link, self.changed, self.erased)
        self._visitors: dict[str, Visitor] = {}
        self._sockets: set[Visitor] = set()
        self._waiting: set[str] = set()
        self._near: set[str] = set()
        self._turn = 0
        self._dirty: set[str] = set()
        self._wake = asyncio.Event()
        self._closing = False

    # ---- sockets

    @property
    def full(self) -> bool:
        """Whether this gateway holds as many sockets as it may, or takes none any more."""
        return self._closing or len(self._sockets) >= self.settings.most_visitors

    def connect(self, visitor: "Visitor") -> None:
        """Count a socket in."""
        self._sockets.add(visitor)
        metrics.VISITORS.set(len(self._sockets))

    def disconnect(self, visitor: "Visitor") -> None:
        """Count a socket out."""
        self._sockets.discard(visitor)
        metrics.VISITORS.set(len(self._sockets))

    def join(self, conversation: str, visitor: "Visitor") -> None:
        """This socket now has the visitor's end; it is told the state at once."""
        older = self._visitors.get(conversation)
        self._visitors[conversation] = visitor
        if older is not None and older is not visitor:
            older.supersede()
        self.changed(conversation)

    def leave(self, conversation: str, visitor: "Visitor") -> None:
        """This socket is gone."""
        if self._visitors.get(conversation) is visitor:
            del self._visitors[conversation]
            self.holders.forget(conversation)
            self.addresses.left(conversation)
            self._settle(conversation)

    async def follow_addresses(self) -> None:
        """Let the sealed addresses of those who are here live as long as their conversations; called periodically."""
        await self.addresses.follow(self._visitors)

    async def close_lost(self) -> None:
        """Close sockets that have been silent for too long; called periodically."""
        limit = time.monotonic() - self.settings.idle_s
        lost = [visitor for visitor in self._sockets if visitor.heard_at < limit]
        await asyncio.gather(*(visitor.close() for visitor in lost))

    async def close_all(self) -> None:
        """Close every socket, once and for all: their pages come back to another instance."""
        self._closing = True
        await asyncio.gather(*(visitor.close() for visitor in list(self._sockets)))

    # ---- conversations

    async def create(self, conversation: str, fields: Mapping[str, str | int]) -> None:
        """Begin a conversation and state it. Raises ``StoreUnavailable``."""
        try:
            await self.store.create(conversation, fields)
            record = await self.store.record(conversation)
        except STORE_FAILURES as error:
            raise StoreUnavailable from error
        if record is not None:
            self.facts.state(facts.opened(conversation, record))

    def changed(self, conversation: str) -> None:
        """Read this conversation's state soon and show it."""
        self._dirty.add(conversation)
        self._wake.set()

    def erased(self, conversation: str, frame: bytes) -> None:
        """The conversation was destroyed, here or elsewhere: its socket is told and forgets."""
        self.hub.drop(conversation)
        self.holders.forget(conversation)
        self._settle(conversation)
        visitor = self._visitors.pop(conversation, None)
        if visitor is not None:
            visitor.forget(frame)

    async def show_changes(self) -> None:
        """Show changed states as they come, many in one reading; runs for ever."""
        while going_on():
            await self._wake.wait()
            self._wake.clear()
            cids = [cid for cid in self._dirty if cid in self._visitors]
            self._dirty.clear()
            try:
                await self._show(cids)
            except STORE_FAILURES as error:
                get_logger().warning("states_not_read", conversations=len(cids), error=error)
                await asyncio.sleep(0.5)
                self._dirty.update(cids)
                self._wake.set()
            except UNREADABLE:
                await self._show_one_by_one(cids)

    async def _show_one_by_one(self, cids: list[str]) -> None:
        """Find the record that cannot be read, and keep it from hiding the states of everybody else."""
        for cid in cids:
            try:
                await self._show([cid])
            except (*UNREADABLE, *STORE_FAILURES) as error:
                get_logger().error("record_unreadable", conversation=cid, error=error)

    async def refresh_waiting(self) -> None:
        """Look again at those who are not yet answered: positions move without a word to this instance.

        The dispatcher tells far positions at every fifth turn only, and ten thousand looks cost a third of a core.
        """
        self._turn += 1
        self._dirty.update(self._near if self._turn % FAR_TURNS else self._waiting)
        self._wake.set()

    def _settle(self, conversation: str) -> None:
        self._waiting.discard(conversation)
        self._near.discard(conversation)

    async def refresh_holders(self) -> None:
        """Look whether a duty key changed; called periodically. Every page is told of it, and of what was lacking."""
        self._dirty.update(self._visitors if await self.holders.refresh_duty() else self.holders.lacking)
        if self._dirty:
            self._wake.set()

    async def _show(self, cids: list[str]) -> None:
        if not cids:
            return
        records = dict(zip(cids, await self.store.records(cids), strict=True))
        holders = await self.holders.of({cid: record for cid, record in records.items() if record})
        for cid, record in records.items():
            visitor = self._visitors.get(cid)
            if visitor is None:
                self.holders.forget(cid)
                continue
            if record is None:
                self.erased(cid, encode(Erased(conversation=cid, ended_by=EndedBy.SILENCE)))
                continue
            visitor.show(of_record(cid, record))
            visitor.admit(cid, holders[cid])
            if record.stage is Stage.ACTIVE:
                self._settle(cid)
                continue
            self._waiting.add(cid)
            if record.position is None or record.position <= NEAR:
                self._near.add(cid)
            else:
                self._near.discard(cid)

    async def restate_unrouted(self, now: int) -> None:
        """State again the conversations that nobody routed: their first statement died with another instance."""
        cids = list(self._waiting)
        for cid, record in zip(cids, await self.store.records(cids) if cids else [], strict=True):
            if record and record.stage is Stage.ROUTING and now - record.opened_at > REROUTE_AFTER_MS:
                self.facts.state(facts.opened(cid, record))
