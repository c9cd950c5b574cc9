"""Scores of cells and the best areas: worked out by hand, what must hold of all, and against GDAL's own tools."""

import subprocess
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dothi.core.arrays import Ints
from processes.ground.criteria import reach_for, with_dry_ground
from processes.ground.criterion_values import Classes, Distance, Slope, slope_deg
from processes.ground.geotiff import Band
from processes.ground.suitability import Factor, Search, Site, best_sites, fuzzy_scores, number_sites, score_tile
from processes.ground.tiles import square_cells, tiles_of
from tests.matrix import number_of_examples
from tests.rasters import NORTH, WEST, write_raster

ROWS, COLUMNS = 7, 9
GRID = square_cells((0, 0, COLUMNS * 10, ROWS * 10), 9209, 10.0)
EVERYWHERE = np.array([shapely.box(0, 0, COLUMNS * 10, ROWS * 10)], dtype=object)


def search(*factors: Factor, threshold: float = 0.6) -> Search:
    return Search(GRID, EVERYWHERE, list(factors), threshold)


def near(cells: Collection[int], worst: float, best: float, share: float = 1.0, **limits: float) -> Factor:
    reach = max(worst, best, *(limit for limit in limits.values() if np.isfinite(limit))) + 10
    return Factor('near', Distance(np.array(sorted(cells), dtype=np.int64), reach), share, worst, best, **limits)


def scores(wanted: Search, size: int = 100) -> NDArray[np.float32]:
    found = np.empty((ROWS, COLUMNS), dtype=np.float32)
    for tile in tiles_of(GRID, size):
        found[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = score_tile(wanted, tile).scores
    return found


def sites(wanted: Search, size: int = 100, least: int = 1, most: int = 10) -> tuple[list[Site], list[Ints]]:
    cut = tiles_of(GRID, size)
    parts = [score_tile(wanted, tile) for tile in cut]
    return best_sites(cut, [(part.rim, part.sums) for part in parts], least, most)


def test_scores_fall_with_the_distance_and_the_best_area_is_explained() -> None:
    """From the cell in the corner: full score there, none at 50 m. Six cells are within 20 m and score 0.6 or more."""
    wanted = search(near([0], worst=50, best=0))
    assert scores(wanted)[0].tolist() == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0, 0, 0, 0])
    (site,), _ = sites(wanted)
    oblique = 10 * np.sqrt(2)
    assert site.cells == 6
    assert site.score == pytest.approx((1 + 0.8 + 0.6 + 0.8 + (1 - oblique / 50) + 0.6) / 6, abs=1e-6)
    assert site.values == pytest.approx([(0 + 10 + 20 + 10 + oblique + 20) / 6])
    assert site.scores == pytest.approx([site.score])


def test_weights_decide_between_criteria_that_disagree() -> None:
    """One wants to be in the west, the other in the east: with three quarters of the weight the west wins."""
    west, east = near([0], 80, 0, share=0.75), near([8], 80, 0, share=0.25)
    found = scores(search(west, replace(east, name='east')))[0]
    assert found[[0, 8]].tolist() == pytest.approx([0.75, 0.25])


def test_a_hard_limit_forbids_and_a_criterion_without_a_share_does_nothing_else() -> None:
    """What is 20 m from the first cell is so with all of it: the third cell begins at 10 m, the fourth at 20 m."""
    limit = near([0], 0, 1, share=0.0, at_least=20.0)
    found = scores(search(near([8], 80, 0), limit))
    assert np.isnan(found[0, :3]).all()
    assert found[0, 3:].tolist() == pytest.approx(scores(search(near([8], 80, 0)))[0, 3:].tolist())


def test_nothing_is_built_where_the_land_has_no_class() -> None:
    areas = np.array([shapely.box(0, 0, 30, 70), shapely.box(30, 0, 60, 70)], dtype=object)
    found = scores(search(Factor('land', Classes(areas, np.array([0.5, 1.0])), 1.0, 0.0, 1.0)))
    assert found[3].tolist() == pytest.approx([0.5] * 3 + [1.0] * 3 + [np.nan] * 3, nan_ok=True)


def test_outside_the_area_nothing_is_built() -> None:
    inside = replace(search(near([0], 80, 0)), within=np.array([shapely.box(0, 0, 20, 70)], dtype=object))
    assert np.isnan(scores(inside)[:, 2:]).all()
    assert not np.isnan(scores(inside)[:, :2]).any()


