"""Handing a conversation over: offers, answers, and who stays beside for a while."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from services.dispatcher.domain.transfer import Handing
from services.dispatcher.store.transfer import ANYONE, Transfers
from shared import keys
from tests.component.dispatcher.beside.floor import CONVERSATIONS, OPERATORS, OTHER_FORCE, SOME_QUEUES
from tests.component.dispatcher.beside.supervised import Supervised


class HandingOver(Supervised):
    """A supervised floor on which conversations are handed over."""

    def __init__(self) -> None:
        super().__init__()
        self.transfers = Transfers(self.store)
        self.handing = Handing(self.model)

    @rule(
        conversation=CONVERSATIONS,
        to=st.none() | OPERATORS,
        queue=st.sampled_from(["", *SOME_QUEUES, OTHER_FORCE]),
        seconds=st.integers(5, 60),
    )
    def one_is_offered(self, conversation: str, to: str | None, queue: str, seconds: int) -> None:
        ticket = self.model.tickets.get(conversation)
        giver = (ticket.operator if ticket else None) or "o1"
        offered = self.transfers.offer(conversation, giver, to or ANYONE, queue, seconds * 1000)
        why = self.runner.run(offered) or ""
        assert why == self.handing.offer(conversation, giver, to, queue, seconds * 1000, self.now_ms)

    @rule(conversation=CONVERSATIONS, operator=OPERATORS)
    def an_offer_is_taken_back(self, conversation: str, operator: str) -> None:
        done = self.runner.run(self.transfers.take_back(conversation, operator))
        assert done == self.handing.take_back(conversation, operator, self.now_ms)

    @rule(conversation=CONVERSATIONS, operator=OPERATORS)
    def an_offer_is_refused(self, conversation: str, operator: str) -> None:
        giver = self.runner.run(self.transfers.refuse(conversation, operator))
        assert giver == self.handing.refuse(conversation, operator, self.now_ms)

    @rule(operator=OPERATORS, seconds=st.sampled_from([0, 10, 40]))
    def offers_are_accepted(self, operator: str, seconds: int) -> None:
        """By everybody at once, so that only one of them can have it."""
        for conversation in list(self.handing.offers(self.now_ms)):
            for who in sorted({operator, *self.model.desks}):
                self.one_accepts(conversation, who, seconds)

    @rule(conversation=CONVERSATIONS, operator=OPERATORS, seconds=st.sampled_from([0, 10, 40]))
    def one_accepts(self, conversation: str, operator: str, seconds: int) -> None:
        ticket = self.model.tickets.get(conversation)
        giver, psychologist = (ticket.operator, ticket.psychologist) if ticket else (None, None)
        found = self.runner.run(self.transfers.accept(conversation, operator, seconds * 1000))
        why = self.handing.accept(conversation, operator, seconds * 1000, self.now_ms)
        assert (found if isinstance(found, str) else "") == why
        if ticket is not None and not isinstance(found, str):
            *left, taken = found
            assert (taken.kind, taken.holder, taken.giver, taken.turn) == ("transferred", operator, giver, ticket.turn)
            assert (taken.colleague, taken.psychologist) == (ticket.colleague or "", ticket.psychologist or "")
            assert [one.kind for one in left] == ["left"] * (psychologist is not None and ticket.psychologist is None)

    @rule(conversation=CONVERSATIONS, operator=OPERATORS)
    def a_giver_leaves(self, conversation: str, operator: str) -> None:
        left = self.runner.run(self.transfers.step_aside(conversation, operator))
        assert (left is not None) == self.handing.step_aside(conversation, operator)

    @rule()
    def offers_and_handovers_lapse(self) -> None:
        over = [one.conversation for one in self.runner.run(self.transfers.lapse())]
        assert sorted(over) == sorted(self.handing.lapse(self.now_ms))

    @invariant()
    def no_offer_dangles_and_who_is_aside_is_so_for_both(self) -> None:
        offers = self.runner.run(self.transfers.offers())
        assert {one.conversation: (one.giver, one.to, one.queue, one.until_ms, set(one.refused)) for one in offers} == {
            one: (self.model.tickets[one].operator, offer.to or ANYONE, offer.queue, offer.until_ms, offer.refused)
            for one, offer in self.handing.offers(self.now_ms).items()
        }
        aside = {one: ticket.colleague for one, ticket in self.model.tickets.items() if ticket.colleague}
        assert self.runner.run(self.aside()) == aside
        assert all(self.model.tickets[one].operator not in {None, who} for one, who in aside.items())

    async def aside(self) -> dict[str, str]:
        """Who has handed what over, by both indexes of it, which must agree."""
        names = [f"o{number}" for number in range(4)]
        async with self.valkey.pipeline(transaction=False) as pipe:
            pipe.zrange(keys.HANDOVERS, 0, -1)
            for name in names:
                pipe.smembers(keys.aside(name))
            known, *sets = await pipe.execute()
        found = {one.decode(): name for name, some in zip(names, sets, strict=True) for one in some}
        assert {one.decode() for one in known} == set(found)
        return found
