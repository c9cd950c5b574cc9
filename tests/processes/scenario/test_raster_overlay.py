"""A raster through a scenario, worked out by hand: dikes keep water out, ground is levelled, nothing else changes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.windows import Window

from dothi.core.coverage import Coverage
from dothi.core.crs import WGS84, proj_string
from dothi.core.grid import Grid
from dothi.core.locality import Locality
from dothi.core.released_raster import Raster
from etl.moving import move
from processes.ground.geotiff import Band, heights_in
from processes.ground.tiles import tiles_of
from processes.scenario.raster_overlay import changed_raster
from tests.matrix import number_of_examples
from tests.processes.conftest import ORIGIN, feature
from tests.processes.scenario.worlds import caveats, stored, under
from tests.processes.test_flood_exposure import BACK, FRONT, coast, zone
from tests.rasters import write_raster

__all__ = ['coast']
NODATA = -9999.0


def line(*xy: tuple[float, float]) -> dict[str, Any]:
    geometry: dict[str, Any] = feature(shapely.LineString(xy))['geometry']
    return geometry


def box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    geometry: dict[str, Any] = feature(shapely.box(west, south, east, north))['geometry']
    return geometry


def dike(geometry: dict[str, Any], crest_m: float) -> dict[str, Any]:
    return {'kind': 'dike', 'coverage': 'elevation', 'geometry': geometry, 'crest_m': crest_m}


def ground(geometry: dict[str, Any], level_m: float) -> dict[str, Any]:
    return {'kind': 'ground', 'coverage': 'elevation', 'geometry': geometry, 'level_m': level_m}


@pytest.fixture
def flood(coast: None, locality: Locality, tmp_path: Path) -> Callable[..., Any]:
    def run(*changes: dict[str, Any], **inputs: Any) -> Any:
        return under(locality, tmp_path, stored(locality, changes), 'flood-exposure', **{'level_m': 1.0, **inputs})

    return run


def test_a_dike_keeps_the_water_out_behind_it(flood: Callable[..., Any]) -> None:
    """A dike of 1.5 m down the column of 0.7 m: only the column before it is under water, 6 cells of 100 m2.

    Without it three columns are, with the 6 people of the front commune.
    """
    answer = flood(dike(line((25, -5), (25, 65)), 1.5))
    front = zone(answer, FRONT)
    assert (front['hectares'], front['people']) == (0.06, 0)
    assert 'raises cells of the elevation' in caveats(answer)


def test_a_dike_lower_than_the_water_keeps_nothing_out(flood: Callable[..., Any]) -> None:
    """0.8 m under a level of 1 m: the column of the dike is less deep, and those behind it are as deep as without."""
    front = zone(flood(dike(line((25, -5), (25, 65)), 0.8)), FRONT)
    assert (front['hectares'], front['people']) == (0.18, 6)
    assert (front['people_to_0_2_m'], front['people_to_0_5_m'], front['people_to_1_m']) == (4, 0, 2)


def test_a_dike_does_not_lower_what_is_higher(flood: Callable[..., Any]) -> None:
    """Along the ridge of 2 m a crest of 0.5 m changes nothing."""
    assert zone(flood(dike(line((45, -5), (45, 65)), 0.5)), BACK)['people'] == 0


def test_ground_that_is_cut_lets_the_water_in(flood: Callable[..., Any]) -> None:
    """A cut of one cell through the ridge to 0.3 m: the three columns behind it, and the cell, go under water."""
    back = zone(flood(ground(box(41, 21, 49, 29), 0.3)), BACK)
    assert (back['people'], back['hectares']) == (3, 0.18)


def test_ground_that_is_filled_stays_dry(flood: Callable[..., Any]) -> None:
    """The cell of A, raised to 1.2 m, is dry: its 4 people are, and a hundredth of a hectare less is flooded."""
    front = zone(flood(ground(box(21, 21, 29, 29), 1.2)), FRONT)
    assert (front['people'], front['hectares']) == (2, 0.17)


def test_changes_apply_in_their_order(flood: Callable[..., Any]) -> None:
    """A dike that is built and then cut through again keeps nothing out."""
    cut = ground(box(21, 21, 29, 29), 0.5)
    built = dike(line((25, -5), (25, 65)), 1.5)
    assert zone(flood(built, cut), FRONT)['hectares'] == 0.13
    assert zone(flood(cut, built), FRONT)['hectares'] == 0.06


def test_zones_get_the_mean_of_changed_ground(coast: None, locality: Locality, tmp_path: Path) -> None:
    """The back commune has 2.0, 0.3, 0.3, 0.3, 2.0, 2.0 in the mean of five columns; all at 4 m it is 4."""
    changes = stored(locality, [ground(box(50, 0, 100, 60), 4.0)])
    answer = under(locality, tmp_path, changes, 'zonal-statistics', coverage='elevation', statistics=['mean', 'count'])
    (back,) = [one['properties'] for one in answer['features'] if one['id'] == BACK]
    assert (back['mean'], back['count']) == (pytest.approx(4.0, abs=1e-6), pytest.approx(30, abs=0.01))


# -- the raster itself, in windows -------------------------------------------------------------------------------------


def raster_file(folder: Path, heights: Any, locality: Locality) -> Raster:
    rows, columns = heights.shape
    path = folder / 'ground.tif'
    cells = np.where(np.isnan(heights), NODATA, heights)
    west, north = ORIGIN[0], ORIGIN[1] + rows * 10
    write_raster(path, cells, nodata=NODATA, place=rasterio.Affine(10, 0, west, 0, -10, north))
    return Raster(locality.coverages['elevation'], Grid(9209, columns, rows, west, north, 10, 10), path, 1)


def by_hand(heights: Any, changes: Sequence[dict[str, Any]]) -> Any:
    """The heights cell by cell, with shapely alone: a cell that the line touches inside, a centre within the area."""
    expected, (rows, columns) = heights.copy(), heights.shape
    for change in changes:
        (shape,) = move(
            np.array([shapely.geometry.shape(change['geometry'])], dtype=object), proj_string(WGS84), proj_string(9209)
        )
        for row in range(rows):
            for column in range(columns):
                west, south = ORIGIN[0] + column * 10, ORIGIN[1] + (rows - row - 1) * 10
                cell = shapely.box(west, south, west + 10, south + 10)
                if change['kind'] == 'dike' and shape.intersection(cell).length > 1e-6:
                    expected[row, column] = np.nanmax([expected[row, column], change['crest_m']])
                if change['kind'] == 'ground' and shape.contains(cell.centroid):
                    expected[row, column] = change['level_m']
    return expected


places = st.tuples(st.floats(1, 149), st.floats(1, 99))
heights_m = st.floats(-5, 20).map(lambda value: round(value, 1))
dikes = st.builds(lambda start, end, crest_m: dike(line(start, end), crest_m), places, places, heights_m).filter(
    lambda change: len({*map(tuple, change['geometry']['coordinates'])}) == 2
)
grounds = st.builds(
    lambda corner, side_m, level_m: ground(box(corner[0], corner[1], corner[0] + side_m, corner[1] + side_m), level_m),
    places, st.floats(3, 60), heights_m,
)  # fmt: skip


@settings(max_examples=number_of_examples(30, 300), deadline=None)
@given(
    seed=st.integers(0, 2**16), changes=st.lists(st.one_of(dikes, grounds), min_size=1, max_size=4),
    window=st.tuples(st.integers(0, 14), st.integers(0, 9)),
)  # fmt: skip
def test_every_cell_is_the_one_worked_out_on_its_own(
    locality: Locality, tmp_path_factory: pytest.TempPathFactory, seed: int, changes: Any, window: tuple[int, int]
) -> None:
    """Whole, and in any window; what no change touches is the release's, gaps included."""
    folder, random = tmp_path_factory.mktemp('raster'), np.random.default_rng(seed)
    heights = np.round(random.uniform(-5, 20, (10, 15)), 1).astype(np.float32)
    heights[random.uniform(size=heights.shape) < 0.1] = np.nan
    expected = by_hand(heights.astype(np.float64), changes).astype(np.float32)
    raster = changed_raster(raster_file(folder, heights, locality), changes, folder / 'p.tif', folder / 'v.vrt')
    with rasterio.open(raster.path) as file:
        whole = file.read(1, masked=True).filled(np.nan)
        column, row = window
        part = file.read(1, window=Window(column, row, 15 - column, 10 - row), masked=True).filled(np.nan)
    np.testing.assert_array_equal(whole, expected)
    np.testing.assert_array_equal(part, expected[row:, column:])


