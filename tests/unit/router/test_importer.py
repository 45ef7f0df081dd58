"""The official file of competence, with every fault planted: the report says each, and the old table still answers."""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from services.router import cli, table
from services.router.domain import Territory
from services.router.importer import import_file
from shared.contracts.conversation import Force
from shared.geography.country import Country
from shared.importing.report import ImportRefused, Report, Verdict

HEADER = ["code_commune", "libelle_commune", "institution", "id_service", "service", "code_postal", "codes_postaux"]
LETTER = {Force.POLICE: "PN", Force.GENDARMERIE: "GN"}


def official(territory: Territory, skip: Iterable[str] = ()) -> list[list[str]]:
    """Return the rows of the official file that says what the shipped table says."""
    rows = []
    for commune in territory.country.communes.values():
        if not commune.postal_codes or commune.insee in skip:
            continue
        competence = territory.table.of(commune.insee)
        for force in competence.forces or (None,):
            service = competence.service if force is Force.POLICE else "Brigade d'essai"
            codes = "-".join(commune.postal_codes)
            letter = LETTER[force] if force else ""
            rows.append([commune.insee, commune.name, letter, "1", service or "", commune.postal_codes[0], codes])
    return rows


def as_csv(rows: Iterable[list[str]], delimiter: str = ";", header: list[str] = HEADER) -> bytes:
    """Return rows in the published format."""
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    out.writerow(header)
    out.writerows(rows)
    return text.getvalue().encode()


Import = Callable[[bytes], Report]


@pytest.fixture(scope="module")
def part(territory: Territory) -> Territory:
    """A country of six departments, split and blank communes among them, so that each import takes milliseconds."""
    whole = territory.country
    kept = {"01", "11", "78", "93", "95", "971"}
    communes = [c for c in whole.communes.values() if c.department in kept]
    country = Country(communes, whole.departments, {"93059": "93066"})
    here = {insee: row for insee, row in territory.table.rows.items() if insee in country.communes}
    return Territory(country, replace(territory.table, rows=here))


