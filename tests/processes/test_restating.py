"""Figures divided between units: sums, bounds and shares, worked out by hand and for any figures."""

import math
from fractions import Fraction

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DataObject

from processes.data import Homes
from processes.zones.restating import allot_whole, area_shares, decimals_of, people_shares, restate_figures

SHARES = st.dictionaries(
    st.sampled_from('ABCDE'),
    st.dictionaries(st.sampled_from('vwxyz'), st.floats(0.001, 1), min_size=1),
    min_size=1,
)


def test_ten_divided_by_three_keeps_its_sum() -> None:
    """3.33 each; the step that is left goes to the lowest code of equal remainders."""
    assert allot_whole(10, dict.fromkeys('abc', 1 / 3)) == {'a': 4, 'b': 3, 'c': 3}
    assert allot_whole(-10, dict.fromkeys('cba', 1 / 3)) == {'a': -4, 'b': -3, 'c': -3}
    assert allot_whole(100, {'a': 0.706, 'b': 0.294, 'c': 0}) == {'a': 71, 'b': 29, 'c': 0}


def test_bounds_by_hand() -> None:
    """A (100) lies whole in x; B (50) in x and y. x: 100 to 150, y: 0 to 50."""
    found = restate_figures({'A': 100, 'B': 50}, {'A': {'x': 1.0}, 'B': {'x': 0.4, 'y': 0.6}}, 0)
    assert [(one.value, one.least, one.most, one.exact) for one in found.values()] == [
        (120, 100, 150, False),
        (30, 0, 50, False),
    ]
    assert found['x'].pieces == {'A': 1.0, 'B': 0.4}


@given(SHARES, st.data())
def test_sums_are_kept_to_the_last_place_and_bounds_hold(shares: dict[str, dict[str, float]], data: DataObject) -> None:
    figures = {code: data.draw(st.decimals(-1000, 1000, places=2).map(float)) for code in shares}
    decimals = decimals_of(figures, 0)
    found = restate_figures(figures, shares, decimals)
    whole = sum(Fraction(str(value)) for value in figures.values())
    assert sum(Fraction(str(one.value)) for one in found.values()) == whole
    assert all(one.least <= one.value <= one.most for one in found.values())
    for target, one in found.items():
        exact = sum(figures[code] * own[target] / sum(own.values()) for code, own in shares.items() if target in own)
        assert math.isclose(one.value, exact, abs_tol=len(one.pieces) * 10**-decimals + 1e-9)


@given(SHARES)
def test_the_order_of_the_figures_is_nothing(shares: dict[str, dict[str, float]]) -> None:
    figures = {code: 7 * (place + 1) for place, code in enumerate(sorted(shares))}
    turned = {code: dict(reversed(shares[code].items())) for code in reversed(shares)}
    assert restate_figures(figures, shares, 1) == restate_figures(dict(reversed(figures.items())), turned, 1)


def test_decimals_are_those_of_the_figures() -> None:
    assert decimals_of({'a': 12, 'b': 1.25}, 0) == 2
    assert decimals_of({'a': 1200}, 1) == 1
    assert decimals_of({'a': 1 / 3}, 0) == 9


# Two old units, 100 m square, side by side; the new border lies 30 m inside the eastern one.
OLD, NEW = ['W', 'E'], ['w', 'e']
BEFORE = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
AFTER = np.array([shapely.box(0, 0, 130, 100), shapely.box(130, 0, 200, 100)])


def test_shares_by_area() -> None:
    assert area_shares(OLD, BEFORE, NEW, AFTER) == {'W': {'w': 1.0}, 'E': {'e': 0.7, 'w': 0.3}}


def test_two_drawings_of_one_border_are_no_division() -> None:
    """A border drawn 1 mm off cuts 0.001 % from a unit."""
    after = np.array([shapely.box(0, 0, 100.001, 100), shapely.box(100.001, 0, 200, 100)])
    assert area_shares(OLD, BEFORE, NEW, after) == {'W': {'w': 1.0}, 'E': {'e': 1.0}}


def test_shares_by_the_people_of_houses() -> None:
    """Of the ten people in E three live where it became w, though that is 30 % of its ground; W has no house."""
    homes = Homes(np.array([(110.0, 50), (150, 50), (190, 50)]), np.array([3.0, 5, 2]), np.arange(3))
    shares, empty = people_shares(area_shares(OLD, BEFORE, NEW, AFTER), OLD, BEFORE, NEW, AFTER, homes)
    assert shares == {'W': {'w': 1.0}, 'E': {'e': 0.7, 'w': 0.3}}
    assert empty == set()
    crowd = Homes(homes.xy, np.array([8.0, 1, 1]), homes.ids)
    assert people_shares(area_shares(OLD, BEFORE, NEW, AFTER), OLD, BEFORE, NEW, AFTER, crowd)[0]['E'] == {
        'e': 0.2,
        'w': 0.8,
    }


def test_a_divided_unit_without_houses_is_divided_by_area() -> None:
    nobody = Homes(np.zeros((0, 2)), np.zeros(0), np.zeros(0, dtype=int))
    by_area = area_shares(OLD, BEFORE, NEW, AFTER)
    assert people_shares(by_area, OLD, BEFORE, NEW, AFTER, nobody) == (by_area, {'E'})


def test_a_piece_of_ground_without_houses_still_counts_for_the_bound() -> None:
    """All of E's people live in e, yet a road of E may lie in w: its share is 0, and w may have all of it."""
    homes = Homes(np.array([(190.0, 50)]), np.array([4.0]), np.arange(1))
    shares, _ = people_shares(area_shares(OLD, BEFORE, NEW, AFTER), OLD, BEFORE, NEW, AFTER, homes)
    assert shares['E'] == {'e': 1.0, 'w': 0.0}
    found = restate_figures({'W': 10, 'E': 6}, shares, 0)
    assert [(one.value, one.least, one.most) for one in found.values()] == [(6, 0, 6), (10, 10, 16)]
