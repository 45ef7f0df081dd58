"""Handing a conversation over: what the store's script does, in words that a proof can read.

Until somebody accepts, the conversation is its giver's as if there were no offer. From then on it is the other's, and
the giver may stay beside them for a while.
"""

from collections.abc import Iterable

from services.dispatcher.domain.dispatch import Dispatch
from services.dispatcher.domain.tickets import Offer, Ticket


class Handing:
    """Offers and hand-overs of one floor. A method returns why it was not done, or an empty text, unless it says so."""

    def __init__(self, floor: Dispatch) -> None:
        self._floor = floor

    def offer(self, conversation: str, giver: str, to: str | None, queue: str, lasts_ms: int, now_ms: int) -> str:
        """Offer it to an operator, or to anyone of a queue; an empty ``queue`` is its own."""
        ticket = self._floor.tickets.get(conversation)
        if ticket is None:
            return "gone"
        if ticket.operator != giver:
            return "not_yours"
        if to == giver:
            return "theirs"
        if ticket.colleague is not None:
            return "handing_over"
        standing = self._open(ticket, now_ms)
        if standing and not (standing.to and standing.refused):
            return "offered"
        queue = queue or ticket.queue
        if to is not None and (why := self._floor.hindrance(to, queue, now_ms)):
            return why
        if to is None and not self._floor.anyone_serves(queue, now_ms, but=giver):
            return "nobody"
        ticket.offer = Offer(to, queue, now_ms + lasts_ms)
        return ""

    def take_back(self, conversation: str, giver: str, now_ms: int) -> bool:
        """End one's own offer; return whether there was one."""
        ticket = self._floor.tickets.get(conversation)
        if ticket is None or ticket.operator != giver or not self._open(ticket, now_ms):
            return False
        ticket.offer = None
        return True

    def refuse(self, conversation: str, operator: str, now_ms: int) -> str | None:
        """Say no; return whose offer it was, or None when it was not for them. To anyone, it stands for the others."""
        ticket = self._floor.tickets.get(conversation)
        offer = self._to(ticket, operator, now_ms)
        if ticket is None or offer is None:
            return None
        offer.refused.add(operator)
        return ticket.operator

    def accept(self, conversation: str, operator: str, stays_ms: int, now_ms: int) -> str:
        """Take it over; its giver stays beside for a while, unless it goes to the other force."""
        ticket = self._floor.tickets.get(conversation)
        offer = self._to(ticket, operator, now_ms)
        if ticket is None or offer is None:
            return "gone"
        if why := self._floor.hindrance(operator, offer.queue, now_ms):
            return why
        giver, ticket.operator, ticket.offer = ticket.operator, operator, None
        force, ticket.turn = ticket.force, ticket.turn + 1
        self._floor.move(ticket, offer.queue, now_ms)
        if stays_ms and ticket.force == force:
            ticket.colleague, ticket.until_ms = giver, now_ms + stays_ms
        for who in (giver, operator):
            self._floor.idle(who or "", now_ms)
        return ""

    def step_aside(self, conversation: str, operator: str) -> bool:
        """Leave what one has handed over; return whether one was still in it."""
        ticket = self._floor.tickets.get(conversation)
        if ticket is None or ticket.colleague != operator:
            return False
        ticket.colleague = None
        return True

    def lapse(self, now_ms: int) -> list[str]:
        """End the hand-overs whose time is over and return them; forget the offers that nobody took."""
        over = [one for one, ticket in self._floor.tickets.items() if ticket.colleague and ticket.until_ms <= now_ms]
        for ticket in self._tickets(over):
            ticket.colleague = None
        for ticket in self._floor.tickets.values():
            ticket.offer = self._open(ticket, now_ms)
        return over

    def offers(self, now_ms: int) -> dict[str, Offer]:
        """Return the open offers, by conversation."""
        found = {one: self._open(ticket, now_ms) for one, ticket in self._floor.tickets.items()}
        return {one: offer for one, offer in found.items() if offer}

    def _tickets(self, conversations: Iterable[str]) -> list[Ticket]:
        return [self._floor.tickets[one] for one in conversations]

    def _to(self, ticket: Ticket | None, operator: str, now_ms: int) -> Offer | None:
        """Return the open offer of a conversation, if it is to this operator, who has not said no."""
        offer = self._open(ticket, now_ms) if ticket and operator != ticket.operator else None
        return offer if offer and offer.to in {operator, None} and operator not in offer.refused else None

    def _open(self, ticket: Ticket, now_ms: int) -> Offer | None:
        return ticket.offer if ticket.offer and ticket.offer.until_ms > now_ms else None
