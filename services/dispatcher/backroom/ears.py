"""The pages of one instance that hear when something was written, here or at another instance.

What travels between instances on ``staff.>`` is that a place has news, never what: whoever could write there without
right would make pages look once more, and that is all. A lost announcement is mended by the page's next look.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import nats.errors
from aiohttp import web
from nats.aio.msg import Msg

from services.dispatcher.backroom.places import Places
from services.dispatcher.domain.backroom import Notes, Place, place_of
from services.dispatcher.staff.accounts import Account, StaffRole
from shared import subjects
from shared.chat.store import STORE_FAILURES
from shared.logs import get_logger

if TYPE_CHECKING:
    from services.dispatcher.floor import Floor

LOOK_S = 10.0
"""How often a page's session is looked at."""
MOST_EACH = 8
"""Pages of one account that hear at once."""
CLOSE_LOGGED_OUT = 4003


class Ear:
    """One page. Many news of one place are one."""

    def __init__(self, account: Account, session: str) -> None:
        self.account = account
        self.closing = False
        self._session = session
        self._news: dict[str, None] = {}
        self._woken = asyncio.Event()

    def tell(self, place: str) -> None:
        """There is something new in a place; returns at once."""
        self._news[place] = None
        self._woken.set()

    def close(self) -> None:
        """Send the page elsewhere."""
        self.closing = True
        self._woken.set()

    async def speak(self, floor: "Floor", socket: web.WebSocketResponse) -> None:
        """Tell the page until its session is over or the instance ends."""
        while not self.closing:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._woken.wait()
            self._woken.clear()
            news, self._news = self._news, {}
            for place in news:
                await socket.send_str(place)
            if not news and await floor.sessions.still(self._session) is None:
                await socket.close(code=CLOSE_LOGGED_OUT, message=b"logged out")
                return
        await socket.close(code=1012, message=b"come back")


class Ears:
    """See the module's text."""

    def __init__(self, floor: "Floor", places: Places) -> None:
        self._floor = floor
        self._places = places
        self._ears: set[Ear] = set()

    async def listen(self) -> None:
        """Hear what other instances announce."""

        async def heard(message: Msg) -> None:
            place = place_of(message.subject.partition(".")[2])
            if place is not None and message.data != self._floor.hub.instance.encode():
                await self._tell(place)

        await self._floor.broker.connection.subscribe(subjects.STAFF_ONLY, cb=heard)

    def room_for(self, account: Account) -> bool:
        """Whether one more page of this account may hear."""
        if len(self._ears) >= 2 * self._floor.settings.most_consoles:
            return False
        return sum(ear.account.login == account.login for ear in self._ears) < MOST_EACH

    @contextmanager
    def hearing(self, ear: Ear) -> Iterator[None]:
        """Let a page hear for the length of the context."""
        self._ears.add(ear)
        try:
            yield
        finally:
            self._ears.discard(ear)

    async def changed(self, place: Place) -> None:
        """Something was written in a place: tell the pages here, and the other instances."""
        await self._tell(place)
        try:
            await self._floor.broker.connection.publish(subjects.staff(str(place)), self._floor.hub.instance.encode())
        except nats.errors.Error as error:
            get_logger().warning("staff_news_not_announced", error=error)

    async def close_all(self) -> None:
        """Send every page to another instance."""
        for ear in self._ears:
            ear.close()

    async def _tell(self, place: Place) -> None:
        if not self._ears:
            return
        inside: set[str] = set()
        if isinstance(place, Notes):
            try:
                inside = await self._places.inside(place)
            except STORE_FAILURES as error:
                get_logger().warning("staff_news_not_told", error=error)
                return
        for ear in list(self._ears):
            if _may_hear(ear.account, place, inside):
                ear.tell(str(place))


def _may_hear(account: Account, place: Place, inside: set[str]) -> bool:
    if isinstance(place, Notes):
        return account.login in inside
    return place.open_to(account.force, supervises=StaffRole.SUPERVISOR in account.roles)
