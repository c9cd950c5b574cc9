"""The province drawn once, part by part: what the writers of the files share."""

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.transform import Affine

from demo.buildings import Buildings, draw_buildings, lots_of
from demo.elevation import Heights, draw_elevation
from demo.lines import PowerLine, draw_power_lines, geometries
from demo.lots import Lots
from demo.outline import Outline
from demo.places import Facilities, place_facilities
from demo.register import later_states, units_in_force
from demo.roads import Roads, draw_roads
from demo.settlement import commune_of, dry_communes
from demo.units import Province, draw_units

# From this number of buildings on, the street network is as dense as the real one.
DENSE_FROM = 200_000
SPREAD_BELOW_DENSE = 3.0


class Demo:
    """The province drawn once; each part is drawn when it is first asked for."""

    def __init__(self, locality_path: Path, buildings: int, seed: int) -> None:
        self.count, self.seed, self.outline = buildings, seed, Outline()
        self.province: Province = draw_units(self.outline, units_in_force(locality_path), seed)
        self.later = later_states(locality_path)

    @property
    def prefix(self) -> str:
        """Start of every code that the demo makes up."""
        return str(self.outline.data['code_prefix'])

    @cached_property
    def roads(self) -> Roads:
        """The roads of the province, drawn at their first use."""
        return draw_roads(self.province, self.seed, denser=self.count >= DENSE_FROM)

    @cached_property
    def power_lines(self) -> list[PowerLine]:
        """The power lines of the province, drawn at their first use."""
        return draw_power_lines(self.outline)

    @cached_property
    def lots(self) -> Lots:
        """All building lots, drawn at their first use; some stay without a building."""
        return lots_of(self.province, self.roads, 1.0 if self.count >= DENSE_FROM else SPREAD_BELOW_DENSE, self.seed)

    @cached_property
    def lot_commune(self) -> NDArray[np.intp]:
        """Index of the commune on whose dry land each lot lies, or -1."""
        return commune_of(dry_communes(self.province), self.lots.centre)

    @cached_property
    def facilities(self) -> Facilities:
        """Schools and health facilities."""
        return place_facilities(self.province, self.lots, self.roads, geometries(self.power_lines), self.seed)

    @cached_property
    def buildings(self) -> Buildings:
        """The buildings on the lots, drawn at their first use."""
        power, sites = geometries(self.power_lines), self.facilities.lots
        return draw_buildings(self.province, self.roads, self.lots, sites, power, self.count, self.seed)

    @cached_property
    def elevation(self) -> tuple[Affine, Heights]:
        """The ground: where its cells lie, and their heights."""
        return draw_elevation(self.outline, self.seed)
