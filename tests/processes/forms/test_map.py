"""What the map shows where: pixels of the picture are looked at."""

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.transform import from_origin
from shapely import Polygon

from processes.forms.figure import NO_VALUE, NONE, Class, class_of, classes_of
from processes.forms.map_image import GROUND, WATER, DrawnFeatures, draw, paint_raster
from processes.forms.map_page import FRAME_PX, HEIGHT_PX, WIDTH_PX, Entry, Sheet, Words, scale_bar_m, sheet_of

WORDS = Words('Độ bao phủ', 'Tỷ lệ (%)', 'Dữ liệu minh họa', 'Nguồn: trường học', 'vi')
WEST, SOUTH = 560_000, 2_230_000


def square(column: int, row: int, side: int = 1_000) -> Polygon:
    west, south = WEST + column * 1_000, SOUTH + row * 1_000
    return shapely.box(west, south, west + side, south + side)


def picture(path: Path) -> NDArray[np.uint8]:
    """Red, green and blue, shape (rows, columns, 3)."""
    with rasterio.open(path) as image:
        assert (image.width, image.height) == (WIDTH_PX, HEIGHT_PX)
        return np.moveaxis(image.read([1, 2, 3]), 0, -1)


def colour_at(image: NDArray[np.uint8], sheet: Sheet, east: int, north: int) -> str:
    column = round((east - sheet.west) / sheet.metres_per_px)
    row = round((sheet.north - north) / sheet.metres_per_px)
    return '#' + bytes(image[row, column]).hex()


def drawn(
    shapes: Sequence[Polygon],
    values: Sequence[int | None],
    tmp_path: Path,
    outlines: Sequence[Polygon] = (),
    words: Words = WORDS,
) -> tuple[NDArray[np.uint8], Sheet, list[Class]]:
    classes = classes_of(values)
    numbers = class_of(values, classes)
    colours = {NONE: NO_VALUE} | {i: one.colour for i, one in enumerate(classes)}
    sheet = sheet_of(tuple(shapely.total_bounds([*shapes, *outlines])))
    shown = DrawnFeatures(np.array(shapes, dtype=object), numbers, colours, np.array(outlines, dtype=object))
    entries = [Entry(i, 'area', one.label('vi')) for i, one in enumerate(classes)]
    draw(shown, sheet, words, entries, tmp_path / 'map.png')
    return picture(tmp_path / 'map.png'), sheet, classes


@pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
def test_areas_have_the_colour_of_their_class_where_they_are(tmp_path: Path) -> None:
    """Two zones side by side, one without a value above them, and ground beside it."""
    shapes = [square(0, 0), square(1, 0), square(0, 1)]
    image, sheet, classes = drawn(shapes, [1, 2, None], tmp_path, outlines=[square(1, 1)])
    assert colour_at(image, sheet, WEST + 300, SOUTH + 600) == classes[0].colour
    assert colour_at(image, sheet, WEST + 1_300, SOUTH + 600) == classes[1].colour
    assert colour_at(image, sheet, WEST + 300, SOUTH + 1_500) == NO_VALUE
    assert colour_at(image, sheet, WEST + 1_300, SOUTH + 1_500) == GROUND
    assert '#' + bytes(image[FRAME_PX[3] - 100, FRAME_PX[0] + 3]).hex() == WATER


@pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
def test_the_legend_has_the_same_colours(tmp_path: Path) -> None:
    image, _, classes = drawn([square(0, 0), square(1, 0)], [1, 2], tmp_path)
    legend = image[FRAME_PX[1] : FRAME_PX[3], FRAME_PX[2] + 21 : -30].reshape(-1, 3)
    assert {one.colour for one in classes} <= {'#' + bytes(pixel).hex() for pixel in legend}


@pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
def test_what_is_too_small_to_be_seen_is_a_dot(tmp_path: Path) -> None:
    """A house of 2 m in a province of 40 km is a twentieth of a pixel."""
    house = square(0, 0, side=2)
    image, sheet, classes = drawn([house], [1], tmp_path, outlines=[square(-20, -20, side=40_000)])
    assert colour_at(image, sheet, WEST + 1, SOUTH + 1) == classes[0].colour


@pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
def test_title_and_mark_of_demonstration_data_are_written(tmp_path: Path) -> None:
    image, *_ = drawn([square(0, 0)], [1], tmp_path)
    bare, *_ = drawn([square(0, 0)], [1], tmp_path, words=Words('', 'x', '', '', 'vi'))
    title, mark = (slice(20, 90), slice(20, 800)), (slice(40, 64), slice(FRAME_PX[2] + 20, -10))
    for place in (title, mark):
        assert (image[place] < 128).any()
        assert (bare[place] == 255).all()


@pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
def test_every_vietnamese_letter_is_in_the_font(tmp_path: Path) -> None:
    """A letter that the font lacks is drawn as the same empty box as any other that it lacks.

    Each is a label of the legend, whose rows are 26 pixels apart.
    """
    letters = 'ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ'
    nothing, looks = np.array([], dtype=object), set[bytes]()
    for some in itertools.batched(letters + letters.upper() + '\ue000\ue001', 20):
        entries = [Entry(0, 'area', letter) for letter in some]
        draw(DrawnFeatures(nothing, nothing, {}, nothing), sheet_of((0, 0, 1, 1)), WORDS, entries, tmp_path / 'map.png')
        image = picture(tmp_path / 'map.png')[:, FRAME_PX[2] + 60 : -20]
        tops = (FRAME_PX[1] + 12 + 20 + 10 - 13 + 26 * row for row in range(len(some)))
        looks |= {image[top : top + 26].tobytes() for top in tops}
    # the two that no font has look alike
    assert len(looks) == 2 * len(letters) + 1


def test_the_scale_bar_is_a_round_length_that_fits() -> None:
    assert scale_bar_m(1) == 100
    assert scale_bar_m(1.2) == 200
    assert scale_bar_m(50) == 5_000
    assert scale_bar_m(0.01) == 1


def test_a_sheet_holds_what_it_is_to_show_in_its_frame() -> None:
    for bounds in ((0, 0, 100_000, 10), (0, 0, 10, 100_000), (5, 5, 5, 5)):
        assert sheet_of(bounds).frame.contains(shapely.box(*bounds) if bounds[0] < bounds[2] else shapely.Point(5, 5))


@pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
def test_a_raster_is_shown_in_the_colours_of_its_classes(tmp_path: Path) -> None:
    """Cells of 100 m: 1 in the west, 2 in the east, nothing in the north."""
    cells = np.full((20, 20), 1.0, dtype='float32')
    cells[:, 10:] = 2
    cells[:5] = -9999
    transform = from_origin(WEST, SOUTH + 2_000, 100, 100)
    profile = {'driver': 'GTiff', 'width': 20, 'height': 20, 'count': 1, 'dtype': 'float32', 'nodata': -9999}
    with rasterio.open(tmp_path / 'r.tif', 'w', crs='EPSG:9209', transform=transform, **profile) as raster:
        raster.write(cells, 1)
        raster.set_band_unit(1, 'm')
    painted = paint_raster(tmp_path / 'r.tif', 9209, tmp_path / 'p.tif')
    assert [one.label('vi', painted.unit) for one in painted.classes] == ['1\xa0m', '2\xa0m']
    sheet = sheet_of(painted.bounds)
    nothing = np.array([], dtype=object)
    draw(DrawnFeatures(nothing, nothing, {}, nothing, painted.file), sheet, WORDS, [], tmp_path / 'map.png')
    image = picture(tmp_path / 'map.png')
    assert colour_at(image, sheet, WEST + 500, SOUTH + 800) == painted.classes[0].colour
    assert colour_at(image, sheet, WEST + 1_500, SOUTH + 800) == painted.classes[1].colour
    assert colour_at(image, sheet, WEST + 800, SOUTH + 1_800) == WATER


@pytest.mark.filterwarnings('ignore::rasterio.errors.NotGeoreferencedWarning')
def test_of_areas_that_hold_one_another_the_small_one_lies_above(tmp_path: Path) -> None:
    """As isochrones come: from the shortest way to the longest."""
    small, large = square(1, 1), square(0, 0, side=3_000)
    image, sheet, classes = drawn([small, large], [500, 1_000], tmp_path)
    assert colour_at(image, sheet, WEST + 1_300, SOUTH + 1_600) == classes[0].colour
    assert colour_at(image, sheet, WEST + 300, SOUTH + 600) == classes[1].colour
