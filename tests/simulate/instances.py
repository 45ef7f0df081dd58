"""Instances: what each does every second, and that they die."""

from functools import partial

from tests.simulate.operators import Operators
from tests.simulate.talks import Talks
from tests.simulate.world import TURN_MS, World


class Instances:
    """See the module's text."""

    def __init__(self, world: World, talks: Talks, operators: Operators) -> None:
        self._world = world
        self._talks = talks
        self._operators = operators

    def begin(self) -> None:
        """From now on they work, and die."""
        self._world.at(TURN_MS, self._a_second_passes)
        for number in range(self._world.plan.instances):
            self._world.at(self._world.town.every(self._world.plan.instance_dies_ms), partial(self._dies, number))

    async def die(self, number: int) -> None:
        """Without a word: its consoles find out and connect to another."""
        world = self._world
        if not world.alive[number]:
            return
        world.figures.counts["instances died"] += 1
        world.alive[number] = False
        world.at(world.town.between(2, 60), partial(self._comes, number))
        here = [name for name, person in world.people.items() if person.instance == number]
        for phase in {phase for name in here for phase in world.book.phases(name, world.now_ms)}:
            world.figures.counts[f"instances died {phase}"] += 1
        for name in here:
            world.people[name].instance = None
            world.at(world.town.between(0.5, 20), partial(self._operators.sit, name))

    async def _dies(self, number: int) -> None:
        self._world.at(self._world.town.every(self._world.plan.instance_dies_ms), partial(self._dies, number))
        await self.die(number)

    async def _comes(self, number: int) -> None:
        self._world.alive[number] = True

    async def _a_second_passes(self) -> None:
        world, engine, counts = self._world, self._world.engine, self._world.figures.counts
        world.at(TURN_MS, self._a_second_passes)
        if not world.up:
            return
        lost = await engine.expire()
        world.book.lost(lost, world.now_ms)
        counts["taken back"] += len(lost.held)
        gone = {name for name in world.people if world.lost(name)}
        assert not gone & world.book.busy, "what a lost operator had is taken back"
        over, timed_out = world.book.lapsed(await engine.lapse(), world.now_ms)
        counts["hand-overs that ended by time"] += over
        counts["offers nobody took"] += timed_out
        await engine.settle()
        moved = await engine.flow()
        world.book.moved(moved)
        counts["moved"] += len(moved)
        assert not moved or await engine.flow() == [], "somebody is sent round"
        await self._talks.assign()
