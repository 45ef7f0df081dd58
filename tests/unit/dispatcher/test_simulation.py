"""An hour of a bad night, in the short form of ``make simulate``: every promise after every step (O1, O8, O9)."""

import asyncio
import random

import pytest

from tests.simulate.engines import Rules
from tests.simulate.shift import CARE, PATIENCE, Shift
from tests.simulate.town import HOUR_MS, MINUTE_MS, Plan

BAD_NIGHT = Plan(
    days=1 / 24,
    visitors_a_day=1_500,
    operators=6,
    talk_ms=10 * MINUTE_MS,
    instance_dies_ms=5 * MINUTE_MS,
    console_lost_ms=HOUR_MS // 4,
    supervised_ms=2 * MINUTE_MS,
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
    for what in ("handed over", "drained", "closed", "breaks"):
        assert figures.counts[what], f"nothing was ever {what}"
    assert len(figures.waits["taken over"]) >= figures.counts["taken back"] // 2
