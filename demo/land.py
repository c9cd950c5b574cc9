"""Land use: classes on a grid, their outlines smoothed together, cut at the commune borders."""

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize, shapes
from rasterio.transform import Affine, from_origin
from scipy.ndimage import gaussian_filter, uniform_filter
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.drawing import Demo
from demo.files import Table
from demo.roads import town_areas
from demo.tables import multi, text

CELL_M = 100.0
CLASSES = ('LUC', 'CLN', 'NTS', 'RPH', 'LMU', 'ONT', 'ODT', 'SKK', 'SON')
SMOOTH_M = 60.0
# Houses per hectare, as a mean of its surroundings, from which land counts as a village.
VILLAGE_LOTS = 4.0
MANGROVE_M, SALT_M = 900.0, 1500.0
SMALLEST_PART_M2 = 0.5
Grid = NDArray[np.uint8]


def land_use(demo: Demo) -> Table:
    """One row per commune and class; the rows of a commune cover it without gap or overlap."""
    place, grid = _classes(demo)
    parts = [(shape(item), int(number)) for item, number in shapes(grid, connectivity=4, transform=place)]
    smooth = shapely.coverage_simplify(np.array([part for part, _ in parts], dtype=object), SMOOTH_M)
    rows = _cut(demo, smooth, np.array([number for _, number in parts]))
    columns = {
        'MA_KV': text([f'{commune}-{CLASSES[number]}' for commune, number, _ in rows]),
        'MA_LOAI': text([CLASSES[number] for _, number, _ in rows]),
        'MA_XA': text([commune for commune, _, _ in rows]),
    }
    return Table(multi([area for *_, area in rows]), columns, demo.srid)


def _cut(demo: Demo, parts: NDArray[np.object_], number: NDArray[np.intp]) -> list[tuple[str, int, BaseGeometry]]:
    """Commune, class and area of each."""
    tree, rows = shapely.STRtree(parts), []
    for commune in demo.province.communes:
        near = np.sort(tree.query(commune.polygon, 'intersects'))
        for own in np.unique(number[near]):
            pieces = shapely.get_parts(shapely.intersection(parts[near[number[near] == own]], commune.polygon))
            pieces = pieces[(shapely.get_dimensions(pieces) == 2) & (shapely.area(pieces) > SMALLEST_PART_M2)]
            if len(pieces):
                rows.append((commune.unit.code, int(own), shapely.multipolygons(pieces)))
    return rows


def _classes(demo: Demo) -> tuple[Affine, Grid]:
    """Where the cells lie, and the index of the class of each; later classes win."""
    place, size = _grid(demo)
    grid = np.zeros(size, dtype=np.uint8)
    for name, where in _layers(demo, place, size):
        grid[where] = CLASSES.index(name)
    return place, grid


def _layers(demo: Demo, place: Affine, size: tuple[int, int]) -> list[tuple[str, NDArray[np.bool_]]]:
    outline = demo.outline
    waves = gaussian_filter(generator(demo.seed, 'land use').normal(size=size), 5)
    wet, shore = outline.wetlands, outline.coast
    salt = outline.salt_land.intersection(shore.buffer(SALT_M)).difference(shore.buffer(MANGROVE_M / 2))
    masks = [('CLN', waves > np.quantile(waves, 0.94)), ('ONT', _villages(demo, place, size))]
    smoothed = (
        ('LMU', salt),
        ('ODT', town_areas(demo.province)),
        ('SKK', outline.works),
        ('NTS', wet),
        ('RPH', wet.intersection(shore.buffer(MANGROVE_M))),
        ('SON', shapely.union_all([river.water for river in outline.rivers])),
    )
    return masks + [(name, _mask(area, place, size)) for name, area in smoothed]


def _villages(demo: Demo, place: Affine, size: tuple[int, int]) -> NDArray[np.bool_]:
    """Cells around which lots are many."""
    east, north = demo.lots.centre.T
    column, row = np.floor((east - place.c) / CELL_M), np.floor((place.f - north) / CELL_M)
    counts = np.zeros(size)
    np.add.at(counts, (row.astype(int), column.astype(int)), 1)
    return np.asarray(uniform_filter(counts, 3) > VILLAGE_LOTS)


def _grid(demo: Demo) -> tuple[Affine, tuple[int, int]]:
    """Cells on whole multiples of their size, with one to spare around the province."""
    west, south, east, north = np.array(demo.outline.province.bounds) / CELL_M
    left, low, right, top = np.floor(west) - 1, np.floor(south) - 1, np.ceil(east) + 1, np.ceil(north) + 1
    return from_origin(left * CELL_M, top * CELL_M, CELL_M, CELL_M), (int(top - low), int(right - left))


def _mask(area: BaseGeometry, place: Affine, size: tuple[int, int]) -> NDArray[np.bool_]:
    if area.is_empty:
        return np.zeros(size, dtype=bool)
    return np.asarray(rasterize([area], size, transform=place, fill=0, default_value=1), dtype=bool)
