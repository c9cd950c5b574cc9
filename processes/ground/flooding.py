"""Where water comes at a given level: cells below it that hang together with the sea or with a breach.

Pure functions on tiles of a grid. A tile can be computed anywhere from a `Basin` alone. Twice: first the areas that
water could fill, then, once it is known which of them it reaches over the edges of the tiles, the depths.
Method and source: docs/explanation/flood-exposure.md.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dothi.core.arrays import Bools, Ints
from dothi.core.grid import Grid
from processes.ground.geotiff import Band, Heights, heights_in
from processes.ground.spread import spread_pieces
from processes.ground.tiles import Labels, Neighbours, Rim, Tile, join_tiles, label_patches, mask_of, rim_of


@dataclass(frozen=True)
class Basin:
    """The ground, the water over it, and what keeps it out.

    level_m: of the water, above the zero of the heights. walls: cells that no water enters. sources: cells where it
    enters. sea: whether it also comes from the sea, which is at the rim of the grid: where no height is known, or
    one of 0 or less. neighbours: whether water passes between cells that share only a corner (8).
    """

    ground: Band
    grid: Grid
    level_m: float
    walls: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    sources: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    sea: bool = True
    neighbours: Neighbours = 8


@dataclass(frozen=True)
class Shore:
    """What a tile tells the others: its rim, and which of its labels hold a source, shape (count + 1,)."""

    rim: Rim
    fed: Bools


def flood_tiles(basin: Basin, tiles: list[Tile]) -> Iterator[tuple[Tile, Heights]]:
    """Every tile with the depth of the water in metres, NaN where it is dry or no height is known.

    No cell is deeper than its height is below the level; how long water takes, and how much there is, is not asked.
    """
    shores = list(spread_pieces(functools.partial(find_shore, basin), tiles))
    wet = reached_areas(tiles, shores)
    yield from zip(
        tiles, spread_pieces(functools.partial(depth_in_tile, basin), zip(tiles, wet, strict=True)), strict=True
    )


def find_shore(basin: Basin, tile: Tile) -> Shore:
    """The areas of the tile that water could fill, by their labels."""
    heights, labels = _low_areas(basin, tile)
    rim = rim_of(labels)
    fed = np.zeros(rim.count + 1, dtype=bool)
    fed[labels[_water_entrances(basin, heights, tile.overlapping(basin.grid))]] = True
    fed[0] = False
    return Shore(rim, fed)


def reached_areas(tiles: list[Tile], shores: list[Shore]) -> list[Bools]:
    """Which labels of each tile water gets to, shape (count + 1,)."""
    areas = join_tiles(tiles, [shore.rim for shore in shores])
    wet = np.zeros(max((int(area.max(initial=0)) for area in areas), default=0) + 1, dtype=bool)
    for area, shore in zip(areas, shores, strict=True):
        wet[area[shore.fed]] = True
    return [wet[area] for area in areas]


def depth_in_tile(basin: Basin, piece: tuple[Tile, Bools]) -> Heights:
    """The depths in the tile, to the millimetre, given which of its labels are wet."""
    tile, wet = piece
    heights, labels = _low_areas(basin, tile)
    inside = slice(0, tile.height), slice(0, tile.width)
    under = np.float32(basin.level_m) - heights[inside]
    return np.where(wet[labels[inside]], np.round(under, 3), np.float32(np.nan))


def grade_depths(depths: Heights, bounds_m: list[float]) -> NDArray[np.uint8]:
    """0 where it is dry, else the number of the depth class: 1 up to the first bound, 2 up to the second, and so on."""
    grades = (~np.isnan(depths)).astype(np.uint8)
    for bound in bounds_m:
        # NaN is above nothing; in the precision of the depths, for 0.2 m is not above 0.2 m
        grades += depths > np.float32(bound)
    return grades


def _low_areas(basin: Basin, tile: Tile) -> tuple[Heights, Labels]:
    """Heights and areas of the tile as it overlaps the next ones.

    Where no height is known water passes: that is the sea, or a gap in the survey of a river.
    """
    tile = tile.overlapping(basin.grid)
    heights = heights_in(basin.ground, basin.grid, tile)
    # in the precision of the heights, or ground at 0.7 m would be below a level of 0.7 m
    low = ~(heights >= np.float32(basin.level_m))
    return heights, label_patches(low & ~mask_of(basin.walls, basin.grid, tile), basin.neighbours)


def _water_entrances(basin: Basin, heights: Heights, tile: Tile) -> Bools:
    """The cells of the tile where water comes in."""
    entrances = mask_of(basin.sources, basin.grid, tile)
    if basin.sea:
        entrances |= _grid_rim(basin.grid, tile) & ~(heights > 0)
    return entrances


def _grid_rim(grid: Grid, tile: Tile) -> Bools:
    """The cells of the tile that are the first or last of a row or column of the grid."""
    rows, columns = np.arange(tile.top, tile.top + tile.height), np.arange(tile.left, tile.left + tile.width)
    end_row, end_column = np.isin(rows, (0, grid.height - 1)), np.isin(columns, (0, grid.width - 1))
    return np.asarray(end_row[:, None] | end_column[None, :])
