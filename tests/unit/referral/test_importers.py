"""Official directories, with every fault planted: the report says each, and the old directory still answers."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from services.referral import cli, directory
from services.referral.domain import Directory
from services.referral.entry import Entry
from services.referral.importer import dila, stations
from services.referral.importer.run import Imported, Request, import_file
from services.referral.importer.times import from_ranges, from_text
from shared.contracts.referral import StructureKind
from shared.importing.report import ImportRefused, Report, Verdict
from tests.official_rows import BRIGADE, SERVICE

OWN = {
    "id": "1",
    "name": "Abri",
    "kind": "association",
    "insee": "95500",
    "as_of": "2026-09",
    "hours": "Mo-Fr 09:00-17:00",
}


def as_csv(rows: Iterable[Mapping[str, str]], delimiter: str = ";", lacking: str = "") -> bytes:
    """Return rows in the published format; ``lacking`` names a column to leave out."""
    kept = [{name: value for name, value in row.items() if name != lacking} for row in rows]
    text = io.StringIO(newline="")
    out = csv.DictWriter(text, list(kept[0]), delimiter=delimiter, lineterminator="\n")
    out.writeheader()
    out.writerows(kept)
    return text.getvalue().encode()


def as_json(services: Iterable[Any]) -> bytes:
    """Return the DILA's file."""
    return json.dumps({"service": list(services)}, ensure_ascii=False).encode()