def test_small_areas_are_no_sites_and_the_best_comes_first() -> None:
    """A cell of its own with the best score, and two larger areas of which the farther is better."""
    boxes = [(0, 0, 10, 10), (20, 0, 40, 20), (60, 0, 90, 20)]
    areas = np.array([shapely.box(*box) for box in boxes], dtype=object)
    wanted = search(Factor('land', Classes(areas, np.array([1.0, 0.7, 0.8])), 1.0, 0.0, 1.0))
    assert [(site.cells, round(site.score, 3)) for site in sites(wanted, least=2)[0]] == [(6, 0.8), (4, 0.7)]
    assert [site.cells for site in sites(wanted, least=1)[0]] == [1, 6, 4]
    assert [site.cells for site in sites(wanted, least=1, most=1)[0]] == [1]
    assert sites(wanted, least=7)[0] == []


def test_cells_that_share_a_corner_only_are_two_sites() -> None:
    areas = np.array([shapely.box(0, 0, 10, 10), shapely.box(10, 10, 20, 20)], dtype=object)
    wanted = search(Factor('land', Classes(areas, np.array([1.0, 1.0])), 1.0, 0.0, 1.0))
    assert [site.cells for site in sites(wanted)[0]] == [1, 1]


def test_fuzzy_scores_are_linear_and_end_at_both_values() -> None:
    values = np.array([-5, 0, 25, 50, 99], dtype=np.float32)
    assert fuzzy_scores(values, 0, 50).tolist() == [0, 0, 0.5, 1, 1]
    assert fuzzy_scores(values, 50, 0).tolist() == [1, 1, 0.5, 0, 0]


def test_a_plane_of_one_in_ten_has_its_slope() -> None:
    heights = np.tile(np.arange(6, dtype=np.float32), (5, 1))
    assert slope_deg(heights, 10.0) == pytest.approx(np.full((3, 4), np.degrees(np.arctan(0.1))))


cells = st.sets(st.integers(0, ROWS * COLUMNS - 1), max_size=8)


@settings(max_examples=number_of_examples(8, 40), deadline=None)
@given(cells, cells, st.sampled_from([15.0, 30.0, 200.0]), st.integers(1, 6))
def test_no_score_and_no_site_depends_on_the_tiles(wanted: set[int], unwanted: set[int], far: float, size: int) -> None:
    one, other = near(wanted, far, 0, share=0.7), near(unwanted, 0, far, share=0.3, at_least=10.0)
    both = search(one, replace(other, name='far'), threshold=0.4)
    assert np.array_equal(scores(both), scores(both, size), equal_nan=True)
    whole, cut = ([(site.cells, round(site.score, 5)) for site in sites(both, n)[0]] for n in (100, size))
    assert whole == cut


