"""The demo's rasters: ground that looks like a delta, and people who add up."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo.drawing import Demo
from demo.elevation import CELL_M, HIGHEST_M, NODATA
from dothi.core.arrays import Floats
from dothi.core.crs import proj_string, transformer

SRID = 9209


@pytest.fixture(scope='module')
def ground(file: dict[str, Path]) -> tuple[NDArray[np.float32], Floats, Floats]:
    """Heights with nan where there is none, and the middle of each cell as x and y."""
    with rasterio.open(file['elevation']) as raster:
        heights = raster.read(1, masked=True).filled(np.nan)
        rows, columns = np.indices(heights.shape)
        x, y = raster.transform @ (columns + 0.5, rows + 0.5)
        assert (raster.crs.to_epsg(), raster.nodata, raster.dtypes) == (SRID, NODATA, ('float32',))
    return heights, x, y


def middle(ground: tuple[NDArray[np.float32], Floats, Floats], area: BaseGeometry) -> float:
    """The median height of the cells whose middle lies in `area`."""
    heights, x, y = ground
    inside = shapely.contains_xy(area, x, y)
    return float(np.nanmedian(heights[inside]))


def test_heights_are_those_of_a_delta(ground: tuple[NDArray[np.float32], Floats, Floats], demo: Demo) -> None:
    """0 to 4 m, in whole centimetres, over the whole province and nowhere else but on its rivers."""
    heights, x, y = ground
    there = heights[~np.isnan(heights)]
    assert 0 <= there.min() < 0.2
    assert 3 < there.max() <= HIGHEST_M
    assert np.array_equal(there, np.round(there, 2).astype('float32'))
    assert 0.6 < np.median(there) < 1.3
    assert not np.isnan(heights[shapely.contains_xy(demo.outline.province, x, y)]).any()
    water = shapely.union_all([river.water for river in demo.outline.rivers])
    allowed = shapely.union_all([demo.outline.province, water]).buffer(CELL_M)
    assert shapely.contains_xy(allowed, x, y)[~np.isnan(heights)].all()


def test_banks_are_high_and_water_is_low(ground: tuple[NDArray[np.float32], Floats, Floats], demo: Demo) -> None:
    """From the water of the largest river to its bank it goes up, and down again behind it."""
    river = max(demo.outline.rivers, key=lambda river: river.width_m)
    water = river.line.buffer(river.width_m / 2 - CELL_M)
    bank = river.line.buffer(river.width_m / 2 + 200).difference(river.line.buffer(river.width_m / 2 + CELL_M))
    inland = demo.outline.province.intersection(river.line.buffer(4000).difference(river.line.buffer(3000)))
    assert middle(ground, water) < 0.4
    assert middle(ground, bank) > middle(ground, inland) + 0.6


def test_dunes_stand_on_the_shore_and_flats_before_it(
    ground: tuple[NDArray[np.float32], Floats, Floats], demo: Demo
) -> None:
    """A ridge 300 m behind the shore, a trough behind it, and mangroves at the level of the tide."""
    coast, dry = demo.outline.coast, demo.outline.dry_land
    ridge = dry.intersection(coast.buffer(400).difference(coast.buffer(300)))
    trough = dry.intersection(coast.buffer(1300).difference(coast.buffer(1000)))
    assert middle(ground, ridge) > middle(ground, trough) + 0.8
    assert middle(ground, demo.outline.wetlands.intersection(demo.outline.province)) == pytest.approx(0.25)


def test_people_in_cells_add_up_to_the_census(file: dict[str, Path], demo: Demo) -> None:
    """1,780,393 people, each in the cell of the house that they live in."""
    with rasterio.open(file['population_grid']) as raster:
        people, homes = raster.read()
        assert (raster.crs.to_epsg(), raster.nodata, raster.descriptions) == (4326, -1, ('people', 'homes'))
        assert raster.transform.a == pytest.approx(1 / 120)
        house = int(np.argmax(demo.buildings.population))
        spot = shapely.centroid(demo.buildings.footprint[house])
        lon, lat = transformer(proj_string(SRID), 'EPSG:4326').transform(spot.x, spot.y)
        row, column = raster.index(lon, lat)
    assert people[people >= 0].sum() == 1_780_393
    assert homes[homes >= 0].sum() == (demo.buildings.population > 0).sum()
    assert people[row, column] >= demo.buildings.population[house]
    assert np.array_equal(people < 0, homes < 0)
    # a cell of the province has a number, also where nobody lives, and one that lies apart from it has none
    columns, rows = np.meshgrid(np.arange(raster.width) + 0.5, np.arange(raster.height) + 0.5)
    centres = shapely.points(
        *transformer('EPSG:4326', proj_string(SRID)).transform(*(raster.transform @ (columns, rows)))
    )
    apart_m = shapely.distance(centres, demo.outline.province)
    assert (people[apart_m == 0] >= 0).all()
    assert (people[apart_m > 1_000] < 0).all()
    assert (people[apart_m == 0] == 0).any()
    assert (apart_m > 1_000).any()
