"""The layers that show units of a level, for analyses that name a level and a day."""

import json
from datetime import date
from typing import Any

from psycopg2 import sql

from dothi.core.errors import NotFound, WrongUse
from dothi.core.layer import Layer
from dothi.core.layer_source import day
from dothi.core.locality import Locality
from dothi.core.unit_register import layer_of, level_of
from processes.data import Data
from processes.inputs import LayerRef
from processes.reading.layers import NotDelivered


class UnknownLevel(NotFound):
    """The locality has no layer that shows units of this level."""


class BadDay(WrongUse):
    """The text of an input names no day of the calendar."""


def day_of(text: str) -> date:
    """The day that an input of the form YYYY-MM-DD means; raises BadDay."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDay(
            vi=f'Không có ngày {text}. Viết năm, tháng, ngày, như 2024-10-01.',
            en=f'There is no day {text}. Write year, month and day, such as 2024-10-01.',
        ) from None


def levels_of(locality: Locality) -> list[str]:
    """The levels of the locality's register that a layer shows, from the largest to the smallest."""
    levels = [level_of(locality.layers[name]) for name in locality.place.unit_layers if name in locality.layers]
    return [level for level in levels if level]


def require_level(level: str, levels: list[str]) -> None:
    """Raises UnknownLevel with the nearest level."""
    if level not in levels:
        raise UnknownLevel.with_suggestion(
            level, levels, vi=f'Không có cấp "{level}".', en=f'There is no level "{level}".'
        )


def layer_of_level(level: str, locality: Locality) -> Layer:
    """The layer that shows the units of a level; raises UnknownLevel."""
    require_level(level, levels_of(locality))
    layer = layer_of(level, locality)
    assert layer is not None  # noqa: S101 (levels_of are those that a layer shows)
    return layer


def code_column(layer: Layer) -> sql.Identifier:
    """The column with a unit's code."""
    return sql.Identifier(layer.register_.key if layer.register_ else layer.identifier)


def unit_outlines(unit_layer: Layer, on: date, data: Data) -> sql.Composed:
    """SQL of the units on a day, to select from: `code`, `geom` and `geom_wgs84` of `outline`."""
    _, rows = data.source(LayerRef(unit_layer.id), times=day(on))
    return sql.SQL('(select {}::text as code, geom, geom_wgs84 from {}) outline').format(code_column(unit_layer), rows)


def read_outlines(unit_layer: Layer, on: date, data: Data) -> dict[str, dict[str, Any]]:
    """GeoJSON in CRS84 of the units' outlines on a day, by code; raises NotDelivered where there is none."""
    query = sql.SQL('select code, ST_AsGeoJSON(geom_wgs84, 7) as geometry from {}')
    outline_rows = data.rows(query.format(unit_outlines(unit_layer, on, data)))
    if not outline_rows:
        raise no_outlines(unit_layer, on)
    return {row['code']: json.loads(row['geometry']) for row in outline_rows}


def no_outlines(unit_layer: Layer, on: date) -> NotDelivered:
    """The error for units without outlines on a day."""
    derive = f'dothi units derive --level {level_of(unit_layer)} --date {on}'
    return NotDelivered(
        vi=f'Lớp "{unit_layer.id}" chưa có ranh giới ngày {on}. Nạp tệp, hoặc "{derive}".',
        en=f'The layer "{unit_layer.id}" has no outlines of {on}. Deliver them, or "{derive}".',
    )
