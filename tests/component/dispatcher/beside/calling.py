"""Calling a psychologist in: who waits for one, who joins, who leaves, who is lost."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.dispatcher.domain.calling import Calling
from services.dispatcher.store.calls import Calls
from shared import keys
from shared.contracts.conversation import Force
from shared.contracts.dispatcher import ReleaseReason
from tests.component.dispatcher.beside.floor import CONVERSATIONS, LOST, OPERATORS
from tests.component.dispatcher.beside.handing import HandingOver

PSYCHOLOGISTS = st.sampled_from(["p1", "p2"])


class CallingIn(HandingOver):
    """A floor with psychologists, of whom one may be called in by either force."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = Calls(self.store)
        self.calling = Calling(self.model)

    @rule(operator=PSYCHOLOGISTS, limit=st.integers(1, 2))
    def a_psychologist_arrives(self, operator: str, limit: int) -> None:
        forces = ("police", "gendarmerie") if operator == "p2" else ("police",)
        self.an_operator_arrives(operator, {f"{force}.psychologist" for force in forces}, limit)

    @rule(operator=PSYCHOLOGISTS, lost=st.booleans())
    def a_psychologist_goes(self, operator: str, lost: bool) -> None:
        self.runner.run(self.store.unseat(operator, LOST if lost else ReleaseReason.OPERATOR_LEFT))
        self.model.unseat(operator, self.now_ms, left=not lost)

    @rule(conversation=CONVERSATIONS)
    def a_psychologist_is_called(self, conversation: str) -> None:
        ticket = self.model.tickets.get(conversation)
        operator = (ticket.operator if ticket else None) or "o1"
        why = self.runner.run(self.calls.call(conversation, operator)) or ""
        assert why == self.calling.call(conversation, operator, self.now_ms)

    @rule()
    def several_call_and_one_of_them_goes_first(self) -> None:
        """One after the other, before anybody is there to come."""
        for conversation in sorted(self.model.tickets, reverse=True):
            self.now_ms += 1
            self.a_psychologist_is_called(conversation)
        self.a_psychologist_arrives("p1", 1)
        self.psychologists_join()

    @rule(conversation=CONVERSATIONS, operator=OPERATORS)
    def a_call_is_taken_back(self, conversation: str, operator: str) -> None:
        done = self.runner.run(self.calls.uncall(conversation, operator))
        assert done == self.calling.uncall(conversation, operator)

    @rule()
    def psychologists_join(self) -> None:
        made = [(one.conversation, one.operator) for one in self.runner.run(self.calls.join())]
        assert made == self.calling.join(self.now_ms)

    @rule(force=st.sampled_from(list(Force)))
    def their_hours_are_over(self, force: Force) -> None:
        assert self.runner.run(self.calls.hang_up(force)) == self.calling.hang_up(force)

    @rule(conversation=CONVERSATIONS, psychologist=PSYCHOLOGISTS)
    def a_psychologist_leaves(self, conversation: str, psychologist: str) -> None:
        left = self.runner.run(self.calls.leave(conversation, psychologist))
        assert (left is not None) == self.calling.leave(conversation, psychologist, self.now_ms)

    @invariant()
    def whoever_waits_for_a_psychologist_does_so_in_one_place_and_has_none(self) -> None:
        for force, service in self.runner.run(self.calls.look()).items():
            assert [one.conversation for one in service.calls] == self.calling.waiting(force)
            for one in service.calls:
                ticket = self.model.tickets[one.conversation]
                assert (one.operator, one.since_ms, one.again) == (ticket.operator, ticket.called_ms, ticket.lost_one)
                assert ticket.psychologist is None
            assert service.free == self.calling.free(force, self.now_ms)

    @invariant()
    def whoever_is_in_a_chat_is_so_for_both(self) -> None:
        loads = {who: self.runner.run(self.load_of(who)) for who in ("p1", "p2")}
        assert loads == {
            who: {one for one, ticket in self.model.tickets.items() if ticket.psychologist == who} for who in loads
        }

    async def load_of(self, who: str) -> set[str]:
        async with self.valkey.pipeline(transaction=False) as pipe:
            pipe.smembers(keys.load(who))
            [found] = await pipe.execute()
        return {one.decode() for one in found}
