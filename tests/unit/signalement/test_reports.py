"""What may become of a report: whatever happens, in whatever order, it ends in one way (S1, S3)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.signalement.domain.reports import (
    RECLEAR_AFTER,
    Deadlines,
    Due,
    OutOfOrder,
    Report,
    Step,
    after,
    due,
    fact_of,
    received,
    same_again,
)
from shared.contracts.conversation import Category
from shared.contracts.signalement_reports import ReportKind, ReportStatus
from tests.reports import Case, Station

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CASE = Case(Station())
ASKED = CASE.submission()
LIMITS = Deadlines(report=timedelta(days=1), patrol=timedelta(minutes=2))
ENDS = {ReportStatus.TAKEN, ReportStatus.REFUSED, ReportStatus.WITHDRAWN}


def begun(kind: ReportKind = ReportKind.REPORT) -> Report:
    return received(ASKED.model_copy(update={"kind": kind}), Category.DOMESTIC, CASE.signer.kid, NOW)


def walked(*steps: Step) -> Report:
    report = begun()
    for step in steps:
        report = after(report, step, NOW)
    return report


@given(st.lists(st.sampled_from([step for step in Step if step is not Step.RECEIVED]), max_size=12))
def test_whatever_is_tried_a_report_ends_in_at_most_one_way_and_stays_there(steps: list[Step]) -> None:
    report, ends = begun(), []
    for step in steps:
        try:
            report = after(report, step, NOW)
        except OutOfOrder:
            continue
        if report.status in ENDS and report.status not in ends:
            ends.append(report.status)
    assert len(ends) <= 1


def test_withdrawn_is_not_taken_and_taken_is_not_withdrawn() -> None:
    """S1: consent can be withdrawn until it is taken charge of."""
    for first, second in ((Step.WITHDRAWN, Step.TAKEN), (Step.TAKEN, Step.WITHDRAWN)):
        report = walked(Step.QUEUED, first)
        with pytest.raises(OutOfOrder):
            after(report, second, NOW)


def test_the_sealed_form_is_kept_until_it_is_queued_and_no_longer() -> None:
    assert begun().sealed == ASKED.sealed
    for step in (Step.QUEUED, Step.TAKEN, Step.REFUSED, Step.WITHDRAWN):
        assert walked(step).sealed is None


def test_the_consent_is_kept_as_evidence_and_a_patrol_has_none() -> None:
    assert walked(Step.QUEUED, Step.TAKEN).consent == ASKED.consent
    assert begun(ReportKind.PATROL).consent is None


def test_each_step_is_stated_under_an_id_of_its_own_the_same_whenever_it_is_made() -> None:
    queued, taken = walked(Step.QUEUED), walked(Step.QUEUED, Step.TAKEN)
    assert fact_of(queued).id != fact_of(taken).id
    assert fact_of(taken) == fact_of(taken)
    assert [fact_of(one).revision for one in (queued, taken)] == [1, 2]


def test_what_is_to_be_done_next_is_known_from_the_report_alone() -> None:
    queued = walked(Step.QUEUED)
    stated = queued.model_copy(update={"stated": 1})
    assert due(begun(), LIMITS) == (Due.DELIVER, NOW)
    assert due(queued, LIMITS) == (Due.STATE, NOW)
    assert due(stated, LIMITS) == (Due.MARK_OVERDUE, NOW + timedelta(days=1))
    patrol = stated.model_copy(update={"kind": ReportKind.PATROL})
    assert due(patrol, LIMITS) == (Due.MARK_OVERDUE, NOW + timedelta(minutes=2))
    late = after(stated, Step.OVERDUE, NOW).model_copy(update={"stated": 2})
    assert due(late, LIMITS) is None
    withdrawn = after(stated, Step.WITHDRAWN, NOW).model_copy(update={"stated": 2})
    assert due(withdrawn, LIMITS) == (Due.CLEAR, NOW + RECLEAR_AFTER)
    assert due(withdrawn.model_copy(update={"cleared": True}), LIMITS) is None


def test_overdue_is_said_once_and_over_when_somebody_takes_charge() -> None:
    late = walked(Step.QUEUED, Step.OVERDUE)
    assert (late.status, late.overdue) == (ReportStatus.SUBMITTED, True)
    with pytest.raises(OutOfOrder):
        after(late, Step.OVERDUE, NOW)
    assert not after(late, Step.TAKEN, NOW).overdue


def test_the_same_id_for_somebody_else_is_another_report() -> None:
    report = begun()
    assert same_again(report, ASKED)
    assert not same_again(report, ASKED.model_copy(update={"partner": "ddsp-67"}))
    assert not same_again(report, Case(CASE.station, report=CASE.report).submission())
