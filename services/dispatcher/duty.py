"""The duty keys as this instance sees them, and what its consoles are told of them.

What changes a duty key, or who wants it, is announced to the other instances; who misses that looks again by itself.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from services.dispatcher.domain.duty import DutyState
from services.dispatcher.store.duty import DutyStore
from services.dispatcher.turns import Turns
from shared.chat.wire import CHANGED
from shared.contracts.conversation import Force

DUTY = "duty"
"""Stands where an announcement to a dispatcher names a conversation or a console: the duty keys are to be looked at."""
LOOK_EVERY_S = 5.0
LOOK_AGAIN_S = 1.0
CREDENTIALS_KEPT = 4_000

Tell = Callable[[str, str, bytes], None]
"""Announce to one instance."""


class Seated(Protocol):
    """A console that has taken its seat."""

    async def show_duty(self, states: dict[Force, DutyState]) -> None:
        """Tell the page what is new to it."""


class Duties:
    """See the module's text."""

    def __init__(self, store: DutyStore, instance: str, tell: Tell, seated: Callable[[], Iterable[Seated]]) -> None:
        self.store = store
        self._instance = instance
        self._tell = tell
        self._seated = seated
        self._turns = Turns(self._look, "duty_not_read", LOOK_EVERY_S, LOOK_AGAIN_S)
        self._to_announce: set[Force] = set()
        self._credentials: dict[str, str] = {}

    def wake(self) -> None:
        """Look soon: another instance says that something changed."""
        self._turns.wake()

    def changed(self, force: Force) -> None:
        """A console of this instance came, went, or changed something: look soon, and have the others look."""
        self._to_announce.add(force)
        self._turns.wake()

    async def run(self) -> None:
        """Look whenever it is wanted, and every few seconds; runs for ever."""
        await self._turns.run()

    async def credentials(self, kids: Iterable[str]) -> dict[str, str]:
        """Return the proofs of these keys, as far as they are kept; a proof never changes."""
        wanted = list(kids)
        unknown = [kid for kid in wanted if kid not in self._credentials]
        if len(self._credentials) + len(unknown) > CREDENTIALS_KEPT:
            self._credentials.clear()
            unknown = wanted
        self._credentials |= await self.store.credentials(unknown)
        return {kid: self._credentials[kid] for kid in wanted if kid in self._credentials}

    async def _look(self) -> None:
        seated = list(self._seated())
        if not seated and not self._to_announce:
            return
        states = await self.store.look()
        announced, self._to_announce = self._to_announce, set()
        for force in announced:
            for instance in states[force].instances - {self._instance}:
                self._tell(instance, DUTY, CHANGED)
        await asyncio.gather(*(console.show_duty(states) for console in seated))
