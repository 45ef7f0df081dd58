"""The rules of ``docs/territory.md``, one line each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.competence import Competence, CompetenceTable
from services.router.domain import Territory, queue
from shared.contracts.conversation import Category, Force
from shared.contracts.router import RoutingBasis
from shared.geography.country import Country
from shared.geography.model import Commune, Department

P, G = Force.POLICE, Force.GENDARMERIE


@pytest.mark.parametrize(
    ("typed", "commune", "force", "basis", "unit"),
    [
        ("75116", None, P, RoutingBasis.SINGLE_COMMUNE, "Commissariat de police de Paris 16ème arrondissement"),
        ("７５１１６", None, P, RoutingBasis.SINGLE_COMMUNE, "Commissariat de police de Paris 16ème arrondissement"),
        ("69001", None, P, RoutingBasis.SINGLE_COMMUNE, "Commissariat de police de Lyon 1er et 4ème"),
        ("13001", None, P, RoutingBasis.SINGLE_COMMUNE, "Commissariat de police de Marseille 1er arrondissement"),
        ("01400", None, G, RoutingBasis.SAME_FORCE, None),
        ("95300", None, P, RoutingBasis.COMMUNE_NOT_SAID, None),
        ("95300", "95211", G, RoutingBasis.COMMUNE_CHOSEN, None),
        ("95300", "95500", P, RoutingBasis.COMMUNE_CHOSEN, "Commissariat de police de Cergy"),
        ("95300", "00000", P, RoutingBasis.COMMUNE_NOT_SAID, None),
        ("ABC", "95211", G, RoutingBasis.COMMUNE_CHOSEN, None),
        (None, "93059", P, RoutingBasis.COMMUNE_CHOSEN, "Commissariat de police de Saint-Denis"),
        (None, "75056", P, RoutingBasis.COMMUNE_CHOSEN, None),
        ("97107", None, P, RoutingBasis.NEAREST_CODE, None),
        ("78180", None, P, RoutingBasis.FORCE_BLANK, None),
        ("33500", None, G, RoutingBasis.SAME_FORCE, None),
        ("20000", None, P, RoutingBasis.SINGLE_COMMUNE, "Commissariat de police d'Ajaccio"),
        ("20200", None, P, RoutingBasis.COMMUNE_NOT_SAID, None),
        ("97133", None, G, RoutingBasis.SINGLE_COMMUNE, None),
        ("97400", None, P, RoutingBasis.SINGLE_COMMUNE, "Commissariat de police de Saint Denis"),
        ("97600", None, P, RoutingBasis.COMMUNE_NOT_SAID, None),
        ("98600", None, G, RoutingBasis.SINGLE_COMMUNE, None),
        ("98714", None, P, RoutingBasis.SINGLE_COMMUNE, "Commissariat de police de Papeete"),
        ("98800", None, P, RoutingBasis.SINGLE_COMMUNE, "Commissariat de police de Nouméa"),
        ("33077", None, P, RoutingBasis.NEAREST_CODE, None),
        ("13201", None, P, RoutingBasis.NEAREST_CODE, None),
        ("98000", None, P, RoutingBasis.MONACO, None),
        ("00200", None, G, RoutingBasis.ARMY, None),
        ("75", None, P, RoutingBasis.DEPARTMENT_ONLY, None),
        ("48", None, G, RoutingBasis.DEPARTMENT_ONLY, None),
        ("99999", None, P, RoutingBasis.NO_PLACE, None),
        ("SW1A 1AA", None, P, RoutingBasis.NO_PLACE, None),
        ("", None, P, RoutingBasis.NO_PLACE, None),
        (None, None, P, RoutingBasis.NO_PLACE, None),
    ],
)
def test_the_rule_that_applies(
    territory: Territory,
    typed: str | None,
    commune: str | None,
    force: Force,
    basis: RoutingBasis,
    unit: str | None,
) -> None:
    route = territory.route(typed, commune)
    assert (route.force, route.basis, route.unit) == (force, basis, unit)


@given(typed=st.none() | st.text(max_size=64), commune=st.none() | st.text(max_size=5))
def test_nothing_that_can_be_typed_is_left_without_an_answer(
    territory: Territory, typed: str | None, commune: str | None
) -> None:
    """V4: always an answer that reaches a specialist."""
    place, route = territory.place(typed, commune), territory.route(typed, commune)
    assert route.force in place.forces


def test_a_guessed_place_names_no_commune_and_no_unit(territory: Territory) -> None:
    route = territory.route("33077")
    assert (route.commune, route.unit, route.department) == (None, None, "33")


def test_the_installation_chooses_who_answers_when_there_is_no_place(territory: Territory) -> None:
    other = Territory(territory.country, territory.table, fallback=G)
    assert (other.route("ABC").force, other.place("ABC").forces) == (G, (G,))
    assert other.route("75116").force is P


def small(*competences: tuple[int, tuple[Force, ...]]) -> Territory:
    """Return a territory of one code, 10000, whose communes have these populations and forces."""
    communes = [
        Commune(f"1000{n}", f"C{n}", "10", ("10000",), people, 48.0, 4.0, "metropole")
        for n, (people, _) in enumerate(competences)
    ]
    rows = {f"1000{n}": Competence(forces, f"S{n}") for n, (_, forces) in enumerate(competences)}
    country = Country(communes, {"10": Department("10", "Aube", "10000")}, {})
    return Territory(country, CompetenceTable("2026-08", "test", "0" * 32, rows))


def test_when_the_commune_is_not_said_the_greater_part_of_the_people_decides() -> None:
    assert small((100, (P,)), (60, (G,)), (50, (G,))).route("10000").force is G
    assert small((111, (P,)), (60, (G,)), (50, (G,))).route("10000").force is P
    assert small((50, (P,)), (50, (G,))).route("10000").force is P


def test_a_split_commune_is_answered_by_police_in_whatever_order_the_forces_stand() -> None:
    assert small((100, (G, P))).route("10000").force is P


def test_a_split_commune_among_police_communes_need_not_be_asked() -> None:
    place = small((100, (P, G)), (60, (P,))).place("10000")
    assert (place.ask_commune, place.forces) == (False, (P, G))
    assert small((100, (P, G)), (60, (G,))).place("10000").ask_commune


def test_a_unit_is_named_when_all_communes_share_it() -> None:
    territory = small((10, (P,)), (5, (P,)))
    assert territory.route("10000").unit is None
    same = {insee: Competence((P,), "S") for insee in territory.country.communes}
    table = CompetenceTable("2026-08", "test", "0" * 32, same)
    assert Territory(territory.country, table).route("10000").unit == "S"


def test_the_queue_is_force_and_category() -> None:
    assert queue(P, Category.SEXUAL) == "police.sexual"
