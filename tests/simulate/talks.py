"""Who is given whom, how long they talk, and what that weighs on the one who listens."""

from collections import Counter
from functools import partial

from services.dispatcher.domain.language import FRENCH, skill
from services.dispatcher.domain.order import Hurry
from tests.simulate.book import Visit
from tests.simulate.world import CARE, World


class Talks:
    """See the module's text."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def assign(self) -> None:
        """Do what any living instance does when it is woken."""
        world, counts = self._world, self._world.figures.counts
        if not world.up:
            return
        for name, visit, waited in world.book.given(await world.engine.assign(), world.now_ms):
            person = world.people[str(visit.operator)]
            assert visit.queue in person.skills, "given to someone who is not trained for it"
            assert world.serves(str(visit.operator)), f"{visit.operator} is not there, and was given {name}"
            if visit.language != FRENCH:
                counts["foreign"] += 1
                counts["understood"] += skill(visit.queue, visit.language) in person.skills
            kind = "taken over" if visit.turn > 1 else "danger" if Hurry.DANGER in visit.hurry else "others"
            world.figures.waits[kind].append(waited)
            self.begin(name, visit)
        loads = Counter(visit.operator for visit in world.book.visits.values())
        for name, person in world.people.items():
            if world.serves(name) and loads[name] < world.plan.limit:
                world.book.nobody_waits_in(person.skills, world.now_ms)

    def begin(self, name: str, visit: Visit) -> None:
        """Let them talk for as long as there is something to say, unless somebody else has it before."""
        self._world.at(visit.left_ms, partial(self._has_talked, name, visit.turn))

    async def _has_talked(self, name: str, turn: int) -> None:
        world = self._world
        visit = world.book.visits.get(name)
        if visit and visit.operator and visit.turn == turn:
            if world.town.chance.random() < 0.3:
                visit.hard = True
                await world.engine.mark_hard(name, visit.operator)
            world.book.gone(name, await world.engine.withdraw(name))
            self._weighs(visit.operator, hard=visit.weighs)
            world.figures.counts["served"] += 1
            await self.assign()

    def _weighs(self, operator: str, *, hard: bool) -> None:
        """The operator's own count of hard ones; some go on before their break is over."""
        world, person = self._world, self._world.people[operator]
        person.row = person.row + 1 if hard else 0
        if person.row == CARE.in_a_row:
            person.row, person.rests_until_ms = 0, world.now_ms + CARE.break_ms
            world.figures.counts["breaks"] += 1
            if world.town.chance.random() < 0.2:
                world.at(world.town.between(1, 500), partial(self._goes_on, operator))

    async def _goes_on(self, operator: str) -> None:
        if person := self._world.people.get(operator):
            person.row, person.rests_until_ms = 0, 0
            await self._world.engine.go_on(operator)
            await self.assign()
