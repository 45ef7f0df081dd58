"""Whatever happens in whatever order: one place each, no operator over the limit, the order kept, everyone served."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.dispatch import Dispatch, Status
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.transfer import Handing

QUEUES = ("police.sexual", "police.domestic", "gendarmerie.domestic")
CONVERSATIONS = st.integers(0, 11).map(lambda number: f"c{number}")
OPERATORS = st.integers(0, 3).map(lambda number: f"o{number}")


class Shift(RuleBasedStateMachine):
    """A shift with everything that may happen in it, and a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 1_800_000_000_000
        self.dispatch = Dispatch(care=Care(in_a_row=2, break_ms=30_000))
        self.handing = Handing(self.dispatch)
        self.turns: dict[str, int] = {}

    @initialize()
    def a_shift_begins(self) -> None:
        """Everybody who serves a force has something, so that there is something to hand over."""
        for number in range(3):
            self.an_operator_arrives(f"o{number}", set(QUEUES) if number else set(QUEUES[:2]), 3)
        self.visitors_come([f"c{number}" for number in range(5)], QUEUES[1])
        self.assign()

    @rule(seconds=st.integers(0, 40))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += seconds * 1000

    @rule(some=st.lists(CONVERSATIONS), queue=st.sampled_from(QUEUES))
    def visitors_come(self, some: list[str], queue: str) -> None:
        for conversation in some:
            if self.dispatch.enqueue(conversation, queue, self.now_ms, self.now_ms):
                self.turns[conversation] = 0

    @rule(conversation=CONVERSATIONS)
    def a_visitor_goes(self, conversation: str) -> None:
        self.dispatch.withdraw(conversation, self.now_ms)

    @rule(conversation=CONVERSATIONS, reason=st.sampled_from(list(Hurry)))
    def a_visitor_is_in_a_hurry(self, conversation: str, reason: Hurry) -> None:
        self.dispatch.hurry(conversation, reason)

    @rule(conversation=CONVERSATIONS)
    def a_danger_is_over(self, conversation: str) -> None:
        self.dispatch.calm(conversation)
        assert conversation not in self.dispatch.endangered()

    @rule(operator=OPERATORS, queues=st.sets(st.sampled_from(QUEUES), min_size=1), limit=st.integers(1, 3))
    def an_operator_arrives(self, operator: str, queues: set[str], limit: int) -> None:
        mine = self.dispatch.mine(operator)
        assert self.dispatch.arrive(operator, queues, limit, self.now_ms) == mine

    @rule(operator=OPERATORS)
    def an_operator_leaves(self, operator: str) -> None:
        self.dispatch.leave(operator, self.now_ms)

    @rule(operator=OPERATORS, status=st.sampled_from(["available", "paused"]))
    def an_operator_chooses(self, operator: str, status: Status) -> None:
        self.dispatch.set_status(operator, status, self.now_ms)

    @rule()
    def leases_end(self) -> None:
        for operator in self.dispatch.expire(self.now_ms):
            assert self.dispatch.held_by(operator) == []

    @rule()
    def assign(self) -> None:
        before = {queue: self.dispatch.waiting(queue) for queue in QUEUES}
        for made in self.dispatch.assign(self.now_ms):
            ticket, desk = self.dispatch.tickets[made.conversation], self.dispatch.desks[made.operator]
            assert ticket.queue in desk.queues
            assert desk.status == "available"
            assert made.operator not in self.dispatch.drained
            assert self.dispatch.rests.get(made.operator, 0) <= self.now_ms, "a break is a break"
            urgent = ticket.hurry & {Hurry.DANGER, Hurry.COMEBACK}
            assert ticket.queue not in self.dispatch.closed or urgent, "closed is closed"
            assert self.dispatch.patience.present(desk.lease_ms, self.now_ms)
            assert len(self.dispatch.held_by(made.operator)) <= desk.limit
            assert made.turn == self.turns[made.conversation] + 1
            assert made.waited_ms >= 0
            self.turns[made.conversation] = made.turn
        for queue in QUEUES:
            left = self.dispatch.waiting(queue)
            assert left == before[queue][len(before[queue]) - len(left) :], "served in order, none skipped"
            assert not left or self.dispatch.best_for(queue, self.now_ms) is None, "nobody waits while someone is free"

    @rule(conversation=CONVERSATIONS, operator=OPERATORS)
    def a_supervisor_hands_one_over(self, conversation: str, operator: str) -> None:
        """Wherever it was, it is with this operator and nobody else, within their limit; or nothing has changed."""
        before = self.holders()
        why = self.dispatch.hand(conversation, operator, self.now_ms)
        assert self.holders() == ({**before, conversation: operator} if not why else before)
        if not why:
            desk = self.dispatch.desks[operator]
            assert len(self.dispatch.held_by(operator)) <= desk.limit
            assert self.dispatch.tickets[conversation].queue in desk.queues
            self.turns[conversation] += 1

    @rule(operator=OPERATORS, drained=st.booleans())
    def an_operator_is_drained(self, operator: str, drained: bool) -> None:
        held = self.dispatch.held_by(operator)
        self.dispatch.drain(operator, drained=drained)
        assert self.dispatch.held_by(operator) == held

    @rule(queue=st.sampled_from(QUEUES), closed=st.booleans())
    def a_queue_is_closed_or_opened(self, queue: str, closed: bool) -> None:
        (self.dispatch.closed.add if closed else self.dispatch.closed.discard)(queue)

    @rule(origin=st.sampled_from(QUEUES), to=st.sampled_from(QUEUES), seconds=st.integers(0, 60))
    def people_may_overflow(self, origin: str, to: str, seconds: int) -> None:
        self.dispatch.let_overflow(origin, to, seconds * 1000)

    @rule()
    def people_overflow(self) -> None:
        for conversation in self.dispatch.flow(QUEUES, self.now_ms, 32):
            ticket = self.dispatch.tickets[conversation]
            assert ticket.operator is None
            assert self.dispatch.anyone_serves(ticket.queue, self.now_ms), "nobody is sent where nobody serves"
        assert self.dispatch.flow(QUEUES, self.now_ms, 32) == [], "nobody is sent round"

    @rule(conversation=CONVERSATIONS)
    def a_hard_one_is_over(self, conversation: str) -> None:
        ticket = self.dispatch.tickets.get(conversation)
        if ticket and ticket.operator:
            row = self.dispatch.rows.get(ticket.operator, 0)
            self.dispatch.mark_hard(conversation, ticket.operator, hard=True)
            operator = self.dispatch.withdraw(conversation, self.now_ms)
            assert operator is not None
            assert self.dispatch.rows[operator] == (row + 1) % 2
            assert row == 0 or self.dispatch.rests[operator] == self.now_ms + 30_000

    @rule(operator=OPERATORS)
    def an_operator_goes_on(self, operator: str) -> None:
        self.dispatch.go_on(operator)

    @rule(
        conversation=CONVERSATIONS,
        to=st.none() | OPERATORS,
        queue=st.sampled_from(["", *QUEUES]),
        seconds=st.integers(1, 60),
    )
    def one_is_offered(self, conversation: str, to: str | None, queue: str, seconds: int) -> None:
        """It stays where it is; whoever is asked could have it now. Most are of those that somebody has."""
        held = self.holders()
        had = [one for one, who in held.items() if who]
        if had and int(conversation[1:]) % 4:
            conversation = had[int(conversation[1:]) % len(had)]
        ticket = self.dispatch.tickets.get(conversation)
        giver = (ticket.operator if ticket else None) or "o0"
        why = self.handing.offer(conversation, giver, to, queue, seconds * 1000, self.now_ms)
        assert self.holders() == held
        if ticket and not why:
            assert self.handing.offers(self.now_ms)[conversation] is ticket.offer
            assert to != giver
            assert ticket.colleague is None, "one hand-over after the other"
            assert to is None or not self.dispatch.hindrance(to, queue or ticket.queue, self.now_ms)

    @rule(operator=OPERATORS, seconds=st.sampled_from([0, 10, 40]))
    def offers_are_accepted(self, operator: str, seconds: int) -> None:
        """By everybody at once: one of them has it, within their limit; its giver stays within a force alone."""
        for conversation, offer in self.handing.offers(self.now_ms).items():
            ticket = self.dispatch.tickets[conversation]
            for who in (operator, *self.dispatch.desks):
                held, giver, force = self.holders(), ticket.operator, ticket.queue.split(".")[0]
                if self.handing.accept(conversation, who, seconds * 1000, self.now_ms):
                    assert self.holders() == held
                    continue
                self.turns[conversation] += 1
                assert self.holders() == {**held, conversation: who}
                assert offer.to in {None, who}
                assert who not in offer.refused
                desk = self.dispatch.desks[who]
                assert ticket.queue in desk.queues
                assert len(self.dispatch.held_by(who)) <= desk.limit
                assert ticket.colleague == (giver if seconds and ticket.queue.startswith(force) else None)

    @rule(operator=OPERATORS)
    def offers_are_refused(self, operator: str) -> None:
        held = self.holders()
        for conversation in self.handing.offers(self.now_ms):
            if self.handing.refuse(conversation, operator, self.now_ms):
                assert self.handing.accept(conversation, operator, 10_000, self.now_ms) == "gone", "no is no"
        assert self.holders() == held

    @rule(conversation=CONVERSATIONS, operator=OPERATORS)
    def a_giver_changes_their_mind(self, conversation: str, operator: str) -> None:
        held = self.holders()
        if self.handing.take_back(conversation, operator, self.now_ms):
            assert self.holders()[conversation] == operator
        assert conversation not in self.handing.offers(self.now_ms) or self.holders()[conversation] != operator
        assert self.holders() == held

    @rule(conversation=CONVERSATIONS, operator=OPERATORS)
    def a_giver_leaves(self, conversation: str, operator: str) -> None:
        held, mine = self.holders(), self.dispatch.mine(operator)
        left = self.handing.step_aside(conversation, operator)
        assert self.dispatch.mine(operator) == [one for one in mine if not left or one != conversation]
        assert self.holders() == held

    @rule()
    def offers_and_handovers_lapse(self) -> None:
        held = self.holders()
        self.handing.lapse(self.now_ms)
        assert self.holders() == held
        assert all(ticket.until_ms > self.now_ms for ticket in self.dispatch.tickets.values() if ticket.colleague)

    @rule()
    def a_handover_runs_its_time(self) -> None:
        """To its very end, and not a moment longer."""
        self.offers_and_handovers_lapse()
        ends = [one.until_ms for one in self.dispatch.tickets.values() if one.colleague and one.until_ms > self.now_ms]
        if ends:
            self.now_ms = min(ends) - 1
            assert self.handing.lapse(self.now_ms) == []
            self.now_ms += 1
            assert self.handing.lapse(self.now_ms) != []
            self.offers_and_handovers_lapse()

    def holders(self) -> dict[str, str | None]:
        """Who has what; nobody has what waits."""
        return {one: ticket.operator for one, ticket in self.dispatch.tickets.items()}

    @invariant()
    def whoever_is_aside_is_there_and_is_not_who_has_it(self) -> None:
        for ticket in self.dispatch.tickets.values():
            if ticket.colleague:
                assert ticket.operator not in {None, ticket.colleague}
                assert ticket.colleague in self.dispatch.desks

    @invariant()
    def what_is_offered_is_somebodys(self) -> None:
        assert all(self.dispatch.tickets[one].operator for one in self.handing.offers(self.now_ms))

    @invariant()
    def everyone_is_in_exactly_one_place(self) -> None:
        waiting = [one for queue in QUEUES for one in self.dispatch.waiting(queue) + self.dispatch.shut(queue)]
        held = [one for operator in self.dispatch.desks for one in self.dispatch.held_by(operator)]
        assert sorted(waiting + held) == sorted(self.dispatch.tickets)

    def teardown(self) -> None:
        """Everyone who stays is served, once somebody is there to serve; no offer and no hand-over goes on for ever."""
        self.now_ms += 60_000
        self.dispatch.closed.clear()
        self.dispatch.expire(self.now_ms)
        self.handing.lapse(self.now_ms)
        assert self.handing.offers(self.now_ms) == {}
        assert not any(ticket.colleague for ticket in self.dispatch.tickets.values())
        self.dispatch.arrive("o9", QUEUES, len(self.dispatch.tickets) or 1, self.now_ms)
        self.dispatch.assign(self.now_ms)
        assert all(ticket.operator == "o9" for ticket in self.dispatch.tickets.values())


Shift.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
TestShift = Shift.TestCase
