"""Sheets of units that are not one plain area: islands, a hole, the rim of the province."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image

from dothi.cartography.paper import sheet_of
from processes.printing.pdf import as_png
from tests.processes.conftest import Loader, commune

DOTS_PER_MM = 150 / 25.4


@pytest.fixture
def islands(loader: Loader) -> None:
    """A commune of two squares of 1 km and, in the left one, a hole of 400 m, all within a larger other commune."""
    hole = [(300, 300), (700, 300), (700, 700), (300, 700)]
    left = shapely.Polygon([(0, 0), (1_000, 0), (1_000, 1_000), (0, 1_000)], [hole])
    unit = shapely.MultiPolygon([left, shapely.box(2_000, 0, 3_000, 1_000)])
    around = shapely.MultiPolygon([shapely.box(-9_000, -9_000, 9_000, 9_000)])
    loader.load('communes', [(unit, commune('13999')), (around, commune('13998'))])
    # roads as wide as the sheet cross all of them, and are paler where the unit is not
    lines = [
        (shapely.LineString([(-9_000, y), (9_000, y)]), {'code': f'R{y}', 'class': 'national'}) for y in (500, 150)
    ]
    loader.load('roads', lines)


def colour_at(picture: Path, x_m: float, y_m: float) -> int:
    """The darkest of the pixels within 3 mm above and below a place of the town on A4 landscape at 1:20,000."""
    frame = sheet_of('A4', 'landscape').frame
    middle_x, middle_y = frame.left + frame.width / 2, frame.top + frame.height / 2
    column = round((middle_x + (x_m - 1_500) / 20) * DOTS_PER_MM)
    row = round((middle_y - (y_m - 500) / 20) * DOTS_PER_MM)
    pixels = np.asarray(Image.open(picture).convert('RGB')).astype(int)
    return int(pixels[row - 6 : row + 6, column, 2].min())


def test_a_hole_and_the_water_between_islands_are_pale(islands: None, answer: Callable[..., Any]) -> None:
    """The road is as dark on the second island as on the first, and paler in the hole and between the islands."""
    made = answer(
        'print-map', unit={'code': '13999'}, layers=['roads'], scale=20_000, orientation='landscape', grid=False,
    )  # fmt: skip
    picture = as_png(made.path)
    on_first, on_second = colour_at(picture, 850, 500), colour_at(picture, 2_500, 500)
    in_hole, between = colour_at(picture, 500, 500), colour_at(picture, 1_500, 500)
    assert on_first == pytest.approx(on_second, abs=12)
    assert in_hole == pytest.approx(between, abs=12)
    assert in_hole > on_first + 25
