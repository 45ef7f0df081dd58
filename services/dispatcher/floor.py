"""All consoles of one dispatcher instance: who sits where, and what reaches them from elsewhere."""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from faststream.nats import NatsBroker

from services.dispatcher import metrics
from services.dispatcher.announcer import Announcer
from services.dispatcher.assigner import Assigner
from services.dispatcher.dangers import Dangers
from services.dispatcher.duty import DUTY, Duties
from services.dispatcher.offers import Offers
from services.dispatcher.patrols import Patrols
from services.dispatcher.psychologists import Psychologists
from services.dispatcher.settings import DispatcherSettings
from services.dispatcher.staff.sessions import Sessions
from services.dispatcher.store.calls import Calls
from services.dispatcher.store.dispatch import Board, DispatchStore
from services.dispatcher.store.duty import DutyStore
from services.dispatcher.store.projection import Projection
from services.dispatcher.store.supervision import Supervision
from services.dispatcher.store.transfer import Transfers
from services.dispatcher.views import ends_of
from shared.audit.writing import Audit
from shared.chat.batch import Batcher
from shared.chat.hub import Hub
from shared.chat.store import STORE_FAILURES, ConversationStore
from shared.chat.wire import CHANGED, Wire
from shared.clock import utc_now
from shared.contracts.dispatcher import ReleaseReason
from shared.logs import get_logger
from shared.run import going_on
from shared.sealing.authority import load_public

if TYPE_CHECKING:
    from services.dispatcher.console import Console


SESSION_MARK = 32
"""Characters of a session's digest with which a console's name begins."""


