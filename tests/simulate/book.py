"""The simulation's own account of who is where, against which every decision and every state is held."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.dispatcher.domain.language import FRENCH, may_hold_out, skill
from services.dispatcher.domain.order import OVERTAKEN_AT_MOST_MS, Hurry, rank
from tests.simulate.engines import Given, Places, Taken


@dataclass(slots=True)
class Visit:
    """One conversation as the simulation knows it. Times in ms."""

    queue: str
    since_ms: int
    joined_ms: int
    language: str = FRENCH
    hurry: set[Hurry] = field(default_factory=set)
    operator: str | None = None
    turn: int = 0
    left_ms: int = 0
    """How much there is still to talk about."""
    began_ms: int = 0
    hard: bool = False

    @property
    def weighs(self) -> bool:
        """Whether it counts as hard for its operator."""
        return self.hard or Hurry.DANGER in self.hurry

    @property
    def urgent(self) -> bool:
        """Whether it is served even from a closed queue."""
        return bool(self.hurry & {Hurry.DANGER, Hurry.COMEBACK})

    @property
    def rank(self) -> int:
        """Where it was promised to stand."""
        return rank(self.since_ms, self.hurry)

    def may_hold_out(self, now_ms: int) -> bool:
        """Whether it may be passed, for its language."""
        return may_hold_out(self.language, self.since_ms, self.hurry, now_ms)


@dataclass(slots=True)
class Book:
    """See the module's text. Every method raises ``AssertionError`` when a promise is broken."""

    visits: dict[str, Visit] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    checked: int = 0

    def given(self, made: Iterable[Given], now_ms: int) -> list[tuple[str, Visit, int]]:
        """Note assignments, in the order in which they were made; return each with the milliseconds it waited."""
        noted = []
        for conversation, operator, turn in made:
            visit = self.visits[conversation]
            assert not self._shut_out(visit), f"{conversation} was given from a closed queue"
            assert visit.operator is None, f"{conversation} was given to {operator} and {visit.operator} has it"
            assert turn == visit.turn + 1, f"{conversation} has had {visit.turn} turns and now {turn}"
            self._first_in_its_queue(conversation, visit, now_ms)
            visit.operator, visit.turn, visit.began_ms = operator, turn, now_ms
            noted.append((conversation, visit, now_ms - visit.joined_ms))
        return noted

    def taken(self, back: Iterable[Taken], now_ms: int) -> None:
        """Note that operators lost what they had."""
        for conversation, operator in back:
            visit = self.visits[conversation]
            assert visit.operator == operator, f"{conversation} was taken from {operator}, {visit.operator} had it"
            visit.left_ms = max(1_000, visit.left_ms - (now_ms - visit.began_ms))
            visit.operator, visit.joined_ms = None, now_ms
            visit.hurry.add(Hurry.COMEBACK)

    def handed(self, conversation: str, operator: str, now_ms: int) -> None:
        """Note that a supervisor gave a conversation, wherever it was, to this operator."""
        visit = self.visits[conversation]
        if visit.operator:
            self.taken([(conversation, visit.operator)], now_ms)
        visit.operator, visit.turn, visit.began_ms = operator, visit.turn + 1, now_ms

    def moved(self, some: Iterable[tuple[str, str]]) -> None:
        """Note who waits in another queue now."""
        for conversation, queue in some:
            visit = self.visits[conversation]
            assert visit.operator is None, f"{conversation} was moved and {visit.operator} had it"
            assert visit.queue != queue, f"{conversation} was moved to where it was"
            visit.queue = queue

    def _shut_out(self, visit: Visit) -> bool:
        return visit.queue in self.closed and not visit.urgent

    def gone(self, conversation: str, holder: str | None) -> Visit:
        """Note that a conversation is over, and who was said to have had it."""
        visit = self.visits.pop(conversation)
        assert visit.operator == holder, f"{conversation} was with {visit.operator}, not with {holder}"
        return visit

    def check(self, places: Places) -> None:
        """Hold a state against the book: everyone in one place, each queue in order, nobody over the limit."""
        held, waiting, shut = places
        self.checked += 1
        assert held == {one: visit.operator for one, visit in self.visits.items() if visit.operator}
        for line, out in ((waiting, False), (shut, True)):
            promised: dict[str, list[tuple[int, str]]] = {queue: [] for queue in line}
            for one, visit in self.visits.items():
                if visit.operator is None and self._shut_out(visit) is out:
                    promised[visit.queue].append((visit.rank, one))
            assert line == {queue: [one for _, one in sorted(some)] for queue, some in promised.items()}
        for operator, load in Counter(held.values()).items():
            assert load <= self.limits[operator], f"{operator} has {load} of {self.limits[operator]}"

    def nobody_waits_in(self, skills: Iterable[str], now_ms: int) -> None:
        """Raise when somebody waits and one of these skills is free, but for those who may wait for their language.

        Nor for those whose queue is closed.
        """
        left = set()
        for visit in self.visits.values():
            if visit.operator is None and not self._shut_out(visit):
                left.add(skill(visit.queue, visit.language))
                if not visit.may_hold_out(now_ms):
                    left.add(visit.queue)
        assert not left.intersection(skills), "somebody waits while an operator is free"

    def _first_in_its_queue(self, conversation: str, visit: Visit, now_ms: int) -> None:
        """Nobody stood before in the queue, unless for a language; nobody is overtaken by one who came long after."""
        for other, waits in self.visits.items():
            if waits.operator is None and waits.queue == visit.queue and other != conversation:
                if waits.may_hold_out(now_ms) or self._shut_out(waits):
                    continue
                assert (visit.rank, conversation) < (waits.rank, other), f"{conversation} overtook {other}"
                assert visit.since_ms - waits.since_ms <= OVERTAKEN_AT_MOST_MS
