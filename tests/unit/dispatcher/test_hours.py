"""Whether a psychologist is there, until when, and otherwise from when on (O4)."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from services.dispatcher.domain.hours import Presence, WorkingHours

OFFICE = "Mo-Fr 09:00-18:00"
PARIS = WorkingHours(week=OFFICE)
LUNCH = WorkingHours(week="Mo-Fr 09:00-12:30,13:30-18:00")
REUNION = WorkingHours(week=OFFICE, department="974")
STRASBOURG = WorkingHours(week=OFFICE, department="67")
NIGHTS = WorkingHours(week="Mo-Su 20:00-04:00")
EXCEPTIONS = WorkingHours.model_validate(
    {
        "week": OFFICE,
        "exceptions": {
            "2026-12-24": "09:00-12:00",
            "2026-12-28": "off",
            "2026-07-14": "10:00-16:00",
            "2026-09-19": "14:00-18:00",
        },
    }
)


@pytest.mark.parametrize(
    ("hours", "now", "closes"),
    [
        pytest.param(PARIS, "2026-09-16T12:00+02:00", "2026-09-16T18:00+02:00", id="by day"),
        pytest.param(PARIS, "2026-09-16T09:00+02:00", "2026-09-16T18:00+02:00", id="at the minute of opening"),
        pytest.param(LUNCH, "2026-09-16T10:00+02:00", "2026-09-16T12:30+02:00", id="until lunch"),
        pytest.param(REUNION, "2026-09-16T07:00+02:00", "2026-09-16T18:00+04:00", id="morning in La Réunion"),
        pytest.param(EXCEPTIONS, "2026-12-24T11:00+01:00", "2026-12-24T12:00+01:00", id="a short Christmas Eve"),
        pytest.param(EXCEPTIONS, "2026-07-14T11:00+02:00", "2026-07-14T16:00+02:00", id="a 14 July that is worked"),
        pytest.param(EXCEPTIONS, "2026-09-19T15:00+02:00", "2026-09-19T18:00+02:00", id="a Saturday that is worked"),
        pytest.param(NIGHTS, "2026-03-29T00:30+01:00", "2026-03-29T04:00+02:00", id="night when summer time begins"),
        pytest.param(NIGHTS, "2026-10-25T00:30+02:00", "2026-10-25T04:00+01:00", id="night when it ends"),
        pytest.param(STRASBOURG, "2026-04-02T10:00+02:00", "2026-04-02T18:00+02:00", id="Maundy Thursday in Alsace"),
    ],
)
def test_somebody_is_there_until(hours: WorkingHours, now: str, closes: str) -> None:
    found = hours.at(datetime.fromisoformat(now))
    assert found == Presence(open=True, closes_at=datetime.fromisoformat(closes))


@pytest.mark.parametrize(
    ("hours", "now", "opens"),
    [
        pytest.param(PARIS, "2026-09-16T03:00+02:00", "2026-09-16T09:00+02:00", id="by night"),
        pytest.param(PARIS, "2026-09-16T18:00+02:00", "2026-09-17T09:00+02:00", id="at the minute of closing"),
        pytest.param(PARIS, "2026-07-14T11:00+02:00", "2026-07-15T09:00+02:00", id="14 July"),
        pytest.param(PARIS, "2026-07-13T20:00+02:00", "2026-07-15T09:00+02:00", id="the eve of 14 July"),
        pytest.param(PARIS, "2026-09-19T11:00+02:00", "2026-09-21T09:00+02:00", id="a Saturday"),
        pytest.param(PARIS, "2026-12-31T20:00+01:00", "2027-01-04T09:00+01:00", id="over the New Year"),
        pytest.param(PARIS, "2026-03-28T12:00+01:00", "2026-03-30T09:00+02:00", id="over the change to summer time"),
        pytest.param(PARIS, "2026-10-24T12:00+02:00", "2026-10-26T09:00+01:00", id="over the change to winter time"),
        pytest.param(LUNCH, "2026-09-16T13:00+02:00", "2026-09-16T13:30+02:00", id="at lunch"),
        pytest.param(REUNION, "2026-09-16T16:30+02:00", "2026-09-17T09:00+04:00", id="evening in La Réunion"),
        pytest.param(REUNION, "2027-12-20T10:00+04:00", "2027-12-21T09:00+04:00", id="La Réunion's own 20 December"),
        pytest.param(STRASBOURG, "2026-04-03T10:00+02:00", "2026-04-07T09:00+02:00", id="Good Friday in Alsace"),
        pytest.param(EXCEPTIONS, "2026-12-24T13:00+01:00", "2026-12-29T09:00+01:00", id="an exception that closes"),
        pytest.param(WorkingHours(week="off"), "2026-09-16T12:00+02:00", None, id="never"),
    ],
)
def test_nobody_is_there_until(hours: WorkingHours, now: str, opens: str | None) -> None:
    found = hours.at(datetime.fromisoformat(now))
    assert found == Presence(open=False, opens_at=datetime.fromisoformat(opens) if opens else None)


def test_someone_always_there_has_no_end_in_sight() -> None:
    always = WorkingHours(week="24/7", on_holidays="00:00-24:00")
    assert always.at(datetime(2026, 9, 16, tzinfo=UTC)).open


def test_the_answer_is_by_their_own_clock() -> None:
    closes = REUNION.at(datetime(2026, 9, 16, 6, tzinfo=UTC)).closes_at
    assert closes is not None
    assert (closes.hour, closes.utcoffset()) == (18, REUNION.zone.utcoffset(closes.replace(tzinfo=None)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"week": "du lundi au vendredi"},
        {"week": OFFICE, "on_holidays": "sometimes"},
        {"week": OFFICE, "exceptions": {"2026-12-24": "le matin"}},
        {"week": OFFICE, "department": "Paris"},
    ],
)
def test_hours_that_cannot_be_read_are_refused_at_the_start(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WorkingHours.model_validate(wrong)
