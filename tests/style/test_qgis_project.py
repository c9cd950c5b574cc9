"""Parts of the project for QGIS that can be worked out by hand."""

import pytest

from dothi.cartography.paper import Rectangle
from dothi.cartography.qgis_project.layouts import box_to_scale
from dothi.cartography.qgis_project.map_layers import smallest_scale
from dothi.cartography.qgis_project.transformations import operation_between
from dothi.core.layer import Tiles

# A map of the whole equator at zoom 0: 512 pixels of a 96th of an inch.
WHOLE_EARTH = 295_829_355.0


@pytest.mark.parametrize(
    ('rows', 'merge_below', 'zoom'), [(2_000, 11, 6), (2_001, 11, 11), (60_000, 20, 16), (9_000, None, 6)]
)
def test_a_large_layer_is_shown_where_the_web_map_shows_single_features(
    rows: int, merge_below: int | None, zoom: int
) -> None:
    """But not later than at the last zoom of its tiles."""
    tiles = Tiles(zooms=(6, 16), merge_below=merge_below)
    assert smallest_scale(tiles, rows, 0) == pytest.approx(WHOLE_EARTH / 2**zoom, rel=1e-3)


def test_a_sheet_shows_all_of_a_box_at_a_round_scale() -> None:
    """A box 10 km wide on a frame of 100 mm is 1:100,000; 101 km on the same frame is rounded up from 1:1,010,000."""
    frame = Rectangle(0, 0, 100, 50)
    assert box_to_scale((0, 0, 10_000, 1_000), frame) == pytest.approx((0, -2_000, 10_000, 3_000))
    west, _, east, _ = box_to_scale((0, 0, 101_000, 1_000), frame)
    assert east - west == pytest.approx(125_000)


def test_the_way_between_datums_is_that_of_the_platform() -> None:
    """EPSG has two from VN-2000 to WGS 84, a metre apart. Between systems of one datum there is one."""
    operation = operation_between(4326, 9209, (106.2, 20.2))
    assert operation is not None
    assert operation.startswith('+proj=pipeline +step +proj=unitconvert')
    assert '+x=-191.90441429' in operation
    assert operation_between(4326, 3857, (106.2, 20.2)) is None
