"""What keeps the queues moving in one instance, while any number of other instances do the same."""

from collections.abc import Awaitable, Callable
from functools import partial

from services.dispatcher import metrics
from services.dispatcher.announcer import Announcer, Teller
from services.dispatcher.domain.order import Hurry
from services.dispatcher.store.calls import Calls
from services.dispatcher.store.dispatch import MOST_AT_ONCE, QUEUES, DispatchStore
from services.dispatcher.store.projection import Projection
from services.dispatcher.store.supervision import Supervision
from services.dispatcher.store.transfer import Transfers
from services.dispatcher.turns import Turns
from shared.chat import wire
from shared.chat.frames import Erased, encode
from shared.contracts.conversation import EndedBy

AT_LEAST_EVERY_S = 1.0
ANNOUNCED_WITHIN_MS = 2_000
"""After so long, a decision that is still unannounced is announced by whoever finds it."""
LOOKED_AT = 500
"""Conversations looked at in one turn for being gone."""

Look = Callable[[int, int], Awaitable[tuple[int, list[str]]]]
"""Some conversations from a cursor on, and where to go on."""


class Assigner:
    """Assigns as soon as it is woken, many wakes in one run of the script; and at least every second."""

    def __init__(self, store: DispatchStore, announcer: Announcer) -> None:
        self._store = store
        self._calls = Calls(store)
        self._announcer = announcer
        self._turns = Turns(self._assign_all, "not_assigned", AT_LEAST_EVERY_S)

    def wake(self) -> None:
        """Something changed: somebody came, or somebody has room."""
        self._turns.wake()

    async def run(self) -> None:
        """Assign for ever."""
        await self._turns.run()

    async def _assign_all(self) -> None:
        for give in (self._store.assign, self._calls.join):
            while True:
                decisions = await give()
                self._announcer.announce(decisions)
                if len(decisions) < MOST_AT_ONCE:
                    break


class Sweeper:
    """Mends what crashes, lost consoles and expiry leave behind."""

    def __init__(
        self,
        store: DispatchStore,
        projection: Projection,
        announcer: Announcer,
        assigner: Assigner,
        teller: Teller,
        sure_ms: int,
    ) -> None:
        self._sure_ms = sure_ms
        self._store = store
        self._supervision = Supervision(store)
        self._transfers = Transfers(store)
        self._projection = projection
        self._announcer = announcer
        self._assigner = assigner
        self._teller = teller
        self._looks: list[Look] = [
            self._store.some_held,
            *(partial(self._store.some_waiting, queue) for queue in QUEUES),
        ]
        self._cursors = [0] * len(self._looks)

    async def sweep(self) -> None:
        """Take back what lost operators held, end hand-overs, have queues overflow, and announce what was left over."""
        released = await self._store.expire()
        if released:
            self._announcer.announce(released)
            self._assigner.wake()
        self._announcer.announce(await self._transfers.lapse())
        moved = await self._supervision.flow()
        if moved:
            self._announcer.announce(moved)
            self._assigner.wake()
        left = await self._store.claim(ANNOUNCED_WITHIN_MS)
        metrics.REDONE.inc(len(left))
        self._announcer.announce(left)

    async def forget_gone(self) -> None:
        """Withdraw conversations whose record is gone: they fell silent, or whoever erased them died on the way.

        That it was silence is stated later: who destroyed one a moment ago says so meanwhile. On the way, whoever said
        that they are in danger goes first, in case nobody heard it.
        """
        for index, look in enumerate(self._looks):
            self._cursors[index], some = await look(self._cursors[index], LOOKED_AT)
            seen = await self._projection.look(some)
            for conversation, by in seen.in_danger.items():
                await self._store.hurry(conversation, Hurry.DANGER, by)
            for conversation in seen.gone:
                frame = encode(Erased(conversation=conversation, ended_by=EndedBy.SILENCE))
                await self._freed(conversation, await self._store.vanish(conversation, self._sure_ms), frame)

    async def withdraw(self, conversation: str, erased: bytes) -> None:
        """Forget a conversation that was destroyed; the console that has it is told by the ``erased`` frame."""
        await self._freed(conversation, await self._store.withdraw(conversation), erased)

    async def _freed(self, conversation: str, operator: str | None, erased: bytes) -> None:
        if operator is None:
            return
        metrics.GONE.inc()
        instance, _ = await self._store.seat_of(operator)
        if instance:
            self._teller.tell(instance, conversation, wire.ERASED + erased)
        self._assigner.wake()
