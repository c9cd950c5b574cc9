"""The province drawn once, part by part: what the writers of the files share."""

import json
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rasterio.transform import Affine

from demo.addresses import Addresses, assign_addresses
from demo.buildings import Buildings, draw_buildings, lots_of
from demo.elevation import Heights, draw_elevation
from demo.files import Table
from demo.lines import PowerLine, draw_power_lines, geometries
from demo.lots import Lots
from demo.outline import Outline
from demo.places import Facilities, place_facilities
from demo.points import DRAWN, read_sites
from demo.ranges import within_ranges
from demo.register import Unit, later_states, units_in_force
from demo.roads import Roads, draw_roads
from demo.settlement import commune_of, dry_communes
from demo.sketch import Sketch
from demo.surroundings import LAYER, read_surroundings
from demo.units import Place, Province, draw_units
from dothi.core.locality import load_locality
from dothi.core.place import Place as LocalityPlace

# From this number of buildings on, the street network is as dense as the real one.
DENSE_FROM = 200_000
VN2000_UTM = (3405, 3406)
SPREAD_BELOW_DENSE = 3.0


def outline_of(locality_path: Path, units: list[Unit], place: LocalityPlace) -> Outline:
    """What is drawn for the locality, or else made up around the points of its communes; raises NoOutline."""
    if (drawn := locality_path / DRAWN).exists():
        return Outline(json.loads(drawn.read_text(encoding='utf-8')))
    communes = [unit for unit in units if unit.level == units[-1].level]
    prefix = ''.join(word[0] for word in place.id.split('_')).upper()
    return Sketch(read_sites(locality_path, communes, place.crs), place.crs, prefix, place.sea_bearing_deg)


class Demo:
    """The province drawn once; each part is drawn when it is first asked for."""

    def __init__(self, locality_path: Path, buildings: int, seed: int) -> None:
        units, locality = units_in_force(locality_path), load_locality(locality_path)
        place = locality.place
        self.count, self.seed, self.outline = buildings, seed, outline_of(locality_path, units, place)
        self.levels = list(dict.fromkeys(unit.level for unit in units))
        self.unit_layers = {name: level.layer or name for name, level in place.levels.items()}
        self.province: Province = draw_units(self.outline, self.outline.counted(units), seed)
        self.later = later_states(locality_path)
        self.utm_srid = next((srid for srid in VN2000_UTM if f'EPSG:{srid}' in place.served_crs), None)
        self._layers = locality.layers
        self.surroundings = read_surroundings(locality_path) if LAYER in locality.layers else None

    def units_of(self, level: str) -> list[Place]:
        """The units of a level of the register."""
        return (self.province.larger | {self.levels[-1]: self.province.communes})[level]

    @property
    def flooded_level(self) -> str:
        """The level at whose borders flood zones are cut: that whose units their layer names, else the smallest."""
        flood_zones = self._layers.get('flood_zones')
        columns = flood_zones.columns.values() if flood_zones else ()
        named = {column.unit_layer for column in columns}
        return next((level for level in self.levels if self.unit_layers[level] in named), self.levels[-1])

    def with_valid_figures(self, layer: str, table: Table) -> Table:
        """The table with figures that the locality's layer takes."""
        return within_ranges(table, self._layers.get(layer))

    @property
    def srid(self) -> int:
        """EPSG number of the system in which everything is drawn."""
        return self.outline.srid

    @property
    def prefix(self) -> str:
        """Start of every code that the demo makes up."""
        return str(self.outline.data['code_prefix'])

    @cached_property
    def roads(self) -> Roads:
        """The roads of the province, drawn at their first use; in towns the names are those of `addresses`."""
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
    def addresses(self) -> Addresses:
        """The names of the streets, and the house number of every lot along them."""
        return assign_addresses(self.province, self.roads, self.lots, self.seed)

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
