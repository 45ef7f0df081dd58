"""What a visitor may honestly be told of the wait (V15)."""

from hypothesis import given
from hypothesis import strategies as st

from services.dispatcher.domain.estimate import ENOUGH, LONGEST_S, STEP_S, WINDOW_MS, wait_s

NOW = 1_800_000_000_000
POSITIONS = st.integers(1, 500)
AGO = st.lists(st.integers(0, 2 * WINDOW_MS), max_size=20)


def _every(seconds: int, times: int) -> list[int]:
    return [NOW - seconds * 1000 * number for number in range(1, times + 1)]


def test_nothing_is_said_when_nobody_serves_or_too_little_happened() -> None:
    assert wait_s(1, _every(60, 10), NOW, serving=0) is None
    assert wait_s(1, _every(60, ENOUGH - 1), NOW, serving=3) is None
    assert wait_s(1, [], NOW, serving=3) is None


def test_the_pace_of_the_last_ones_times_the_position() -> None:
    assert wait_s(1, _every(60, 10), NOW, serving=3) == 60
    assert wait_s(4, _every(60, 10), NOW, serving=3) == 240


def test_it_is_whole_minutes_rounded_up() -> None:
    assert wait_s(1, _every(5, 10), NOW, serving=3) == 60
    assert wait_s(3, _every(25, 10), NOW, serving=3) == 120


def test_when_assignments_stop_the_estimate_grows_and_is_then_withdrawn() -> None:
    served = _every(60, 10)
    later = [wait_s(1, served, NOW + minutes * 60_000, serving=3) for minutes in range(20)]
    said = [value for value in later if value is not None]
    assert said == sorted(said)
    assert said[-1] > said[0]
    assert later[-1] is None


@given(POSITIONS, AGO, st.integers(0, 50))
def test_whatever_is_said_is_in_bounds_and_grows_with_the_position(position: int, ago: list[int], serving: int) -> None:
    served = [NOW - one for one in ago]
    said, behind = wait_s(position, served, NOW, serving), wait_s(position + 1, served, NOW, serving)
    assert said is None or (STEP_S <= said <= LONGEST_S and said % STEP_S == 0)
    assert said is not None or behind is None
    assert said is None or behind is None or said <= behind
