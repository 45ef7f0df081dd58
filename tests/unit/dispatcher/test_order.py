"""Who is served next: hurry goes first, and nobody is overtaken for ever (O1, O6, O8)."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from services.dispatcher.domain.order import CREDIT_MS, OVERTAKEN_AT_MOST_MS, Hurry, rank

MOMENTS = st.integers(1_700_000_000_000, 1_900_000_000_000)
REASONS = st.sets(st.sampled_from(list(Hurry)))
BY_WEIGHT = (Hurry.DANGER, Hurry.MINOR, Hurry.COMEBACK)


@given(MOMENTS, MOMENTS, REASONS)
def test_among_equals_who_waits_longer_is_first(one: int, other: int, hurry: set[Hurry]) -> None:
    assert (rank(one, hurry) < rank(other, hurry)) == (one < other)


def test_danger_goes_before_all_that_is_less_together_and_so_on_down() -> None:
    for weight, reason in enumerate(BY_WEIGHT):
        assert rank(0, {reason}) < rank(0, BY_WEIGHT[weight + 1 :])


def test_no_two_sets_of_reasons_are_worth_the_same() -> None:
    worth = [sum(CREDIT_MS[reason] for reason in some) for size in range(4) for some in combinations(Hurry, size)]
    assert len(worth) == len(set(worth)) == 8


@given(MOMENTS, REASONS, st.integers(1, 10**9))
def test_nobody_is_overtaken_by_anyone_who_came_long_enough_after(since: int, hurry: set[Hurry], later: int) -> None:
    assert rank(since, set()) < rank(since + OVERTAKEN_AT_MOST_MS + later, hurry)


@given(MOMENTS, REASONS, st.sampled_from(list(Hurry)))
def test_another_reason_never_puts_anyone_back(since: int, hurry: set[Hurry], reason: Hurry) -> None:
    assert rank(since, {*hurry, reason}) <= rank(since, hurry)
