"""The simulation's own account of who is where, against which every decision and every state is held."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from services.dispatcher.domain.language import FRENCH, may_hold_out, skill
from services.dispatcher.domain.order import OVERTAKEN_AT_MOST_MS, Hurry, rank
from services.dispatcher.store.transfer import ANYONE
from tests.simulate.engines import Given, Lost, Places


@dataclass(slots=True)
class Offered:
    """That a conversation is offered to an operator, or to anyone of the queue but those who ``refused``."""

    to: str | None
    queue: str
    until_ms: int
    refused: set[str] = field(default_factory=set)


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
    offer: Offered | None = None
    colleague: str | None = None
    """Who has handed it over and is still in it, until ``until_ms``."""
    until_ms: int = 0

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

    def open_offer(self, now_ms: int) -> Offered | None:
        """The offer that stands."""
        return self.offer if self.offer and self.offer.until_ms > now_ms else None


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

    def lost(self, lost: Lost, now_ms: int) -> None:
        """Note that operators are gone: they are out of what they handed over, and what they had waits again."""
        for conversation, operator in lost.aside:
            visit = self.visits[conversation]
            assert visit.colleague == operator, f"{operator} was not aside in {conversation}"
            visit.colleague = None
        for conversation, operator in lost.held:
            self._taken(conversation, operator, now_ms)

    def _taken(self, conversation: str, operator: str, now_ms: int) -> None:
        visit = self.visits[conversation]
        assert visit.operator == operator, f"{conversation} was taken from {operator}, {visit.operator} had it"
        self._talked(visit, now_ms)
        visit.operator, visit.joined_ms = None, now_ms
        visit.offer = visit.colleague = None
        visit.hurry.add(Hurry.COMEBACK)

    def _talked(self, visit: Visit, now_ms: int) -> None:
        visit.left_ms = max(1_000, visit.left_ms - (now_ms - visit.began_ms))

    def handed(self, conversation: str, operator: str, now_ms: int) -> None:
        """Note that a supervisor gave a conversation, wherever it was, to this operator."""
        visit = self.visits[conversation]
        if visit.operator:
            self._taken(conversation, visit.operator, now_ms)
        visit.operator, visit.turn, visit.began_ms = operator, visit.turn + 1, now_ms

    def may_be_offered(self, visit: Visit, now_ms: int) -> bool:
        """Whether nothing is under way already; who was asked alone and said no stands in nobody's way."""
        offer = visit.open_offer(now_ms)
        return not visit.colleague and (offer is None or bool(offer.to and offer.refused))

    def offered(self, conversation: str, to: str | None, queue: str, until_ms: int) -> None:
        """Note an offer: it changes nothing else."""
        self.visits[conversation].offer = Offered(to, queue, until_ms)

    def offer_to(self, visit: Visit, operator: str, now_ms: int) -> Offered | None:
        """The offer that this operator may answer."""
        offer = visit.open_offer(now_ms)
        mine = offer and operator != visit.operator and offer.to in {None, operator} and operator not in offer.refused
        return offer if mine else None

    def transferred(self, made: Given, stays_ms: int, now_ms: int) -> None:
        """Note that an offer was accepted: it never waited, and within a force its giver is still in it."""
        visit, giver = self.visits[made.conversation], self.visits[made.conversation].operator
        assert visit.offer is not None, "accepted, and nobody offered it"
        assert giver is not None, "given away by nobody"
        assert made.turn == visit.turn + 1, f"{made.conversation} has had {visit.turn} turns and now {made.turn}"
        self._talked(visit, now_ms)
        together = visit.offer.queue.split(".")[0] == visit.queue.split(".")[0]
        visit.queue, visit.offer = visit.offer.queue, None
        visit.operator, visit.turn, visit.began_ms = made.operator, made.turn, now_ms
        visit.colleague, visit.until_ms = giver if together else None, now_ms + stays_ms

    def lapsed(self, over: Iterable[str], now_ms: int) -> tuple[int, int]:
        """Note the hand-overs whose time was over, which are those and no others; count them, and unanswered offers."""
        ended = {one for one, visit in self.visits.items() if visit.colleague and visit.until_ms <= now_ms}
        assert sorted(over) == sorted(ended), "a hand-over ends by its time, and not before"
        for one in ended:
            self.visits[one].colleague = None
        late = [visit for visit in self.visits.values() if visit.offer and not visit.open_offer(now_ms)]
        for visit in late:
            visit.offer = None
        return len(ended), len(late)

    def load(self, operator: str) -> int:
        """How many conversations an operator has: an offer that stands is its giver's, a hand-over the receiver's."""
        return sum(visit.operator == operator for visit in self.visits.values())

    def of(self, operator: str) -> list[str]:
        """The conversations that an operator is in."""
        return sorted(one for one, visit in self.visits.items() if operator in {visit.operator, visit.colleague})

    @property
    def busy(self) -> set[str]:
        """Whoever is in a conversation."""
        return {who for visit in self.visits.values() for who in (visit.operator, visit.colleague) if who}

    def phases(self, operator: str, now_ms: int) -> set[str]:
        """In what of a transfer an operator is, in words for the figures."""
        found = set()
        for visit in self.visits.values():
            offer = visit.open_offer(now_ms)
            if offer and operator in {visit.operator, offer.to}:
                found.add("with an offer open")
            if visit.colleague and operator in {visit.operator, visit.colleague}:
                found.add("in a hand-over")
        return found

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

    def check(self, places: Places, now_ms: int) -> None:
        """Hold a state against the book: everyone in one place, each queue in order, nobody over the limit."""
        self.checked += 1
        assert places.held == {one: visit.operator for one, visit in self.visits.items() if visit.operator}
        for line, out in ((places.waiting, False), (places.shut, True)):
            promised: dict[str, list[tuple[int, str]]] = {queue: [] for queue in line}
            for one, visit in self.visits.items():
                if visit.operator is None and self._shut_out(visit) is out:
                    promised[visit.queue].append((visit.rank, one))
            assert line == {queue: [one for _, one in sorted(some)] for queue, some in promised.items()}
        for operator, load in Counter(places.held.values()).items():
            assert load <= self.limits[operator], f"{operator} has {load} of {self.limits[operator]}"
        self._check_transfers(places, now_ms)

    def _check_transfers(self, places: Places, now_ms: int) -> None:
        """Each offer is of who has the conversation, as it was made; whoever is aside is not who has it."""
        stands = {one: offer for one, visit in self.visits.items() if (offer := visit.open_offer(now_ms))}
        assert places.offers.keys() == stands.keys()
        for one, found in places.offers.items():
            known = stands[one]
            assert (found.giver, found.to, found.queue) == (places.held[one], known.to or ANYONE, known.queue)
            assert (found.until_ms, set(found.refused)) == (known.until_ms, known.refused)
        assert places.aside == {one: visit.colleague for one, visit in self.visits.items() if visit.colleague}
        for one, who in places.aside.items():
            assert places.held[one] != who, f"{who} handed {one} to themselves"

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
