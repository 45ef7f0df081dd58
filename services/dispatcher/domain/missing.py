"""Who vanished while in danger: what the store's script does, in words that a proof can read.

Somebody in danger whose page has given no sign for too long is *missing*, once, until the page gives one again, the
danger is over, the conversation is gone, or somebody closes it with a reason. What was closed stays closed for the very
absence that it was closed for; who comes back and vanishes again is missing again.
"""

from typing import Literal

from services.dispatcher.domain.dispatch import Dispatch
from services.dispatcher.domain.order import Hurry
from shared.contracts.dispatcher import MissingEnd

CLOSED = frozenset({MissingEnd.SAFE, MissingEnd.PATROL_THERE, MissingEnd.HANDED_ON, MissingEnd.MISTAKE})
"""What somebody may say on closing it."""

Seen = Literal["", "missing", "found"]


def vanished(sign_ms: int, now_ms: int, patience_ms: int) -> bool:
    """Return whether a page whose last sign came at ``sign_ms`` has been silent for too long."""
    return now_ms - sign_ms >= patience_ms


class Missing:
    """Who of one floor is missing."""

    def __init__(self, floor: Dispatch, patience_ms: int) -> None:
        self._floor = floor
        self._patience_ms = patience_ms

    def look(self, conversation: str, sign_ms: int, now_ms: int) -> Seen:
        """Take in when a visitor's page last gave a sign; return what that changes."""
        ticket = self._floor.tickets.get(conversation)
        if ticket is None or Hurry.DANGER not in ticket.hurry:
            return ""
        if ticket.missing_ms:
            if sign_ms <= ticket.missing_ms:
                return ""
            ticket.missing_ms = 0
            return "found"
        if ticket.settled_ms == sign_ms or not vanished(sign_ms, now_ms, self._patience_ms):
            return ""
        ticket.missing_ms = sign_ms
        return "missing"

    def close(self, conversation: str) -> bool:
        """Say that this absence is seen to; return whether there was one."""
        ticket = self._floor.tickets.get(conversation)
        if ticket is None or not ticket.missing_ms:
            return False
        ticket.settled_ms, ticket.missing_ms = ticket.missing_ms, 0
        return True

    def all(self) -> dict[str, int]:
        """Return who is missing, and their page's last sign (ms)."""
        return {one: ticket.missing_ms for one, ticket in self._floor.tickets.items() if ticket.missing_ms}
