"""How fast one socket may speak."""

from hypothesis import given
from hypothesis import strategies as st

from shared.chat.outbox import TokenBucket


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_the_next_is_told_how_long_to_wait() -> None:
    clock = Clock()
    bucket = TokenBucket(10.0, 3, clock)
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    wait = bucket.take()
    assert 0 < wait <= 101
    clock.now += wait / 1000
    assert bucket.take() == 0


def test_waiting_long_gives_no_more_than_one_burst() -> None:
    clock = Clock()
    bucket = TokenBucket(10.0, 3, clock)
    clock.now += 3600
    assert sum(bucket.take() == 0 for _ in range(20)) == 3


@given(st.lists(st.floats(0, 2, allow_nan=False), max_size=100), st.floats(0.5, 100), st.integers(1, 50))
def test_never_more_than_the_burst_and_what_time_allows(pauses: list[float], rate: float, burst: int) -> None:
    clock = Clock()
    bucket = TokenBucket(rate, burst, clock)
    passed = 0
    for pause in pauses:
        clock.now += pause
        passed += bucket.take() == 0
    assert passed <= burst + sum(pauses) * rate + 1e-6
