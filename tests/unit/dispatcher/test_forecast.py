"""How long people wait with so many operators: against published values, and against the dispatcher's own rules."""

import heapq
import math
import random
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.dispatcher.domain.dispatch import Dispatch
from services.dispatcher.domain.forecast import Crew, Promise, Traffic, operators_for

QUEUE = "police.domestic"
TRAFFIC = st.builds(
    Traffic,
    an_hour=st.floats(0, 500),
    talk_s=st.floats(10, 7_200),
    patience_s=st.one_of(st.none(), st.floats(10, 7_200)),
)


def test_impatience_as_published() -> None:
    """Garnett, Mandelbaum and Reiman, *Designing a Call Center with Impatient Customers* (M&SOM 4, 2002), table 1:
    50 agents, 48 calls a minute of 1 minute each; patience 2 minutes, or without end."""
    impatient = Crew(Traffic(an_hour=48 * 60, talk_s=60, patience_s=120), 50)
    assert round(impatient.leave, 3) == 0.031
    assert round(impatient.mean_wait_s, 1) == 3.7
    assert round(impatient.queue) == 3
    assert round(impatient.busy, 2) == 0.93
    patient = Crew(Traffic(an_hour=48 * 60, talk_s=60, patience_s=None), 50)
    assert patient.leave == 0
    assert round(patient.mean_wait_s, 1) == 20.8
    assert round(patient.queue) == 17
    assert round(patient.busy, 2) == 0.96


@pytest.mark.parametrize("patience_s", [None, 1e9])
def test_endless_patience_as_published(patience_s: float | None) -> None:
    """Erlang C as T. Mitchell tabulates it (*The Erlang C Formula*): 0.2 calls a second of 240 s each, 55 agents."""
    crew = Crew(Traffic(an_hour=720, talk_s=240, patience_s=patience_s), 55)
    assert crew.waits == pytest.approx(0.2387, abs=5e-5)
    assert crew.mean_wait_s == pytest.approx(8.184, abs=5e-4)
    assert crew.within(15) == pytest.approx(0.8459, abs=5e-5)


def test_whoever_does_not_leave_is_served_in_the_end() -> None:
    crew = Crew(Traffic(an_hour=60, talk_s=900, patience_s=240), 12)
    assert crew.within(1e6) == pytest.approx(1 - crew.leave, abs=1e-9)


def test_who_is_next_waits_for_one_conversation_to_end() -> None:
    """So few come that who waits is alone: served within t with mu / (mu + theta) * (1 - exp(-(mu + theta) t))."""
    crew = Crew(Traffic(an_hour=1e-6, talk_s=100, patience_s=50), 1)
    served = (1 / 100) / (1 / 100 + 1 / 50) * (1 - math.exp(-(1 / 100 + 1 / 50) * 30))
    assert (crew.within(30) - (1 - crew.waits)) / crew.waits == pytest.approx(served, rel=1e-4)


class Lived(NamedTuple):
    """What a simulated night was like, as shares of those who came; the wait in seconds."""

    left: float
    mean_wait_s: float
    within: float


def _live(traffic: Traffic, operators: int, limit: int, visitors: int, soon_s: float, seed: int) -> Lived:
    """Let ``visitors`` come to the dispatcher's rules; times are kept in ms."""
    chance, rules = random.Random(seed), Dispatch()
    for number in range(operators):
        rules.arrive(f"o{number}", (QUEUE,), limit, 0)
    ahead: list[tuple[int, int, str]] = []
    now, came, waits, left = 0.0, {}, [], 0
    for number in range(visitors):
        now += chance.expovariate(traffic.an_hour / 3_600_000)
        heapq.heappush(ahead, (int(now), number, "comes"))
    while ahead:
        at, number, what = heapq.heappop(ahead)
        name = f"c{number:06}"
        if what == "comes":
            came[name] = at
            rules.enqueue(name, QUEUE, at, at)
            if traffic.patience_s:
                gives_up = at + int(chance.expovariate(1 / traffic.patience_s) * 1000)
                heapq.heappush(ahead, (gives_up, number, "gives up"))
        elif what == "is done" or (name in rules.tickets and rules.tickets[name].operator is None):
            if what == "gives up":
                left += 1
                waits.append((at - came[name], False))
            rules.withdraw(name, at)
        for desk in rules.desks.values():
            desk.lease_ms = rules.patience.renewed(at)
        for made in rules.assign(at):
            waits.append((made.waited_ms, True))
            over = at + int(chance.expovariate(1 / traffic.talk_s) * 1000)
            heapq.heappush(ahead, (over, int(made.conversation[1:]), "is done"))
    soon = sum(served and wait <= soon_s * 1000 for wait, served in waits)
    return Lived(left / visitors, sum(wait for wait, _ in waits) / visitors / 1000, soon / visitors)


