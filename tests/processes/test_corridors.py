"""Strips and sides as pure functions: properties, whatever the drawing looks like."""

from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.arrays import Floats
from dothi.core.locality import Locality
from dothi.core.norms import Norm
from processes.supply.corridors import NORMS, Kind, is_toward, nearest_points, outline_areas, strip_of
from tests.present import present

DAY = date(2024, 8, 31)
METRES = st.floats(-1000, 1000).map(lambda metre: round(metre, 2))


@pytest.fixture(scope='module')
def norms(locality: Locality) -> dict[str, list[Norm]]:
    return {name: locality.norms(name, DAY) for names in NORMS.values() for name in names}


def one(x: float, y: float) -> Floats:
    return np.array([[x, y]])


@given(st.floats(0, 2 * np.pi), METRES, METRES, st.floats(1, 500), st.floats(1, 500))
def test_a_side_turns_with_the_drawing_and_not_with_its_direction(
    angle: float, east: float, north: float, place_m: float, goal_m: float
) -> None:
    """Feet at (east, north), one way at right angles to the line, the goal on the same and on the other side."""
    across = np.array([-np.sin(angle), np.cos(angle)])
    foot = one(east, north)
    assert is_toward(foot, foot + across * place_m, foot + across * goal_m).all()
    assert not is_toward(foot, foot + across * place_m, foot - across * goal_m).any()


def test_the_nearest_of_several_rivers_counts() -> None:
    rivers = np.array([shapely.LineString([(0, 50), (100, 50)]), shapely.LineString([(0, -40), (100, -40)])])
    np.testing.assert_allclose(nearest_points(np.array([[30.0, 0.0], [60.0, 20.0]]), rivers), [[30, -40], [60, 50]])


def test_the_border_between_two_areas_is_no_outer_border() -> None:
    areas = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 300, 100)])
    np.testing.assert_allclose(nearest_points(one(101.0, 40.0), outline_areas(areas)), [[101, 0]])


@given(kv=st.floats(0.4, 500), more=st.floats(0, 500), insulated=st.booleans())
def test_a_higher_voltage_never_has_a_narrower_corridor(
    norms: dict[str, list[Norm]], kv: float, more: float, insulated: bool
) -> None:
    low = strip_of('power_line', {'voltage_kv': kv, 'insulated': insulated}, norms)
    high = strip_of('power_line', {'voltage_kv': min(kv + more, 500), 'insulated': insulated}, norms)
    assert present(low).reach_m <= present(high).reach_m


@pytest.mark.parametrize(
    ('kind', 'line'),
    [
        ('power_line', {'voltage_kv': 800, 'insulated': False}),
        ('power_line', {'voltage_kv': None, 'insulated': True}),
        ('road', {'class': 'path', 'width_m': 2}),
        ('road', {'class': None, 'width_m': None}),
        ('dike', {'kind': 'river', 'class': '4'}),
        ('dike', {'kind': 'canal', 'class': '1'}),
    ],
)
def test_what_no_norm_speaks_of_has_no_strip(norms: dict[str, list[Norm]], kind: Kind, line: dict[str, Any]) -> None:
    assert strip_of(kind, line, norms) is None


def test_a_sea_dike_reaches_as_far_as_its_widest_side(norms: dict[str, list[Norm]]) -> None:
    strip = strip_of('dike', {'kind': 'sea', 'class': 'special'}, norms)
    assert present(strip).reach_m == present(strip).widest.value == 200
