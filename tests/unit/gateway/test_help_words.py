"""What the help page says in words: hours, dates, distances, in every language that it has."""

import re
from typing import Any

import pytest

from services.gateway.help.view import NUMBERS
from services.gateway.help.words import LANGUAGES, date, distance, hours, language_of, words_of
from shared.contracts.conversation import Category
from shared.contracts.referral import OpenState, Structure, StructureKind, Wheelchair

FR, EN = words_of("fr"), words_of("en")


def structure(**known: Any) -> Structure:
    facts: dict[str, Any] = dict.fromkeys(
        ["address", "commune", "commune_name", "distance_km", "phone", "web", "hours", "note"]
    )
    facts |= {
        "id": "a:1",
        "kind": StructureKind.CIDFF,
        "name": "CIDFF",
        "categories": [],
        "audiences": [],
        "languages": ["fr"],
        "wheelchair": Wheelchair.UNKNOWN,
        "across_the_sea": False,
        "approximate": False,
        "open_now": OpenState.UNKNOWN,
        "source": "DILA",
        "as_of": "2017-03-31",
    }
    return Structure.model_validate(facts | known)


def test_opening_hours_are_said_in_words() -> None:
    assert hours("Mo-Fr 09:00-17:30; PH off", FR) == "lun.-ven. 09:00 – 17:30 · fériés fermé"
    assert hours("24/7", EN) == "24 hours a day, 7 days a week"


def test_opening_hours_beyond_days_and_times_are_left_as_they_are() -> None:
    assert hours("week 1-53/2 sunrise-12:00", FR) == "week 1-53/2 sunrise-12:00"


@pytest.mark.parametrize(
    ("as_of", "said"),
    [("2017-03-31", "mars 2017"), ("2026-08", "août 2026"), ("2017", "2017"), ("2017-13", "2017-13"), ("", "")],
)
def test_a_date_is_said_as_its_month(as_of: str, said: str) -> None:
    assert date(as_of, FR) == said


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"distance_km": 0.62}, "à 0,6 km"),
        ({"distance_km": 3.0}, "à 3 km"),
        ({"distance_km": 27.6}, "à 28 km"),
        ({"distance_km": 27.6, "approximate": True}, "à environ 28 km"),
        ({"distance_km": 0.0, "approximate": True}, "dans la commune"),
        ({"distance_km": 0.0}, "à 0 km"),
        ({"distance_km": 110.0, "across_the_sea": True}, "à 110 km, par bateau ou avion seulement"),
    ],
)
def test_a_distance_is_no_finer_than_what_is_known(known: dict[str, Any], said: str) -> None:
    assert distance(structure(**known), FR).replace("\N{NO-BREAK SPACE}", " ") == said


def test_every_language_has_every_sentence_and_its_blanks() -> None:
    for language in LANGUAGES:
        words = words_of(language)
        assert words.keys() == FR.keys()
        for key, sentence in words.items():
            assert sentence.strip(), key
            assert set(re.findall(r"\{\w+\}", sentence)) == set(re.findall(r"\{\w+\}", FR[key])), key
        assert len(words["months"].split(" ")) == 12
        assert {f"kind_{kind}" for kind in StructureKind} <= words.keys()
        assert {f"category_{category}" for category in Category} <= words.keys()
        assert {f"line_{number.replace(' ', '')}" for number in NUMBERS} <= words.keys()


def test_french_spaces_before_double_signs_do_not_break() -> None:
    assert [key for key, sentence in FR.items() if re.search(r" [:;?!»]|« ", sentence)] == []


def test_an_unknown_language_is_answered_in_french() -> None:
    assert [language_of(asked) for asked in ("en", "fr", "xx", "", None)] == ["en", "fr", "fr", "fr", "fr"]
