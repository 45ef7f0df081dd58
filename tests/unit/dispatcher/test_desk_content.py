"""What ships on the operator's desk: every file good, nothing without a source, nothing promised (O2 V11)."""

import csv
import re
from collections.abc import Iterable

import pytest

from services.dispatcher.desk.files import SHIPPED, load
from services.dispatcher.domain.sheets import Kind, Moment
from shared.contracts.conversation import Audience, Category

LIBRARY = load(None)
OFFENCES = {key: sheet for key, sheet in LIBRARY.sheets.items() if sheet.kind is Kind.OFFENCE}
HELPLINES = SHIPPED.parents[2] / "referral" / "data" / "helplines.csv"
PROMISES = re.compile(
    r"promet|promis|garanti|dans \d+ (?:minutes|heures)|100 %|à coup sûr|tout de suite|sera (?:puni|arrêté|condamné)"
    r"|ne risquez rien|personne ne saura|jamais",
    re.IGNORECASE,
)
JARGON = re.compile(r"\b(?:ITT|UMJ|JAF|CPP|art\.|TGD|PHAROS|mis en cause|requérant)", re.IGNORECASE)
GENDERED = re.compile(
    r"\b(?:vous seule?|obligée?|aidée?|blessée?|désolée?|prête?|êtes sûre?|être sûre?)\b", re.IGNORECASE
)
NUMBER = re.compile(r"\b(?:le|au) ((?:0 800 05 95 95|116 006|3\d{3}|1\d\d?))\b(?! (?:ans|euros|%))", re.IGNORECASE)


def test_nothing_that_ships_was_left_out() -> None:
    """A file that breaks a rule is named with its field; here no such file may be."""
    assert LIBRARY.problems == ()
    files = {path.stem for path in SHIPPED.rglob("*.toml")}
    moments = {moment for moment in Moment if any(one.moment is moment for one in LIBRARY.sentences)}
    assert len(files) == len(LIBRARY.sheets) + len(moments) + 1
    assert moments == set(Moment)


@pytest.mark.parametrize("category", list(Category))
@pytest.mark.parametrize("audience", list(Audience))
@pytest.mark.parametrize("moment", list(Moment))
def test_every_chat_has_sentences_for_every_moment(category: Category, audience: Audience, moment: Moment) -> None:
    """O2: greeting, first question, safety, closing and the others, whoever writes and in whatever matter."""
    fitting = [
        one
        for one in LIBRARY.sentences
        if one.moment is moment
        and (not one.categories or category in one.categories)
        and (not one.audiences or audience in one.audiences)
    ]
    assert len(fitting) >= 2


@pytest.mark.parametrize("category", list(Category))
def test_every_chat_has_a_first_question_and_a_safety_check_of_its_own(category: Category) -> None:
    for moment in (Moment.FIRST_QUESTION, Moment.SAFETY):
        assert any(one.moment is moment and category in one.categories for one in LIBRARY.sentences)


def test_the_safety_sentences_ask_whether_one_is_alone_and_can_be_seen() -> None:
    asked = " ".join(one.say for one in LIBRARY.sentences if one.moment is Moment.SAFETY)
    for words in ("près de vous", "voir votre écran", "en danger maintenant", "114", "arme", "enfants"):
        assert words in asked


def test_no_sentence_promises_what_nobody_can_hold() -> None:
    for sentence in LIBRARY.sentences:
        for text in (sentence.say, sentence.otherwise or ""):
            assert not PROMISES.search(text), sentence.key


def test_sentences_are_short_and_free_of_jargon() -> None:
    for sentence in LIBRARY.sentences:
        assert len(sentence.say) <= 260, sentence.key
        assert not JARGON.search(sentence.say), sentence.key


def test_words_for_the_visitor_avoid_gendered_forms() -> None:
    """STYLE: nobody is told in a form that is not theirs."""
    for where, text in _said_to_visitors():
        assert not GENDERED.search(text), (where, text)


@pytest.mark.parametrize("key", sorted(OFFENCES))
def test_an_offence_says_law_penalty_questions_evidence_and_steps(key: str) -> None:
    """O2 V11: nothing of what an operator needs is missing."""
    sheet = OFFENCES[key]
    assert sheet.articles
    assert sheet.penalty
    assert len(sheet.questions) >= 3
    assert sheet.evidence
    assert sheet.steps
    assert sheet.tell


def test_every_chat_has_its_offences_evidence_and_procedure() -> None:
    for category in Category:
        kinds = [sheet.kind for sheet in LIBRARY.sheets.values() if category in sheet.categories]
        assert kinds.count(Kind.OFFENCE) >= 12
        assert kinds.count(Kind.EVIDENCE) >= 2
        assert kinds.count(Kind.PROCEDURE) >= 8


def test_no_law_is_invented() -> None:
    """Articles and penalties have a source that was read, with an address; none is from memory."""
    for key, sheet in OFFENCES.items():
        assert sheet.penalty
        for fact in (sheet.penalty, *sheet.limitation):
            for name in fact.sources:
                source = LIBRARY.sources[name]
                assert source.url, (key, name)
                assert not source.recalled, (key, name)


def test_every_source_is_used_and_none_is_named_twice() -> None:
    used = {name for sheet in LIBRARY.sheets.values() for _, fact in sheet.facts for name in fact.sources}
    assert used == set(LIBRARY.sources)
    urls = [source.url for source in LIBRARY.sources.values() if source.url]
    assert len(urls) == len(set(urls))


def test_every_number_told_is_one_of_the_directory() -> None:
    """R1: a number that the directory does not know is a number that nobody keeps right."""
    with HELPLINES.open(encoding="utf-8") as file:
        known = {re.sub(r"\D", "", row["phone"]) for row in csv.DictReader(file)}
    told = {(where, number) for where, text in _said_to_visitors() for number in NUMBER.findall(text)}
    assert {re.sub(r"\D", "", number) for _, number in told} >= {"17", "112", "114", "3919", "119"}
    assert {(where, number) for where, number in told if re.sub(r"\D", "", number) not in known} == set()


def _said_to_visitors() -> Iterable[tuple[str, str]]:
    for where, text in _worded():
        yield where, text.replace("\N{NO-BREAK SPACE}", " ")


def _worded() -> Iterable[tuple[str, str]]:
    for sentence in LIBRARY.sentences:
        yield sentence.key, sentence.say
        if sentence.otherwise:
            yield sentence.key, sentence.otherwise
    for key, sheet in LIBRARY.sheets.items():
        for fact in (*sheet.evidence, *sheet.steps):
            yield key, fact.say
        for question in sheet.questions:
            yield key, question
