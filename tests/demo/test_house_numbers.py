"""House numbers along a street and its lanes."""

import numpy as np

from demo.house_numbers import house_numbers, lane_numbers, sides


def test_odd_numbers_stand_on_the_left_and_even_ones_on_the_right() -> None:
    """Both grow along the street, each side by its own lots, in whatever order the lots come."""
    side = sides(np.zeros(5, dtype=np.intp), np.array([True, False, True, True, False]))
    numbers = house_numbers(side, np.array([25.0, 4.0, 5.0, 15.0, 30.0]), np.zeros(5, dtype=bool))
    assert numbers.tolist() == ['5', '2', '1', '3', '4']


def test_every_street_begins_anew() -> None:
    """Streets 7 and 8 have a number 1 each."""
    side = sides(np.array([7, 8]), np.array([True, True]))
    assert house_numbers(side, np.array([50.0, 60.0]), np.zeros(2, dtype=bool)).tolist() == ['1', '1']


def test_a_lot_that_was_divided_off_has_the_letter_of_its_neighbour() -> None:
    """Of five lots the second, third and last were divided off; a side never begins with such a lot."""
    divided = np.array([False, True, True, False, True])
    at_m, side = np.arange(5.0), np.ones(5, dtype=np.intp)
    assert house_numbers(side, at_m, divided).tolist() == ['2', '2A', '2B', '4', '4A']
    assert house_numbers(np.array([0, 1]), np.zeros(2), np.array([True, True])).tolist() == ['1', '2']


def test_a_lane_has_the_number_of_the_lot_at_its_mouth() -> None:
    """Lots at 5, 15 and 25 m on the left: a lane at 12 m leaves before number 3, one at 99 m behind the last."""
    lot_side, lot_at_m = np.zeros(3, dtype=np.intp), np.array([25.0, 5.0, 15.0])
    assert lane_numbers(np.array([0, 0]), np.array([12.0, 99.0]), lot_side, lot_at_m).tolist() == [3, 7]


def test_two_lanes_of_a_street_never_have_one_number() -> None:
    """Lanes at 12 and 13 m on the left would both be 3; the one on the right, where no lots are, is 2."""
    lot_side, lot_at_m = np.zeros(3, dtype=np.intp), np.array([5.0, 15.0, 25.0])
    lanes = lane_numbers(np.array([0, 0, 1]), np.array([13.0, 12.0, 12.0]), lot_side, lot_at_m)
    assert lanes.tolist() == [5, 3, 2]
