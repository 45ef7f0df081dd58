"""Operators: shifts that follow one another, consoles that are lost and come back."""

from functools import partial

from services.dispatcher.domain.language import skills
from services.dispatcher.store.dispatch import QUEUES
from tests.simulate.engines import Status
from tests.simulate.talks import Talks
from tests.simulate.town import HOUR_MS
from tests.simulate.world import PATIENCE, START_MS, Person, World

PING_MS = 10_000
SHIFT_MS = 8 * HOUR_MS


class Operators:
    """See the module's text."""

    def __init__(self, world: World, talks: Talks) -> None:
        self._world = world
        self._talks = talks

    async def begin(self) -> None:
        """Let the first ones begin, each to be replaced when it is time."""
        count = self._world.plan.operators
        for number in range(count):
            self._world.at(SHIFT_MS * number // count, self._replacement)
            await self._comes(SHIFT_MS * (number + 1) // count)

    async def lose_console(self, name: str) -> None:
        """A closed tab that comes back, a network that fails, or a machine that sleeps longer than anyone waits."""
        world, person = self._world, self._world.people.get(name)
        if person is None or person.instance is None:
            return
        world.figures.counts["consoles lost"] += 1
        for phase in world.book.phases(name, world.now_ms):
            world.figures.counts[f"consoles lost {phase}"] += 1
        person.instance = None
        if world.town.chance.random() < 0.5:
            person.lease_ms = PATIENCE.closed(person.lease_ms, world.now_ms)
            await world.engine.leave(name)
        world.at(world.town.between(0.5, 60), partial(self.sit, name))

    async def sit(self, name: str) -> None:
        """Connect to any living instance, or try again; what they held is what they hold."""
        world, person = self._world, self._world.people.get(name)
        if person is None or person.instance is not None:
            return
        if not world.up:
            world.at(world.town.between(1, 10), partial(self.sit, name))
            return
        person.instance, person.lease_ms = world.town.chance.choice(world.up), PATIENCE.renewed(world.now_ms)
        found = await world.engine.arrive(name, person.skills, world.plan.limit)
        assert sorted(found) == world.book.of(name), f"{name} finds another desk than they left"
        await self._talks.assign()

    async def _replacement(self) -> None:
        """Whoever's shift begins now; the next one begins when it ends."""
        self._world.at(SHIFT_MS, self._replacement)
        if self._world.now_ms > START_MS:
            await self._comes(SHIFT_MS)

    async def _comes(self, stays_ms: int) -> None:
        world, town = self._world, self._world.town
        name = world.name("o")
        force = QUEUES[: len(QUEUES) // 2] if int(name[1:]) % 2 else QUEUES[len(QUEUES) // 2 :]
        trained = force if town.chance.random() < 0.7 else force[:2]
        world.people[name] = Person(tuple(skills(trained, town.spoken())))
        world.book.limits[name] = world.plan.limit
        await self.sit(name)
        world.at(stays_ms, partial(self._chooses, name, "paused"))
        world.at(stays_ms + town.between(0, 1_800), partial(self._goes_home, name))
        world.at(town.every(world.plan.console_lost_ms), partial(self._loses_the_console, name))
        world.at(PING_MS, partial(self._ping, name))

    async def _ping(self, name: str) -> None:
        world, person = self._world, self._world.people.get(name)
        if person is None:
            return
        world.at(PING_MS, partial(self._ping, name))
        if person.instance is None:
            return
        if await world.engine.renew(name):
            person.lease_ms = PATIENCE.renewed(world.now_ms)
        else:
            person.instance = None
            await self.sit(name)

    async def _loses_the_console(self, name: str) -> None:
        world = self._world
        if name in world.people:
            world.at(world.town.every(world.plan.console_lost_ms), partial(self._loses_the_console, name))
            await self.lose_console(name)

    async def _chooses(self, name: str, status: Status) -> None:
        if person := self._world.people.get(name):
            person.status = status
            await self._world.engine.status(name, status)

    async def _goes_home(self, name: str) -> None:
        del self._world.people[name]
        self._world.book.lost(await self._world.engine.unseat(name), self._world.now_ms)
        await self._talks.assign()
