"""Help near a place: one's own island first, nearest first, the national lines always (R1, V12, V15)."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import ACROSS_THE_SEA_KM, Directory, merged
from services.referral.entry import Entry
from shared.contracts.conversation import Audience, Category
from shared.contracts.referral import NearbyQuery, OpenState, StructureKind
from shared.geography.model import METROPOLE

K = StructureKind


def at(id_: str, insee: str, directory: Directory, **facts: object) -> Entry:
    """Return a structure at the point of a commune."""
    commune = directory.country.communes[insee]
    fields = {"id": id_, "kind": K.ASSOCIATION, "name": id_, "insee": insee, "lat": commune.lat, "lon": commune.lon}
    return Entry(**{**fields, **facts})  # type: ignore[arg-type]  # a test's shorthand for fields of several types


def with_entries(directory: Directory, *entries: Entry) -> Directory:
    """Return the shipped country and helplines with these structures alone."""
    return Directory(directory.country, [*(one.entry for one in directory.helplines), *entries], "test")


def test_every_postal_code_finds_help_and_the_national_lines(directory: Directory, noon: datetime) -> None:
    """Every seventh code of the country. Some overseas lands have no structure of their own in this edition."""
    for code in sorted(directory.country.by_code)[::7]:
        reply = directory.nearby(NearbyQuery(postal_code=code, limit=3), noon)
        land = directory.country.by_code[code][0].land
        assert {"17", "112", "114"} <= {line.phone for line in reply.helplines}
        assert reply.place
        own = [one for one in reply.structures if not one.across_the_sea]
        assert own == reply.structures[: len(own)]
        if land == METROPOLE:
            assert len(own) == 3
        for part in (own, reply.structures[len(own) :]):
            distances = [one.distance_km or 0.0 for one in part]
            assert distances == sorted(distances)
        assert all((one.distance_km or 0) <= ACROSS_THE_SEA_KM for one in reply.structures[len(own) :])


def test_the_sea_is_not_a_road(directory: Directory, noon: datetime) -> None:
    """From Bonifacio: what is in Corsica, then what a ferry reaches, never what only a plane does."""
    found = with_entries(
        directory, at("nice", "06088", directory), at("bastia", "2B033", directory), at("paris", "75101", directory)
    ).nearby(NearbyQuery(insee="2A041"), noon)
    assert [(one.id, one.across_the_sea) for one in found.structures] == [("bastia", False), ("nice", True)]


def test_an_island_gets_its_own_island_first_however_near_the_coast_is(directory: Directory, noon: datetime) -> None:
    """From Bangor (Belle-Île): Quiberon is 15 km away over the sea."""
    found = with_entries(directory, at("quiberon", "56186", directory), at("le-palais", "56152", directory)).nearby(
        NearbyQuery(insee="56009"), noon
    )
    assert [one.id for one in found.structures] == ["le-palais", "quiberon"]


def test_guadeloupe_is_not_sent_to_paris(directory: Directory, noon: datetime) -> None:
    reply = directory.nearby(NearbyQuery(postal_code="97110", category=Category.SEXUAL, limit=5), noon)
    assert reply.place == "Pointe-à-Pitre"
    assert reply.structures[0].kind is K.CIDFF
    assert {(one.commune or "")[:3] for one in reply.structures} <= {"971", "972"}
    assert all(line.distance_km is None for line in reply.helplines)


@pytest.mark.parametrize("category", list(Category))
def test_only_what_helps_with_the_subject_is_told(directory: Directory, noon: datetime, category: Category) -> None:
    reply = directory.nearby(NearbyQuery(postal_code="75116", category=category), noon)
    assert reply.structures
    for one in (*reply.structures, *reply.helplines):
        assert category in one.categories
    assert ("3928" in {line.phone for line in reply.helplines}) == (category is Category.DISCRIMINATION)
    assert ("0 800 05 95 95" in {line.phone for line in reply.helplines}) == (category is Category.SEXUAL)


def test_kinds_and_audiences_are_chosen(directory: Directory, noon: datetime) -> None:
    own = with_entries(
        directory,
        at("a", "95500", directory, audiences=(Audience.VICTIM,)),
        at("b", "95500", directory, kind=K.FORENSIC_UNIT),
        at("c", "95500", directory, kind=K.SOCIAL_WORKER),
    )

    def ids(**chosen: object) -> list[str]:
        query = NearbyQuery.model_validate({"postal_code": "95300", **chosen})
        return sorted(one.id for one in own.nearby(query, noon).structures)

    assert ids() == ["a", "b", "c"]
    assert ids(kinds=["forensic_unit", "social_worker"]) == ["b", "c"]
    assert ids(audience="witness") == ["b", "c"]
    assert ids(kinds=["helpline"]) == []


def test_words_find_a_structure_anywhere_whatever_the_accents(directory: Directory, noon: datetime) -> None:
    """R2: the operator searches near the visitor's commune or any other."""
    near = directory.nearby(NearbyQuery(postal_code="75116", text="cidff BESANCON"), noon)
    assert [one.commune_name for one in near.structures] == ["Besançon"]
    assert near.structures[0].distance_km == pytest.approx(330, abs=15)
    nowhere = directory.nearby(NearbyQuery(text="st brieuc"), noon)
    assert {one.commune_name for one in nowhere.structures} == {"Saint-Brieuc"}
    assert all(one.distance_km is None for one in nowhere.structures)
    assert directory.nearby(NearbyQuery(text="zzzz"), noon).helplines


