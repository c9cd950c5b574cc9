"""What part of the ground a printed map is of: an extent, a unit, or all of the locality."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from psycopg2 import sql
from pydantic import BaseModel, ConfigDict, Field

from dothi.core.crs import WGS84, axis_order_yx, proj_string, transformer, units_per_metre
from dothi.core.errors import WrongUse, nearest
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Lang, Text
from dothi.core.unit_register import level_of
from processes.data import Data
from processes.inputs import LayerRef
from processes.printing.scale import Box
from processes.reading.layers import column_identifier, served_srid
from processes.reading.unit_layers import UnknownLevel, code_column, layer_of_level

# Farther from the origin of a plane system nothing lies on the earth.
FURTHEST_M = 1e8


class NoSuchUnit(WrongUse):
    """No unit that is in force has this code, or the locality has no such level."""


class BadExtent(WrongUse):
    """The corners of an extent span no area, or lie outside the coordinate system."""


class TwoPlaces(WrongUse):
    """An extent and a unit, of which a sheet shows one."""


class NoPlane(WrongUse):
    """The working CRS of the locality has no metres that a scale could be of."""


class Extent(BaseModel):
    """A bounding box in the order of axes of its system, as in the standard; CRS84 when none is named."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    bbox: list[float] = Field(min_length=4, max_length=4)
    crs: str | None = Field(None, max_length=100)


class Unit(BaseModel):
    """An administrative unit; the level may be left out."""

    model_config = ConfigDict(extra='forbid', frozen=True)

    code: str = Field(max_length=20)
    level: str | None = Field(None, max_length=40)


@dataclass(frozen=True)
class PrintArea:
    """box: west, south, east, north in metres of the working CRS. title: what the map is called if nobody says.

    outline: of a unit, in the working CRS. A unit without a name is called by its code.
    """

    box: Box
    title: str
    outline: shapely.Geometry | None = None


def place_of(extent: Extent | None, unit: Unit | None, datetime: str | None, data: Data, lang: Lang) -> PrintArea:
    """The part that is asked for; raises TwoPlaces, NoSuchUnit, BadExtent, UnservedCrs, NoPlane."""
    locality = data.locality
    if units_per_metre(locality.srid) != 1:
        raise NoPlane(
            vi=f'Hệ tọa độ làm việc {locality.place.crs} không tính bằng mét nên không có tỷ lệ bản đồ.',
            en=f'The working CRS {locality.place.crs} is not in metres, so a map in it has no scale.',
        )
    if extent is not None and unit is not None:
        raise TwoPlaces(
            vi='unit, extent: tờ bản đồ là của một đơn vị hoặc của một phạm vi. Bỏ một trong hai.',
            en='unit, extent: a sheet is of a unit or of an extent. Leave one of them out.',
        )
    if extent is not None:
        return PrintArea(_box_of_extent(extent, locality), locality.place.title.pick(lang))
    if unit is not None and unit.code != locality.place.unit_code:
        return _place_of_unit(unit, datetime, data)
    return PrintArea(_whole_box(datetime, data), locality.place.title.pick(lang))


def _box_of_extent(extent: Extent, locality: Locality) -> Box:
    srid = WGS84 if extent.crs is None else served_srid(extent.crs, locality)
    northing_first = extent.crs is not None and not extent.crs.endswith('CRS84') and axis_order_yx(srid)
    first, second, third, fourth = extent.bbox
    west, south, east, north = (second, first, fourth, third) if northing_first else (first, second, third, fourth)
    if not (west < east and south < north):
        raise _bad_extent(extent)
    return _move_box((west, south, east, north), srid, locality, extent)


def _move_box(box: Box, srid: int, locality: Locality, extent: Extent) -> Box:
    """The box in the working CRS that holds the whole of `box`, whose sides bend there."""
    moved = box
    if srid != locality.srid:
        moved = transformer(proj_string(srid), proj_string(locality.srid)).transform_bounds(*box, densify_pts=21)
    # what is not a number, or without end, is not below either
    if not (np.abs(moved) < FURTHEST_M).all():
        raise _bad_extent(extent)
    west, south, east, north = moved
    return float(west), float(south), float(east), float(north)


