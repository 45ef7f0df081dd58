"""Queues and desks as one whole in memory: what the store's script does, in words that a proof can read.

Every conversation that has a ticket is in exactly one place: in its queue, or with one operator. Only the methods
here move it. Times are milliseconds since 1970, always given.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.language import FRENCH, LOOKED_PAST, may_hold_out, skill
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.presence import Patience
from services.dispatcher.domain.tickets import Assigned, Desk, Offer, Status, Ticket, psychologists_of

__all__ = ["Assigned", "Desk", "Dispatch", "Offer", "Status", "Ticket"]


@dataclass(slots=True)
class Dispatch:
    """The whole: tickets and desks."""

    patience: Patience = field(default_factory=Patience)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    desks: dict[str, Desk] = field(default_factory=dict)
    statuses: dict[str, Status] = field(default_factory=dict)
    """What operators chose: it outlives a lost desk."""
    care: Care = field(default_factory=Care)
    rows: dict[str, int] = field(default_factory=dict)
    """Hard conversations in a row, by operator."""
    rests: dict[str, int] = field(default_factory=dict)
    """Until when operators rest."""
    paused: dict[str, int] = field(default_factory=dict)
    """Since when operators pause."""
    drained: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    overflow: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Queue -> where those wait who waited here for so long (ms)."""

    def enqueue(
        self,
        conversation: str,
        queue: str,
        since_ms: int,
        now_ms: int,
        language: str = FRENCH,
        hurry: Iterable[Hurry] = (),
    ) -> bool:
        """Take a conversation in, unless it is already waiting or held."""
        if conversation in self.tickets:
            return False
        since_ms = min(since_ms, now_ms)
        self.tickets[conversation] = Ticket(queue, since_ms, since_ms, set(hurry), language=language)
        return True

    def withdraw(self, conversation: str, now_ms: int) -> str | None:
        """Forget a conversation that is gone; return who had it."""
        ticket = self.tickets.pop(conversation, None)
        if ticket and ticket.psychologist:
            self.idle(ticket.psychologist, now_ms)
        if ticket is None or ticket.operator is None:
            return None
        self._over(ticket.operator, ticket, now_ms)
        self.idle(ticket.operator, now_ms)
        return ticket.operator

    def arrive(self, operator: str, queues: Iterable[str], limit: int, now_ms: int) -> list[str]:
        """Seat an operator, or renew the one who is there; return the conversations that they are in."""
        lease_ms = self.patience.renewed(now_ms)
        desk = self.desks.get(operator)
        if desk is None:
            status = self.statuses.get(operator, "available")
            self.desks[operator] = Desk(frozenset(queues), limit, lease_ms, now_ms, status)
        else:
            desk.queues, desk.limit, desk.lease_ms = frozenset(queues), limit, lease_ms
        return self.mine(operator)

    def renew(self, operator: str, now_ms: int) -> bool:
        """Move the lease forward on a sign of life; False when the operator is no longer seated."""
        desk = self.desks.get(operator)
        if desk is None:
            return False
        desk.lease_ms = self.patience.renewed(now_ms)
        return True

    def leave(self, operator: str, now_ms: int) -> None:
        """Start the grace: the console's socket is closed."""
        if desk := self.desks.get(operator):
            desk.lease_ms = self.patience.closed(desk.lease_ms, now_ms)

    def set_status(self, operator: str, status: Status, now_ms: int) -> None:
        """Take new conversations, or none. A pause as long as a break makes an end of what was in a row."""
        if desk := self.desks.get(operator):
            if status == "paused" and desk.status != "paused":
                self.paused[operator] = now_ms
            if desk.status == "paused" != status and now_ms - self.paused[operator] >= self.care.break_ms:
                self.rows[operator] = 0
            desk.status = self.statuses[operator] = status

    def hurry(self, conversation: str, reason: Hurry) -> None:
        """Give a conversation a reason to be served sooner, now and whenever it waits again."""
        if ticket := self.tickets.get(conversation):
            ticket.hurry.add(reason)

    def calm(self, conversation: str) -> None:
        """Take back that a conversation is in danger: it stands where it would have stood."""
        if ticket := self.tickets.get(conversation):
            ticket.hurry.discard(Hurry.DANGER)
            ticket.missing_ms = ticket.settled_ms = 0

    def endangered(self) -> list[str]:
        """Return the conversations in danger, wherever they are."""
        return [one for one, ticket in self.tickets.items() if Hurry.DANGER in ticket.hurry]

    def release(self, conversation: str, now_ms: int) -> None:
        """Take a conversation back from its operator; it waits again, before those who merely wait."""
        ticket = self.tickets.get(conversation)
        if ticket is None or ticket.operator is None:
            return
        operator, ticket.operator, ticket.joined_ms = ticket.operator, None, now_ms
        ticket.offer = ticket.colleague = None
        ticket.hurry.add(Hurry.COMEBACK)
        self.idle(operator, now_ms)

    def expire(self, now_ms: int) -> list[str]:
        """Release all that lost operators hold, and unseat them; return who was lost."""
        gone = [who for who, desk in self.desks.items() if self.patience.lost(desk.lease_ms, now_ms)]
        for operator in gone:
            self.unseat(operator, now_ms)
        return gone

    def unseat(self, operator: str, now_ms: int, *, left: bool = False) -> list[str]:
        """Send an operator home: what they held waits again; return it. One who ``left`` begins anew next time."""
        held = self.held_by(operator)
        if left:
            self.drained.discard(operator)
            self.rows.pop(operator, None)
            self.rests.pop(operator, None)
        for conversation in held:
            self.release(conversation, now_ms)
        for ticket in self.tickets.values():
            if ticket.colleague == operator:
                ticket.colleague = None
            if ticket.psychologist == operator:
                ticket.psychologist = None
                if not left:
                    ticket.called_ms, ticket.call_rank, ticket.lost_one = now_ms, ticket.since_ms, True
        self.desks.pop(operator, None)
        return held

    def assign(self, now_ms: int) -> list[Assigned]:
        """Give to operators with room whatever they may take: best rank first, to the least loaded, longest idle."""
        made: list[Assigned] = []
        nobody_for: set[str] = set()
        passed: Counter[str] = Counter()
        for conversation in self._by_rank():
            ticket = self.tickets[conversation]
            if ticket.queue in nobody_for:
                continue
            operator = self.best_for(ticket.queue, now_ms)
            if operator is None:
                nobody_for.add(ticket.queue)
                continue
            wanted = skill(ticket.queue, ticket.language)
            speaker = self.best_for(wanted, now_ms)
            if speaker is None and self._holds_out(ticket, wanted, now_ms):
                passed[ticket.queue] += 1
                if passed[ticket.queue] == LOOKED_PAST:
                    nobody_for.add(ticket.queue)
            else:
                operator = speaker or operator
                ticket.operator, ticket.turn = operator, ticket.turn + 1
                self.idle(operator, now_ms)
                made.append(Assigned(conversation, operator, ticket.turn, now_ms - ticket.joined_ms))
        return made

    def hand(self, conversation: str, operator: str, now_ms: int) -> str:
        """Give a conversation, waiting or with another, to this operator; return why not, or an empty text."""
        ticket = self.tickets.get(conversation)
        why = "gone" if ticket is None else "theirs" if ticket.operator == operator else ""
        why = why or self.hindrance(operator, self.tickets[conversation].queue, now_ms)
        if ticket is not None and not why:
            self.release(conversation, now_ms)
            ticket.operator, ticket.turn = operator, ticket.turn + 1
            self.idle(operator, now_ms)
        return why

    def drain(self, operator: str, *, drained: bool) -> bool:
        """Give an operator nothing new, or again; False when they are not seated."""
        if operator in self.desks:
            (self.drained.add if drained else self.drained.discard)(operator)
        return operator in self.desks

    def let_overflow(self, origin: str, to: str, after_ms: int) -> bool:
        """Have those who wait in ``origin`` for longer wait in ``to``; False when people would be sent round."""
        if origin == to or to in self.overflow or origin in {goal for goal, _ in self.overflow.values()}:
            return False
        self.overflow[origin] = to, after_ms
        return True

    def flow(self, queues: Iterable[str], now_ms: int, most: int) -> list[str]:
        """Move those whose rule says so, queue by queue, longest waiting first; return them."""
        made: list[str] = []
        for origin in queues:
            to, after_ms = self.overflow.get(origin, ("", 0))
            if not to or to in self.closed or not self.anyone_serves(to, now_ms):
                continue
            late = sorted(
                (ticket.since_ms, one)
                for one, ticket in self.tickets.items()
                if ticket.operator is None and ticket.queue == origin and now_ms - ticket.since_ms >= after_ms
            )
            for _, one in late[: most - len(made)]:
                self.move(self.tickets[one], to, now_ms)
                made.append(one)
        return made

    def move(self, ticket: Ticket, queue: str, now_ms: int) -> None:
        """Put it into another queue. In another force's, its psychologist stays only if they serve that force too."""
        before, ticket.queue = ticket.force, queue
        if ticket.force == before:
            return
        ticket.hang_up()
        desk = self.desks.get(ticket.psychologist or "")
        if ticket.psychologist and (desk is None or psychologists_of(ticket.force) not in desk.queues):
            self.idle(ticket.psychologist, now_ms)
            ticket.psychologist = None

    def mark_hard(self, conversation: str, operator: str, *, hard: bool) -> bool:
        """Note that a conversation weighs on its operator, or does not; False when it is not theirs."""
        ticket = self.tickets.get(conversation)
        if ticket is None or ticket.operator != operator:
            return False
        ticket.hard = hard
        return True

    def go_on(self, operator: str) -> None:
        """End an operator's break."""
        self.rests.pop(operator, None)
        self.rows[operator] = 0

    def held_by(self, operator: str) -> list[str]:
        """Return the conversations of one operator."""
        return [one for one, ticket in self.tickets.items() if ticket.operator == operator]

    def mine(self, operator: str) -> list[str]:
        """Return every conversation that one is in: what they have, what they hand over, where they were called in."""
        return [
            one
            for one, ticket in self.tickets.items()
            if operator in {ticket.operator, ticket.colleague, ticket.psychologist}
        ]

    def here(self, operator: str) -> list[str]:
        """Return the conversations that take up room at a desk: an operator's, or those of a psychologist."""
        return [one for one, ticket in self.tickets.items() if operator in {ticket.operator, ticket.psychologist}]

    def waiting(self, queue: str) -> list[str]:
        """Return one queue, next first, without those who are shut out."""
        return [one for one in self._by_rank() if self.tickets[one].queue == queue]

    def shut(self, queue: str) -> list[str]:
        """Return who waits for a queue to be opened again, in the order in which they will be served."""
        return [one for one in self._by_rank(shut=True) if self.tickets[one].queue == queue]

    def _by_rank(self, *, shut: bool = False) -> list[str]:
        waits = [
            (ticket.rank, one)
            for one, ticket in self.tickets.items()
            if ticket.operator is None and self._shut_out(ticket) is shut
        ]
        return [one for _, one in sorted(waits)]

    def _shut_out(self, ticket: Ticket) -> bool:
        """Return whether it waits for its queue to be opened: not who is in danger, nor who had an operator."""
        return ticket.queue in self.closed and not ticket.hurry & {Hurry.DANGER, Hurry.COMEBACK}

    def _holds_out(self, ticket: Ticket, wanted: str, now_ms: int) -> bool:
        """Return whether it waits for someone who speaks its language, and is there but busy."""
        holds_out = may_hold_out(ticket.language, ticket.since_ms, ticket.hurry, now_ms)
        return holds_out and self.anyone_serves(wanted, now_ms)

    def anyone_serves(self, queue: str, now_ms: int, but: str = "") -> bool:
        """Return whether anybody ``but`` one takes new ones from a queue."""
        return any(
            queue in desk.queues and who != but and self._serves(who, now_ms) for who, desk in self.desks.items()
        )

    def _serves(self, operator: str, now_ms: int) -> bool:
        return not self._off(operator, now_ms)

    def _off(self, operator: str, now_ms: int) -> str:
        """Return why an operator gets nothing new, or an empty text."""
        desk = self.desks.get(operator)
        if desk is None or not self.patience.present(desk.lease_ms, now_ms):
            return "absent"
        if desk.status != "available":
            return "paused"
        if operator in self.drained:
            return "drained"
        return "resting" if self.rests.get(operator, 0) > now_ms else ""

    def hindrance(self, operator: str, queue: str, now_ms: int) -> str:
        """Return why an operator cannot be handed a conversation of this queue, or an empty text."""
        if off := self._off(operator, now_ms):
            return off
        desk = self.desks[operator]
        if len(self.here(operator)) >= desk.limit:
            return "full"
        return "" if queue in desk.queues else "untrained"

    def _over(self, operator: str, ticket: Ticket, now_ms: int) -> None:
        """Count one that is over: after so many hard ones in a row, a break follows."""
        self.rows[operator], rests = self.care.after(self.rows.get(operator, 0), hard=ticket.weighs)
        if rests:
            self.rests[operator] = now_ms + self.care.break_ms

    def best_for(self, queue: str, now_ms: int) -> str | None:
        """Return who is free for a queue: the least loaded, then the longest idle."""
        able = self.able_for(queue, now_ms)
        return min(able)[2] if able else None

    def able_for(self, queue: str, now_ms: int) -> list[tuple[int, int, str]]:
        """Return who takes new ones of a queue and has room, with their load, and since when they are idle."""
        load = Counter(who for ticket in self.tickets.values() for who in (ticket.operator, ticket.psychologist))
        return [
            (load[who], desk.idle_since_ms, who)
            for who, desk in self.desks.items()
            if queue in desk.queues and self._serves(who, now_ms) and load[who] < desk.limit
        ]

    def idle(self, operator: str, now_ms: int) -> None:
        """Something of theirs began or ended: who has been idle longest goes first."""
        if desk := self.desks.get(operator):
            desk.idle_since_ms = now_ms
