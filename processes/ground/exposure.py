"""What stands in water: things added up by zone and depth class, as the tiles of a flood come in.

Pure functions and one running total, on arrays; no database.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dothi.core.grid import Grid
from processes.ground.elevation import Heights
from processes.ground.flooding import grade
from processes.ground.tiles import Tile, by_tile, values_at
from processes.ways.network import Floats, Ints

type Grades = NDArray[np.uint8]


@dataclass(frozen=True)
class Things:
    """Things on the ground. cell: where each is, -1 off the grid; zone: number of its zone, -1 outside all, or None
    where the cell's zone is its own; amounts: what each counts for, by the name of the measure; all of shape (n,).
    """

    cell: Ints
    amounts: dict[str, Floats]
    zone: Ints | None = None


@dataclass
class Tally:
    """Sums by zone and depth class: for each measure shape (zones + 1, classes + 1).

    The last row is for what lies outside every zone, so that nothing is lost; column 0 is what stays dry.
    """

    grid: Grid
    tiles: list[Tile]
    zones: int
    bounds_m: list[float]
    things: list[Things]
    sums: dict[str, Floats] = field(default_factory=dict)
    _of_tile: list[list[Ints]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Puts everything in its tile; what lies off the grid is dry."""
        self._of_tile = [by_tile(one.cell, self.grid, self.tiles) for one in self.things]
        for one in self.things:
            off = np.flatnonzero(one.cell < 0)
            nowhere = np.full(len(off), -1) if one.zone is None else one.zone[off]
            self._add(one, off, nowhere, np.zeros(len(off), dtype=np.uint8))

    def add(self, number: int, depths: Heights, zone: Ints) -> Grades:
        """Adds the things of a tile and the area of zones in it; returns the class of its cells, 0 where it is dry.

        number: of the tile. zone: number of each cell's zone, -1 outside; shape of the tile, as `depths` has it.
        """
        tile, graded = self.tiles[number], grade(depths, self.bounds_m)
        cell_ha = self.grid.cell_width * self.grid.cell_height / 1e4
        zoned = zone >= 0
        self._sum('hectares', zone[zoned], graded[zoned], None, cell_ha)
        for one, of_tile in zip(self.things, self._of_tile, strict=True):
            mine = of_tile[number]
            cells = one.cell[mine]
            own = values_at(zone, cells, self.grid, tile) if one.zone is None else one.zone[mine]
            self._add(one, mine, own, values_at(graded, cells, self.grid, tile))
        return graded

    def _add(self, one: Things, mine: Ints, zone: Ints, graded: Grades) -> None:
        for measure, amounts in one.amounts.items():
            self._sum(measure, zone, graded, amounts[mine])

    def _sum(self, measure: str, zone: Ints, graded: Grades, amounts: Floats | None, each: float = 1.0) -> None:
        """amounts: of each, or None where all are one; each: what one is in the unit of the measure."""
        classes = len(self.bounds_m) + 2
        place = np.where(zone < 0, self.zones, zone) * classes + graded
        found = np.bincount(place, weights=amounts, minlength=(self.zones + 1) * classes)
        table = np.asarray(found * each, dtype=np.float64).reshape(self.zones + 1, classes)
        self.sums[measure] = self.sums.get(measure, np.zeros_like(table)) + table


def class_names(bounds_m: list[float]) -> list[str]:
    """Names of the depth classes: `to_0_2_m`, ..., `over_1_m`."""
    told = [f'{bound:g}'.replace('.', '_') for bound in bounds_m]
    return [*(f'to_{bound}_m' for bound in told), f'over_{told[-1]}_m']


def figures(sums: dict[str, Floats], row: int | slice, names: list[str]) -> dict[str, Any]:
    """The figures of one zone, or of several together: of each measure what is under water, in all and by class."""
    found: dict[str, Any] = {}
    for measure, table in sums.items():
        by_class = np.atleast_2d(table[row]).sum(axis=0)
        found |= {measure: _rounded(measure, by_class[1:].sum())}
        found |= {f'{measure}_{name}': _rounded(measure, part) for name, part in zip(names, by_class[1:], strict=True)}
    people, hectares = (np.atleast_2d(sums[measure][row]).sum() for measure in ('people', 'hectares'))
    return found | {
        'population': round(people),
        'share_people': round(found['people'] / people, 6) if people else None,
        'area_ha': round(hectares, 2),
        'share_area': round(found['hectares'] / hectares, 6) if hectares else None,
    }


def _rounded(measure: str, amount: float) -> float:
    """Kilometres to the metre, hectares to the tenth of an are; people and things are whole."""
    places = {'road_km': 3, 'hectares': 2}.get(measure)
    return round(amount) if places is None else round(amount, places)
