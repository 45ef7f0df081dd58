"""Visitors and operators, and who is given whom."""

import asyncio
from collections.abc import Set as AbstractSet

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from redis.asyncio import Redis

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.dispatch import Assigned, Dispatch, Status
from services.dispatcher.domain.language import skills
from services.dispatcher.domain.missing import Missing
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.danger import DangerStore
from services.dispatcher.store.dispatch import QUEUES, DispatchStore, Seat
from services.dispatcher.store.missing import MissingStore
from shared import keys
from shared.contracts.dispatcher import MissingEnd, ReleaseReason

LOST = ReleaseReason.OPERATOR_LOST
PATIENCE = Patience(sign_ms=15_000, grace_ms=15_000)
CARE = Care(in_a_row=2, break_ms=40_000)
ABSENT_MS = 10_000
SOME_QUEUES = QUEUES[:2]
OTHER_FORCE = QUEUES[3]
SEEN = QUEUES[:4]
CONVERSATIONS = st.sampled_from([f"c{number}" for number in range(9)])
OPERATORS = st.sampled_from([f"o{number}" for number in range(4)])
QUEUE_SETS = st.sets(st.sampled_from([*SOME_QUEUES, OTHER_FORCE]), min_size=1).flatmap(
    lambda queues: st.sampled_from([queues, set(skills(queues, ["en"]))])
)
LANGUAGES = st.sampled_from(["fr", "en"])


