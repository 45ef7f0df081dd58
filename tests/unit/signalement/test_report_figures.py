"""A report counts once, under what became of it last (S5); words that lead to one die after five wrong tries."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.signalement.domain.follows import TRIES, Try, Words, attempt, left
from services.signalement.domain.report_figures import Counted, ReportMonth, counted, moved, report_lines
from services.signalement.domain.reports import Step, after, fact_of, received
from shared.clock import utc_now
from shared.contracts.conversation import Category
from shared.contracts.signalement_reports import ReportChanged, ReportStatus
from tests.reports import Case, Station


def story() -> list[ReportChanged]:
    report, facts = received(Case(Station()).submission(), Category.DOMESTIC, None, utc_now()), []
    for step in (Step.QUEUED, Step.OVERDUE, Step.TAKEN, Step.ANSWERED):
        report = after(report, step, utc_now())
        facts.append(fact_of(report))
    return facts


STORY = story()


def counts_of(order: list[int]) -> dict[str, int]:
    """Take facts in this order, each at a new position, as the handler does."""
    before: Counted | None = None
    month = ReportMonth()
    for position, index in enumerate(order, start=1):
        now = counted(before, STORY[index])
        if now is not before:
            month = moved(month, before, now, position)
            before = now
    return month.counts


@given(st.lists(st.integers(0, len(STORY) - 1), min_size=1, max_size=12))
def test_one_report_is_one_however_often_and_in_whatever_order_its_facts_come(order: list[int]) -> None:
    assert sum(counts_of(order).values()) == 1


def test_it_is_counted_under_what_became_of_it_last() -> None:
    assert counts_of([0]) == {"domestic.police.report.submitted": 1}
    assert counts_of([0, 1, 2, 3, 3, 0]) == {"domestic.police.report.taken": 1}


def test_a_position_that_is_in_the_month_changes_nothing() -> None:
    now = counted(None, STORY[0])
    month = moved(ReportMonth(), None, now, 7)
    assert moved(month, None, now, 7) is month


def test_lines_say_what_was_counted() -> None:
    (line,) = report_lines("2026-11", ReportMonth(counts={"unknown.police.patrol.refused": 3}))
    assert (line.category, line.status, line.reports) == (None, ReportStatus.REFUSED, 3)


def words() -> Words:
    return Words(report=uuid4(), proof="a" * 64, box="box", until=1_000)


def test_five_wrong_tries_kill_words_and_the_right_one_gives_all_back() -> None:
    kept: Words | None = words()
    for number in range(1, TRIES):
        outcome, kept = attempt(kept, "b" * 64, 0)
        assert (outcome, left(kept)) == (Try.WRONG, TRIES - number)
    assert attempt(kept, "a" * 64, 0) == (
        Try.RIGHT,
        words().model_copy(update={"report": kept.report if kept else None}),
    )
    outcome, kept = attempt(kept, "b" * 64, 0)
    assert (outcome, kept, left(kept)) == (Try.WRONG, None, 0)
    assert attempt(kept, "a" * 64, 0) == (Try.NOTHING, None)


def test_words_die_when_their_time_is_over() -> None:
    assert attempt(words(), "a" * 64, 1_000) == (Try.NOTHING, None)
