"""Whatever happens in whatever order: one place each, no operator over the limit, the order kept, everyone served."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.dispatcher.domain.dispatch import Dispatch, Status
from services.dispatcher.domain.order import Hurry

QUEUES = ("police.sexual", "police.domestic", "gendarmerie.domestic")
CONVERSATIONS = st.integers(0, 11).map(lambda number: f"c{number}")
OPERATORS = st.integers(0, 3).map(lambda number: f"o{number}")


class Shift(RuleBasedStateMachine):
    """A shift with everything that may happen in it, and a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 1_800_000_000_000
        self.dispatch = Dispatch()
        self.turns: dict[str, int] = {}

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

    @rule(operator=OPERATORS, queues=st.sets(st.sampled_from(QUEUES), min_size=1), limit=st.integers(1, 3))
    def an_operator_arrives(self, operator: str, queues: set[str], limit: int) -> None:
        held = self.dispatch.held_by(operator)
        assert self.dispatch.arrive(operator, queues, limit, self.now_ms) == held

    @rule(operator=OPERATORS)
    def an_operator_leaves(self, operator: str) -> None:
        self.dispatch.leave(operator, self.now_ms)

    @rule(operator=OPERATORS, status=st.sampled_from(["available", "paused"]))
    def an_operator_chooses(self, operator: str, status: Status) -> None:
        self.dispatch.set_status(operator, status)

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
            assert self.dispatch.patience.present(desk.lease_ms, self.now_ms)
            assert len(self.dispatch.held_by(made.operator)) <= desk.limit
            assert made.turn == self.turns[made.conversation] + 1
            assert made.waited_ms >= 0
            self.turns[made.conversation] = made.turn
        for queue in QUEUES:
            left = self.dispatch.waiting(queue)
            assert left == before[queue][len(before[queue]) - len(left) :], "served in order, none skipped"
            assert not left or self.dispatch._best_for(queue, self.now_ms) is None, "nobody waits while someone is free"

    @invariant()
    def everyone_is_in_exactly_one_place(self) -> None:
        waiting = [one for queue in QUEUES for one in self.dispatch.waiting(queue)]
        held = [one for operator in self.dispatch.desks for one in self.dispatch.held_by(operator)]
        assert sorted(waiting + held) == sorted(self.dispatch.tickets)

    def teardown(self) -> None:
        """Everyone who stays is served, once somebody is there to serve."""
        self.now_ms += 60_000
        self.dispatch.expire(self.now_ms)
        self.dispatch.arrive("o9", QUEUES, len(self.dispatch.tickets) or 1, self.now_ms)
        self.dispatch.assign(self.now_ms)
        assert all(ticket.operator == "o9" for ticket in self.dispatch.tickets.values())


Shift.TestCase.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
TestShift = Shift.TestCase
