"""Who vanishes while in danger is missing once for each absence, and never while their page gives signs (O6)."""

from hypothesis import given
from hypothesis import strategies as st

from services.dispatcher.domain.dispatch import Dispatch
from services.dispatcher.domain.missing import Missing, vanished
from services.dispatcher.domain.order import Hurry

PATIENCE_MS = 60_000
START_MS = 1_800_000_000_000
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("waits"), st.integers(0, 90)),
        st.tuples(st.sampled_from(["sign", "danger", "calm", "close", "held", "released"]), st.just(0)),
    ),
    max_size=60,
)


def _in_danger() -> tuple[Dispatch, Missing]:
    floor = Dispatch()
    floor.enqueue("c", "police.domestic", START_MS, START_MS, hurry={Hurry.DANGER})
    return floor, Missing(floor, PATIENCE_MS)


def test_silence_counts_from_the_very_moment_that_the_patience_is_over() -> None:
    assert not vanished(START_MS, START_MS + PATIENCE_MS - 1, PATIENCE_MS)
    assert vanished(START_MS, START_MS + PATIENCE_MS, PATIENCE_MS)
    _, missing = _in_danger()
    assert missing.look("c", START_MS, START_MS + PATIENCE_MS - 1) == ""
    assert missing.look("c", START_MS, START_MS + PATIENCE_MS) == "missing"
    assert missing.look("c", START_MS, START_MS + 9 * PATIENCE_MS) == ""
    assert missing.look("c", START_MS + 1, START_MS + 9 * PATIENCE_MS) == "found"


def test_who_is_not_in_danger_or_not_there_is_never_missing() -> None:
    floor, missing = _in_danger()
    assert missing.look("other", START_MS, START_MS + PATIENCE_MS) == ""
    floor.calm("c")
    assert missing.look("c", START_MS, START_MS + 9 * PATIENCE_MS) == ""


def test_what_was_closed_stays_closed_for_that_absence_and_the_next_one_is_another() -> None:
    _, missing = _in_danger()
    later = START_MS + PATIENCE_MS
    assert not missing.close("c")
    assert missing.look("c", START_MS, later) == "missing"
    assert missing.close("c")
    assert not missing.close("c")
    assert missing.look("c", START_MS, later + PATIENCE_MS) == ""
    assert missing.look("c", later, later + PATIENCE_MS) == "missing"


class Absences:
    """One conversation, its page's last sign, and of which signs somebody was said to be missing."""

    def __init__(self) -> None:
        self.floor, self.missing = _in_danger()
        self.now = self.sign = START_MS
        self.said: list[int] = []

    def step(self, what: str, seconds: int) -> None:
        """Something happens after so long."""
        self.now += seconds * 1000
        match what:
            case "sign":
                self.now += 1
                self.sign = self.now
            case "danger":
                self.floor.hurry("c", Hurry.DANGER)
            case "calm":
                self.floor.calm("c")
                self.said.clear()
            case "close":
                self.missing.close("c")
            case "held":
                self.floor.arrive("o", {"police.domestic"}, 1, self.now)
                self.floor.assign(self.now)
            case "released":
                self.floor.release("c", self.now)

    def look(self) -> None:
        """Each second somebody looks."""
        before = self.missing.all().get("c")
        seen = self.missing.look("c", self.sign, self.now)
        if seen == "missing":
            assert before is None
            assert self.now - self.sign >= PATIENCE_MS
            assert self.sign not in self.said
            self.said.append(self.sign)
        if seen == "found":
            assert before is not None
            assert self.sign > before


@given(steps=STEPS)
def test_each_absence_is_said_once_and_ended_once_whatever_happens(steps: list[tuple[str, int]]) -> None:
    """Of every last sign there is one ``missing`` at most, and ``found`` comes only after it, with a newer sign."""
    one = Absences()
    for what, seconds in steps:
        one.step(what, seconds)
        one.look()
        assert one.missing.all().get("c", one.sign) == one.sign
        if one.now - one.sign < PATIENCE_MS:
            assert one.missing.all() == {}