def test_tiles_see_the_changes(locality: Locality, tmp_path: Path) -> None:
    """Analyses read rasters in tiles of a grid: together they are the changed raster, across the edge of a block."""
    heights = np.zeros((40, 1030), dtype=np.float32)
    raster = changed_raster(
        raster_file(tmp_path, heights, locality), [dike(line((5000, 205), (10290, 205)), 3.0)],
        tmp_path / 'p.tif', tmp_path / 'v.vrt',
    )  # fmt: skip
    band = Band(raster.path, 1, 9209)
    total = sum(float(np.nansum(heights_in(band, raster.grid, tile))) for tile in tiles_of(raster.grid, 300))
    assert total == 3.0 * 530


def test_a_change_elsewhere_leaves_the_file_alone(locality: Locality, tmp_path: Path) -> None:
    """Nothing is written, and what is read is the release's own file."""
    raster = raster_file(tmp_path, np.zeros((10, 15), dtype=np.float32), locality)
    far = dike(line((5000, 5000), (6000, 5000)), 3.0)
    assert changed_raster(raster, [far], tmp_path / 'p.tif', tmp_path / 'v.vrt') is raster


def whole_numbers(coverage: Coverage) -> Coverage:
    bands = {name: band.model_copy(update={'type': 'int16'}) for name, band in coverage.bands.items()}
    return coverage.model_copy(update={'bands': bands})


def test_whole_heights_stay_whole(locality: Locality, tmp_path: Path) -> None:
    """A raster of whole metres: a crest of 2.6 m is written as 3 m."""
    raster = raster_file(tmp_path, np.zeros((4, 4), dtype=np.int16), locality)
    raster = Raster(whole_numbers(raster.coverage), raster.grid, raster.path, 1)
    changed = changed_raster(raster, [dike(line((1, 15), (39, 15)), 2.6)], tmp_path / 'p.tif', tmp_path / 'v.vrt')
    with rasterio.open(changed.path) as file:
        assert file.read(1)[2].tolist() == [3, 3, 3, 3]