@pytest.fixture(scope="module")
def rows(part: Territory) -> list[list[str]]:
    """The official file's rows."""
    return official(part)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A table already in force."""
    path = tmp_path / "tables" / "competence.csv"
    path.parent.mkdir()
    path.write_bytes(table.SHIPPED.read_bytes())
    return path


@pytest.fixture
def run(part: Territory, target: Path, tmp_path: Path) -> Import:
    """Import these bytes over the table in force."""

    def run(content: bytes) -> Report:
        file = tmp_path / "official.csv"
        file.write_bytes(content)
        with Report(tmp_path / "report.csv") as report:
            import_file(file, target, "2027-02", part.country, report, quiet=True)
        return report

    return run


def test_the_official_file_is_taken_and_says_the_same(
    run: Import, rows: list[list[str]], target: Path, part: Territory
) -> None:
    report = run(as_csv(rows))
    taken = table.read(target)
    assert (taken.edition, report.counts[Verdict.ACCEPTED], report.counts[Verdict.REJECTED]) == (
        "2027-02",
        len(rows),
        0,
    )
    for insee, competence in part.table.rows.items():
        assert taken.of(insee) == competence
    assert taken.of("95211").service == "Brigade d'essai"
    assert cli.counts(Territory(part.country, taken)) | {"communes_not_plainly_gendarmerie": 0} == cli.counts(part) | {
        "communes_not_plainly_gendarmerie": 0
    }


def test_a_byte_order_mark_does_no_harm(run: Import, rows: list[list[str]], target: Path) -> None:
    run(b"\xef\xbb\xbf" + as_csv(rows))
    assert table.read(target).edition == "2027-02"


def repeated(rows: list[list[str]]) -> list[list[str]]:
    return [*rows, rows[0], rows[0]]


@pytest.mark.parametrize(
    ("spoil", "verdict", "number", "reason"),
    [
        (repeated, Verdict.CORRECTED, 2, "commune named twice for one force: the first row is kept"),
        (lambda rows: [["93059", *rows[0][1:]], *rows], Verdict.CORRECTED, 1, "code of the commune as it is today"),
        (lambda rows: [[rows[0][0].lstrip("0"), *rows[0][1:]], *rows[1:]], Verdict.CORRECTED, 1, "code of the commune"),
        (lambda rows: [["00000", *rows[0][1:]], *rows], Verdict.REJECTED, 1, "no such commune"),
        (lambda rows: [[*rows[0][:2], "GNPN", *rows[0][3:]], *rows], Verdict.REJECTED, 1, "institution is neither"),
    ],
)
def test_a_row_that_is_wrong_is_said_with_its_line(
    run: Import,
    rows: list[list[str]],
    spoil: Callable[[list[list[str]]], list[list[str]]],
    verdict: Verdict,
    number: int,
    reason: str,
) -> None:
    report = run(as_csv(spoil(rows)))
    said = [row for row in csv.reader(report.path.open(encoding="utf-8")) if row[1] == verdict and reason in row[2]]
    assert report.counts[verdict] >= number
    assert len(said) >= number
    assert all(int(row[0]) >= 2 for row in said)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda rows: as_csv(rows, delimiter=","), "the delimiter is not ';'"),
        (lambda rows: as_csv([r[:2] + r[3:] for r in rows], header=HEADER[:2] + HEADER[3:]), "missing columns: instit"),
        (lambda rows: as_csv(rows).decode().encode("latin-1", "replace"), "not UTF-8 near line"),
        (lambda rows: as_csv(rows).decode().encode("utf-16"), "not UTF-8"),
        (lambda rows: as_csv(rows)[:-3], "cut"),
        (lambda rows: as_csv(rows)[:-40], "cut"),
        (lambda rows: as_csv(rows)[: len(as_csv(rows)) // 2], "cut"),
        (lambda rows: as_csv(rows[: len(rows) // 2]), "names only"),
        (lambda rows: as_csv([["00000", *r[1:]] for r in rows]), "rows are wrong"),
        (lambda _: as_csv([]), "no usable row"),
        (lambda _: b"", "missing columns"),
        (lambda _: b"\x00\x01\x02\xff" * 1000, "not UTF-8"),
        (lambda _: b"<html>Not found</html>\n", "missing columns"),
        (lambda rows: as_csv(rows) + b'"01001";"a"\r\n', "2 fields instead of 7"),
    ],
)
def test_a_file_that_is_not_whole_and_right_leaves_the_old_table(
    run: Import,
    rows: list[list[str]],
    target: Path,
    fault: Callable[[list[list[str]]], bytes],
    reason: str,
) -> None:
    before = target.read_bytes()
    with pytest.raises(ImportRefused, match=reason):
        run(fault(rows))
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == ["competence.csv"]


def test_a_file_that_is_not_there_is_refused(territory: Territory, target: Path, tmp_path: Path) -> None:
    with Report(tmp_path / "report.csv") as report, pytest.raises(ImportRefused, match="No such file"):
        import_file(tmp_path / "nowhere.csv", target, "2027-02", territory.country, report, quiet=True)


def test_the_command_says_what_it_did_and_its_exit_code_tells(
    territory: Territory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole country, as an installation does it."""
    rows = official(territory)
    monkeypatch.setenv("HAVRE_TABLES_DIR", str(tmp_path / "tables"))
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(as_csv(rows))
    bad.write_bytes(as_csv(rows, delimiter=","))
    assert cli.main(["import", str(good), "--edition", "2027-02", "--quiet"]) == 0
    assert f"{len(rows)} accepted" in capsys.readouterr().out
    assert cli.main(["import", str(bad), "--quiet"]) == 1
    assert "the table in force is unchanged" in capsys.readouterr().err
    assert table.read(tmp_path / "tables" / "competence.csv").edition == "2027-02"
    report = (tmp_path / "tables" / "competence.report.csv").read_text()
    assert "refused,the delimiter is not ';'" in report
