"""The erasures that the store could not take at once: tried again until it has.

The red button is pressed once, by somebody who is already gone. A store that does not answer for a moment must not turn
that into a conversation that stays.
"""

import time
from dataclasses import dataclass

from services.gateway.desk import Desk
from services.gateway.visitor import end
from shared.chat.store import STORE_FAILURES
from shared.contracts.conversation import EndedBy
from shared.logs import get_logger

MOST_OWED = 10_000
"""Above it a call is refused: calls with ids that nobody has must not fill the memory."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One erasure to be done; ``until`` (monotonic seconds) the conversation is gone by its own silence anyway."""

    token: str
    ended_by: EndedBy
    until: float


class Erasures:
    """Does what was asked now, or as soon as the store answers."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._owed: dict[str, Owed] = {}

    async def ask(self, conversation: str, token: str, ended_by: EndedBy) -> int:
        """Return the HTTP status: 204 done or long gone, 403 not theirs, 202 will be done, 503 cannot even be kept."""
        try:
            return 204 if await end(self._desk, conversation, token, ended_by) else 403
        except STORE_FAILURES as error:
            get_logger().warning("erasure_owed", conversation=conversation, error=error)
        if len(self._owed) >= MOST_OWED:
            return 503
        settings = self._desk.settings
        gone_after = max(settings.silence_s, settings.resume_s, settings.vanished_kept_s)
        self._owed[conversation] = Owed(token, ended_by, time.monotonic() + gone_after)
        return 202

    async def pay(self) -> None:
        """Try again what is owed; called periodically. Stops at the first failure: the store is still away."""
        for conversation, owed in list(self._owed.items()):
            if time.monotonic() < owed.until:
                try:
                    await end(self._desk, conversation, owed.token, owed.ended_by)
                except STORE_FAILURES:
                    return
            del self._owed[conversation]
