"""Dikes along the rivers and the coast, and the land that would lie under water at a higher sea."""

import numpy as np
import shapely
from numpy.typing import NDArray
from rasterio.features import shapes
from rasterio.transform import Affine
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from demo.drawing import Demo
from demo.elevation import CELL_M, NODATA
from demo.files import Table
from demo.outline import River
from demo.tables import code_column, multi, text

Floats = NDArray[np.float64]
SCENARIO = 'MONRE-2020'
SEA_LEVELS_CM = (50, 80, 100)
# Depth in metres from which each class begins.
DEPTHS_M = {'to_0_2_m': 0.0, 'to_0_5_m': 0.2, 'to_1_m': 0.5, 'over_1_m': 1.0}
BLOCK = 4
DIKE_AWAY_M, SEA_DIKE_AWAY_M = 45.0, 340.0
SHORTEST_DIKE_M = 300.0
CREST_M = {'1': 6.0, '2': 5.0, '3': 4.8, '4': 4.0}
SIDES = {1: ('T', 'tả'), -1: ('H', 'hữu')}


def dikes(demo: Demo) -> Table:
    """A dike on either bank of every river, as far as it lies in the province, and one along each region's coast."""
    lines = [dike for river in demo.outline.rivers for dike in _river_dikes(demo, river)] + _sea_dikes(demo)
    columns = {
        'MA_DE': text([code for code, *_ in lines]),
        'TEN_DE': text([name for _, name, *_ in lines]),
        'LOAI_DE': text([kind for _, _, kind, *_ in lines]),
        'CAP_DE': text([grade for _, _, _, grade, _ in lines]),
        'CAO_TRINH': np.array([CREST_M[grade] for _, _, _, grade, _ in lines]),
    }
    return Table(np.array([line for *_, line in lines], dtype=object), columns, demo.srid)


type Dike = tuple[str, str, str, str, shapely.MultiLineString]


def _river_dikes(demo: Demo, river: River) -> list[Dike]:
    """Left and right dike of one river, open where another river comes in."""
    other_rivers = [
        other.line.buffer(other.width_m / 2 + DIKE_AWAY_M) for other in demo.outline.rivers if other is not river
    ]
    land = demo.outline.province.buffer(-20).difference(shapely.union_all([*other_rivers, river.water]))
    grade = '1' if river.width_m > 500 else '2' if river.width_m > 300 else '3' if river.width_m > 150 else '4'
    lines = []
    for side, (letter, word) in SIDES.items():
        bank = shapely.offset_curve(shapely.line_merge(river.line), side * (river.width_m / 2 + DIKE_AWAY_M))
        if line := _long_parts(shapely.intersection(bank, land)):
            lines.append((f'{river.code}-{letter}', f'Đê {word} {river.name}', 'river', grade, line))
    return lines


def _sea_dikes(demo: Demo) -> list[Dike]:
    """The dike behind the beach of each region by the sea."""
    mouths = shapely.union_all([river.water.buffer(DIKE_AWAY_M) for river in demo.outline.rivers])
    shore = demo.outline.coast.buffer(SEA_DIKE_AWAY_M + 20).difference(mouths)
    crest = demo.outline.province.buffer(-SEA_DIKE_AWAY_M).boundary.intersection(shore)
    lines = []
    for place in demo.province.regions:
        if line := _long_parts(crest.intersection(place.polygon)):
            unit = place.unit
            lines.append((f'DE-BIEN-{unit.code}', f'Đê biển {unit.short_name}', 'sea', '3', line))
    return lines


def _long_parts(line: BaseGeometry) -> shapely.MultiLineString | None:
    """The parts long enough for a dike, in whole centimetres, or None."""
    pieces = shapely.get_parts(shapely.line_merge(line))
    parts = pieces[(shapely.get_dimensions(pieces) == 1) & (shapely.length(pieces) > SHORTEST_DIKE_M)]
    return shapely.transform(shapely.multilinestrings(parts), lambda xy: np.round(xy, 2)) if len(parts) else None


def flood_zones(demo: Demo) -> Table:
    """Cells of 200 m by the depth of the water, for three levels of the sea, cut at the borders of units."""
    place, depth_at_zero = _blocks(demo)
    rows = []
    for level in SEA_LEVELS_CM:
        depth = level / 100 + depth_at_zero
        grade = sum((depth > limit).astype(np.uint8) for limit in DEPTHS_M.values())
        for unit, number, area in _by_unit(demo, place, np.asarray(grade, dtype=np.uint8)):
            rows.append((level, list(DEPTHS_M)[number - 1], unit, area))
    columns: dict[str, NDArray[np.generic]] = {
        'KICH_BAN': text([SCENARIO] * len(rows)),
        'NUOC_DANG': np.array([level for level, *_ in rows], dtype=np.int32),
        'CAP_SAU': text([depth for _, depth, *_ in rows]),
        code_column(demo.flooded_level): text([unit for _, _, unit, _ in rows]),
    }
    return Table(multi([area for *_, area in rows]), columns, demo.srid)


def _blocks(demo: Demo) -> tuple[Affine, Floats]:
    """Where the blocks of cells lie, and how far the sea is above their mean height; -inf where there is no land."""
    place, heights = demo.elevation
    rows, columns = (-(-size // BLOCK) * BLOCK for size in heights.shape)
    padded = np.full((rows, columns), np.nan)
    padded[: heights.shape[0], : heights.shape[1]] = np.where(heights == NODATA, np.nan, heights)
    blocks = padded.reshape(rows // BLOCK, BLOCK, columns // BLOCK, BLOCK)
    finite_count = np.isfinite(blocks).sum(axis=(1, 3))
    mean = np.nansum(blocks, axis=(1, 3)) / np.maximum(finite_count, 1)
    return place @ Affine.scale(BLOCK), np.where(finite_count > 0, -mean, -np.inf)


def _by_unit(demo: Demo, place: Affine, grade: NDArray[np.uint8]) -> list[tuple[str, int, BaseGeometry]]:
    """Unit, depth class (1 is the first) and area, where there is any."""
    features = []
    parts = [(shape(item), int(number)) for item, number in shapes(grade, grade > 0, transform=place)]
    numbers, tree = np.array([number for _, number in parts]), shapely.STRtree([part for part, _ in parts])
    for outlined in demo.units_of(demo.flooded_level):
        near = tree.query(outlined.polygon, 'intersects')
        for number in np.unique(numbers[near]):
            own = tree.geometries[np.sort(near[numbers[near] == number])]
            pieces = shapely.get_parts(shapely.intersection(shapely.coverage_union_all(own), outlined.polygon))
            area = pieces[(shapely.get_dimensions(pieces) == 2) & (shapely.area(pieces) > CELL_M)]
            if len(area):
                features.append((outlined.unit.code, int(number), shapely.multipolygons(area)))
    return features
