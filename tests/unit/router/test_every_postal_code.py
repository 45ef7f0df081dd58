"""All postal codes of the country: each gets force(s), a queue and one who answers (V4, O1)."""

import time

import pytest

from services.router.cli import counts
from services.router.domain import Territory, queue
from shared.contracts.conversation import Category, Force
from shared.contracts.router import RoutingBasis

SPLIT = ("11262", "13004", "70285", "74010", "79329", "97107")
BLANK = ("78168", "78208", "78297", "78383", "78397", "78423", "78621", "78644", "78688")


def test_every_postal_code_has_forces_a_queue_and_an_answer(territory: Territory) -> None:
    for code in territory.country.by_code:
        place, route = territory.place(code), territory.route(code)
        assert place.communes
        assert place.forces
        assert route.force in place.forces
        assert place.ask_commune == (len({c.answers for c in place.communes}) > 1)
        assert route.basis in {
            RoutingBasis.SINGLE_COMMUNE,
            RoutingBasis.SAME_FORCE,
            RoutingBasis.COMMUNE_NOT_SAID,
            RoutingBasis.COMMUNE_IN_BOTH_ZONES,
            RoutingBasis.FORCE_BLANK,
        }
        assert {queue(route.force, category) for category in Category} == {
            f"{route.force}.sexual",
            f"{route.force}.domestic",
            f"{route.force}.discrimination",
        }


def test_every_commune_named_by_its_code_is_answered(territory: Territory) -> None:
    for insee, commune in territory.country.communes.items():
        for code in (*commune.postal_codes, None):
            route = territory.route(code, insee)
            assert route.commune is not None
            assert route.commune.insee == insee
            assert route.department == commune.department


def test_the_counts_are_those_of_the_edition(territory: Territory, capsys: pytest.CaptureFixture[str]) -> None:
    found = counts(territory)
    with capsys.disabled():
        print(f"\npostal codes: {found}")
    assert found == {
        "codes_gendarmerie": 4949,
        "codes_police": 946,
        "codes_police_and_gendarmerie": 415,
        "codes": 6310,
        "codes_of_one_commune": 2105,
        "codes_that_must_ask": 406,
        "communes": 35_014,
        "communes_not_plainly_gendarmerie": 1741,
    }


@pytest.mark.parametrize("insee", SPLIT)
def test_a_commune_in_both_zones_is_answered_by_police_and_says_why(territory: Territory, insee: str) -> None:
    code = territory.country.communes[insee].postal_codes[0]
    route = territory.route(code, insee)
    assert (route.force, route.basis) == (Force.POLICE, RoutingBasis.COMMUNE_IN_BOTH_ZONES)
    assert route.unit
    assert territory.place(code, insee).forces == (Force.POLICE, Force.GENDARMERIE)
    assert not territory.place(code, insee).ask_commune


@pytest.mark.parametrize("insee", BLANK)
def test_a_commune_that_the_source_leaves_blank_is_answered_by_police(territory: Territory, insee: str) -> None:
    code = territory.country.communes[insee].postal_codes[0]
    route = territory.route(code, insee)
    assert (route.force, route.basis, route.unit) == (Force.POLICE, RoutingBasis.FORCE_BLANK, None)


def test_codes_that_anyone_could_type_are_answered_quickly(territory: Territory) -> None:
    """Every seventh of 100,000 codes; the mean, in CPU time, so that a busy machine does not decide."""
    numbers = range(0, 100_000, 7)
    started = time.process_time()
    for number in numbers:
        assert territory.route(f"{number:05d}").force in Force
    assert (time.process_time() - started) / len(numbers) < 200e-6