Run = Callable[..., tuple[Imported, Report, list[Entry]]]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A directory already in force."""
    path = tmp_path / "tables" / "structures.csv"
    path.parent.mkdir()
    path.write_bytes(directory.SHIPPED.read_bytes())
    return path


@pytest.fixture
def run(directory: Directory, target: Path, tmp_path: Path) -> Run:
    """Import these bytes into the directory in force; returns what came, the report, and the new entries."""
    from services.referral import directory as files

    def run(content: bytes, *, fewer_is_right: bool = True) -> tuple[Imported, Report, list[Entry]]:
        file = tmp_path / "file"
        file.write_bytes(content)
        with Report(tmp_path / "report.csv") as report:
            request = Request(file, "2026-10-01", "own", fewer_is_right, quiet=True)
            done = import_file(request, target, directory.country, report)
        return done, report, [e for e in files.read(target)[0] if e.source == done.source]

    return run


def test_a_brigade_is_taken_with_its_hours_its_phone_and_its_point(run: Run) -> None:
    done, report, [entry] = run(as_csv([BRIGADE]))
    assert done.source == stations.GENDARMERIE
    assert report.counts[Verdict.ACCEPTED] == 1
    assert (entry.kind, entry.insee, entry.phone) == (StructureKind.BRIGADE, "01281", "04 50 40 59 30")
    assert (entry.lat, entry.lon, entry.approximate) == (46.27591, 6.09523, False)
    assert entry.hours == "Mo 08:00-12:00,14:00-18:00; Su 09:00-12:00,15:00-18:00"
    assert entry.as_of == "2026-10-01"


def test_the_list_of_police_stations_replaces_the_stations_without_an_address(run: Run, target: Path) -> None:
    row = {name: value for name, value in BRIGADE.items() if name != "identifiant_public_unite"}
    done, _, [entry] = run(as_csv([{**row, "service": "Commissariat d'Ornex"}]))
    assert (done.source, entry.kind) == (stations.POLICE, StructureKind.COMMISSARIAT)
    kept = directory.read(target)[0]
    assert [e.name for e in kept if e.kind is StructureKind.COMMISSARIAT] == ["Commissariat d'Ornex"]
    assert sum(e.kind is StructureKind.CIDFF for e in kept) == 117


def test_the_local_directory_is_taken_and_what_does_not_help_is_left(run: Run) -> None:
    others = [{**SERVICE, "pivot": [{"type_service_local": kind}]} for kind in ("mairie", "prefecture")]
    done, report, [entry] = run(as_json([*others, SERVICE, {"nom": "sans pivot"}]))
    assert done.source == dila.SOURCE
    assert (report.counts[Verdict.IGNORED], report.counts[Verdict.ACCEPTED]) == (3, 1)
    assert (entry.kind, entry.phone, entry.as_of) == (StructureKind.CIDFF, "04 74 22 39 64", "2026-05-12")
    assert (entry.hours, entry.web) == ("Mo-Fr 09:00-12:00", "https://www.cidff01.fr")


def test_an_own_list_is_taken(run: Run) -> None:
    row = {**OWN, "categories": "sexual domestic", "audiences": "victim", "languages": "fr ar", "wheelchair": "yes"}
    _, _, [entry] = run(as_csv([row]))
    assert (entry.id, entry.categories, entry.languages) == ("own:1", ("sexual", "domestic"), ("fr", "ar"))
    assert (entry.hours, entry.approximate, entry.as_of) == ("Mo-Fr 09:00-17:00", True, "2026-09")


@pytest.mark.parametrize(
    ("row", "verdict", "reason"),
    [
        ({"geocodage_x_GPS": "-30.0", "geocodage_y_GPS": "45.0"}, Verdict.CORRECTED, "km from its commune"),
        ({"geocodage_x_GPS": "46.27591", "geocodage_y_GPS": "6.09523"}, Verdict.CORRECTED, "km from its commune"),
        ({"geocodage_x_GPS": "", "geocodage_y_GPS": "x"}, Verdict.CORRECTED, "point unreadable"),
        ({"geocodage_x_GPS": "nan", "geocodage_y_GPS": "nan"}, Verdict.CORRECTED, "point unreadable"),
        ({"geocodage_x_GPS": "0", "geocodage_y_GPS": "0"}, Verdict.CORRECTED, "point unreadable"),
        ({"code_commune_insee": ""}, Verdict.CORRECTED, "commune of today"),
        ({"horaires_accueil": "sur rendez-vous"}, Verdict.CORRECTED, "hours not understood"),
        ({"code_commune_insee": "99999", "code_postal": "99999"}, Verdict.REJECTED, "no such commune"),
        ({"service": ""}, Verdict.REJECTED, "no name"),
    ],
)
def test_a_station_that_is_wrong_is_said(run: Run, row: dict[str, str], verdict: Verdict, reason: str) -> None:
    good = [{**BRIGADE, "identifiant_public_unite": str(number)} for number in range(20)]
    _, report, entries = run(as_csv([*good, {**BRIGADE, **row}]))
    assert report.counts[verdict] == 1
    assert any(reason in said for (_, said) in report.reasons)
    written = list(csv.reader((report.path).open(encoding="utf-8")))
    assert [(line, said) for line, said, *_ in written[1:]] == [("22", verdict)]
    assert len(entries) == 20 + (verdict is Verdict.CORRECTED)
    assert all(abs(entry.lat - 46.27) < 0.1 for entry in entries if entry.lat)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"kind": "palace"}, "unknown word in kind"),
        ({"kind": "helpline"}, "unknown word in kind"),
        ({"hours": "de 9h à 17h"}, "hours are not in OpenStreetMap's syntax"),
        ({"as_of": "hier"}, "as_of is not a date"),
        ({"name": ""}, "no id or no name"),
        ({"insee": "00000"}, "no such commune"),
    ],
)
def test_a_row_of_an_own_list_that_is_wrong_is_left_out(run: Run, row: dict[str, str], reason: str) -> None:
    good = [{**OWN, "id": str(number)} for number in range(20)]
    _, report, entries = run(as_csv([*good, {**OWN, "id": "bad", **row}]))
    assert len(entries) == 20
    assert [said for (verdict, said) in report.reasons if verdict is Verdict.REJECTED] == [reason]


def test_a_station_named_twice_stands_once(run: Run) -> None:
    _, report, entries = run(as_csv([BRIGADE, BRIGADE, BRIGADE]))
    assert len(entries) == 1
    assert report.counts[Verdict.CORRECTED] == 2


def test_nothing_but_a_web_address_becomes_a_link(run: Run) -> None:
    _, _, [entry] = run(as_csv([{**BRIGADE, "url": "javascript:alert(1)"}]))
    assert entry.web is None


ROWS = [{**BRIGADE, "identifiant_public_unite": str(number)} for number in range(50)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (as_csv(ROWS, delimiter=","), "the delimiter is not ';'"),
        (as_csv(ROWS, lacking="code_commune_insee"), "missing columns: code_commune_insee"),
        (as_csv(ROWS).decode().encode("latin-1"), "not UTF-8"),
        (as_csv(ROWS)[:-10], "cut"),
        (as_csv(ROWS)[:3000], "cut"),
        (as_csv([{**row, "code_commune_insee": "x", "code_postal": ""} for row in ROWS]), "rows are wrong"),
        (as_json([SERVICE] * 50)[:-10], "cut or damaged"),
        (as_json([SERVICE] * 50)[:5000], "cut or damaged"),
        (as_json([SERVICE]).decode().encode("latin-1"), "cut or damaged"),
        (as_json([1, 2]), "not an object"),
        (b'{"services": []}', "no usable row"),
        (b"[]", "no usable row"),
        (b"", "missing columns"),
        (b"\x1f\x8b\x08\x00" * 100, "missing columns|not UTF-8"),
    ],
)
def test_a_file_that_is_not_whole_and_right_leaves_the_old_directory(
    run: Run, target: Path, content: bytes, reason: str
) -> None:
    before = target.read_bytes()
    with pytest.raises(ImportRefused, match=reason):
        run(content)
    assert target.read_bytes() == before
    assert [path.name for path in target.parent.iterdir()] == ["structures.csv"]


def test_a_file_cut_between_two_rows_is_seen_by_what_it_lacks(run: Run, target: Path) -> None:
    run(as_csv(ROWS))
    before = target.read_bytes()
    with pytest.raises(ImportRefused, match="names 10 structures, 50 before"):
        run(as_csv(ROWS[:10]), fewer_is_right=False)
    assert target.read_bytes() == before
    assert len(run(as_csv(ROWS[:10]), fewer_is_right=True)[2]) == 10


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf"])
def test_a_byte_order_mark_does_no_harm(run: Run, mark: bytes) -> None:
    assert len(run(mark + as_csv([BRIGADE]))[2]) == 1
    assert len(run(mark + as_json([SERVICE]))[2]) == 1


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("Lundi : 8h00-12h00 14h00-18h00 Mardi : 8h-12h", "Mo 08:00-12:00,14:00-18:00; Tu 08:00-12:00"),
        ("Samedi : fermé Dimanche : 9h30-11h00", "Sa off; Su 09:30-11:00"),
        ("24h/24", "24/7"),
        ("7j/7 et 24h/24", "24/7"),
        ("Lundi : sur rendez-vous", None),
        ("Du lundi au vendredi", None),
        ("Ouvert Lundi : 8h00-12h00", None),
        ("Lundi : 8h00-99h00", None),
        ("", None),
    ],
)
def test_french_hours_are_read_whole_or_not_at_all(written: str, hours: str | None) -> None:
    assert from_text(written) == hours


def test_hours_of_the_local_directory_without_a_day_are_left_out() -> None:
    assert (
        from_ranges([{"nom_jour_debut": "", "valeur_heure_debut_1": "09:00:00", "valeur_heure_fin_1": "12:00:00"}])
        is None
    )
    assert from_ranges([]) is None


def test_the_command_says_what_it_did_and_its_exit_code_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HAVRE_TABLES_DIR", str(tmp_path / "tables"))
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(as_csv(ROWS))
    bad.write_bytes(as_csv(ROWS)[:-10])
    assert cli.main(["import", str(good), "--quiet"]) == 0
    assert "50 structures of Ministère" in capsys.readouterr().out
    assert cli.main(["import", str(bad), "--quiet"]) == 1
    assert "the directory in force is unchanged" in capsys.readouterr().err
