"""An hour of a bad night, in the short form of ``make simulate``: every promise after every step (O1, O8, O9)."""

import asyncio
import random

import pytest

from tests.simulate.rules import Rules
from tests.simulate.shift import Shift
from tests.simulate.town import HOUR_MS, MINUTE_MS, Plan
from tests.simulate.world import CARE, PATIENCE

BAD_NIGHT = Plan(
    days=1 / 24,
    visitors_a_day=1_500,
    operators=6,
    talk_ms=10 * MINUTE_MS,
    instance_dies_ms=5 * MINUTE_MS,
    console_lost_ms=HOUR_MS // 4,
    supervised_ms=2 * MINUTE_MS,
    offered_ms=MINUTE_MS // 3,
)

TRANSFERS = (
    "offers to one",
    "offers to a queue",
    "offers to the other force",
    "offers refused",
    "offers taken back",
    "offers nobody took",
    "acceptances too late, or without room",
    "transferred",
    "hand-overs that the giver left",
    "hand-overs that ended by time",
    "consoles lost with an offer open",
    "consoles lost in a hand-over",
    "instances died with an offer open",
    "instances died in a hand-over",
)


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_nobody_is_forgotten_or_given_twice_while_consoles_and_instances_die(seed: int) -> None:
    shift = Shift(BAD_NIGHT, random.Random(seed))
    figures = asyncio.run(shift.run(Rules(PATIENCE, CARE, shift.clock)))
    assert figures.counts["came"] > 50
    assert figures.counts["instances died"] > 5
    assert figures.counts["taken back"] > 5
    assert figures.most_waiting > 5
    assert figures.counts["foreign"] > 5
    for what in ("handed over", "drained", "closed", "breaks", *TRANSFERS):
        assert figures.counts[what], f"nothing of this ever happened: {what}"
    assert len(figures.waits["taken over"]) >= figures.counts["taken back"] // 2
