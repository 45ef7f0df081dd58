"""The simulation: one event after the other, in the order of their times, each followed by a look at everything."""

import random

from tests.simulate.engines import Engine
from tests.simulate.instances import Instances
from tests.simulate.operators import Operators
from tests.simulate.supervisors import Supervisors
from tests.simulate.talks import Talks
from tests.simulate.town import DAY_MS, Plan
from tests.simulate.transfers import Transfers
from tests.simulate.visitors import Visitors
from tests.simulate.world import START_MS, TURN_MS, Figures, World

SETTLED_WITHIN = 8
"""Seconds after which everything is announced, whoever died."""


class Shift(World):
    """See the module's text."""

    def __init__(self, plan: Plan, chance: random.Random) -> None:
        super().__init__(plan, chance)
        talks = Talks(self)
        self._visitors = Visitors(self, talks)
        self._operators = Operators(self, talks)
        self._supervisors = Supervisors(self, talks)
        self._instances = Instances(self, talks, self._operators)
        self._transfers = Transfers(self, talks, self._operators, self._instances)

    async def run(self, engine: Engine) -> Figures:
        """Let it all happen; afterwards nobody is left. Raises ``AssertionError`` at the first broken promise."""
        self.engine = engine
        await self._operators.begin()
        for part in (self._visitors, self._instances, self._supervisors, self._transfers):
            part.begin()
        while not (self.over and not self.book.visits) and await self.step():
            assert self.now_ms < START_MS + (self.plan.days + 2) * DAY_MS, "somebody is never served"
        for _ in range(SETTLED_WITHIN):
            self.now_ms += TURN_MS
            await engine.settle()
        counts = self.figures.counts
        assert counts["served"] + counts["left"] == counts["came"]
        places = await engine.places()
        assert (places.offers, places.aside) == ({}, {}), "an offer or a hand-over outlived its conversation"
        return self.figures