def test_words_too_find_one_s_own_island_first(directory: Directory, noon: datetime) -> None:
    found = with_entries(directory, at("abri quiberon", "56186", directory), at("abri yeu", "85113", directory)).nearby(
        NearbyQuery(insee="85113", text="abri"), noon
    )
    assert [(one.id, one.across_the_sea) for one in found.structures] == [("abri yeu", False), ("abri quiberon", True)]
    far = with_entries(directory, at("abri bastia", "2B033", directory), at("abri nice", "06088", directory)).nearby(
        NearbyQuery(insee="2A041", text="abri"), noon
    )
    assert [one.id for one in far.structures] == ["abri bastia", "abri nice"]
    menton = with_entries(
        directory, at("abri bastia", "2B033", directory), at("abri lille", "59350", directory)
    ).nearby(NearbyQuery(insee="06083", text="abri"), noon)
    assert [one.id for one in menton.structures] == ["abri lille", "abri bastia"]


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        ("98000", "Monaco"),
        ("33077", "Bordeaux"),
        ("95", "Val-d'Oise"),
        ("97800", "Saint-Martin"),
        ("00200", None),
        ("SW1A 1AA", None),
        ("", None),
    ],
)
def test_where_it_is_measured_from(directory: Directory, noon: datetime, typed: str, place: str | None) -> None:
    reply = directory.nearby(NearbyQuery(postal_code=typed), noon)
    assert reply.place == place
    assert bool(reply.structures) == (place is not None)


def test_every_fact_says_who_states_it_and_when(directory: Directory) -> None:
    for one in (*directory.structures, *directory.helplines):
        assert one.entry.source
        assert one.entry.as_of[:2] == "20"
        assert one.entry.languages


def test_points_of_cidff_are_near_their_commune(directory: Directory) -> None:
    """Four CIDFF stood elsewhere in the source (Moulins by 453 km): they are at their commune's point, and say so."""
    moved = sorted(
        one.commune_name or "" for one in directory.structures if one.entry.kind is K.CIDFF and one.entry.approximate
    )
    assert moved == ["Albi", "Brive-la-Gaillarde", "Castres", "Moulins"]


def test_stations_stand_in_the_commune_that_their_name_bears(directory: Directory) -> None:
    stands = {one.entry.name: one.commune_name for one in directory.structures if one.entry.kind is K.COMMISSARIAT}
    assert stands["Commissariat de police du Raincy"] == "Le Raincy"
    assert stands["Commissariat de police de L'Hay-les-Roses"] == "L'Haÿ-les-Roses"
    assert stands["Commissariat de police de Lille Agglomération"] == "Lille"
    assert stands["Commissariat de police de Paris 5ème et 6ème arrondissement"] == "Paris 5e Arrondissement"
    assert stands["Commissariat de police de Papeete"] == "Papeete"
    assert len(stands) == 402


def test_a_directory_without_helplines_is_refused(directory: Directory) -> None:
    with pytest.raises(ValueError, match="helplines"):
        Directory(directory.country, [], "test")


def test_an_import_replaces_its_own_source_alone_and_never_a_helpline() -> None:
    line = Entry(id="line", kind=K.HELPLINE, name="line", source="A")
    old, other = Entry(id="1", kind=K.CIDFF, name="1", source="A"), Entry(id="2", kind=K.CIDFF, name="2", source="B")
    new = Entry(id="3", kind=K.CIDFF, name="3", source="A")
    assert merged([line, old, other], [new], "A") == [line, other, new]


def test_open_now_is_marked(directory: Directory, noon: datetime) -> None:
    own = with_entries(
        directory,
        at("day", "95500", directory, hours="Mo-Fr 09:00-17:00"),
        at("night", "95500", directory, hours="Mo-Su 20:00-23:00"),
        at("silent", "95500", directory),
    )
    found = {one.id: one.open_now for one in own.nearby(NearbyQuery(insee="95500"), noon).structures}
    assert found == {"day": OpenState.OPEN, "night": OpenState.CLOSED, "silent": OpenState.UNKNOWN}


@given(
    postal_code=st.none() | st.text(max_size=64),
    insee=st.none() | st.text(max_size=5),
    category=st.none() | st.sampled_from(list(Category)),
    text=st.none() | st.text(max_size=100),
    limit=st.integers(1, 50),
)
def test_no_question_is_left_without_the_helplines(
    directory: Directory,
    postal_code: str | None,
    insee: str | None,
    category: Category | None,
    text: str | None,
    limit: int,
) -> None:
    query = NearbyQuery(postal_code=postal_code, insee=insee, category=category, text=text, limit=limit)
    reply = directory.nearby(query, datetime.fromisoformat("2026-09-16T10:00:00+00:00"))
    assert reply.helplines
    assert len(reply.structures) <= limit
