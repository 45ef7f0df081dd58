"""Supervisors: they hand over, send home, close queues and let them overflow, at any moment."""

from functools import partial

from services.dispatcher.store.dispatch import QUEUES
from tests.simulate.talks import Talks
from tests.simulate.world import World


class Supervisors:
    """See the module's text."""

    def __init__(self, world: World, talks: Talks) -> None:
        self._world = world
        self._talks = talks

    def begin(self) -> None:
        """From now on they decide something now and then."""
        self._world.at(self._world.town.every(self._world.plan.supervised_ms), self._decides)

    async def _decides(self) -> None:
        world = self._world
        world.at(world.town.every(world.plan.supervised_ms), self._decides)
        if world.people and world.up:
            await world.town.chance.choice((self._hands_over, self._drains, self._closes, self._lets_overflow))()
            await self._talks.assign()

    async def _hands_over(self) -> None:
        """Twenty times: what it is given to may be away, full or untrained, and then nothing changes."""
        world = self._world
        for _ in range(min(20, len(world.book.visits))):
            name = world.town.chance.choice(sorted(world.book.visits))
            operator = world.town.chance.choice(sorted(world.people))
            visit = world.book.visits[name]
            may = world.able(operator, visit.queue) and visit.operator != operator
            why = await world.engine.hand(name, operator)
            assert (not why) == may, f"{why or 'handed'} to {operator}"
            if not why:
                world.figures.counts["handed over"] += 1
                world.book.handed(name, operator, world.now_ms)
                self._talks.begin(name, visit)

    async def _drains(self) -> None:
        world = self._world
        name = world.town.chance.choice(sorted(world.people))
        if world.lost(name):
            return
        world.people[name].drained = True
        world.figures.counts["drained"] += 1
        await world.engine.drain(name, True)
        world.at(world.town.between(60, 900), partial(self._undrains, name))

    async def _undrains(self, name: str) -> None:
        world, person = self._world, self._world.people.get(name)
        if person and not world.lost(name):
            person.drained = False
            await world.engine.drain(name, False)
            await self._talks.assign()

    async def _closes(self) -> None:
        world = self._world
        queue = world.town.chance.choice(QUEUES)
        world.book.closed.add(queue)
        world.figures.counts["closed"] += 1
        await world.engine.close(queue)
        world.at(world.town.between(60, 900), partial(self._reopens, queue))

    async def _reopens(self, queue: str) -> None:
        self._world.book.closed.discard(queue)
        await self._world.engine.reopen(queue)
        await self._talks.assign()

    async def _lets_overflow(self) -> None:
        """Whatever rules that makes, nobody is sent round: `Instances` looks."""
        world = self._world
        origin, to = world.town.chance.sample(QUEUES, 2)
        await world.engine.overflow(origin, to, world.town.between(30, 300))
