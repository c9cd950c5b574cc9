"""Coverages in pictures: each cell in its colour and place, shaded as the sun would, clear where nothing is known."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from dothi.cartography.mapping.picture import PictureLayer
from dothi.cartography.mapping.ramp import hillshade
from dothi.cartography.mapping.raster_picture import paint
from dothi.cartography.mapping.view import View
from dothi.core.crs import proj_string, transformer
from dothi.core.database import connection
from dothi.core.grid import Grid, moved_bounds
from dothi.core.locality import Locality, load_locality
from dothi.core.released_raster import Raster, released_raster
from tests.mapping.drawing import Pixels, pixels, shown
from tests.rasters import CELL, HEIGHTS, NODATA, NORTH, WEST, write_locality, write_raster


@pytest.fixture
def heights(tmp_path: Path) -> Raster:
    """Four by three cells of 100 m, of 1 to 12 m, black at 0 and red at 10; one in the middle is not known."""
    coverage = load_locality(write_locality(tmp_path)).coverages['heights']
    file = write_raster(tmp_path / 'heights.tif', HEIGHTS)
    return Raster(coverage, Grid(9209, 4, 3, WEST, NORTH, CELL, CELL), file, 1)


def painted(raster: Raster, view: View, folder: Path) -> Pixels:
    """Shape (height, width, 4)."""
    paint(raster, view, folder / 'painted.tif')
    with rasterio.open(folder / 'painted.tif') as file:
        return np.moveaxis(file.read(), 0, 2)


@pytest.mark.parametrize('srid', [9209, 3405, 3857, 4326])
def test_each_cell_has_its_colour_in_its_place(heights: Raster, tmp_path: Path, srid: int) -> None:
    """In any system the middle of a cell shows what the cell holds: 1 m is a tenth of the way from black to red."""
    view = View(srid, moved_bounds(heights.grid.bounds, 9209, srid), 400, 300)
    picture = painted(heights, view, tmp_path)
    for row, values in enumerate(HEIGHTS):
        for column, value in enumerate(values):
            middle = WEST + (column + 0.5) * CELL, NORTH - (row + 0.5) * CELL
            x, y = ~view.transform @ transformer(proj_string(9209), proj_string(srid)).transform(*middle)
            red, green, blue, opacity = map(int, picture[int(y), int(x)])
            assert opacity == (0 if value == NODATA else 255)
            if value not in {NODATA, 11, 12}:
                # bilinear: the neighbour that is not known moves a height by no more than a metre
                assert red == pytest.approx(25.5 * value, abs=26), (row, column)
                assert (green, blue) == (0, 0), (row, column)
            elif value != NODATA:
                assert red == 255


@pytest.mark.parametrize(
    ('srid', 'box'), [(4326, (20, 105, 21, 107)), (4326, (105, 15, 107, 220)), (3405, (5e9, 0, 6e9, 1))]
)
def test_where_the_system_has_no_places_nothing_is_painted(
    heights: Raster, tmp_path: Path, srid: int, box: tuple[float, float, float, float]
) -> None:
    """A box with its axes swapped lies beyond the poles: it is clear, as a layer is, and no fault."""
    picture = painted(heights, View(srid, box, 800, 900), tmp_path)
    assert picture.shape == (900, 800, 4)
    assert not picture[:500].any()
    assert not picture[:, :, 3].all()


def test_across_the_antimeridian_both_sides_are_painted(heights: Raster, tmp_path: Path) -> None:
    """Of four columns around the globe the last and the first; a tenth of red for each metre."""
    rows, place = [[1, 2, 3, 4], [5, 6, 7, 8]], from_origin(-180, 90, 90, 90)
    file = write_raster(tmp_path / 'globe.tif', rows, dtype='uint8', crs='EPSG:4326', nodata=0, place=place)
    globe = Raster(heights.coverage, Grid(4326, 4, 2, -180, 90, 90, 90), file, 1)
    for west in (90, -270):
        picture = painted(globe, View(4326, (west, -90, west + 180, 90), 2, 2), tmp_path)
        assert picture[:, :, 0] / 25.5 == pytest.approx(np.array([[4, 1], [8, 5]]), abs=0.05)
        assert (picture[:, :, 3] == 255).all()


def test_a_pixel_of_many_cells_is_their_mean(heights: Raster, tmp_path: Path) -> None:
    """The left half: 1, 2, 5, 9 and 10 m are 5.4 m on average; what lies beyond the raster is clear."""
    left = View(9209, (WEST, NORTH - 3 * CELL, WEST + 2 * CELL, NORTH), 1, 1)
    assert painted(heights, left, tmp_path)[0, 0].tolist() == [round(25.5 * 5.4), 0, 0, 255]
    beside = View(9209, (WEST - 500, NORTH - 300, WEST - 100, NORTH), 4, 3)
    assert not painted(heights, beside, tmp_path).any()


def test_the_sun_stands_in_the_north_west_half_way_up() -> None:
    """A slope of 45 degrees that faces it has all of its light, 1.41 times that of the plain, one turned away none."""
    row, column = np.mgrid[0:5, 0:5].astype(float)
    facing = (row + column) * 10 / np.sqrt(2)
    for heights, light in ((facing, 2**0.5), (-facing, 0), (row * 0, 1)):
        assert hillshade(heights, (10, 10)) == pytest.approx(np.full((3, 3), light), abs=1e-6)
    # the same ground in pixels that are half as wide as high
    across = (2 * row + column) * 5 / np.sqrt(2)
    assert hillshade(across, (5, 10)) == pytest.approx(np.full((3, 3), 2**0.5))
    facing[2, 2] = np.nan
    assert hillshade(facing, (10, 10))[0, 0] == 1


def test_relief_lightens_and_darkens_the_colours_of_the_ramp(heights: Raster, tmp_path: Path) -> None:
    view = View(9209, heights.grid.bounds, 40, 30)
    plain = painted(heights, view, tmp_path).astype(int)
    publish = heights.coverage.publish.model_copy(update={'hillshade': 20.0})
    shaded = Raster(heights.coverage.model_copy(update={'publish': publish}), heights.grid, heights.path, 1)
    lit = painted(shaded, view, tmp_path).astype(int)
    assert (lit[:, :, 3] == plain[:, :, 3]).all()
    # the ground falls to the north-west throughout, so that all of it is lighter
    inner = plain[:, :, 0] > 100
    assert (lit - plain)[inner][:, 0].mean() > 5


def test_a_coverage_lies_between_layers_on_the_very_pixels(drawn_province: Locality, tmp_path: Path) -> None:
    """Mapnik moves nothing: what is not covered by the layer above is what was painted; below it nothing shines."""
    coverage = drawn_province.coverages['elevation']
    box = (570_000, 2_236_000, 576_400, 2_240_800)
    view = View(9209, box, 320, 240)
    with connection('reader_internal') as db:
        raster = released_raster(db, coverage)
    assert raster
    alone = painted(raster, view, tmp_path)
    roads = shown(drawn_province, 'roads', {'kind': 'line', 'color': '#ff00ff', 'width': 2})
    ground = shown(drawn_province, 'districts', {'kind': 'fill', 'color': '#00ffff'})
    picture = pixels(drawn_province, view, ground, PictureLayer(coverage), roads)
    assert (picture[:, :, 3] == 255).all()
    same = (picture == alone).all(axis=2)
    assert 0.7 < same.mean() < 1
    assert (picture == [255, 0, 255, 255]).all(axis=2).any()
    assert not (picture == [0, 255, 255, 255]).all(axis=2).any()
