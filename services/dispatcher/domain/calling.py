"""Calling a psychologist into a running chat: what the store's script does, in words that a proof can read.

They sit at desks that serve ``<force>.psychologist``; whoever was called for longest gets the one who is free.
"""

from services.dispatcher.domain.dispatch import Dispatch
from services.dispatcher.domain.tickets import psychologists_of
from shared.contracts.conversation import Force


class Calling:
    """Calls of one floor."""

    def __init__(self, floor: Dispatch) -> None:
        self._floor = floor

    def call(self, conversation: str, operator: str, now_ms: int) -> str:
        """Ask for a psychologist; return why not, or an empty text."""
        ticket = self._floor.tickets.get(conversation)
        if ticket is None:
            return "gone"
        if ticket.operator != operator:
            return "not_yours"
        if ticket.psychologist or ticket.called_ms:
            return "there" if ticket.psychologist else "called"
        ticket.called_ms = ticket.call_rank = now_ms
        return ""

    def uncall(self, conversation: str, operator: str) -> bool:
        """Wait for none any more; return whether one was waited for."""
        ticket = self._floor.tickets.get(conversation)
        if ticket is None or ticket.operator != operator or not ticket.called_ms:
            return False
        ticket.hang_up()
        return True

    def hang_up(self, force: Force) -> list[str]:
        """Give up every call of a force, since its psychologists have gone home; return whose they were."""
        given_up = self.waiting(force)
        for conversation in given_up:
            self._floor.tickets[conversation].hang_up()
        return given_up

    def join(self, now_ms: int) -> list[tuple[str, str]]:
        """Let free psychologists join, whoever called first; return which conversation and who, in order."""
        made, nobody_of = [], set()
        calls = sorted((ticket.call_rank, one) for one, ticket in self._floor.tickets.items() if ticket.called_ms)
        for _, conversation in calls:
            ticket = self._floor.tickets[conversation]
            if ticket.force in nobody_of:
                continue
            psychologist = self._floor.best_for(psychologists_of(ticket.force), now_ms)
            if psychologist is None:
                nobody_of.add(ticket.force)
                continue
            ticket.hang_up()
            ticket.psychologist = psychologist
            self._floor.idle(psychologist, now_ms)
            made.append((conversation, psychologist))
        return made

    def leave(self, conversation: str, psychologist: str, now_ms: int) -> bool:
        """Leave a chat, which goes on; return whether one was in it."""
        ticket = self._floor.tickets.get(conversation)
        if ticket is None or ticket.psychologist != psychologist:
            return False
        ticket.psychologist = None
        self._floor.idle(psychologist, now_ms)
        return True

    def waiting(self, force: str) -> list[str]:
        """Return who waits for a psychologist of a force, next first."""
        tickets = self._floor.tickets.items()
        calls = [(ticket.call_rank, one) for one, ticket in tickets if ticket.called_ms and ticket.force == force]
        return [one for _, one in sorted(calls)]

    def free(self, force: str, now_ms: int) -> int:
        """Return how many psychologists of a force take calls and have room."""
        return len(self._floor.able_for(psychologists_of(force), now_ms))
