"""What the hours before let expect of the hours to come; counts without identity."""

from datetime import UTC, datetime

from services.dispatcher.domain.traffic import HOUR_S, HOURS_A_WEEK, Counts, expected, fuller
from shared.contracts.conversation import Force

COUPLE, HATE, RURAL = "police.domestic", "police.discrimination", "gendarmerie.domestic"
FRIDAY_22 = datetime(2026, 6, 19, 20, 30, tzinfo=UTC)
"""22:30 in Paris."""


def _hour(moment: datetime) -> int:
    return int(moment.timestamp()) // HOUR_S


def test_the_same_hours_of_the_weeks_before_are_averaged_and_quiet_ones_count() -> None:
    this = _hour(FRIDAY_22)
    hours = {
        this - HOURS_A_WEEK: {COUPLE: Counts(10, 2, 1_200_000, 8, 8_000_000), HATE: Counts(2, 0, 0, 2, 2_000_000)},
        this - 2 * HOURS_A_WEEK: {},
        this - 1: {COUPLE: Counts(99, 0, 0, 10, 10_000_000)},
        this: {COUPLE: Counts(50, 0, 0, 0, 0)},
    }
    found = expected(hours, Force.POLICE, FRIDAY_22)
    assert found is not None
    assert found.weeks == 2
    assert found.traffic.an_hour == 6
    assert found.traffic.talk_s == 1_000
    assert found.traffic.patience_s == 600
    assert expected(hours, Force.GENDARMERIE, FRIDAY_22) is None


def test_the_hour_of_the_week_is_that_of_paris_clocks_over_the_change_of_time() -> None:
    before = datetime(2026, 3, 27, 21, 0, tzinfo=UTC)
    after = datetime(2026, 4, 3, 20, 0, tzinfo=UTC)
    hours = {_hour(before): {RURAL: Counts(7, 0, 0, 1, 60_000)}, _hour(after) - HOURS_A_WEEK: {}}
    found = expected(hours, Force.GENDARMERIE, after)
    assert found is not None
    assert (found.weeks, found.traffic.an_hour, found.traffic.patience_s) == (1, 7, None)


def test_an_hour_of_which_nothing_is_known_is_taken_for_the_same_hour_of_other_days() -> None:
    hours = {_hour(FRIDAY_22) - 24: {COUPLE: Counts(4, 0, 0, 1, 60_000)}, _hour(FRIDAY_22) - 30: {}}
    found = expected(hours, Force.POLICE, FRIDAY_22)
    assert found is not None
    assert (found.weeks, found.traffic.an_hour) == (0, 4)


def test_too_little_is_known_to_say_anything() -> None:
    assert expected({}, Force.POLICE, FRIDAY_22) is None
    assert expected({_hour(FRIDAY_22) - HOURS_A_WEEK: {COUPLE: Counts(came=3)}}, Force.POLICE, FRIDAY_22) is None


def test_a_store_that_has_forgotten_takes_nothing_away() -> None:
    before, anew = {COUPLE: Counts(9, 1, 5, 8, 100), HATE: Counts(1)}, {COUPLE: Counts(2, 0, 1, 1, 7), RURAL: Counts(3)}
    assert fuller(before, anew) == {COUPLE: Counts(9, 1, 5, 8, 100), HATE: Counts(1), RURAL: Counts(3)}
    assert fuller({COUPLE: Counts(9, 1, 5, 8, 100)}, {COUPLE: Counts(10, 1, 5, 8, 100)})[COUPLE].came == 10
