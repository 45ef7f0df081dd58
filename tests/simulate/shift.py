"""The simulation: one event after the other, in the order of their times, each followed by a look at everything."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.language import FRENCH, skill, skills
from services.dispatcher.domain.order import Hurry
from services.dispatcher.domain.presence import Patience
from services.dispatcher.store.dispatch import QUEUES
from tests.simulate.book import Book, Visit
from tests.simulate.engines import Engine, Status
from tests.simulate.town import DAY_MS, HOUR_MS, Plan, Town

START_MS = 1_800_000_000_000
PING_MS = 10_000
TURN_MS = 1_000
SHIFT_MS = 8 * HOUR_MS
PATIENCE = Patience()
CARE = Care()
Happening = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Person:
    """One operator on duty. ``instance``: the one that holds their console; None while there is no connection."""

    skills: tuple[str, ...]
    goes_home_ms: int
    status: Status = "available"
    instance: int | None = None
    lease_ms: int = 0
    drained: bool = False
    row: int = 0
    rests_until_ms: int = 0


@dataclass(slots=True)
class Figures:
    """What came of it. Waits in ms, of those who were served."""

    counts: Counter[str] = field(default_factory=Counter)
    waits: dict[str, list[int]] = field(default_factory=lambda: {"danger": [], "others": [], "taken over": []})
    most_waiting: int = 0


class Shift:
    """See the module's text."""

    def __init__(self, plan: Plan, chance: random.Random) -> None:
        self.plan = plan
        self.town = Town(plan, chance)
        self.now_ms = START_MS
        self.book = Book()
        self.figures = Figures()
        self.people: dict[str, Person] = {}
        self.alive = [True] * plan.instances
        self._engine: Engine
        self._ahead: list[tuple[int, int, Happening]] = []
        self._order = itertools.count()
        self._names = itertools.count(1)

    def clock(self) -> int:
        """Return the simulation's time."""
        return self.now_ms

    @property
    def over(self) -> bool:
        """Whether nobody new comes any more."""
        return self.now_ms >= START_MS + self.plan.days * DAY_MS

    async def run(self, engine: Engine) -> Figures:
        """Let it all happen; afterwards nobody is left. Raises ``AssertionError`` at the first broken promise."""
        self._engine = engine
        for number in range(self.plan.operators):
            self._at(SHIFT_MS * number // self.plan.operators, self._replacement)
            await self._begin(SHIFT_MS * (number + 1) // self.plan.operators)
        self._at(0, self._a_visitor_comes)
        self._at(TURN_MS, self._a_second_passes)
        self._at(self.town.every(self.plan.supervised_ms), self._a_supervisor_decides)
        for number in range(self.plan.instances):
            self._at(self.town.every(self.plan.instance_dies_ms), partial(self._an_instance_dies, number))
        while self._ahead and not (self.over and not self.book.visits):
            self.now_ms, _, happening = heapq.heappop(self._ahead)
            await happening()
            await self._look()
            assert self.now_ms < START_MS + (self.plan.days + 2) * DAY_MS, "somebody is never served"
        for _ in range(8):
            self.now_ms += TURN_MS
            await engine.settle()
        assert self.figures.counts["served"] + self.figures.counts["left"] == self.figures.counts["came"]
        return self.figures

    # ---- visitors

    async def _a_visitor_comes(self) -> None:
        if self.over:
            return
        self._at(self.town.next_visitor_ms(self.now_ms - START_MS), self._a_visitor_comes)
        name, queue = f"c{next(self._names):06}", self.town.queue()
        since, language = self.now_ms - self.town.between(0, 5), self.town.language()
        self.book.visits[name] = Visit(queue, since, since, language, left_ms=self.town.talk_ms())
        assert await self._engine.enqueue(name, queue, since, language)
        assert not await self._engine.enqueue(name, queue, since, language), (
            "the same fact came twice and counted twice"
        )
        self.figures.counts["came"] += 1
        for reason, often in ((Hurry.DANGER, 0.05), (Hurry.MINOR, 0.1)):
            if self.town.chance.random() < often:
                self._at(self.town.between(0, 120), partial(self._hurries, name, reason))
        patience = self.town.patience_ms()
        if patience is not None:
            self._at(patience, partial(self._loses_patience, name))
        await self._assign()

    async def _hurries(self, name: str, reason: Hurry) -> None:
        if visit := self.book.visits.get(name):
            visit.hurry.add(reason)
            await self._engine.hurry(name, reason)
            if reason is Hurry.DANGER and self.town.chance.random() < 0.3:
                self._at(self.town.between(5, 300), partial(self._is_safe, name))

    async def _is_safe(self, name: str) -> None:
        """Took back that they are in danger: they stand where they would have stood."""
        if visit := self.book.visits.get(name):
            visit.hurry.discard(Hurry.DANGER)
            self.figures.counts["dangers over"] += 1
            await self._engine.calm(name)
            await self._assign()

    async def _loses_patience(self, name: str) -> None:
        visit = self.book.visits.get(name)
        if visit and visit.operator is None:
            self.figures.counts["left" if visit.turn == 0 else "served"] += 1
            self.book.gone(name, await self._engine.withdraw(name))

    async def _has_talked(self, name: str, turn: int) -> None:
        visit = self.book.visits.get(name)
        if visit and visit.operator and visit.turn == turn:
            if self.town.chance.random() < 0.3:
                visit.hard = True
                await self._engine.mark_hard(name, visit.operator)
            self.book.gone(name, await self._engine.withdraw(name))
            self._weighs(visit.operator, hard=visit.weighs)
            self.figures.counts["served"] += 1
            await self._assign()

    def _weighs(self, operator: str, *, hard: bool) -> None:
        """The operator's own count of hard ones; some go on before their break is over."""
        person = self.people[operator]
        person.row = person.row + 1 if hard else 0
        if person.row == CARE.in_a_row:
            person.row, person.rests_until_ms = 0, self.now_ms + CARE.break_ms
            self.figures.counts["breaks"] += 1
            if self.town.chance.random() < 0.2:
                self._at(self.town.between(1, 500), partial(self._goes_on, operator))

    async def _goes_on(self, operator: str) -> None:
        if person := self.people.get(operator):
            person.row, person.rests_until_ms = 0, 0
            await self._engine.go_on(operator)
            await self._assign()

    # ---- operators

    async def _replacement(self) -> None:
        """Whoever's shift begins now; the next one begins when it ends."""
        self._at(SHIFT_MS, self._replacement)
        if self.now_ms > START_MS:
            await self._begin(SHIFT_MS)

    async def _begin(self, length_ms: int) -> None:
        name = f"o{next(self._names):06}"
        force = QUEUES[: len(QUEUES) // 2] if int(name[1:]) % 2 else QUEUES[len(QUEUES) // 2 :]
        trained = force if self.town.chance.random() < 0.7 else force[:2]
        self.people[name] = Person(tuple(skills(trained, self.town.spoken())), self.now_ms + length_ms)
        self.book.limits[name] = self.plan.limit
        await self._sit(name)
        self._at(length_ms, partial(self._chooses, name, "paused"))
        self._at(length_ms + self.town.between(0, 1_800), partial(self._goes_home, name))
        self._at(self.town.every(self.plan.console_lost_ms), partial(self._loses_the_console, name))
        self._at(PING_MS, partial(self._ping, name))

    async def _sit(self, name: str) -> None:
        """Connect to any living instance, or try again; what they held is what they hold."""
        person = self.people.get(name)
        if person is None or person.instance is not None:
            return
        up = [number for number, lives in enumerate(self.alive) if lives]
        if not up:
            self._at(self.town.between(1, 10), partial(self._sit, name))
            return
        person.instance, person.lease_ms = self.town.chance.choice(up), PATIENCE.renewed(self.now_ms)
        held = await self._engine.arrive(name, person.skills, self.plan.limit)
        assert sorted(held) == sorted(one for one, visit in self.book.visits.items() if visit.operator == name)
        await self._assign()

    async def _ping(self, name: str) -> None:
        person = self.people.get(name)
        if person is None:
            return
        self._at(PING_MS, partial(self._ping, name))
        if person.instance is None:
            return
        if await self._engine.renew(name):
            person.lease_ms = PATIENCE.renewed(self.now_ms)
        else:
            person.instance = None
            await self._sit(name)

    async def _loses_the_console(self, name: str) -> None:
        """A closed tab that comes back, a network that fails, or a machine that sleeps longer than anyone waits."""
        person = self.people.get(name)
        if person is None:
            return
        self._at(self.town.every(self.plan.console_lost_ms), partial(self._loses_the_console, name))
        if person.instance is None:
            return
        self.figures.counts["consoles lost"] += 1
        person.instance = None
        if self.town.chance.random() < 0.5:
            person.lease_ms = PATIENCE.closed(person.lease_ms, self.now_ms)
            await self._engine.leave(name)
        self._at(self.town.between(0.5, 60), partial(self._sit, name))

    async def _chooses(self, name: str, status: Status) -> None:
        if person := self.people.get(name):
            person.status = status
            await self._engine.status(name, status)

    async def _goes_home(self, name: str) -> None:
        del self.people[name]
        self.book.taken(await self._engine.unseat(name), self.now_ms)
        await self._assign()

    # ---- supervisors

    async def _a_supervisor_decides(self) -> None:
        self._at(self.town.every(self.plan.supervised_ms), self._a_supervisor_decides)
        if self.people and any(self.alive):
            await self.town.chance.choice((self._hands_over, self._drains, self._closes, self._lets_overflow))()
            await self._assign()

    async def _hands_over(self) -> None:
        """Twenty times: what it is given to may be away, full or untrained, and then nothing changes."""
        for _ in range(min(20, len(self.book.visits))):
            name = self.town.chance.choice(sorted(self.book.visits))
            operator = self.town.chance.choice(sorted(self.people))
            visit, person = self.book.visits[name], self.people[operator]
            load = sum(one.operator == operator for one in self.book.visits.values())
            able = self._serves(person) and load < self.plan.limit and visit.queue in person.skills
            why = await self._engine.hand(name, operator)
            assert (not why) == (able and visit.operator != operator), f"{why or 'handed'} to {operator}"
            if not why:
                self.figures.counts["handed over"] += 1
                self.book.handed(name, operator, self.now_ms)
                self._at(visit.left_ms, partial(self._has_talked, name, visit.turn))

    async def _drains(self) -> None:
        name = self.town.chance.choice(sorted(self.people))
        if PATIENCE.lost(self.people[name].lease_ms, self.now_ms):
            return
        self.people[name].drained = True
        self.figures.counts["drained"] += 1
        await self._engine.drain(name, True)
        self._at(self.town.between(60, 900), partial(self._undrains, name))

    async def _undrains(self, name: str) -> None:
        person = self.people.get(name)
        if person and not PATIENCE.lost(person.lease_ms, self.now_ms):
            person.drained = False
            await self._engine.drain(name, False)
            await self._assign()

    async def _closes(self) -> None:
        queue = self.town.chance.choice(QUEUES)
        self.book.closed.add(queue)
        self.figures.counts["closed"] += 1
        await self._engine.close(queue)
        self._at(self.town.between(60, 900), partial(self._reopens, queue))

    async def _reopens(self, queue: str) -> None:
        self.book.closed.discard(queue)
        await self._engine.reopen(queue)
        await self._assign()

    async def _lets_overflow(self) -> None:
        """Whatever rules that makes, nobody is sent round: `_a_second_passes` looks."""
        origin, to = self.town.chance.sample(QUEUES, 2)
        await self._engine.overflow(origin, to, self.town.between(30, 300))

    # ---- instances

    async def _an_instance_dies(self, number: int) -> None:
        """Without a word: its consoles find out and connect to another."""
        self._at(self.town.every(self.plan.instance_dies_ms), partial(self._an_instance_dies, number))
        if not self.alive[number]:
            return
        self.figures.counts["instances died"] += 1
        self.alive[number] = False
        self._at(self.town.between(2, 60), partial(self._an_instance_comes, number))
        for name, person in self.people.items():
            if person.instance == number:
                person.instance = None
                self._at(self.town.between(0.5, 20), partial(self._sit, name))

    async def _an_instance_comes(self, number: int) -> None:
        self.alive[number] = True

    async def _a_second_passes(self) -> None:
        self._at(TURN_MS, self._a_second_passes)
        if any(self.alive):
            back = await self._engine.expire()
            self.book.taken(back, self.now_ms)
            self.figures.counts["taken back"] += len(back)
            await self._engine.settle()
            moved = await self._engine.flow()
            self.book.moved(moved)
            self.figures.counts["moved"] += len(moved)
            assert not moved or await self._engine.flow() == [], "somebody is sent round"
            await self._assign()

    async def _assign(self) -> None:
        """What any living instance does when it is woken."""
        if not any(self.alive):
            return
        made = self.book.given(await self._engine.assign(), self.now_ms)
        for name, visit, waited in made:
            person = self.people[str(visit.operator)]
            assert visit.queue in person.skills, "given to someone who is not trained for it"
            assert self._serves(person), f"{visit.operator} is not there, and was given {name}"
            if visit.language != FRENCH:
                self.figures.counts["foreign"] += 1
                self.figures.counts["understood"] += skill(visit.queue, visit.language) in person.skills
            kind = "taken over" if visit.turn > 1 else "danger" if Hurry.DANGER in visit.hurry else "others"
            self.figures.waits[kind].append(waited)
            self._at(visit.left_ms, partial(self._has_talked, name, visit.turn))
        load = Counter(visit.operator for visit in self.book.visits.values())
        for name, person in self.people.items():
            if self._serves(person) and load[name] < self.plan.limit:
                self.book.nobody_waits_in(person.skills, self.now_ms)

    # ---- inside

    def _serves(self, person: Person) -> bool:
        there = person.status == "available" and PATIENCE.present(person.lease_ms, self.now_ms)
        return there and not person.drained and person.rests_until_ms <= self.now_ms

    def _at(self, after_ms: int, happening: Happening) -> None:
        heapq.heappush(self._ahead, (self.now_ms + after_ms, next(self._order), happening))

    async def _look(self) -> None:
        places = await self._engine.places()
        self.book.check(places)
        self.figures.most_waiting = max(self.figures.most_waiting, sum(map(len, places[1].values())))
