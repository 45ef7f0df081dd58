"""Operators hand over: to one, to a queue, to the other force; answered or not, while consoles and instances die."""

from functools import partial

from services.dispatcher.store.dispatch import QUEUES, queue_parts
from tests.simulate.instances import Instances
from tests.simulate.operators import Operators
from tests.simulate.talks import Talks
from tests.simulate.world import World

OFFERED_MS = 30_000
STAYS_MS = 180_000
TRIES = 20
"""Whom somebody would hand to may be away, full or untrained: the next one is asked."""
MOST_ASKED = 3


class Transfers:
    """See the module's text."""

    def __init__(self, world: World, talks: Talks, operators: Operators, instances: Instances) -> None:
        self._world = world
        self._talks = talks
        self._operators = operators
        self._instances = instances

    def begin(self) -> None:
        """From now on somebody offers something now and then."""
        self._world.at(self._world.town.every(self._world.plan.offered_ms), self._somebody_offers)

    async def _somebody_offers(self) -> None:
        world = self._world
        world.at(world.town.every(world.plan.offered_ms), self._somebody_offers)
        for _ in range(TRIES if world.up else 0):
            held = sorted(one for one, visit in world.book.visits.items() if visit.operator)
            if held and await self._offers(world.town.chance.choice(held)):
                return

    async def _offers(self, name: str) -> bool:
        world, chance = self._world, self._world.town.chance
        visit = world.book.visits[name]
        giver, to, queue = str(visit.operator), None, visit.queue
        if chance.random() < 0.5:
            to = chance.choice(sorted(world.people))
        else:
            queue = chance.choice([visit.queue, *QUEUES])
        others = [one for one, person in world.people.items() if one != giver and queue in person.skills]
        takes = world.able(to, queue) if to else any(map(world.serves, others))
        may = takes and to != giver and world.book.may_be_offered(visit, world.now_ms)
        why = await world.engine.offer(name, giver, to, "" if to else queue, OFFERED_MS)
        assert (not why) == may, f"{name} of {giver}: {why or 'offered'} to {to or queue}"
        if not why:
            world.book.offered(name, to, queue, world.now_ms + OFFERED_MS)
            other_force = queue_parts(queue)[0] is not queue_parts(visit.queue)[0]
            kind = "to one" if to else "to the other force" if other_force else "to a queue"
            world.figures.counts["offers"] += 1
            world.figures.counts[f"offers {kind}"] += 1
            self._what_comes_of_it(name, giver, [to] if to else sorted(others))
        return not why

    def _what_comes_of_it(self, name: str, giver: str, others: list[str]) -> None:
        """Some answer, some too late, many at once; meanwhile things break."""
        world, town = self._world, self._world.town
        asked = town.chance.sample(others, min(MOST_ASKED, len(others)))
        together = town.between(0.5, 40) if town.chance.random() < 0.5 else None
        for who in asked:
            if town.chance.random() < 0.85:
                answers = town.chance.choice((self._accepts, self._accepts, self._refuses))
                world.at(together or town.between(0.5, 40), partial(answers, name, who))
        if town.chance.random() < 0.15:
            world.at(town.between(0.5, 30), partial(self._takes_back, name, giver))
        for who in (giver, *asked):
            if town.chance.random() < 0.1:
                world.at(town.between(0.5, 90), partial(self._operators.lose_console, who))
        if town.chance.random() < 0.05:
            number = town.chance.randrange(world.plan.instances)
            world.at(town.between(0.5, 90), partial(self._instances.die, number))

    async def _accepts(self, name: str, operator: str) -> None:
        world = self._world
        if not world.up:
            return
        visit = world.book.visits.get(name)
        offer = visit and world.book.offer_to(visit, operator, world.now_ms)
        may = offer is not None and world.able(operator, offer.queue)
        made = await world.engine.accept(name, operator, STAYS_MS)
        assert (not isinstance(made, str)) == may, f"{operator} and the offer of {name}: {made}"
        if visit is None or isinstance(made, str):
            world.figures.counts["acceptances too late, or without room"] += 1
            return
        again = await world.engine.accept(name, operator, STAYS_MS)
        assert again == "gone", "whoever got no answer presses twice: nothing comes of that"
        world.book.transferred(made, STAYS_MS, world.now_ms)
        world.figures.counts["transferred"] += 1
        self._talks.begin(name, visit)
        if visit.colleague and world.town.chance.random() < 0.5:
            world.at(world.town.between(1, STAYS_MS / 1000), partial(self._leaves, name, visit.colleague))
        await self._talks.assign()

    async def _refuses(self, name: str, operator: str) -> None:
        world = self._world
        if not world.up:
            return
        visit = world.book.visits.get(name)
        offer = visit and world.book.offer_to(visit, operator, world.now_ms)
        giver = await world.engine.refuse(name, operator)
        assert giver == (visit.operator if visit and offer else None)
        if offer:
            offer.refused.add(operator)
            world.figures.counts["offers refused"] += 1

    async def _takes_back(self, name: str, giver: str) -> None:
        world = self._world
        if not world.up:
            return
        visit = world.book.visits.get(name)
        may = visit is not None and visit.operator == giver and visit.open_offer(world.now_ms) is not None
        assert await world.engine.take_back(name, giver) == may
        if visit and may:
            visit.offer = None
            world.figures.counts["offers taken back"] += 1

    async def _leaves(self, name: str, giver: str) -> None:
        world = self._world
        if not world.up:
            return
        visit = world.book.visits.get(name)
        may = visit is not None and visit.colleague == giver
        assert await world.engine.step_aside(name, giver) == may
        if visit and may:
            visit.colleague = None
            world.figures.counts["hand-overs that the giver left"] += 1
