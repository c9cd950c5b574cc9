"""Cells whose outlines can be drawn by hand."""

import numpy as np
import pytest
import shapely

from dothi.core.arrays import Geometries
from dothi.core.errors import http_status
from processes.ways.cells import TooManyCells, cells_in


def square(side: float = 40.0, at: tuple[int, int] = (0, 0)) -> Geometries:
    return np.asarray([shapely.box(at[0], at[1], at[0] + side, at[1] + side)], dtype=object)


def test_a_square_has_its_cells_from_the_upper_left() -> None:
    cells = cells_in(square(), 20)
    assert cells.xy.tolist() == [[10, 30], [30, 30], [10, 10], [30, 10]]


def test_cells_with_a_common_side_are_one_area_and_corners_do_not_join() -> None:
    cells = cells_in(square(), 20)
    diagonal = cells.outline(np.array([True, False, False, True], dtype=bool))
    assert [shape.bounds for shape in diagonal] == [(0, 20, 20, 40), (20, 0, 40, 20)]
    (ell,) = cells.outline(np.array([True, True, False, True], dtype=bool))
    assert (ell.area, ell.is_valid) == (1200, True)


def test_a_hole_stays_a_hole() -> None:
    cells = cells_in(square(60), 20)
    (ring,) = cells.outline(np.arange(9) != 4)
    assert (ring.area, len(ring.interiors)) == (3200, 1)


def test_the_grid_lies_where_it_always_lies() -> None:
    """Areas that begin elsewhere have the same cells where they overlap."""
    whole, part = cells_in(square(200), 20).xy, cells_in(square(95, at=(33, 47)), 20).xy
    assert {*map(tuple, part)} < {*map(tuple, whole)}


def test_nothing_has_no_cells() -> None:
    cells = cells_in(np.asarray([shapely.Polygon()], dtype=object), 20)
    assert len(cells.xy) == len(cells.number) == 0
    assert len(cells.outline(np.empty(0, dtype=bool))) == 0


@pytest.mark.parametrize(
    ('areas', 'wanted'),
    [
        # 9 million cells; and two small areas 100 km apart, in a grid of 10,000 million
        (square(3_000), 2),
        (np.concatenate([square(), square(at=(100_000, 100_000))]), 15),
    ],
)
def test_too_many_cells_are_refused_with_a_side_that_would_do(areas: Geometries, wanted: int) -> None:
    with pytest.raises(TooManyCells, match=f'cell_m to {wanted} or more') as refused:
        cells_in(areas, 1)
    assert http_status(refused.value) == 400
    assert len(cells_in(areas, wanted).number)