class Floor(RuleBasedStateMachine):
    """Every step is done to the store and to the rules; afterwards both must say the same."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = 1_800_000_000_000
        self.runner = asyncio.Runner()
        self.valkey = Redis.from_url(self.url)
        self.store = DispatchStore(self.valkey, PATIENCE, lambda: self.now_ms, CARE, ABSENT_MS)
        self.dangers = DangerStore(self.store)
        self.model = Dispatch(PATIENCE, care=CARE)
        self.absences = MissingStore(self.store)
        self.missing = Missing(self.model, ABSENT_MS)

    @initialize()
    def a_shift_begins(self) -> None:
        self.runner.run(self.clear())
        for number in range(3):
            self.an_operator_arrives(f"o{number}", {SOME_QUEUES[0], SOME_QUEUES[number % 2]}, 1 + number)
        self.several_come([f"c{number}" for number in range(5)], SOME_QUEUES[0])

    @rule(seconds=st.integers(0, 20))
    def time_passes(self, seconds: int) -> None:
        self.now_ms += seconds * 1000

    @rule(
        conversation=CONVERSATIONS,
        queue=st.sampled_from(SOME_QUEUES),
        ago=st.integers(-1, 120),
        language=LANGUAGES,
        hurry=st.sets(st.sampled_from([Hurry.DANGER, Hurry.MINOR])),
    )
    def someone_comes(
        self,
        conversation: str,
        queue: str,
        ago: int,
        language: str = "fr",
        hurry: AbstractSet[Hurry] = frozenset(),
    ) -> None:
        since = self.now_ms - ago * 1000
        taken = self.runner.run(self.store.enqueue(conversation, queue, since, language, hurry))
        assert (taken is not None) == self.model.enqueue(conversation, queue, since, self.now_ms, language, hurry)

    @rule(conversations=st.lists(CONVERSATIONS, unique=True), queue=st.sampled_from(SOME_QUEUES), language=LANGUAGES)
    def several_come(self, conversations: list[str], queue: str, language: str = "fr") -> None:
        for number, conversation in enumerate(conversations):
            self.someone_comes(conversation, queue, number, language if number % 2 else "fr")

    @rule(conversation=CONVERSATIONS)
    def someone_goes(self, conversation: str) -> None:
        holder = self.runner.run(self.store.withdraw(conversation))
        assert holder == self.model.withdraw(conversation, self.now_ms)

    @rule(conversation=CONVERSATIONS, reason=st.sampled_from(list(Hurry)))
    def someone_hurries(self, conversation: str, reason: Hurry) -> None:
        self.runner.run(self.store.hurry(conversation, reason, "operator"))
        self.model.hurry(conversation, reason)

    @rule(conversation=CONVERSATIONS)
    def danger_is_over(self, conversation: str) -> None:
        was = conversation in self.model.endangered()
        assert self.runner.run(self.store.calm(conversation)) == was
        self.model.calm(conversation)

    @rule(ago=st.sampled_from([0, 9, 10, 60]))
    def the_pages_of_who_is_in_danger_are_looked_at(self, ago: int) -> None:
        """Their last signs came so long ago: too long from ten seconds on."""
        signs = dict.fromkeys(["nobody", *self.model.tickets], self.now_ms - ago * 1000)
        made = [(one.conversation, one.kind) for one in self.runner.run(self.absences.look(signs))]
        wanted = [(one, self.missing.look(one, sign, self.now_ms)) for one, sign in signs.items()]
        assert made == [(one, seen) for one, seen in wanted if seen]

    @rule(conversation=CONVERSATIONS)
    def an_absence_is_closed(self, conversation: str) -> None:
        closed = self.runner.run(self.absences.close(conversation, "police1", MissingEnd.SAFE))
        assert (closed is not None) == self.missing.close(conversation)

    @rule()
    def danger_is_over_for_everybody(self) -> None:
        """So that who waited behind them is served before them, or is shut out again."""
        for conversation in self.model.endangered():
            self.danger_is_over(conversation)
        self.assign()

    @rule(operator=OPERATORS, queues=QUEUE_SETS, limit=st.integers(1, 3))
    def an_operator_arrives(self, operator: str, queues: set[str], limit: int) -> None:
        arrival = self.runner.run(self.store.arrive(operator, queues, limit, "dispatcher.1", "s"))
        assert sorted(arrival.conversations) == sorted(self.model.arrive(operator, queues, limit, self.now_ms))

    @rule(operator=OPERATORS)
    def an_operator_shows_life(self, operator: str) -> None:
        renewed = self.runner.run(self.store.renew(operator, "s"))
        assert (renewed.seat is Seat.KEPT) == self.model.renew(operator, self.now_ms)

    @rule(operator=OPERATORS)
    def an_operator_leaves(self, operator: str) -> None:
        self.runner.run(self.store.leave(operator, "s"))
        self.model.leave(operator, self.now_ms)

    @rule(operator=OPERATORS)
    def an_operator_goes_home(self, operator: str) -> None:
        released = self.runner.run(self.store.unseat(operator, ReleaseReason.OPERATOR_LEFT))
        went = self.model.unseat(operator, self.now_ms, left=True)
        assert sorted(one.conversation for one in released if one.kind == "released") == sorted(went)

    @rule(operator=OPERATORS, status=st.sampled_from(["available", "paused"]))
    def an_operator_chooses(self, operator: str, status: Status) -> None:
        self.runner.run(self.store.set_status(operator, status))
        self.model.set_status(operator, status, self.now_ms)

    @rule(conversation=CONVERSATIONS)
    def a_conversation_is_taken_back(self, conversation: str) -> None:
        holder = self.runner.run(self.store.holder(conversation))
        decision = self.runner.run(self.store.release(conversation, holder or "nobody", LOST))
        assert (decision is not None) == (holder is not None)
        self.model.release(conversation, self.now_ms)

    @rule()
    def leases_end(self) -> None:
        made = self.runner.run(self.store.expire())
        released = [(one.conversation, one.operator) for one in made if one.kind == "released"]
        held = [(one, who) for who in self.model.desks for one in self.model.held_by(who)]
        gone = self.model.expire(self.now_ms)
        assert sorted(released) == sorted(pair for pair in held if pair[1] in gone)

    @rule()
    def assign(self) -> None:
        decisions = self.runner.run(self.store.assign())
        made = [Assigned(one.conversation, one.operator, one.turn, one.waited_ms) for one in decisions]
        assert made == self.model.assign(self.now_ms)

    def some_more_come(self) -> None:
        """So that whatever was decided shows in who gets them."""
        for number in range(5, 9):
            self.someone_goes(f"c{number}")
        self.several_come([f"c{number}" for number in range(5, 9)], SOME_QUEUES[0])
        self.assign()

    @invariant()
    def whoever_is_in_danger_is_known_with_where_they_are(self) -> None:
        found = self.runner.run(self.dangers.all())
        assert {one.conversation: one.operator or None for one in found} == {
            one: self.model.tickets[one].operator for one in self.model.endangered()
        }

    @invariant()
    def whoever_is_missing_is_so_for_both(self) -> None:
        alarms = self.runner.run(self.absences.all())
        assert {one.conversation: one.sign_ms for one in alarms if not one.over} == self.missing.all()

    @invariant()
    def both_say_the_same_and_nobody_is_in_two_places(self) -> None:
        held, waiting, shut = self.runner.run(self.snapshot())
        assert held == {one: ticket.operator for one, ticket in self.model.tickets.items() if ticket.operator}
        assert waiting == {queue: self.model.waiting(queue) for queue in SEEN}
        assert shut == {queue: self.model.shut(queue) for queue in SEEN}
        everyone = [*held, *(one for line in (waiting, shut) for queue in line.values() for one in queue)]
        assert sorted(everyone) == sorted(self.model.tickets)

    async def clear(self) -> None:
        await self.valkey.flushall()

    async def snapshot(self) -> tuple[dict[str, str], dict[str, list[str]], dict[str, list[str]]]:
        async with self.valkey.pipeline(transaction=False) as pipe:
            pipe.hgetall(keys.HELD)
            for line in (keys.queue, keys.shut):
                for queue in SEEN:
                    pipe.zrange(line(queue), 0, -1)
            held, *queues = await pipe.execute()
        lines = [[one.decode() for one in queue] for queue in queues]
        return (
            {one.decode(): who.decode() for one, who in held.items()},
            dict(zip(SEEN, lines[: len(SEEN)], strict=True)),
            dict(zip(SEEN, lines[len(SEEN) :], strict=True)),
        )

    def teardown(self) -> None:
        self.runner.run(self.valkey.aclose())
        self.runner.close()