def _bad_extent(extent: Extent) -> BadExtent:
    corners = ', '.join(f'{value:g}' for value in extent.bbox)
    system = extent.crs or 'OGC:CRS84'
    return BadExtent(
        vi=f'extent.bbox={corners}: hãy viết góc nhỏ rồi góc lớn theo thứ tự trục của {system}, nằm trong vùng của hệ.',
        en=f'extent.bbox={corners}: write the lower and then the upper corner in the order of axes of {system}, '
        'inside the area of that system.',
    )


def _place_of_unit(unit: Unit, datetime: str | None, data: Data) -> PrintArea:
    layers = [*_unit_layers(unit.level, data)]
    for layer in layers:
        name = column_identifier(layer, (layer.publish.search or [layer.identifier])[0], data.audience)
        _, rows = data.source(LayerRef(layer.id, datetime=datetime))
        query = sql.SQL('select {}::text as name, ST_AsBinary(geom) as wkb from {} where {}::text = {} limit 1')
        for row in data.rows(query.format(name, rows, code_column(layer), sql.Literal(unit.code))):
            shape = shapely.from_wkb(bytes(row['wkb']))
            return PrintArea(box_of(shape), row['name'] or unit.code, shape)
    raise _no_such_unit(unit, layers, datetime, data)


def _unit_layers(level: str | None, data: Data) -> Iterator[Layer]:
    """The layers of units that the audience may see, of one level or of all, from large units to small ones.

    Raises NoSuchUnit for a level that there is not.
    """
    locality = data.locality
    try:
        layer_ids = [layer_of_level(level, locality).id] if level is not None else locality.place.unit_layers
    except UnknownLevel as error:
        raise NoSuchUnit(vi=f'unit.level: {error.text.vi}', en=f'unit.level: {error.text.en}') from None
    visible = locality.layers_for(data.audience)
    return (visible[name] for name in layer_ids if name in visible and data.is_released(name))


def first_unit_layer(data: Data) -> Layer | None:
    """The layer of the largest units that are there."""
    return next(_unit_layers(None, data), None)


def _no_such_unit(unit: Unit, layers: list[Layer], datetime: str | None, data: Data) -> NoSuchUnit:
    codes: list[str] = []
    for layer in layers:
        _, rows = data.source(LayerRef(layer.id, datetime=datetime))
        code_rows = data.rows(sql.SQL('select {}::text as code from {}').format(code_column(layer), rows))
        codes += [row['code'] for row in code_rows]
    near = nearest(unit.code, codes)
    hint = Text(vi=f'Có phải "{near}"?', en=f'Did you mean "{near}"?') if near else Text(vi='', en='')
    levels = ', '.join(str(level_of(layer) or layer.id) for layer in layers)
    return NoSuchUnit(
        vi=f'Không có đơn vị mã "{unit.code}" ({levels}) đang có hiệu lực. {hint.vi}'.rstrip(),
        en=f'There is no unit with the code "{unit.code}" ({levels}) in force. {hint.en}'.rstrip(),
    )


def _whole_box(datetime: str | None, data: Data) -> Box:
    """The box of the largest units that are there, or the extent that the locality names."""
    for layer in _unit_layers(None, data):
        _, rows = data.source(LayerRef(layer.id, datetime=datetime))
        (row,) = data.rows(sql.SQL('select ST_AsBinary(ST_Extent(geom)::geometry) as wkb from {}').format(rows))
        if row['wkb'] is not None:
            return box_of(shapely.from_wkb(bytes(row['wkb'])))
    locality = data.locality
    extent = Extent(bbox=list(locality.place.extent_wgs84))
    return _move_box(locality.place.extent_wgs84, WGS84, locality, extent)


def unit_layer(level: str, data: Data) -> Layer:
    """The released layer of a level of units; raises NoSuchUnit."""
    layer = next(_unit_layers(level, data), None)
    if layer is None:
        raise NoSuchUnit(
            vi=f'unit.level: cấp "{level}" chưa có dữ liệu.', en=f'unit.level: the level "{level}" has no data yet.'
        )
    return layer


def box_of(shape: shapely.Geometry) -> Box:
    """West, south, east, north of a shape."""
    west, south, east, north = shapely.bounds(shape)
    return float(west), float(south), float(east), float(north)