class Floor:
    """See the module's text. A socket has a name, to which other instances can announce as to a conversation.

    ``clock``: by which the hours of psychologists are read.
    """

    def __init__(
        self,
        settings: DispatcherSettings,
        instance: str,
        broker: NatsBroker,
        conversations: ConversationStore,
        batcher: Batcher,
        link: Wire,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        valkey = conversations.client
        self.settings = settings
        self.authority = load_public(settings.staff_authority)
        self.broker = broker
        self.conversations = conversations
        self.hub = Hub(instance, conversations, batcher, link, self.changed, self.erased)
        self.dispatch = DispatchStore(valkey, settings.patience, care=settings.care, absent_ms=settings.vanished_ms)
        self.projection = Projection(valkey, settings.vanished_kept_s, settings.silence_s)
        self.sessions = Sessions(valkey, settings.session_s, settings.session_longest_s)
        self.audit = Audit(instance, lambda: broker.connection)
        self.announcer = Announcer(self.dispatch, self.projection, broker, self, settings.sure_ms, self.audit)
        self.assigner = Assigner(self.dispatch, self.announcer)
        self.duties = Duties(DutyStore(valkey, settings.patience), instance, self.tell, self._seated)
        self.dangers = Dangers(self)
        self.patrols = Patrols(self, settings.patrol_deadline_s)
        self.transfers = Transfers(self.dispatch)
        self.offers = Offers(self.transfers, self._seated)
        self.calls = Calls(self.dispatch)
        self.psychologists = Psychologists(
            self.calls, Supervision(self.dispatch), settings.psychologists, self.audit, self._seated, clock
        )
        self._consoles: dict[str, Console] = {}
        self._seats: dict[str, Console] = {}
        self._holders: dict[str, list[Console]] = {}
        self._dirty: set[str] = set()
        self._wake = asyncio.Event()
        self._closing = False

    # ---- sockets

    def _seated(self) -> "Iterable[Console]":
        return self._seats.values()

    @property
    def full(self) -> bool:
        """Whether this instance holds as many consoles as it may, or takes none any more."""
        return self._closing or len(self._consoles) >= self.settings.most_consoles

    def enter(self, console: "Console") -> None:
        """Count a socket in."""
        self._consoles[console.name] = console
        metrics.CONSOLES.set(len(self._consoles))

    def sit(self, console: "Console") -> None:
        """This console is its operator's, rather than any older one here."""
        self._seats[console.operator] = console

    def depart(self, console: "Console") -> None:
        """Count a socket out."""
        self._consoles.pop(console.name, None)
        if self._seats.get(console.operator) is console:
            del self._seats[console.operator]
        for conversation in [one for one, holders in self._holders.items() if console in holders]:
            self.unhold(conversation, console)
        metrics.CONSOLES.set(len(self._consoles))

    async def close_lost(self) -> None:
        """Close sockets that have been silent longer than their lease; called periodically."""
        patience = self.dispatch.patience
        limit = time.monotonic() - (patience.sign_ms + patience.grace_ms) / 1000
        lost = [console for console in self._consoles.values() if console.heard_at < limit]
        await asyncio.gather(*(console.close() for console in lost))

    async def close_all(self) -> None:
        """Close every socket, once and for all: their pages come back to another instance."""
        self._closing = True
        consoles = list(self._consoles.values())
        await asyncio.gather(*(console.close() for console in consoles))
        await asyncio.gather(*(console.left() for console in consoles))

    def hold(self, conversation: str, console: "Console") -> None:
        """This console shows the conversation now."""
        holders = self._holders.setdefault(conversation, [])
        if console not in holders:
            holders.append(console)

    def unhold(self, conversation: str, console: "Console") -> None:
        """This console shows it no more."""
        holders = self._holders.get(conversation, [])
        if console in holders:
            holders.remove(console)
        if not holders:
            self._holders.pop(conversation, None)

    # ---- announcements

    def tell(self, instance: str, conversation: str, payload: bytes) -> None:
        """Announce to one instance, this one included; returns at once."""
        if instance == self.hub.instance:
            self.hub.receive(conversation, payload)
        else:
            self.hub.wire.post(instance, conversation, payload)

    def look_again(self, instance: str, socket: str) -> None:
        """Have a console, wherever it is, look whether it still has its seat and its session."""
        if instance and socket:
            self.tell(instance, socket, CHANGED)

    async def go_home(self, operator: str, session_digest: str) -> None:
        """The session is over: if the operator's console is of this session, what they hold goes to others at once."""
        instance, socket = await self.dispatch.seat_of(operator)
        if socket.startswith(session_digest[:SESSION_MARK]):
            self.announcer.announce(await self.dispatch.unseat(operator, ReleaseReason.OPERATOR_LEFT))
            self.assigner.wake()
            self.look_again(instance, socket)

    def changed(self, name: str) -> None:
        """Look soon at what changed: a conversation, a console of this instance, or the duty keys."""
        if name == DUTY:
            self.duties.wake()
            return
        self._dirty.add(name)
        self._wake.set()

    def erased(self, conversation: str, frame: bytes) -> None:
        """The conversation was destroyed, here or elsewhere: the consoles that show it are told."""
        self.hub.drop(conversation)
        for console in self._holders.pop(conversation, []):
            console.shelf.forget(conversation, frame)

    async def show_changes(self) -> None:
        """Bring consoles up to date as changes come, many in one reading; runs for ever."""
        while going_on():
            await self._wake.wait()
            self._wake.clear()
            names, self._dirty = self._dirty, set()
            try:
                await self._show(names)
            except STORE_FAILURES as error:
                get_logger().warning("changes_not_read", changes=len(names), error=error)
                await asyncio.sleep(0.5)
                self._dirty |= names
                self._wake.set()

    async def _show(self, names: set[str]) -> None:
        here = [self._consoles[name] for name in names if name in self._consoles]
        await asyncio.gather(*(console.verify() for console in here))
        cids = [name for name in names if name not in self._consoles]
        if not cids:
            return
        for cid, record in zip(cids, await self.conversations.records(cids), strict=True):
            if record is None:
                continue  # who destroyed it says how it ended, in a moment; if they died, the sweep says so
            takers = [self._seats[who] for who in ends_of(record) if who in self._seats]
            for holder in list(self._holders.get(cid, ())):
                if holder not in takers:
                    await holder.shelf.let_go(cid, gone=False)
            for taker in takers:
                await taker.shelf.take(cid, new=True)

    async def mend_gaps(self) -> None:
        """Have lanes that saw a gap read the log; called every second."""
        self.hub.mend_gaps()

    async def show_board(self) -> None:
        """Tell every console how its queues stand; called every second."""
        if self._consoles:
            board: Board = await self.dispatch.board()
            for console in self._consoles.values():
                console.show_board(board)
