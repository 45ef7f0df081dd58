"""Files of the desk: what is wrong is named with file and field, and costs nothing that ships (O2)."""

from pathlib import Path

import pytest

from services.dispatcher.desk import files
from services.dispatcher.domain.library import LARGEST, Library, assemble, parse
from services.dispatcher.domain.sheet_faults import BadFile, Fault, Problem
from services.dispatcher.domain.sheets import Moment, Sentences, Sheet

SOURCES = '[loi]\nname = "Code pénal"\nurl = "https://example.org/"\ndated = "2025-07"\n'
OFFENCE = """
kind = "offence"
title = "Vol"
categories = ["domestic"]
plain = { say = "Prendre.", from = ["loi"] }
articles = ["C. pén. art. 311-3"]
nature = ["délit"]
penalty = { say = "3 ans.", from = ["loi"] }
questions = ["Quoi ?"]
"""
EVIDENCE = """
kind = "evidence"
title = "Garder"
categories = ["domestic"]
plain = { say = "Garder.", from = ["loi"] }
evidence = [{ say = "Une photo.", from = ["loi"] }]
"""
SENTENCES = """
kind = "sentences"
moment = "greeting"
[[sentence]]
key = "bonjour"
title = "Bonjour"
say = "Bonjour."
"""
SHIPPED = {
    "sources.toml": SOURCES,
    "infractions/vol.toml": OFFENCE,
    "preuves/garder.toml": EVIDENCE,
    "phrases/a.toml": SENTENCES,
}


def put_before(**own: str) -> Library:
    """Return the library with files of an installation."""
    return assemble(SHIPPED, {f"{name}.toml": text for name, text in own.items()})


def fault(text: str) -> tuple[str, Fault]:
    with pytest.raises(BadFile) as caught:
        parse("own.toml", text)
    assert caught.value.problem.file == "own.toml"
    return caught.value.problem.field, caught.value.problem.fault


@pytest.mark.parametrize(
    ("was", "becomes", "field", "named"),
    [
        ('title = "Vol"', "", "title", Fault.MISSING),
        ('title = "Vol"', 'title = ""', "title", Fault.EMPTY),
        ('title = "Vol"', f'title = "{"x" * 200}"', "title", Fault.TOO_LONG),
        ('title = "Vol"', "title = 3", "title", Fault.WRONG_FORM),
        ('title = "Vol"', 'title = "Vol"\ntitre = "Vol"', "titre", Fault.UNKNOWN_FIELD),
        ('["domestic"]', '["domestique"]', "categories.0", Fault.UNKNOWN_VALUE),
        ('["délit"]', '["delit"]', "nature.0", Fault.UNKNOWN_VALUE),
        ('"offence"', '"infraction"', "kind", Fault.UNKNOWN_VALUE),
        ('kind = "offence"', "", "kind", Fault.MISSING),
        ('{ say = "3 ans.", from = ["loi"] }', '"3 ans."', "penalty", Fault.WRONG_FORM),
        ('{ say = "3 ans.", from = ["loi"] }', '{ say = "3 ans.", from = [] }', "penalty.from", Fault.EMPTY),
        ('{ say = "3 ans.", from = ["loi"] }', '{ say = "3 ans." }', "penalty.from", Fault.MISSING),
        ('["C. pén. art. 311-3"]', "[]", "articles", Fault.MISSING),
        ('["C. pén. art. 311-3"]', '["311-3"]', "articles.0", Fault.WRONG_FORM),
        ('questions = ["Quoi ?"]', "", "questions", Fault.MISSING),
    ],
)
def test_what_is_wrong_with_a_sheet_is_named_with_its_field(was: str, becomes: str, field: str, named: Fault) -> None:
    assert was in OFFENCE
    assert isinstance(parse("good.toml", OFFENCE), Sheet)
    assert fault(OFFENCE.replace(was, becomes)) == (field, named)


@pytest.mark.parametrize(
    ("was", "becomes", "field", "named"),
    [
        ('"greeting"', '"hello"', "moment", Fault.UNKNOWN_VALUE),
        ('"bonjour"', '"Bonjour !"', "sentence.0.key", Fault.WRONG_FORM),
        ('"Bonjour."', '"Bonjour {nom}."', "sentence.0.say", Fault.UNKNOWN_PLACEHOLDER),
        ('"Bonjour."', '"À {commune}."', "sentence.0.otherwise", Fault.NO_OTHERWISE),
        ('"Bonjour."', '"À {commune}."\notherwise = "À {unit}."', "sentence.0.otherwise", Fault.UNKNOWN_PLACEHOLDER),
        ("[[sentence]]", "[[phrase]]", "sentence", Fault.MISSING),
    ],
)
def test_what_is_wrong_with_a_sentence_is_named_with_its_field(
    was: str, becomes: str, field: str, named: Fault
) -> None:
    assert was in SENTENCES
    assert isinstance(parse("good.toml", SENTENCES), Sentences)
    assert fault(SENTENCES.replace(was, becomes)) == (field, named)


def test_a_file_that_is_no_toml_is_named_with_its_line() -> None:
    library = put_before(vol='kind = "offence"\ntitle = "Vol\n')
    assert library.problems == (Problem(file="vol.toml", field="", fault=Fault.NOT_TOML, line=2),)
    assert fault("x = 1\n" * LARGEST)[1] is Fault.TOO_LARGE


def test_a_file_of_the_installation_takes_the_place_of_the_shipped_one_of_its_name() -> None:
    own = put_before(vol=OFFENCE.replace('"Vol"', '"Vol entre époux"'), nouveau=OFFENCE)
    assert own.problems == ()
    assert {key: sheet.title for key, sheet in own.sheets.items()} == {
        "garder": "Garder",
        "nouveau": "Vol",
        "vol": "Vol entre époux",
    }


