"""Which segments of road are one street."""

import numpy as np
import pytest
import shapely

from demo.strokes import Strokes, join_strokes

MIDDLE = (0.0, 0.0)


def ray(bearing_deg: float, length_m: float = 100.0) -> shapely.LineString:
    """A segment from the middle, so many degrees from east against the clock."""
    angle = np.radians(bearing_deg)
    return shapely.LineString([MIDDLE, (length_m * np.cos(angle), length_m * np.sin(angle))])


def strokes_of(lines: list[shapely.LineString], group: list[int] | None = None) -> Strokes:
    """The strokes of the lines; the ends farther west are the less remote."""
    array = np.array(lines, dtype=object)
    remoteness_m = np.stack([shapely.get_x(shapely.get_point(array, i)) for i in (0, -1)], axis=1)
    return join_strokes(array, np.array(group or [0] * len(lines)), remoteness_m)


@pytest.mark.parametrize(
    ('bearings_deg', 'together'),
    [
        ([180, 0, 90], [{0, 1}, {2}]),
        ([180, 90, 0, 270], [{0, 2}, {1, 3}]),
        ([180, 44], [{0, 1}]),
        ([180, 46], [{0}, {1}]),
        ([180, 30, -10], [{0, 2}, {1}]),
    ],
    ids=['a street that another ends at', 'a crossing', 'a bend', 'a corner', 'a fork'],
)
def test_what_goes_on_straight_is_one_street(bearings_deg: list[float], together: list[set[int]]) -> None:
    """Of all ways on at a junction it is the one with the least turn, and none that turns more than 45 degrees."""
    stroke = strokes_of([ray(bearing) for bearing in bearings_deg]).stroke
    assert [set(np.flatnonzero(stroke == number)) for number in stroke[[min(part) for part in together]]] == together


def test_segments_of_different_groups_stay_apart() -> None:
    """A district road that goes on as a lane is two streets."""
    assert len(set(strokes_of([ray(180), ray(0)], group=[1, 2]).stroke)) == 2


def test_places_along_a_stroke_do_not_depend_on_how_segments_are_drawn() -> None:
    """100 m drawn westwards and 50 m eastwards, begun in the west: 30 m from either start lie at 70 m and at 130 m."""
    strokes = strokes_of([ray(180, 100), ray(0, 50)])
    assert strokes.forward.tolist() == [False, True]
    assert strokes.begin_m.tolist() == [0.0, 100.0]
    assert strokes.along_m(np.array([0, 1]), np.array([30.0, 30.0]), np.array([100.0, 50.0])).tolist() == [70.0, 130.0]


def test_a_stroke_in_the_other_direction_is_measured_from_its_other_end() -> None:
    """The same two segments from the east: the 50 m come first."""
    strokes = strokes_of([ray(180, 100), ray(0, 50)]).turned(np.array([True]), np.array([100.0, 50.0]))
    assert strokes.forward.tolist() == [True, False]
    assert strokes.begin_m.tolist() == [50.0, 0.0]


def test_a_ring_is_one_street() -> None:
    """Twelve sides that turn 30 degrees each: it begins at one of its corners and goes round once."""
    angle = np.radians(np.arange(13) * 30 % 360)
    corners = np.round(100 * np.column_stack([np.cos(angle), np.sin(angle)]), 3)
    strokes = strokes_of([shapely.LineString(corners[i : i + 2]) for i in range(12)])
    assert set(strokes.stroke) == {0}
    assert sorted(np.round(strokes.begin_m / 51.76).astype(int)) == list(range(12))
