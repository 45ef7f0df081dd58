"""Every postal code of the country is there, and every other text leads somewhere or says that it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.geography.country import Country, How
from shared.geography.table import load


@pytest.fixture(scope="module")
def country() -> Country:
    """The shipped table."""
    return load()


def test_the_table_is_whole(country: Country) -> None:
    arrondissements = [c for c in country.communes.values() if "Arrondissement" in c.name]
    assert len(country.by_code) == 6310
    assert len(country.communes) == 35_014
    assert len(arrondissements) == 45
    assert len(country.by_code["51300"]) == 46


def test_paris_lyon_and_marseille_are_their_arrondissements(country: Country) -> None:
    for code, insee in (("75116", "75116"), ("69001", "69381"), ("13001", "13201")):
        assert [c.insee for c in country.by_code[code]] == [insee]


def test_every_commune_stands_on_the_globe_and_on_a_land(country: Country) -> None:
    for commune in country.communes.values():
        assert -90 <= commune.lat <= 90
        assert -180 <= commune.lon <= 180
        assert commune.land


def test_communes_come_in_order_of_population(country: Country) -> None:
    for communes in country.by_code.values():
        people = [c.population for c in communes]
        assert people == sorted(people, reverse=True)


@pytest.mark.parametrize(
    ("typed", "how", "first"),
    [
        ("95300", How.EXACT, "Pontoise"),
        ("20000", How.EXACT, "Ajaccio"),
        ("20200", How.EXACT, "Bastia"),
        ("97133", How.EXACT, "Saint-Barthélemy"),
        ("97150", How.EXACT, "Saint-Martin"),
        ("97500", How.EXACT, "Saint-Pierre"),
        ("98600", How.EXACT, "Uvea"),
        ("98714", How.EXACT, "Papeete"),
        ("98800", How.EXACT, "Nouméa"),
        ("98000", How.MONACO, "Beausoleil"),
        ("98025", How.MONACO, "Beausoleil"),
        ("33077", How.NEAREST, "Bordeaux"),
        ("51007", How.NEAREST, "Châlons-en-Champagne"),
        ("54405", How.NEAREST, "Longwy"),
        ("61101", How.NEAREST, "Flers"),
        ("92806", How.NEAREST, "Puteaux"),
        ("13288", How.NEAREST, "Marseille"),
        ("69326", How.NEAREST, "Lyon"),
        ("75270", How.NEAREST, "Paris"),
        ("2A004", How.NEAREST, "Ajaccio"),
    ],
)
def test_a_code_leads_to_its_communes(country: Country, typed: str, how: How, first: str) -> None:
    found = country.find(typed)
    assert (found.how, found.communes[0].name) == (how, first)


@pytest.mark.parametrize(
    ("typed", "how", "department"),
    [
        ("95", How.DEPARTMENT, "95"),
        ("2b", How.DEPARTMENT, "2B"),
        ("20", How.DEPARTMENT, "2A"),
        ("97800", How.DEPARTMENT, "978"),
        ("98400", How.DEPARTMENT, "984"),
        ("00200", How.ARMY, None),
        ("96000", How.NOWHERE, None),
        ("99123", How.NOWHERE, None),
        ("97999", How.NOWHERE, None),
        ("SW1A 1AA", How.NOWHERE, None),
        ("", How.NOWHERE, None),
        (None, How.NOWHERE, None),
    ],
)
def test_a_text_without_a_commune_says_what_it_is(
    country: Country, typed: str | None, how: How, department: str | None
) -> None:
    found = country.find(typed)
    assert (found.how, found.department, found.communes) == (how, department, ())


def test_a_nearest_code_is_of_the_same_department(country: Country) -> None:
    """Every third of 100,000 codes: none breaks, and a guess never leaves the department that its digits name."""
    for number in range(0, 100_000, 3):
        code = f"{number:05d}"
        found = country.find(code)
        if found.how is How.NEAREST and found.real:
            assert found.real[:2] == code[:2]
            assert not code.startswith(("97", "98")) or found.real[:3] == code[:3]


@pytest.mark.parametrize(
    ("code", "real"),
    [
        ("95299", "95290"),
        ("95791", "95780"),
        ("95819", "95810"),
        ("29999", "29990"),
        ("01001", "01000"),
        ("63999", "63990"),
        ("95731", "95740"),
        ("95730", "95720"),
    ],
)
def test_the_nearest_code_is_taken_among_those_that_begin_alike(country: Country, code: str, real: str) -> None:
    assert country.find(code).real == real


@given(st.text(max_size=64))
def test_no_text_breaks_the_lookup(country: Country, typed: str) -> None:
    assert country.find(typed).how in How


def test_a_former_commune_leads_to_the_one_it_belongs_to(country: Country) -> None:
    """Imported files still bear codes of communes that merged (93059 Pierrefitte is Saint-Denis)."""
    merged = country.commune("93059")
    assert merged is not None
    assert merged.name == "Saint-Denis"
    assert country.commune("99999") is None
