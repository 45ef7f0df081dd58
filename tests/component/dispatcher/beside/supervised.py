"""What supervisors decide, and how operators are cared for."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.dispatcher.store.dispatch import QUEUES
from services.dispatcher.store.supervision import Notice, Supervision
from tests.component.dispatcher.beside.floor import CONVERSATIONS, OPERATORS, SEEN, SOME_QUEUES, Floor

NOTICE = Notice({"fr": "Le chat rouvre à 8 h."}, "supervisor1", 0)


class Supervised(Floor):
    """A floor with a supervisor."""

    def __init__(self) -> None:
        super().__init__()
        self.supervision = Supervision(self.store)

    @rule(conversation=CONVERSATIONS, operator=OPERATORS)
    def a_supervisor_hands_one_over(self, conversation: str, operator: str) -> None:
        made = self.runner.run(self.supervision.hand(conversation, operator))
        before = self.model.tickets.get(conversation)
        turn, holder = (before.turn, before.operator) if before else (0, None)
        why = self.model.hand(conversation, operator, self.now_ms)
        assert (made if isinstance(made, str) else "") == why
        if not isinstance(made, str):
            assert [one.kind for one in made] == (["released", "assigned"] if holder else ["assigned"])
            assert (made[-1].operator, made[-1].turn) == (operator, turn + 1)

    @rule(conversation=CONVERSATIONS)
    def a_supervisor_puts_one_back(self, conversation: str) -> None:
        ticket = self.model.tickets.get(conversation)
        decision = self.runner.run(self.supervision.put_back(conversation))
        assert (decision.operator if decision else None) == (ticket.operator if ticket else None)
        self.model.release(conversation, self.now_ms)

    @rule(operator=OPERATORS, drained=st.booleans())
    def an_operator_is_drained(self, operator: str, drained: bool) -> None:
        done = self.runner.run(self.supervision.drain(operator, drained=drained))
        assert done == self.model.drain(operator, drained=drained)
        self.some_more_come()

    @rule(queue=st.sampled_from(SOME_QUEUES))
    def a_queue_is_closed(self, queue: str) -> None:
        self.runner.run(self.supervision.close(queue, NOTICE))
        self.model.closed.add(queue)
        self.some_more_come()

    @rule(queue=st.sampled_from(SOME_QUEUES))
    def a_queue_is_reopened(self, queue: str) -> None:
        assert self.runner.run(self.supervision.reopen(queue)) == (queue in self.model.closed)
        self.model.closed.discard(queue)
        self.assign()

    @rule(origin=st.sampled_from(SEEN), to=st.sampled_from(SEEN), seconds=st.integers(0, 60))
    def people_may_overflow(self, origin: str, to: str, seconds: int) -> None:
        done = self.runner.run(self.supervision.let_overflow(origin, to, seconds * 1000))
        assert done == self.model.let_overflow(origin, to, seconds * 1000)

    @rule(origin=st.sampled_from(SEEN))
    def people_overflow_no_more(self, origin: str) -> None:
        stopped = self.runner.run(self.supervision.stop_overflow(origin))
        assert stopped == (self.model.overflow.pop(origin, None) is not None)

    @rule(most=st.sampled_from([1, 32]))
    def people_overflow(self, most: int) -> None:
        made = self.runner.run(self.supervision.flow(most))
        moved = [one.conversation for one in made if one.kind == "moved"]
        assert moved == self.model.flow(QUEUES, self.now_ms, most)

    @rule(conversation=CONVERSATIONS, operator=OPERATORS, hard=st.booleans())
    def one_weighs_on_its_operator(self, conversation: str, operator: str, hard: bool) -> None:
        ticket = self.model.tickets.get(conversation)
        holder = ticket.operator if ticket and ticket.operator else operator
        done = self.runner.run(self.supervision.mark_hard(conversation, holder, hard=hard))
        assert done == self.model.mark_hard(conversation, holder, hard=hard)

    @rule()
    def a_row_of_hard_ones_ends(self) -> None:
        """Every conversation of the operator who has most turns out hard and is over."""
        held = sorted((self.model.held_by(who) for who in self.model.desks), key=len)
        for conversation in held[-1] if held else []:
            self.one_weighs_on_its_operator(conversation, "", True)
            self.someone_goes(conversation)
        self.some_more_come()

    @rule(operator=OPERATORS)
    def an_operator_goes_on(self, operator: str) -> None:
        rested = self.model.rests.get(operator, 0) > self.now_ms
        assert self.runner.run(self.supervision.go_on(operator)) or not rested
        self.model.go_on(operator)
        self.assign()

    @invariant()
    def what_is_said_of_operators_is_so(self) -> None:
        overview = self.runner.run(self.supervision.overview())
        assert {one.login: sorted(known.conversation for known in one.held) for one in overview.people} == {
            who: sorted(self.model.here(who)) for who in self.model.desks
        }
        for one in overview.people:
            rests = self.model.rests.get(one.login, 0)
            assert one.row == self.model.rows.get(one.login, 0)
            assert one.rests_until_ms == (rests if rests > self.now_ms else 0)
            assert one.drained == (one.login in self.model.drained)
        assert overview.overflow == self.model.overflow
