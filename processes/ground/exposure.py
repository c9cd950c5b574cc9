"""What stands in water: things added up by zone and depth class, as the tiles of a flood come in.

Pure functions and one running total, on arrays; no database.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dothi.core.arrays import Floats, Ints
from dothi.core.grid import Grid
from processes.ground.flooding import grade_depths
from processes.ground.geotiff import Heights
from processes.ground.tiles import Tile, by_tile, values_at
from processes.zones.membership import Membership

type Grades = NDArray[np.uint8]


@dataclass(frozen=True)
class ExposedLayer:
    """Things on the ground. cell: where each is, -1 off the grid; amounts: what each counts for, by the name of the
    measure; row: of the sums in which it counts, or None where the zones of its cell are its own; all of shape (n,).
    """

    cell: Ints
    amounts: dict[str, Floats]
    row: Ints | None = None


def things_in(cell: Ints, amounts: dict[str, Floats], inside: Membership) -> ExposedLayer:
    """Things that have zones of their own, once for every row of the sums in which they count."""
    outside, zoned = np.flatnonzero(inside.outside), np.flatnonzero(~inside.outside)
    row = np.concatenate([inside.place, outside, zoned])
    rows = [inside.zone, np.full(len(outside), inside.zones), np.full(len(zoned), inside.zones + 1)]
    return ExposedLayer(cell[row], {name: amount[row] for name, amount in amounts.items()}, np.concatenate(rows))


@dataclass
class Tally:
    """Sums by zone and depth class: for each measure shape (zones + 2, classes + 1).

    A row for each zone, row `outside` for what lies in none, row `together` for what lies in any of them, counted once
    where zones overlap. Column 0 is what stays dry.
    """

    grid: Grid
    tiles: list[Tile]
    zones: int
    bounds_m: list[float]
    layers: list[ExposedLayer]
    sums: dict[str, Floats] = field(default_factory=dict)
    _of_tile: list[list[Ints]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Puts everything in its tile; what lies off the grid is dry, and in no zone where cells tell the zone."""
        self._of_tile = [by_tile(layer.cell, self.grid, self.tiles) for layer in self.layers]
        for layer in self.layers:
            off = np.flatnonzero(layer.cell < 0)
            nowhere = np.full(len(off), self.outside) if layer.row is None else layer.row[off]
            self._add_layer(layer, off, nowhere, np.zeros(len(off), dtype=np.uint8))

    @property
    def outside(self) -> int:
        """Number of the row for what lies in no zone."""
        return self.zones

    @property
    def together(self) -> int:
        """Number of the row for all zones together."""
        return self.zones + 1

    def add(self, number: int, depths: Heights, zones: list[Ints]) -> Grades:
        """Adds the things of a tile and the area of zones in it; returns the class of its cells, 0 where it is dry.

        number: of the tile. zones: number of each cell's zone, -1 outside, for each set of zones that do not overlap;
        shape of the tile, as `depths` has it.
        """
        graded, rows = grade_depths(depths, self.bounds_m), self._rows_of_zones(zones, depths.shape)
        cell_ha = self.grid.cell_width * self.grid.cell_height / 1e4
        for row in rows:
            zoned = (row >= 0) & (row != self.outside)
            self._sum_by_class('hectares', row[zoned], graded[zoned], None, cell_ha)
        for layer, of_tile in zip(self.layers, self._of_tile, strict=True):
            self._add_in_tile(layer, of_tile[number], self.tiles[number], rows, graded)
        return graded

    def _rows_of_zones(self, zones: list[Ints], shape: tuple[int, ...]) -> list[Ints]:
        """The rows in which each cell counts, -1 for none: one for each set of zones, and one for all or none."""
        inside = np.zeros(shape, dtype=bool)
        for zone in zones:
            inside |= zone >= 0
        return [*zones, np.where(inside, self.together, self.outside)]

    def _add_in_tile(self, layer: ExposedLayer, mine: Ints, tile: Tile, rows: list[Ints], graded: Grades) -> None:
        cells = layer.cell[mine]
        own = values_at(graded, cells, self.grid, tile)
        if layer.row is not None:
            self._add_layer(layer, mine, layer.row[mine], own)
            return
        for row in rows:
            at = values_at(row, cells, self.grid, tile)
            self._add_layer(layer, mine[at >= 0], at[at >= 0], own[at >= 0])

    def _add_layer(self, layer: ExposedLayer, mine: Ints, row: Ints, graded: Grades) -> None:
        for measure, amounts in layer.amounts.items():
            self._sum_by_class(measure, row, graded, amounts[mine])

    def _sum_by_class(self, measure: str, row: Ints, graded: Grades, amounts: Floats | None, each: float = 1.0) -> None:
        """amounts: of each, or None where all are one; each: what one is in the unit of the measure."""
        classes = len(self.bounds_m) + 2
        sums = np.bincount(row * classes + graded, weights=amounts, minlength=(self.zones + 2) * classes)
        table = np.asarray(sums * each, dtype=np.float64).reshape(self.zones + 2, classes)
        self.sums[measure] = self.sums.get(measure, np.zeros_like(table)) + table


def class_names(bounds_m: list[float]) -> list[str]:
    """Names of the depth classes: `to_0_2_m`, ..., `over_1_m`."""
    bounds = [f'{bound:g}'.replace('.', '_') for bound in bounds_m]
    return [*(f'to_{bound}_m' for bound in bounds), f'over_{bounds[-1]}_m']


def exposure_figures(sums: dict[str, Floats], row: int, names: list[str]) -> dict[str, Any]:
    """The figures of one row of the sums: of each measure what is under water, in all and by class."""
    members: dict[str, Any] = {}
    for measure, table in sums.items():
        by_class = table[row]
        members |= {measure: _round_amount(measure, by_class[1:].sum())}
        members |= {
            f'{measure}_{name}': _round_amount(measure, part) for name, part in zip(names, by_class[1:], strict=True)
        }
    people, hectares = (sums[measure][row].sum() for measure in ('people', 'hectares'))
    return members | {
        'population': round(people),
        'share_people': round(members['people'] / people, 6) if people else None,
        'area_ha': round(hectares, 2),
        'share_area': round(members['hectares'] / hectares, 6) if hectares else None,
    }


def outside_figures(tally: Tally) -> dict[str, float]:
    """What is under water and in no zone, by measure and `_outside_zones`; no hectares, as most of that is the sea."""
    sums = {measure: table[tally.outside, 1:].sum() for measure, table in tally.sums.items() if measure != 'hectares'}
    return {f'{measure}_outside_zones': _round_amount(measure, amount) for measure, amount in sums.items()}


def _round_amount(measure: str, amount: float) -> float:
    """Kilometres to the metre, hectares to the tenth of an are; people and things are whole."""
    places = {'road_km': 3, 'hectares': 2}.get(measure)
    return round(amount) if places is None else round(amount, places)
