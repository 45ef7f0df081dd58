"""Visitors: they come, some in a hurry, and some lose patience."""

from functools import partial

from services.dispatcher.domain.order import Hurry
from tests.simulate.book import Visit
from tests.simulate.talks import Talks
from tests.simulate.world import START_MS, World


class Visitors:
    """See the module's text."""

    def __init__(self, world: World, talks: Talks) -> None:
        self._world = world
        self._talks = talks

    def begin(self) -> None:
        """From now on they come."""
        self._world.at(0, self._comes)

    async def _comes(self) -> None:
        world, town = self._world, self._world.town
        if world.over:
            return
        world.at(town.next_visitor_ms(world.now_ms - START_MS), self._comes)
        name, queue = world.name("c"), town.queue()
        since, language = world.now_ms - town.between(0, 5), town.language()
        world.book.visits[name] = Visit(queue, since, since, language, left_ms=town.talk_ms())
        assert await world.engine.enqueue(name, queue, since, language)
        twice = await world.engine.enqueue(name, queue, since, language)
        assert not twice, "the same fact came twice and counted twice"
        world.figures.counts["came"] += 1
        for reason, often in ((Hurry.DANGER, 0.05), (Hurry.MINOR, 0.1)):
            if town.chance.random() < often:
                world.at(town.between(0, 120), partial(self._hurries, name, reason))
        patience = town.patience_ms()
        if patience is not None:
            world.at(patience, partial(self._loses_patience, name))
        await self._talks.assign()

    async def _hurries(self, name: str, reason: Hurry) -> None:
        world = self._world
        if visit := world.book.visits.get(name):
            visit.hurry.add(reason)
            await world.engine.hurry(name, reason)
            if reason is Hurry.DANGER and world.town.chance.random() < 0.3:
                world.at(world.town.between(5, 300), partial(self._is_safe, name))

    async def _is_safe(self, name: str) -> None:
        """Took back that they are in danger: they stand where they would have stood."""
        if visit := self._world.book.visits.get(name):
            visit.hurry.discard(Hurry.DANGER)
            self._world.figures.counts["dangers over"] += 1
            await self._world.engine.calm(name)
            await self._talks.assign()

    async def _loses_patience(self, name: str) -> None:
        world = self._world
        visit = world.book.visits.get(name)
        if visit and visit.operator is None:
            world.figures.counts["left" if visit.turn == 0 else "served"] += 1
            world.book.gone(name, await world.engine.withdraw(name))
