"""What is so at one moment of the simulation: its clock, who is on duty, which instances live, what is to come."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from services.dispatcher.domain.care import Care
from services.dispatcher.domain.presence import Patience
from tests.simulate.book import Book
from tests.simulate.engines import Engine, Status
from tests.simulate.town import DAY_MS, Plan, Town

START_MS = 1_800_000_000_000
TURN_MS = 1_000
"""How often an instance looks at everything."""
PATIENCE = Patience()
CARE = Care()
Happening = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class Person:
    """One operator on duty. ``instance``: the one that holds their console; None while there is no connection."""

    skills: tuple[str, ...]
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


class World:
    """See the module's text; what happens in it stands in the other rooms."""

    def __init__(self, plan: Plan, chance: random.Random) -> None:
        self.plan = plan
        self.town = Town(plan, chance)
        self.now_ms = START_MS
        self.book = Book()
        self.figures = Figures()
        self.people: dict[str, Person] = {}
        self.alive = [True] * plan.instances
        self.engine: Engine
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

    @property
    def up(self) -> list[int]:
        """The instances that live."""
        return [number for number, lives in enumerate(self.alive) if lives]

    def name(self, kind: str) -> str:
        """Return a name that nobody has."""
        return f"{kind}{next(self._names):06}"

    def serves(self, operator: str) -> bool:
        """Whether an operator gets anything new, as far as their room allows."""
        person = self.people.get(operator)
        return (
            person is not None
            and person.status == "available"
            and PATIENCE.present(person.lease_ms, self.now_ms)
            and not person.drained
            and person.rests_until_ms <= self.now_ms
        )

    def lost(self, operator: str) -> bool:
        """Whether an operator has been silent for longer than is borne."""
        return PATIENCE.lost(self.people[operator].lease_ms, self.now_ms)

    def able(self, operator: str, queue: str) -> bool:
        """Whether an operator may be handed one of this queue now: an offer that stands takes no room of theirs."""
        room = self.book.load(operator) < self.plan.limit
        return self.serves(operator) and room and queue in self.people[operator].skills

    def at(self, after_ms: int, happening: Happening) -> None:
        """Have something happen."""
        heapq.heappush(self._ahead, (self.now_ms + after_ms, next(self._order), happening))

    async def step(self) -> bool:
        """Let the next thing happen, then look at everything; False when nothing is to come."""
        if not self._ahead:
            return False
        self.now_ms, _, happening = heapq.heappop(self._ahead)
        await happening()
        places = await self.engine.places()
        self.book.check(places, self.now_ms)
        self.figures.most_waiting = max(self.figures.most_waiting, sum(map(len, places.waiting.values())))
        return True
