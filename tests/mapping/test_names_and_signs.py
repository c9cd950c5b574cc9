"""Names give way to signs, none is cut by the edge of the map, and there are no fewer of them for it."""

import pytest

from dothi.core.locality import Locality
from tests.mapping.names_and_signs import VIEWS, NamesAndSigns, names_and_signs, view_at

# As many names as the same views had when names were drawn over signs (2026-11): 7, 9, 12, 12, 47, 50, 48, 31, 22, 27,
# 34 and 26.
NAMES_OVER_SIGNS = 325
MOST_ON_SIGNS = 0.01


@pytest.fixture(scope='module')
def maps(drawn_province: Locality) -> list[NamesAndSigns]:
    return [names_and_signs(drawn_province, view_at(*view)) for view in VIEWS]


def test_names_keep_clear_of_signs(maps: list[NamesAndSigns]) -> None:
    """Of no view do names lie on signs with a hundredth of their area; before it was up to an eighth."""
    assert all(view.signs.any() for view in maps)
    assert max(view.share_on_signs for view in maps) < MOST_ON_SIGNS


def test_no_name_is_cut_by_the_edge(maps: list[NamesAndSigns]) -> None:
    assert [view.cut_px for view in maps] == [0] * len(VIEWS)


def test_as_many_names_are_drawn_as_when_they_lay_on_signs(maps: list[NamesAndSigns]) -> None:
    assert sum(view.count for view in maps) >= NAMES_OVER_SIGNS
