"""Rasters by other programs: cells by rasterstats and geopandas, water by networkx, sites by shapely."""

import math
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Literal

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterstats import zonal_stats
from scipy import ndimage
from shapely import Polygon

from dothi.core.arrays import Bools, Floats, Geometries
from dothi.core.grid import Grid
from dothi.core.locality import Locality
from dothi.core.released_raster import Raster
from processes.ground.criterion_values import Classes, Distance, grown_grid
from processes.ground.flooding import Basin, flood_tiles
from processes.ground.geotiff import Band
from processes.ground.suitability import Factor, Search, best_sites, score_tile
from processes.ground.tiles import tiles_of
from processes.ground.touch import reached_cells, touched_cells
from processes.site_suitability import border_of
from processes.zones.raster_zones import in_zones
from tests.matrix import number_of_examples

WORLDS = settings(
    max_examples=number_of_examples(5, 40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WEST, NORTH, CELL, ROWS, COLUMNS = 570_000.0, 2_240_000.0, 10.0, 4, 6
NODATA = -9999.0
GRID = Grid(9209, COLUMNS, ROWS, WEST, NORTH, CELL, CELL)
# Few values, so that they tie, and cells without any.
CELLS = st.lists(
    st.sampled_from([math.nan, 0.25, 0.5, 0.571, 2.0]), min_size=ROWS * COLUMNS, max_size=ROWS * COLUMNS
).map(lambda some: np.array(some).reshape(ROWS, COLUMNS))


def boxes(step: float) -> st.SearchStrategy[list[Polygon]]:
    """Rectangles with sides at multiples of `step`, which may overlap, and lie in part or wholly outside."""
    side = st.integers(-2, int(80 / step)).map(lambda at: at * step)
    size = st.integers(1, int(40 / step)).map(lambda at: at * step)
    box = st.tuples(side, side, size, size).map(
        lambda b: shapely.box(WEST + b[0], NORTH - b[1] - b[3], WEST + b[0] + b[2], NORTH - b[1])
    )
    return st.lists(box, min_size=1, max_size=4)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Cells as a file."""

    def write_(cells: Floats) -> Path:
        path = tmp_path / 'cells.tif'
        profile = {'driver': 'GTiff', 'dtype': 'float32', 'nodata': NODATA, 'count': 1, 'crs': 'EPSG:9209'}
        place = rasterio.Affine(CELL, 0, WEST, 0, -CELL, NORTH)
        with rasterio.open(path, 'w', height=ROWS, width=COLUMNS, transform=place, **profile) as file:
            file.write(np.where(np.isnan(cells), NODATA, cells).astype('float32'), 1)
        return path

    return write_


def ours(cells: Floats, shapes: list[Polygon], write: Callable[..., Path], locality: Locality) -> dict[str, Floats]:
    raster = Raster(locality.coverages['elevation'], GRID, write(cells), 1)
    return in_zones(raster, 'elevation', np.array(shapes, dtype=object), lambda share: None, median=True)


@WORLDS
@given(CELLS, boxes(10))
def test_zones_of_whole_cells_by_rasterstats(
    write: Callable[..., Path], locality: Locality, cells: Floats, shapes: list[Polygon]
) -> None:
    """It takes cells by their middle, which is the same as their share where zones end at the edges of cells."""
    found = ours(cells, shapes, write, locality)
    names = ['count', 'sum', 'mean', 'min', 'max', 'std', 'median', 'unique']
    told = zonal_stats(gpd.GeoSeries(shapes), str(write(cells)), stats=names, all_touched=False)
    for zone, row in enumerate(told):
        assert found['count'][zone] == pytest.approx(row['count'], rel=1e-6)
        if not row['count']:
            assert all(np.isnan(found[name][zone]) for name in ('mean', 'median', 'min', 'max'))
            continue
        for name, theirs in {'std': 'stdev', 'unique': 'variety'}.items() | {(n, n) for n in [*names[1:5], 'median']}:
            assert found[theirs][zone] == pytest.approx(row[name], rel=1e-6, abs=1e-6), name


@WORLDS
@given(CELLS, boxes(2.5))
def test_zones_through_cells_by_geopandas(
    write: Callable[..., Path], locality: Locality, cells: Floats, shapes: list[Polygon]
) -> None:
    """Cells as polygons, cut by the zones; the statistics by their definitions."""
    found = ours(cells, shapes, write, locality)
    rows, columns = np.nonzero(~np.isnan(cells))
    squares = shapely.box(
        WEST + columns * CELL, NORTH - (rows + 1) * CELL, WEST + (columns + 1) * CELL, NORTH - rows * CELL
    )
    values = gpd.GeoDataFrame({'value': np.float32(cells[rows, columns])}, geometry=squares, crs=9209)
    zones = gpd.GeoDataFrame({'zone': range(len(shapes))}, geometry=shapes, crs=9209)
    pieces = gpd.overlay(values, zones, how='intersection') if len(values) else values.assign(zone=[])
    for zone in range(len(shapes)):
        of_zone = pieces[pieces['zone'] == zone]
        value, share = of_zone['value'].to_numpy(float), of_zone.area.to_numpy(float) / CELL**2
        assert found['count'][zone] == pytest.approx(share.sum(), abs=1e-5)
        if not len(value):
            assert np.isnan(found['median'][zone])
            continue
        assert found['sum'][zone] == pytest.approx(value @ share, abs=1e-4)
        assert found['mean'][zone] == pytest.approx(np.average(value, weights=share), abs=1e-5)
        assert found['median'][zone] in medians(value, share)
        assert (found['min'][zone], found['max'][zone]) == (value.min(), value.max())


def medians(value: Floats, share: Floats) -> set[float]:
    """The values at which half of the shares is reached, and the middle of two between which it is."""
    different = np.unique(value)
    below = np.array([share[value < one].sum() for one in different]) / share.sum()
    above = np.array([share[value > one].sum() for one in different]) / share.sum()
    middle = different[(below <= 0.5 + 1e-6) & (above <= 0.5 + 1e-6)]
    return {*middle.tolist(), *([float(middle[:2].mean())] if len(middle) > 1 else [])}


HEIGHTS = st.lists(st.sampled_from([math.nan, -1.0, 0.0, 0.5, 0.9, 1.0, 3.0]), min_size=24, max_size=24).map(
    lambda some: np.array(some).reshape(ROWS, COLUMNS)
)


@WORLDS
@given(HEIGHTS, st.sampled_from([4, 8]), st.integers(1, 7), st.sets(st.integers(0, 23), max_size=5))
def test_where_water_comes_by_networkx(
    write: Callable[..., Path], heights: Floats, neighbours: Literal[4, 8], size: int, walls: set[int]
) -> None:
    """Cells below the level, or without a height, that hang together with the sea at the rim."""
    level = np.float32(1.0)
    low = ~(heights >= level)
    low.flat[sorted(walls)] = False
    graph = nx.Graph()
    graph.add_nodes_from(map(tuple, np.argwhere(low).tolist()))
    for row, column in graph.nodes:
        for down, right in product((-1, 0, 1), repeat=2):
            near = (row + down, column + right)
            if near in graph and (neighbours == 8 or abs(down) + abs(right) == 1):
                graph.add_edge((row, column), near)
    rim = {(r, c) for r, c in graph.nodes if r in (0, ROWS - 1) or c in (0, COLUMNS - 1)}
    sea = {at for at in rim if not heights[at] > 0}
    wet = set().union(*(part for part in nx.connected_components(graph) if part & sea))
    basin = Basin(
        Band(write(heights), 1, 9209), GRID, 1.0, walls=np.array(sorted(walls), dtype=np.int64), neighbours=neighbours
    )
    depths = np.empty((ROWS, COLUMNS))
    for tile, part in flood_tiles(basin, tiles_of(GRID, size)):
        depths[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = part
    for at in np.ndindex(ROWS, COLUMNS):
        expected = float(level - heights[at]) if at in wet else math.nan
        assert depths[at] == pytest.approx(expected, abs=1e-3, nan_ok=True)


WIDE, HIGH = 8, 7
FIELD = Grid(9209, WIDE, HIGH, WEST, NORTH, CELL, CELL)
EVERYWHERE = np.array([shapely.box(*FIELD.bounds)], dtype=object)
AT = st.tuples(st.floats(-40, 120), st.floats(-40, 110))
THINGS = st.lists(
    st.one_of(
        AT.map(lambda at: shapely.Point(WEST + at[0], NORTH - at[1])),
        # a line of no length is no valid geometry, and no layer has one
        st.tuples(AT, AT)
        .filter(lambda ab: math.dist(*ab) > 0.01)
        .map(lambda ab: shapely.LineString([(WEST + x, NORTH - y) for x, y in ab])),
        AT.map(lambda at: shapely.box(WEST + at[0], NORTH - at[1] - 13, WEST + at[0] + 13, NORTH - at[1])),
    ),
    min_size=1,
    max_size=4,
).map(lambda some: np.array(some, dtype=object))


def cell_boxes() -> Geometries:
    row, column = np.divmod(np.arange(WIDE * HIGH), WIDE)
    west, north = WEST + column * CELL, NORTH - row * CELL
    return np.asarray(shapely.box(west, north - CELL, west + CELL, north), dtype=object)


def allowed_of(factor: Factor, within: Geometries = EVERYWHERE, size: int = 100) -> Bools:
    search = Search(FIELD, within, [factor], 0.0, border_of(within, FIELD))
    found = np.empty((HIGH, WIDE), dtype=bool)
    for tile in tiles_of(FIELD, size):
        scores = score_tile(search, tile).scores
        found[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width] = ~np.isnan(scores)
    return found.ravel()


def distance(things: Geometries, reach_m: float) -> Distance:
    margin = math.ceil((reach_m + CELL) / CELL) + 1
    wide = grown_grid(FIELD, margin)
    near = things[shapely.intersects(things, shapely.box(*wide.bounds))]
    return Distance(touched_cells(things, wide), reach_m + CELL, margin, near)


@WORLDS
@given(THINGS, st.sampled_from([7.0, 10.0, 25.0, 33.3]), st.integers(2, 9))
def test_no_part_of_a_cell_is_nearer_than_a_limit(things: Geometries, limit_m: float, size: int) -> None:
    """By shapely: the whole cell to the thing itself, also beside the grid; what keeps the limit is allowed."""
    factor = Factor('far', distance(things, limit_m), 0.0, 0.0, 1.0, at_least=limit_m)
    expected = np.array([min(box.distance(one) for one in things) >= limit_m - 0.001 for box in cell_boxes()])
    assert allowed_of(factor, size=size).tolist() == expected.tolist()


@WORLDS
@given(THINGS, st.sampled_from([25.0, 40.0, 60.0]))
def test_no_part_of_a_cell_is_farther_than_a_limit(things: Geometries, limit_m: float) -> None:
    """Every corner and the middle of an allowed cell is within it; what is well within it is allowed."""
    found = allowed_of(Factor('near', distance(things, limit_m), 0.0, 0.0, 1.0, at_most=limit_m))
    for box, is_allowed in zip(cell_boxes(), found, strict=True):
        places = [shapely.Point(xy) for xy in [*box.exterior.coords, box.centroid.coords[0]]]
        farthest = max(min(one.distance(place) for one in things) for place in places)
        assert farthest <= limit_m or not is_allowed
        assert is_allowed or farthest > limit_m - 2 * math.sqrt(2) * CELL


PATCHES = st.lists(
    st.tuples(st.integers(-1, 8), st.integers(-1, 7), st.integers(1, 5), st.integers(1, 5), st.booleans()).map(
        lambda p: (
            shapely.box(WEST + p[0] * 5, NORTH - (p[1] + p[3]) * 5, WEST + (p[0] + p[2] * 3) * 5, NORTH - p[1] * 5),
            p[4],
        )
    ),
    min_size=1,
    max_size=4,
)


@WORLDS
@given(PATCHES)
def test_land_and_area_hold_for_the_whole_cell(patches: list[tuple[Polygon, bool]]) -> None:
    """No allowed cell has a part on land without a score, off land, or outside the area; whole cells are allowed."""
    good = np.array([shape for shape, scores in patches if scores], dtype=object)
    bad = np.array([shape for shape, scores in patches if not scores], dtype=object)
    whole, spoilt = shapely.union_all(good), shapely.union_all(bad)
    land = Classes(good, np.ones(len(good)), reached_cells(bad, FIELD))
    found = allowed_of(Factor('land', land, 1.0, 0.0, 1.0))
    for box, is_allowed in zip(cell_boxes(), found, strict=True):
        keeps = box.difference(whole).area < 1e-3 and box.intersection(spoilt).area < 1e-3
        corners = all(whole.covers(shapely.Point(xy).buffer(0.001).intersection(box)) for xy in box.exterior.coords)
        assert not is_allowed or (box.intersection(spoilt).area < 1e-3 and corners)
        assert is_allowed or not keeps
    if len(good):
        inside = allowed_of(Factor('land', Classes(EVERYWHERE, np.ones(1)), 1.0, 0.0, 1.0), within=good)
        expected = [box.difference(whole).area < 0.2 for box in cell_boxes()]
        assert inside.tolist() == expected


@WORLDS
@given(THINGS, st.sampled_from([0.4, 0.7]), st.integers(1, 9), st.integers(2, 9))
def test_sites_are_what_hangs_together_by_networkx(things: Geometries, threshold: float, least: int, size: int) -> None:
    """Cells that reach the threshold and share a side, large enough; the score is by scipy's distance."""
    near = distance(things, 60.0)
    factor = Factor('near', near, 1.0, 60.0, 0.0)
    wide = grown_grid(FIELD, near.margin)
    away = np.ones(wide.height * wide.width, dtype=bool)
    away[touched_cells(things, wide)] = False
    metres = ndimage.distance_transform_edt(away.reshape(wide.height, wide.width)) * CELL if not away.all() else None
    part = slice(near.margin, -near.margin)
    score = np.zeros((HIGH, WIDE)) if metres is None else np.clip(1 - metres[part, part] / 60.0, 0, 1)
    good = nx.grid_2d_graph(HIGH, WIDE).subgraph(map(tuple, np.argwhere(np.round(score, 6) >= np.float32(threshold))))
    expected = [{*part_} for part_ in nx.connected_components(good) if len(part_) >= least]
    cut = tiles_of(FIELD, size)
    search = Search(FIELD, EVERYWHERE, [factor], threshold)
    sites, _ = best_sites(cut, [(one.rim, one.sums) for one in (score_tile(search, tile) for tile in cut)], least, 99)
    assert sorted(site.cells for site in sites) == sorted(len(part_) for part_ in expected)
    means = sorted(float(np.mean([score[at] for at in part_])) for part_ in expected)
    assert sorted(site.score for site in sites) == pytest.approx(means, abs=1e-5)
    ranks = [(-round(site.score, 6), -site.cells) for site in sites]
    assert ranks == sorted(ranks), 'the best first, of equal ones the largest'