@pytest.mark.parametrize(
    ("traffic", "operators"),
    [
        pytest.param(Traffic(an_hour=24, talk_s=1_200, patience_s=600), 3, id="enough"),
        pytest.param(Traffic(an_hour=40, talk_s=1_200, patience_s=300), 3, id="too few"),
        pytest.param(Traffic(an_hour=21, talk_s=1_200, patience_s=None), 3, id="nobody leaves"),
    ],
)
def test_the_dispatchers_own_rules_give_the_waits_that_are_forecast(traffic: Traffic, operators: int) -> None:
    """Three conversations for each operator; nights of chance, in which a busy hour weighs on those after it."""
    limit, soon_s = 3, 60.0
    lived = [_live(traffic, operators, limit, 4_000, soon_s, seed) for seed in range(3)]
    crew = Crew(traffic, operators * limit)
    assert sum(night.left for night in lived) / 3 == pytest.approx(crew.leave, abs=0.03)
    assert sum(night.within for night in lived) / 3 == pytest.approx(crew.within(soon_s), abs=0.03)
    assert sum(night.mean_wait_s for night in lived) / 3 == pytest.approx(crew.mean_wait_s, rel=0.25, abs=3)


@given(TRAFFIC, st.integers(0, 200), st.floats(0, 3_600))
@example(Traffic(an_hour=5e-324, talk_s=10, patience_s=10), 0, 60)
@example(Traffic(an_hour=1, talk_s=10, patience_s=10), 1, 5e-324)
@settings(deadline=None)
def test_every_share_is_a_share_and_one_server_more_makes_nothing_worse(
    traffic: Traffic, servers: int, seconds: float
) -> None:
    fewer, more = Crew(traffic, servers), Crew(traffic, servers + 1)
    for crew in (fewer, more):
        for share in (crew.waits, crew.leave, crew.busy, crew.within(seconds)):
            assert -1e-9 <= share <= 1 + 1e-9
    assert more.within(seconds) >= fewer.within(seconds) - 1e-9
    assert more.waits <= fewer.waits + 1e-9
    assert fewer.within(seconds) <= fewer.within(seconds + 60) + 1e-9


@given(TRAFFIC, st.sampled_from([0.8, 0.9, 0.95]), st.sampled_from([20.0, 60.0, 300.0]), st.integers(1, 4))
@settings(deadline=None)
def test_so_many_operators_keep_the_promise_and_one_fewer_does_not(
    traffic: Traffic, share: float, seconds: float, limit: int
) -> None:
    promise = Promise(share, seconds)
    found = operators_for(traffic, promise, limit)
    assert found is not None
    assert Crew(traffic, found * limit).within(seconds) >= share
    assert not found or Crew(traffic, (found - 1) * limit).within(seconds) < share


def test_a_promise_beyond_any_crew_has_no_number() -> None:
    assert operators_for(Traffic(an_hour=10_000_000, talk_s=3_600, patience_s=None), Promise(), 1) is None


def test_nobody_comes_and_nobody_is_needed() -> None:
    assert operators_for(Traffic(an_hour=0, talk_s=600, patience_s=300), Promise(), 3) == 0


@pytest.mark.parametrize("wrong", [(-1, 60, None), (1, 0, None), (1, 60, 0)])
def test_numbers_that_make_no_sense_are_refused(wrong: tuple[float, float, float | None]) -> None:
    with pytest.raises(ValueError, match="must"):
        Traffic(*wrong)
