"""Coordinates and numbers of a filter are those that were written, to the last digit."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.cql2.parse import parse

coordinates = st.floats(-180, 180, allow_nan=False)


@given(coordinates, coordinates, coordinates)
def test_coordinates_of_text_keep_their_last_digit(x: float, y: float, z: float) -> None:
    """Within collections, beside functions and texts that look like geometries, and with heights."""
    text = (
        f"name = 'POINT(1 2)' AND S_EQUALS(geom, MULTIPOINT(({x!r} {y!r}), ({z!r} {x!r}))) AND within_m("
        f'GEOMETRYCOLLECTION(POINT({z!r} 1), POLYGON(({x!r} {y!r}, 1 2, 3 4, {x!r} {y!r}))), '
        f'POINT Z({y!r} {x!r} {z!r}), 5)'
    )
    _, equals, within = parse(text)['args']
    collection, point, metres = within['args']
    assert equals['args'][1]['coordinates'] == [[x, y], [z, x]]
    assert collection['geometries'][0]['coordinates'] == [z, 1]
    assert collection['geometries'][1]['coordinates'] == [[[x, y], [1, 2], [3, 4], [x, y]]]
    assert (point['coordinates'], metres) == ([y, x, z], 5)


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**70), 2**70))
def test_numbers_of_json_keep_their_last_digit(x: float, n: int) -> None:
    """Whole numbers beyond 2^53 too."""
    text = json.dumps({'op': '=', 'args': [x, n]})
    assert parse(text, 'cql2-json') == {'op': '=', 'args': [x, n]}


def test_a_measure_is_left_out() -> None:
    assert parse('S_INTERSECTS(geom, POINT M(0.1 0.2 3))')['args'][1]['coordinates'] == [0.1, 0.2]


@pytest.mark.parametrize(
    ('text', 'operands'),
    [
        ('"POINT(1 2)" = 1', [{'property': 'POINT(1 2)'}, 1]),
        ("name = 'it''s POINT(1 2)'", [{'property': 'name'}, "it's POINT(1 2)"]),
        ('point = 1', [{'property': 'point'}, 1]),
    ],
)
def test_what_only_looks_like_a_geometry_is_none(text: str, operands: list[object]) -> None:
    assert parse(text) == {'op': '=', 'args': operands}
