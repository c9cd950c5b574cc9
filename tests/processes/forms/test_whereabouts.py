"""Of which results a table says in which unit each feature lies."""

import numpy as np
import pytest
import shapely

from processes.forms.whereabouts import lie_in_units

# Two units of a kilometre, side by side.
UNITS = np.array([shapely.box(0, 0, 1_000, 1_000), shapely.box(1_000, 0, 2_000, 1_000)], dtype=object)


@pytest.mark.parametrize(
    ('shape', 'properties', 'is_said'),
    [
        (shapely.Point(10, 10), {'rank': 1}, True),
        (shapely.box(0, 0, 20, 10), {'target_id': 'A'}, True),
        (shapely.box(0, 0, 3_000, 3_000), {'break_m': 500}, False),
        (UNITS[0], {'code': '1', 'name': 'A'}, False),
        (shapely.Point(10, 10), {'code': '1', 'name': 'A'}, False),
        (None, {'rank': 1}, False),
        (shapely.Point(), {'rank': 1}, False),
    ],
)
def test_a_unit_is_said_of_what_lies_in_one(shape: object, properties: dict[str, object], is_said: bool) -> None:
    """An empty place has no coordinates, and would have shifted the units of all features behind it."""
    shapes = np.array([shape, shapely.Point(1, 1)], dtype=object)
    features = [{'type': 'Feature', 'properties': row} for row in (properties, {'rank': 2})]
    assert lie_in_units(features, shapes, UNITS) == is_said


def test_nothing_is_said_without_units() -> None:
    assert not lie_in_units([{'properties': {'rank': 1}}], np.array([shapely.Point(1, 1)]), UNITS[:0])
