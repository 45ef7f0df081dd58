"""Open now, by the clock and the public holidays of where the structure is."""

from datetime import date, datetime

import pytest

from services.referral import hours
from shared.calendar import PARIS as PARIS_TIME
from shared.contracts.referral import OpenState

OPEN, SHUT, WHO_KNOWS = OpenState.OPEN, OpenState.CLOSED, OpenState.UNKNOWN
OFFICE = "Mo-Fr 09:00-17:00"
PARIS, STRASBOURG, REUNION, TAHITI, MARQUESAS = "75101", "67482", "97411", "98735", "98731"


@pytest.mark.parametrize(
    ("expression", "insee", "moment", "state"),
    [
        (None, PARIS, "2026-09-16T10:00Z", WHO_KNOWS),
        ("24/7", None, "2026-12-25T03:00Z", OPEN),
        (OFFICE, PARIS, "2026-09-16T10:00Z", OPEN),
        (OFFICE, PARIS, "2026-09-16T16:00Z", SHUT),
        (OFFICE, PARIS, "2026-09-19T10:00Z", SHUT),
        # The same instant is evening in La Réunion and night in Tahiti.
        (OFFICE, REUNION, "2026-09-16T05:30Z", OPEN),
        (OFFICE, REUNION, "2026-09-16T14:00Z", SHUT),
        (OFFICE, TAHITI, "2026-09-16T20:00Z", OPEN),
        (OFFICE, TAHITI, "2026-09-16T10:00Z", SHUT),
        # The Marquesas are half an hour ahead of Tahiti.
        (OFFICE, TAHITI, "2026-09-16T18:45Z", SHUT),
        (OFFICE, MARQUESAS, "2026-09-16T18:45Z", OPEN),
        # A summer and a winter morning in Paris.
        (OFFICE, PARIS, "2026-07-01T07:30Z", OPEN),
        (OFFICE, PARIS, "2026-12-01T07:30Z", SHUT),
        # National holiday: said closed, said open, not said.
        (OFFICE + "; PH off", PARIS, "2026-07-14T10:00Z", SHUT),
        ("Mo-Su,PH 09:00-20:00", None, "2026-07-14T10:00Z", OPEN),
        (OFFICE, PARIS, "2026-07-14T10:00Z", WHO_KNOWS),
        (OFFICE, PARIS, "2026-07-14T20:00Z", SHUT),
        # Holidays of a territory alone: 26 December and Good Friday in Alsace, 20 December in La Réunion.
        (OFFICE + "; PH off", STRASBOURG, "2025-12-26T10:00Z", SHUT),
        (OFFICE + "; PH off", PARIS, "2025-12-26T10:00Z", OPEN),
        (OFFICE + "; PH off", STRASBOURG, "2026-04-03T10:00Z", SHUT),
        ("Mo-Su 09:00-17:00; PH off", REUNION, "2026-12-20T08:00Z", SHUT),
        ("Mo-Su 09:00-17:00; PH off", PARIS, "2026-12-20T10:00Z", OPEN),
        ("Mo-Su,PH 09:00-17:00", REUNION, "2026-12-20T08:00Z", OPEN),
        # What the library cannot read is not said to be open.
        ("de 9 h à 17 h", PARIS, "2026-09-16T10:00Z", WHO_KNOWS),
    ],
)
def test_whether_it_is_open(expression: str | None, insee: str | None, moment: str, state: OpenState) -> None:
    assert hours.state(expression, insee, datetime.fromisoformat(moment)) is state


def test_hours_that_cannot_be_read_are_refused_at_the_import() -> None:
    assert hours.check(OFFICE) == OFFICE
    with pytest.raises(hours.BadHours):
        hours.check("du lundi au vendredi")


def test_each_overseas_territory_has_its_own_clock_and_holidays() -> None:
    abolition = {"97105": (5, 27), "97209": (5, 22), "97302": (6, 10), "97411": (12, 20), "97611": (4, 27)}
    for insee, (month, day) in abolition.items():
        assert hours.is_holiday(insee, date(2026, month, day))
        assert not hours.is_holiday("75101", date(2026, month, day))
        assert hours.zone_of(insee) != PARIS_TIME
    for insee in ("97502", "97701", "97801", "98613", "98735", "98818", "98411"):
        assert hours.zone_of(insee) != PARIS_TIME
        assert hours.is_holiday(insee, date(2026, 7, 14))
