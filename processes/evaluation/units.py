"""The administrative units that indicators are told by: those of one day, from the smallest level up to the whole."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import shapely
from psycopg2 import sql

from dothi.core.errors import NotFound, did_you_mean
from dothi.core.layer import Layer
from dothi.core.layer_source import day
from dothi.core.locality import Locality
from dothi.core.unit_register import UnitVersion, layer_of, level_of, unit_register
from processes.data import Data
from processes.inputs import LayerRef
from processes.reading.layers import NotDelivered

# The level of the one unit that holds all others.
WHOLE = 'province'


class UnknownLevel(NotFound):
    """The locality tells units of other levels."""


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
        """The unit above each."""
        return {code: unit.parent for code, unit in self.units.items()}

    def of(self, *levels: str) -> Iterator[Unit]:
        """The units of some levels, in order."""
        return (unit for unit in self.units.values() if unit.level in levels)

    def down_to(self, level: str) -> list[str]:
        """The levels from the largest to `level`."""
        return self.levels[: self.levels.index(level) + 1]


def known_levels(locality: Locality) -> list[str]:
    """The levels of the locality's register that a layer shows, from the largest to the smallest, the whole first."""
    levels = [level_of(locality.layers[name]) for name in locality.place.unit_layers if name in locality.layers]
    return [WHOLE, *(level for level in levels if level)]


def must_be_known(level: str, locality: Locality) -> None:
    """Raises UnknownLevel with the nearest level."""
    levels = known_levels(locality)
    if level not in levels:
        hint = did_you_mean(level, levels)
        raise UnknownLevel(vi=f'Không có cấp "{level}". {hint.vi}', en=f'There is no level "{level}". {hint.en}')


def read_units(data: Data, on: date) -> Units:
    """Every unit that was in force on the day `on`, and the whole, whose outline is that of all the smallest.

    A level without units on that day is left out, as districts are after they were abolished; a parent that is not
    there is the whole then. Raises NoUnits, or NotDelivered where their outlines are missing.
    """
    register = unit_register(data.locality)
    levels = [level for level in known_levels(data.locality)[1:] if register.on(on, level)]
    if not levels:
        raise NoUnits(vi=f'Không có đơn vị hành chính nào ngày {on}.', en=f'No units were in force on {on}.')
    whole = _whole_area(levels[-1], on, data)
    units = {whole.code: whole}
    for level in levels:
        units |= {unit.code: unit for unit in _of_level(level, on, data, above=units)}
    undrawn = [unit.code for level in levels for unit in register.on(on, level) if unit.code not in units]
    return Units(on, [WHOLE, *levels], units, undrawn)


def unit_outlines(level: str, on: date, data: Data) -> tuple[Layer, sql.Composed]:
    """The layer that shows a level, and SQL of its units on a day: `code`, `geom`, `geom_wgs84`."""
    layer = layer_of(level, data.locality)
    assert layer is not None  # noqa: S101 (known_levels are those that a layer shows)
    _, rows = data.source(LayerRef(layer.id), times=day(on))
    code = sql.Identifier(layer.register_.key if layer.register_ else layer.identifier)
    return layer, sql.SQL('(select {}::text as code, geom, geom_wgs84 from {}) outline').format(code, rows)


def _of_level(level: str, on: date, data: Data, above: dict[str, Unit]) -> list[Unit]:
    layer, rows = unit_outlines(level, on, data)
    query = 'select code, ST_AsBinary(geom) as wkb, ST_AsGeoJSON(geom_wgs84, 7) as geometry from {}'
    drawn_rows = {row['code']: row for row in data.rows(sql.SQL(query).format(rows))}
    listed = sorted(unit_register(data.locality).on(on, level), key=lambda unit: unit.code)
    units = [
        _outlined_unit(unit, drawn_rows[unit.code], above, data.locality) for unit in listed if unit.code in drawn_rows
    ]
    if not units:
        derive = f'dothi units derive --level {level} --date {on}'
        raise NotDelivered(
            vi=f'Lớp "{layer.id}" chưa có ranh giới ngày {on}. Nạp tệp, hoặc "{derive}".',
            en=f'The layer "{layer.id}" has no outlines of {on}. Deliver them, or "{derive}".',
        )
    return units


def _outlined_unit(version: UnitVersion, row: dict[str, Any], above: dict[str, Unit], locality: Locality) -> Unit:
    """A unit with its outline; one whose parent is not there lies right below the whole."""
    parent = version.parent_code if version.parent_code in above else locality.place.unit_code
    return Unit(version.code, version.name, version.level, parent, bytes(row['wkb']), json.loads(row['geometry']))


def _whole_area(smallest: str, on: date, data: Data) -> Unit:
    _, rows = unit_outlines(smallest, on, data)
    query = (
        'select ST_AsBinary(ST_Multi(ST_Union(geom))) as wkb,'
        ' ST_AsGeoJSON(ST_Multi(ST_Union(geom_wgs84)), 7) as geometry from {}'
    )
    (row,) = data.rows(sql.SQL(query).format(rows))
    place = data.locality.place
    wkb = bytes(row['wkb']) if row['wkb'] else shapely.to_wkb(shapely.MultiPolygon())
    return Unit(place.unit_code, place.title.vi, WHOLE, None, wkb, json.loads(row['geometry'] or 'null'))