@settings(max_examples=number_of_examples(8, 40), deadline=None)
@given(cells, st.integers(1, 6))
def test_sites_are_drawn_where_they_were_found(wanted: set[int], size: int) -> None:
    """Every cell of the map of ranks has the score that makes it one, and each site has its number of cells."""
    near_them = search(near(wanted, 40, 0), threshold=0.5)
    found, areas = sites(near_them, size)
    whole, rank = scores(near_them), {site.number: place for place, site in enumerate(found, start=1)}
    drawn = np.zeros((ROWS, COLUMNS), dtype=int)
    for tile, area in zip(tiles_of(GRID, size), areas, strict=True):
        wide = tile.overlapping(GRID)
        part = whole[wide.top : wide.top + wide.height, wide.left : wide.left + wide.width]
        ranks = np.array([rank.get(int(number), 0) for number in area])
        drawn[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = number_sites(
            part, 0.5, ranks, tile
        )
    assert (whole[drawn > 0] >= 0.5).all()
    assert [int((drawn == place).sum()) for place in range(1, len(found) + 1)] == [site.cells for site in found]


@settings(max_examples=number_of_examples(8, 40), deadline=None)
@given(cells, st.floats(1, 150), st.integers(1, 6))
def test_distances_are_those_of_the_slow_way(targets: set[int], reach_m: float, size: int) -> None:
    row, column = np.divmod(np.arange(ROWS * COLUMNS), COLUMNS)
    slow = np.full(ROWS * COLUMNS, reach_m)
    for target in targets:
        slow = np.minimum(slow, 10 * np.hypot(row - target // COLUMNS, column - target % COLUMNS))
    distance = Distance(np.array(sorted(targets), dtype=np.int64), reach_m)
    for tile in tiles_of(GRID, size):
        part = slow.reshape(ROWS, COLUMNS)[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
        assert distance.on(GRID, tile) == pytest.approx(part, rel=1e-6)


@pytest.fixture(scope='module')
def hills(tmp_path_factory: pytest.TempPathFactory) -> Path:
    heights = np.random.default_rng(1).normal(20, 8, (60, 70)).cumsum(axis=1)
    heights[10:12, 20:25] = -99
    return write_raster(tmp_path_factory.mktemp('hills') / 'hills.tif', heights)


class TestAgainstGdal:
    """Hills of random heights, as GDAL's tools see them."""

    def test_slopes_are_those_of_gdaldem(self, hills: Path, tmp_path: Path) -> None:
        slopes = tmp_path / 'slope.tif'
        subprocess.run(['gdaldem', 'slope', str(hills), str(slopes), '-q'], check=True)
        with rasterio.open(slopes) as file:
            theirs = file.read(1, masked=True).filled(np.nan)
        grid = square_cells((WEST, NORTH - 6000, WEST + 7000, NORTH), 9209, 100.0)
        ours = np.full((60, 70), np.nan)
        for tile in tiles_of(grid, 25):
            part = Slope(Band(hills, 1, 9209), 100.0).on(grid, tile)
            ours[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = part
        assert ours == pytest.approx(theirs, abs=1e-3, nan_ok=True)

    def test_on_finer_cells_each_has_the_slope_of_the_larger_one(self, hills: Path) -> None:
        coarse = square_cells((WEST, NORTH - 6000, WEST + 7000, NORTH), 9209, 100.0)
        fine = square_cells((WEST, NORTH - 6000, WEST + 7000, NORTH), 9209, 20.0)
        slope = Slope(Band(hills, 1, 9209), 100.0)
        large = slope.on(coarse, tiles_of(coarse)[0])
        repeated = np.repeat(np.repeat(large, 5, axis=0), 5, axis=1)
        for tile in tiles_of(fine, 64):
            part = repeated[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]
            assert np.array_equal(slope.on(fine, tile), part, equal_nan=True)

    def test_distances_are_those_of_gdal_proximity(self, tmp_path: Path) -> None:
        """A map of a few hundred targets, 200 cells wide, in pixels."""
        grid = square_cells((WEST, NORTH - 2000, WEST + 2000, NORTH), 9209, 10.0)
        targets = np.unique(np.random.default_rng(2).integers(0, 200 * 200, 300))
        marked = np.zeros(200 * 200, dtype=np.uint8)
        marked[targets] = 1
        place = rasterio.Affine(10, 0, WEST, 0, -10, NORTH)
        source = write_raster(
            tmp_path / 'targets.tif', marked.reshape(200, 200), dtype='uint8', nodata=None, place=place
        )
        script = (
            'import sys; from osgeo import gdal; gdal.UseExceptions(); source = gdal.Open(sys.argv[1]);'
            ' target = gdal.GetDriverByName("GTiff").Create(sys.argv[2], 200, 200, 1, gdal.GDT_Float32);'
            ' gdal.ComputeProximity(source.GetRasterBand(1), target.GetRasterBand(1), ["VALUES=1", "DISTUNITS=PIXEL"])'
        )
        subprocess.run(['/usr/bin/python3', '-c', script, str(source), str(tmp_path / 'far.tif')], check=True)
        with rasterio.open(tmp_path / 'far.tif') as file:
            theirs = file.read(1) * 10
        ours = np.empty((200, 200))
        for tile in tiles_of(grid, 70):
            part = Distance(targets, 1000.0).on(grid, tile)
            ours[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = part
        # GDAL's way over the rows is near, but not always the nearest
        assert (ours <= theirs + 1e-3).all()
        assert np.isclose(ours, theirs, atol=1e-3).mean() > 0.99


def test_what_is_only_allowed_or_forbidden_suits_where_it_is_allowed() -> None:
    """No criterion has a weight: the cells beyond 20 m are sites, and not all of them worth nothing."""
    limit = near([0], 0, 1, share=0.0, at_least=20.0)
    found = scores(search(limit, threshold=1.0))
    assert np.isnan(found[0, :3]).all()
    assert (found[0, 3:] == 1).all()


@pytest.mark.parametrize('weights', [[1, 1, 1], [5, 7], [1, 4, 7], [6, 6, 7]])
def test_a_score_at_the_threshold_reaches_it_whatever_the_weights(weights: list[int]) -> None:
    """Every criterion gives 1, or 0.7: so does their mean, and no rounding of the shares takes a hair off."""
    for value in (1.0, 0.7):
        land = Classes(EVERYWHERE, np.array([value]))
        factors = [Factor('land', land, weight / sum(weights), 0.0, 1.0) for weight in weights]
        (site,), _ = sites(search(*factors, threshold=value))
        assert site.cells == ROWS * COLUMNS


def test_distances_are_looked_for_a_cell_beyond_what_is_asked_and_never_backwards() -> None:
    assert reach_for([100.0, None, 250.0], 10.0) == 260
    assert reach_for([None, -500.0], 10.0) == 10


def test_dry_ground_has_no_water_and_unknown_ground_no_answer() -> None:
    depths = np.array([0.3, np.nan, np.nan], dtype=np.float32)
    heights = np.array([0.2, 2.0, np.nan], dtype=np.float32)
    assert with_dry_ground(depths, heights).tolist() == pytest.approx([0.3, 0, np.nan], nan_ok=True)