def test_a_bad_file_of_the_installation_leaves_the_shipped_one_in_force() -> None:
    """Nobody on duty is without a sheet because of a missing quote."""
    for bad in (OFFENCE.replace('title = "Vol"', ""), OFFENCE.replace('["loi"]', '["jurisprudence"]'), "kind ="):
        library = put_before(vol=bad, nouveau=OFFENCE)
        assert library.sheets["vol"].title == "Vol"
        assert "nouveau" in library.sheets
        assert [problem.file for problem in library.problems] == ["vol.toml"]


def test_bad_sources_of_the_installation_leave_the_shipped_ones_in_force() -> None:
    library = put_before(sources='[loi]\nname = ""\n')
    assert library.sources["loi"].name == "Code pénal"
    assert library.problems == (Problem(file="sources.toml", field="loi.name", fault=Fault.EMPTY),)


def test_a_fact_whose_source_nobody_knows_keeps_its_file_out() -> None:
    library = put_before(nouveau=OFFENCE.replace('"3 ans.", from = ["loi"]', '"3 ans.", from = ["loi", "on-dit"]'))
    assert "nouveau" not in library.sheets
    assert library.problems == (Problem(file="nouveau.toml", field="penalty.from", fault=Fault.NO_SUCH_SOURCE),)
    with_it = put_before(
        sources='[on-dit]\nname = "Un arrêt"\n',
        nouveau=OFFENCE.replace('"3 ans.", from = ["loi"]', '"3 ans.", from = ["loi", "on-dit"]'),
    )
    assert with_it.problems == ()
    assert "nouveau" in with_it.sheets


def test_an_installation_can_withdraw_what_ships() -> None:
    library = put_before(garder="withdrawn = true", vol=OFFENCE + 'evidence_of = ["garder"]\nsee = ["garder"]\n')
    assert list(library.sheets) == ["vol"]
    assert library.sheets["vol"].see == ()
    assert library.problems == ()


def test_a_sheet_takes_over_evidence_of_another_and_names_that_lead_nowhere_are_told() -> None:
    library = put_before(vol=OFFENCE + 'evidence_of = ["garder"]\nsee = ["garder", "perdu"]\n')
    assert [fact.say for fact in library.sheets["vol"].evidence] == ["Une photo."]
    assert library.sheets["vol"].see == ("garder",)
    assert library.problems == (Problem(file="vol.toml", field="see.1", fault=Fault.NO_SUCH_SHEET),)


def test_a_sentence_of_the_installation_replaces_the_shipped_one_of_its_key_and_moments_keep_their_order() -> None:
    closing = SENTENCES.replace("greeting", "closing").replace('"bonjour"', '"au-revoir"')
    mine = SENTENCES.replace('"Bonjour."', '"Bonsoir."')
    library = assemble({**SHIPPED, "phrases/0.toml": closing}, {"mine.toml": mine})
    assert [(one.key, one.say, one.moment) for one in library.sentences] == [
        ("bonjour", "Bonsoir.", Moment.GREETING),
        ("au-revoir", "Bonjour.", Moment.CLOSING),
    ]


def test_the_same_key_or_name_twice_in_one_layer_is_told() -> None:
    twice = put_before(b=SENTENCES + SENTENCES.split('"greeting"')[1])
    assert twice.problems == (Problem(file="b.toml", field="sentence.1.key", fault=Fault.TWICE),)
    both = assemble(SHIPPED, {"a/neu.toml": OFFENCE, "b/neu.toml": EVIDENCE})
    assert both.problems == (Problem(file="b/neu.toml", field="", fault=Fault.TWICE),)
    assert both.sheets["neu"].title == "Vol"


def test_no_line_breaks_before_a_french_sign_or_inside_a_figure() -> None:
    french = SENTENCES.replace('"Bonjour."', '"« Où ? » : 75 000 €, le 17, 5 ans."')
    (sentence,) = put_before(mine=french).sentences
    assert sentence.say.replace("\N{NO-BREAK SPACE}", "_") == "«_Où_?_»_: 75_000_€, le 17, 5 ans."


def test_a_folder_that_is_not_there_or_holds_no_text_costs_nothing(tmp_path: Path) -> None:
    shipped = files.load(None)
    gone = files.load(tmp_path / "nowhere")
    assert gone.sheets == shipped.sheets
    assert gone.problems == (Problem(file="nowhere", field="", fault=Fault.NOT_THERE),)
    (tmp_path / "viol.toml").write_bytes(b'title = "\xff"')
    (tmp_path / "gros.toml").write_text("# " + "x" * files.MOST_BYTES)
    (tmp_path / "readme.md").write_text("not a sheet")
    bad = files.load(tmp_path)
    assert bad.sheets == shipped.sheets
    assert {(problem.file, problem.fault) for problem in bad.problems} == {
        ("viol.toml", Fault.NOT_TEXT),
        ("gros.toml", Fault.TOO_LARGE),
    }


def test_an_installation_s_folder_is_read_with_its_subfolders(tmp_path: Path) -> None:
    (tmp_path / "mes-fiches").mkdir()
    sheet = (files.SHIPPED / "infractions" / "viol.toml").read_text(encoding="utf-8")
    (tmp_path / "mes-fiches" / "viol.toml").write_text(sheet.replace('"Viol"', '"Viol (note du parquet)"'))
    library = files.load(tmp_path)
    assert library.problems == ()
    assert library.sheets["viol"].title == "Viol (note du parquet)"
