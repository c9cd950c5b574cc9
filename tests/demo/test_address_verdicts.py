"""How answers for addresses are judged against the true places."""

import pytest

from bench.addresses import WrittenAddress
from bench.chapters import Chapter, Judged
from bench.geocode import judge, verdict
from bench.report import page
from etl.geocode.result import Candidate, GeocodedAddress, Precision


def meant(point: tuple[float, float] | None, kind: str = 'clean') -> WrittenAddress:
    """An address of a house at the point, or of nothing in the province."""
    return WrittenAddress('12 Lê Lợi', kind, point, point and '13633', 'house' if point else None)


def answer(at_m: float | None, radius_m: float, *, sure: bool, precision: Precision = 'house') -> GeocodedAddress:
    """An answer on the x axis, or without a place."""
    place = Candidate(
        label='', precision=precision, point=(at_m or 0.0, 0.0), radius_m=radius_m, commune='13633', cost=0.0
    )
    return GeocodedAddress(address='', sure=sure, place=None if at_m is None else place)


@pytest.mark.parametrize(
    ('at_m', 'radius_m', 'sure', 'expected'),
    [
        (30.0, 30.0, True, 'right'),
        (31.0, 30.0, True, 'right'),
        (31.1, 30.0, True, 'wrong'),
        (0.0, 30.0, False, 'unsure'),
        (5_000.0, 30.0, False, 'unsure'),
        (None, 0.0, False, 'unsure'),
    ],
)
def test_right_is_sure_and_within_the_stated_radius(
    at_m: float | None, radius_m: float, sure: bool, expected: str
) -> None:
    """The true place is at 0; coordinates are rounded, so a metre more will do. What is not sure waits for a person."""
    assert verdict(meant((0.0, 0.0)), answer(at_m, radius_m, sure=sure)) == expected


@pytest.mark.parametrize(
    ('at_m', 'sure', 'expected'), [(None, False, 'right'), (0.0, False, 'unsure'), (0.0, True, 'wrong')]
)
def test_what_names_no_place_of_the_province_is_to_have_none(at_m: float | None, sure: bool, expected: str) -> None:
    """To be sure of one is wrong; to offer one to a person is not right, either."""
    assert verdict(meant(None, 'nonsense'), answer(at_m, 30.0, sure=sure)) == expected


def test_answers_are_counted_by_kind() -> None:
    """A right house, a right street where the house was named, a wrong one, and one of another kind."""
    corpus = [meant((0.0, 0.0)), meant((0.0, 0.0)), meant((0.0, 0.0)), meant(None, 'empty')]
    answers = [
        answer(0.0, 30.0, sure=True),
        answer(100.0, 500.0, sure=True, precision='street'),
        answer(100.0, 30.0, sure=True),
        answer(None, 0.0, sure=False),
    ]
    assert judge(corpus, answers) == [Judged('clean', right=2, wrong=1, precise=1), Judged('empty', right=1, precise=1)]


def test_the_page_has_a_row_for_each_kind_and_their_sum() -> None:
    """1 and 2 right of 4 and 2: 3 of 6."""
    chapter = Chapter('Addresses', judged=[Judged('clean', 1, 2, 1, 1), Judged('empty', 2, 0, 0, 2)])
    lines = page([chapter], [], '').splitlines()
    assert '| clean | 4 | 1 | 2 | 1 | 1 |' in lines
    assert '| all | 6 | 3 | 2 | 1 | 3 |' in lines
