"""Figures that are passed on: no cell under five, and none that could be computed from the others (S5, O12)."""

import csv
import io
import re

from hypothesis import given
from hypothesis import strategies as st

from services.dispatcher.domain.published import HEAD, SMALLEST, SUPPRESSED, TOTAL, Cell, cells, csv_of
from shared.contracts.conversation import Category, EndedBy, Force
from shared.contracts.signalement import FigureLine, FiguresReply, ReportLine
from shared.contracts.signalement_reports import ReportKind, ReportStatus

KEYS = st.tuples(st.sampled_from(["2026-10", "2026-11"]), st.sampled_from(list(Category)), st.sampled_from(list(Force)))
LINES = st.dictionaries(st.tuples(KEYS, st.sampled_from(list(EndedBy))), st.integers(1, 12), max_size=12)
REPORTS = st.dictionaries(
    st.tuples(KEYS, st.sampled_from(list(ReportKind)), st.sampled_from(list(ReportStatus))),
    st.integers(1, 12),
    max_size=12,
)


def figures(
    lines: dict[tuple[tuple[str, Category, Force], EndedBy], int],
    reports: dict[tuple[tuple[str, Category, Force], ReportKind, ReportStatus], int],
) -> FiguresReply:
    return FiguresReply(
        persons_accompanied=sum(lines.values()),
        lines=[
            FigureLine(month=m, category=c, force=f, accompanied=True, ended_by=by, conversations=number)
            for ((m, c, f), by), number in lines.items()
        ],
        signalements=sum(reports.values()),
        reports=[
            ReportLine(month=m, category=c, force=f, kind=kind, status=status, reports=number)
            for ((m, c, f), kind, status), number in reports.items()
        ],
    )


@given(LINES, REPORTS)
def test_no_cell_under_five_is_shown(lines: dict, reports: dict) -> None:  # type: ignore[type-arg] # as hypothesis draws them
    for cell in cells(figures(lines, reports)):
        if cell.count != SUPPRESSED and not cell.count.startswith(">="):
            assert cell.category == TOTAL or int(cell.count) >= SMALLEST


@given(LINES, REPORTS, st.data())
def test_what_is_shown_is_the_same_whatever_the_small_cells_hold(
    lines: dict,  # type: ignore[type-arg] # as hypothesis draws them
    reports: dict,  # type: ignore[type-arg] # as hypothesis draws them
    data: st.DataObject,
) -> None:
    """Nobody can compute what does not change what they see."""

    def otherwise(counts: dict) -> dict:  # type: ignore[type-arg] # as hypothesis draws them
        small = st.integers(1, SMALLEST - 1)
        return {key: data.draw(small) if number < SMALLEST else number for key, number in counts.items()}

    shown = csv_of(cells(figures(lines, reports)))
    assert csv_of(cells(figures(otherwise(lines), otherwise(reports)))) == shown


def test_a_total_says_at_least_when_cells_of_it_are_missing() -> None:
    place = ("2026-11", Category.DOMESTIC, Force.POLICE)
    lines = {(place, EndedBy.VISITOR): 7, (place, EndedBy.OPERATOR): 2}
    reports = {(place, ReportKind.REPORT, ReportStatus.TAKEN): 6}
    found = cells(figures(lines, reports))
    assert found == [
        Cell("2026-11", "accompanied", "domestic", "police", "operator", SUPPRESSED),
        Cell("2026-11", "accompanied", "domestic", "police", "visitor", "7"),
        Cell("2026-11", "accompanied", TOTAL, TOTAL, TOTAL, ">=7"),
        Cell("2026-11", "report", "domestic", "police", "taken", "6"),
        Cell("2026-11", "report", TOTAL, TOTAL, TOTAL, "6"),
    ]


def test_who_left_while_waiting_is_no_person_accompanied() -> None:
    line = FigureLine(
        month="2026-11",
        category=Category.SEXUAL,
        force=None,
        accompanied=False,
        ended_by=EndedBy.VISITOR,
        conversations=9,
    )
    assert cells(FiguresReply(persons_accompanied=0, lines=[line], signalements=0, reports=[])) == []


def test_the_file_is_csv_with_names_and_nothing_that_a_spreadsheet_would_run() -> None:
    place = ("2026-11", Category.DOMESTIC, Force.POLICE)
    text = csv_of(cells(figures({(place, EndedBy.VISITOR): 5}, {})))
    head, *rows = csv.reader(io.StringIO(text))
    assert tuple(head) == HEAD
    assert rows[0] == ["2026-11", "accompanied", "domestic", "police", "visitor", "5"]
    assert not re.search(r"(^|,)[=+@-]", text, re.MULTILINE)
