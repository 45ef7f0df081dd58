"""The pure rules decide."""

from collections.abc import Callable, Sequence

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.dispatch import Dispatch
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.presence import Patience
from services.dispatcher.domain.transfer import Handing
from services.dispatcher.store.dispatch import QUEUES
from services.dispatcher.store.transfer import ANYONE, Offer
from tests.simulate.engines import Given, Lost, Places, Status, Taken


class Rules:
    """The pure rules."""

    def __init__(self, patience: Patience, care: Care, clock: Callable[[], int]) -> None:
        self._rules = Dispatch(patience, care=care)
        self._handing = Handing(self._rules)
        self._clock = clock

    async def enqueue(self, conversation: str, queue: str, since_ms: int, language: str) -> bool:
        return self._rules.enqueue(conversation, queue, since_ms, self._clock(), language)

    async def withdraw(self, conversation: str) -> str | None:
        return self._rules.withdraw(conversation, self._clock())

    async def hurry(self, conversation: str, reason: Hurry) -> None:
        self._rules.hurry(conversation, reason)

    async def calm(self, conversation: str) -> None:
        self._rules.calm(conversation)

    async def arrive(self, operator: str, queues: Sequence[str], limit: int) -> list[str]:
        return self._rules.arrive(operator, queues, limit, self._clock())

    async def renew(self, operator: str) -> bool:
        return self._rules.renew(operator, self._clock())

    async def leave(self, operator: str) -> None:
        self._rules.leave(operator, self._clock())

    async def status(self, operator: str, status: Status) -> None:
        self._rules.set_status(operator, status, self._clock())

    async def unseat(self, operator: str) -> Lost:
        aside = self._aside()
        held = self._rules.unseat(operator, self._clock(), left=True)
        return Lost([Taken(one, operator) for one in held], self._out_of(aside))

    async def expire(self) -> Lost:
        held = {one: ticket.operator for one, ticket in self._rules.tickets.items() if ticket.operator}
        aside = self._aside()
        gone = self._rules.expire(self._clock())
        back = [Taken(one, operator) for one, operator in held.items() if operator in gone]
        return Lost(back, [one for one in self._out_of(aside) if one.operator in gone])

    async def assign(self) -> list[Given]:
        return [Given(made.conversation, made.operator, made.turn) for made in self._rules.assign(self._clock())]

    async def hand(self, conversation: str, operator: str) -> str:
        return self._rules.hand(conversation, operator, self._clock())

    async def drain(self, operator: str, drained: bool) -> None:
        self._rules.drain(operator, drained=drained)

    async def close(self, queue: str) -> None:
        self._rules.closed.add(queue)

    async def reopen(self, queue: str) -> None:
        self._rules.closed.discard(queue)

    async def overflow(self, origin: str, to: str, after_ms: int) -> None:
        self._rules.let_overflow(origin, to, after_ms)

    async def flow(self) -> list[tuple[str, str]]:
        moved = self._rules.flow(QUEUES, self._clock(), len(self._rules.tickets))
        return [(one, self._rules.tickets[one].queue) for one in moved]

    async def mark_hard(self, conversation: str, operator: str) -> None:
        self._rules.mark_hard(conversation, operator, hard=True)

    async def go_on(self, operator: str) -> None:
        self._rules.go_on(operator)

    async def offer(self, conversation: str, giver: str, to: str | None, queue: str, lasts_ms: int) -> str:
        return self._handing.offer(conversation, giver, to, queue, lasts_ms, self._clock())

    async def take_back(self, conversation: str, giver: str) -> bool:
        return self._handing.take_back(conversation, giver, self._clock())

    async def refuse(self, conversation: str, operator: str) -> str | None:
        return self._handing.refuse(conversation, operator, self._clock())

    async def accept(self, conversation: str, operator: str, stays_ms: int) -> Given | str:
        why = self._handing.accept(conversation, operator, stays_ms, self._clock())
        return why or Given(conversation, operator, self._rules.tickets[conversation].turn)

    async def step_aside(self, conversation: str, operator: str) -> bool:
        return self._handing.step_aside(conversation, operator)

    async def lapse(self) -> list[str]:
        return self._handing.lapse(self._clock())

    async def places(self) -> Places:
        tickets = self._rules.tickets
        some_wait = {ticket.queue for ticket in tickets.values() if not ticket.operator}
        return Places(
            {one: ticket.operator for one, ticket in tickets.items() if ticket.operator},
            {queue: self._rules.waiting(queue) if queue in some_wait else [] for queue in QUEUES},
            {queue: self._rules.shut(queue) if queue in some_wait else [] for queue in QUEUES},
            {
                one: Offer(
                    one,
                    tickets[one].operator or "",
                    offer.to or ANYONE,
                    offer.queue,
                    offer.until_ms,
                    tuple(sorted(offer.refused)),
                )
                for one, offer in self._handing.offers(self._clock()).items()
            },
            self._aside(),
        )

    async def settle(self) -> None:
        """Rules announce nothing."""

    def _aside(self) -> dict[str, str]:
        return {one: ticket.colleague for one, ticket in self._rules.tickets.items() if ticket.colleague}

    def _out_of(self, aside: dict[str, str]) -> list[Taken]:
        """Return who is aside no more, but for those whose conversation went back to its queue."""
        now, tickets = self._aside(), self._rules.tickets
        return [Taken(one, who) for one, who in aside.items() if one not in now and tickets[one].operator]
