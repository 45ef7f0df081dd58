"""Open offers as this instance sees them, and what its consoles are told of them.

Whoever offers or answers here is told at once; what another instance does is seen within a second.
"""

from collections.abc import Callable, Iterable
from typing import Protocol

from services.dispatcher.store.transfer import Offer, Transfers
from services.dispatcher.turns import Turns

LOOK_EVERY_S = 1.0


class Seated(Protocol):
    """A console that has taken its seat."""

    def show_offers(self, offers: list[Offer]) -> None:
        """Tell the page what is new to it."""


class Offers:
    """See the module's text."""

    def __init__(self, store: Transfers, seated: Callable[[], Iterable[Seated]]) -> None:
        self._store = store
        self._seated = seated
        self._turns = Turns(self._look, "offers_not_read", LOOK_EVERY_S)

    def wake(self) -> None:
        """Look soon: something changed here."""
        self._turns.wake()

    async def run(self) -> None:
        """Look whenever it is wanted, and every second; runs for ever."""
        await self._turns.run()

    async def _look(self) -> None:
        if not list(self._seated()):
            return
        offers = await self._store.offers()
        for console in list(self._seated()):
            console.show_offers(offers)
