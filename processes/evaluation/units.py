"""The administrative units that indicators are told by: those of one day, from the smallest level up to the whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from psycopg2 import sql

from dothi.core.errors import NotFound
from dothi.core.locality import Locality
from dothi.core.unit_register import UnitVersion, unit_register
from processes.data import Data
from processes.reading.unit_layers import layer_of_level, levels_of, no_outlines, unit_outlines

# The level of the one unit that holds all others.
WHOLE = 'province'


class NoUnits(NotFound):
    """No unit of the smallest level was in force on the day."""


@dataclass(frozen=True)
class Unit:
    """One unit. wkb: MultiPolygon in the working CRS; geometry: GeoJSON in CRS84; parent: None above the largest."""

    code: str
    name: str
    level: str
    parent: str | None
    wkb: bytes
    geometry: dict[str, object]


@dataclass(frozen=True)
class Units:
    """The units in force on a day. levels: from the largest to the smallest; units: by code, in the same order.

    undrawn: codes of those whose outline the layers lack, so that nothing can be counted in them.
    """

    on: date
    levels: list[str]
    units: dict[str, Unit]
    undrawn: list[str]

    @property
    def parents(self) -> dict[str, str | None]:
        """By unit: the code of the unit above it."""
        return {code: unit.parent for code, unit in self.units.items()}

    def of(self, *levels: str) -> Iterator[Unit]:
        """The units of some levels, from the largest to the smallest."""
        return (unit for unit in self.units.values() if unit.level in levels)

    def down_to(self, level: str) -> list[str]:
        """The levels from the largest to `level`."""
        return self.levels[: self.levels.index(level) + 1]


def levels_of_figures(locality: Locality) -> list[str]:
    """The levels that figures can be told by, from the largest to the smallest, the whole first."""
    return [WHOLE, *levels_of(locality)]


def read_units(data: Data, on: date) -> Units:
    """Every unit that was in force on the day `on`, and the whole, whose outline is that of all the smallest.

    A level without units on that day is left out, as one that was abolished before; a parent that is not
    there is the whole then. Raises NoUnits, or NotDelivered where their outlines are missing.
    """
    register = unit_register(data.locality)
    levels = [level for level in levels_of(data.locality) if register.on(on, level)]
    if not levels:
        raise NoUnits(vi=f'Không có đơn vị hành chính nào ngày {on}.', en=f'No units were in force on {on}.')
    whole = _whole_area(levels[-1], on, data)
    units = {whole.code: whole}
    for level in levels:
        units |= {unit.code: unit for unit in _of_level(level, on, data, above=units)}
    undrawn = [unit.code for level in levels for unit in register.on(on, level) if unit.code not in units]
    return Units(on, [WHOLE, *levels], units, undrawn)


def _of_level(level: str, on: date, data: Data, above: dict[str, Unit]) -> list[Unit]:
    layer = layer_of_level(level, data.locality)
    query = 'select code, ST_AsBinary(geom) as wkb, ST_AsGeoJSON(geom_wgs84, 7) as geometry from {}'
    outline_rows = {row['code']: row for row in data.rows(sql.SQL(query).format(unit_outlines(layer, on, data)))}
    listed = sorted(unit_register(data.locality).on(on, level), key=lambda unit: unit.code)
    units = [
        _outlined_unit(unit, outline_rows[unit.code], above, data.locality)
        for unit in listed
        if unit.code in outline_rows
    ]
    if not units:
        raise no_outlines(layer, on)
    return units


def _outlined_unit(version: UnitVersion, row: dict[str, Any], above: dict[str, Unit], locality: Locality) -> Unit:
    """A unit with its outline; one whose parent is not there lies right below the whole."""
    parent = version.parent_code if version.parent_code in above else locality.place.unit_code
    return Unit(version.code, version.name, version.level, parent, bytes(row['wkb']), json.loads(row['geometry']))


def _whole_area(smallest: str, on: date, data: Data) -> Unit:
    rows = unit_outlines(layer_of_level(smallest, data.locality), on, data)
    query = (
        'select ST_AsBinary(ST_Multi(ST_Union(geom))) as wkb,'
        ' ST_AsGeoJSON(ST_Multi(ST_Union(geom_wgs84)), 7) as geometry from {}'
    )
    (row,) = data.rows(sql.SQL(query).format(rows))
    place = data.locality.place
    wkb = bytes(row['wkb']) if row['wkb'] else shapely.to_wkb(shapely.MultiPolygon())
    return Unit(place.unit_code, place.title.vi, WHOLE, None, wkb, json.loads(row['geometry'] or 'null'))
