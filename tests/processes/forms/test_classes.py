"""The classes of a map: every value in one, borders in order, about as many in each."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processes.forms.figure import ABOVE, BELOW, COLOURS, NONE, NOUGHT, class_of, classes_of, sides_of

values = st.lists(st.none() | st.floats(-1e9, 1e9) | st.integers(-50, 50).map(float), max_size=80)


@given(values)
def test_every_value_is_in_the_class_whose_range_holds_it(some: list[float | None]) -> None:
    classes = classes_of(some)
    numbers = class_of(some, classes)
    for value, number in zip(some, numbers, strict=True):
        if value is None:
            assert number == NONE
        else:
            assert classes[number].low <= value <= classes[number].high
    assert [one.low for one in classes] == sorted(one.low for one in classes)


def test_uniform_values_fall_into_five_classes_of_a_fifth_each() -> None:
    classes = classes_of([i / 100 for i in range(101)])
    assert [(one.low, one.high) for one in classes] == [(0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1)]
    assert np.bincount(class_of([i / 100 for i in range(101)], classes)).tolist() == [20, 20, 20, 20, 21]


def test_few_values_get_a_class_each() -> None:
    assert [one.label('vi', 'm') for one in classes_of([3, 1, None, 3])] == ['1\xa0m', '3\xa0m']


def test_the_nought_of_most_units_is_a_class_by_itself() -> None:
    """Else quantiles would put nought and the few high values into one class."""
    classes = classes_of([0] * 90 + list(range(1, 11)))
    assert classes[0].label('en') == '0'
    assert class_of([0, 1, 10], classes).tolist() == [0, 1, 4]


def test_labels_write_the_unit_once() -> None:
    assert classes_of([i / 100 for i in range(101)])[0].label('vi', 'share') == '0 – 20\xa0%'


def test_differences_part_at_nought_in_two_hues() -> None:
    """Five distinct values: two below, nought, two above; the darker the further from nought."""
    colours = [each.colour for each in classes_of([-20.0, -1.0, 0.0, 2.0, 30.0])]
    assert colours == [BELOW[1], BELOW[0], NOUGHT, ABOVE[0], ABOVE[1]]
    assert [each.colour for each in classes_of([0.0, 1.0])] == [*COLOURS[2]]


def test_both_sides_of_a_comparison_have_one_scale() -> None:
    """With dikes nobody stood in the water: each commune had the colour of the lowest class of the map without."""
    rows = [{'people_before': before, 'people_after': 0, 'people_difference': -before} for before in (4, 5, 6, 7, 8, 9)]
    features = [{'type': 'Feature', 'geometry': None, 'properties': row} for row in rows]
    sides = sides_of(features, 'people_difference')
    assert sides is not None
    assert (sides.name, len(sides.numbers)) == ('people', 12)
    nought = sides.numbers[6:]
    assert {*nought.tolist()} == {0}
    assert (sides.classes[0].low, sides.classes[0].high) == (0, 0)
    assert 0 not in sides.numbers[:6]


def test_a_result_that_compares_nothing_has_no_sides() -> None:
    assert sides_of([{'type': 'Feature', 'geometry': None, 'properties': {'people': 1}}], 'people') is None
