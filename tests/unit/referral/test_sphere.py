"""The tree finds what looking at everything would find."""

from math import sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.sphere import Nearest, Tree, distance_km, squared_chord, vector

IN_FRANCE = st.tuples(st.floats(42, 51), st.floats(-5, 8))
POINTS = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((48.8566, 2.3522), (43.2965, 5.3698), 661),  # Paris to Marseille
        ((48.8566, 2.3522), (-21.1151, 55.5364), 9400),  # Paris to La Réunion, nearly
        ((-17.54, -149.57), (-22.27, 166.45), 4613),  # across the date line, Papeete to Nouméa: longitudes wrap
        ((0, 0), (0, 180), 20015),
        ((10, 20), (10, 20), 0),
    ],
)
def test_distances_are_great_circles(one: tuple[float, float], other: tuple[float, float], km: float) -> None:
    assert distance_km(*one, *other) == pytest.approx(km, rel=0.04, abs=0.001)


@given(
    places=st.lists(POINTS, min_size=1, max_size=150) | st.lists(IN_FRANCE, min_size=30, max_size=150),
    origin=POINTS | IN_FRANCE,
    limit=st.integers(1, 12),
    reach=st.sampled_from([50.0, 500.0, 30_000.0]),
    modulus=st.integers(1, 4),
)
def test_the_nearest_are_those_of_a_full_search(
    places: list[tuple[float, float]], origin: tuple[float, float], limit: int, reach: float, modulus: int
) -> None:
    items = [(vector(*place), number, number) for number, place in enumerate(places)]
    here = vector(*origin)
    nearest: Nearest[int] = Nearest(here, limit, lambda number: number % modulus == 0, reach)
    Tree(list(items)).search(nearest)
    far = (2 * sin(min(reach, 20015.0) / (2 * 6371.0088))) ** 2
    every = sorted((squared_chord(here, point), n) for point, n, _ in items if n % modulus == 0)
    expected = [chord for chord, _ in every if chord <= far][:limit]
    found = [squared_chord(here, items[number][0]) for _, number in nearest.found()]
    assert found == pytest.approx(expected, abs=1e-11)
