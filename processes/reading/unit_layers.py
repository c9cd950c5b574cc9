"""The layers that show units of a level, for analyses that name a level and a day."""

import json
from datetime import date
from typing import Any

from psycopg2 import sql

from dothi.core.errors import NotFound, WrongUse, did_you_mean
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
    """No day of the calendar."""


def day_of(text: str) -> date:
    """The day that an input of the form YYYY-MM-DD means; raises BadDay."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadDay(
            vi=f'Không có ngày {text}. Viết năm, tháng, ngày, như 2024-10-01.',
            en=f'There is no day {text}. Write year, month and day, such as 2024-10-01.',
        ) from None


def layer_of_level(level: str, locality: Locality) -> Layer:
    """The layer that shows the units of a level; raises UnknownLevel with the nearest one."""
    layer = layer_of(level, locality)
    if layer is None:
        levels = [level_of(locality.layers[name]) for name in locality.place.unit_layers if name in locality.layers]
        hint = did_you_mean(level, [name for name in levels if name])
        raise UnknownLevel(vi=f'Không có cấp "{level}". {hint.vi}', en=f'There is no level "{level}". {hint.en}')
    return layer


def code_column(layer: Layer) -> sql.Identifier:
    """The column with a unit's code."""
    return sql.Identifier(layer.register_.key if layer.register_ else layer.identifier)


def read_outlines(unit_layer: Layer, on: date, data: Data) -> dict[str, dict[str, Any]]:
    """GeoJSON in CRS84 of the units' outlines on a day, by code; raises NotDelivered where there is none."""
    _, rows = data.source(LayerRef(unit_layer.id), times=day(on))
    query = sql.SQL('select {}::text as code, ST_AsGeoJSON(geom_wgs84, 7) as geometry from {}')
    outline_rows = data.rows(query.format(code_column(unit_layer), rows))
    if not outline_rows:
        derive = f'dothi units derive --level {level_of(unit_layer)} --date {on}'
        raise NotDelivered(
            vi=f'Lớp "{unit_layer.id}" chưa có ranh giới ngày {on}. Nạp tệp, hoặc "{derive}".',
            en=f'The layer "{unit_layer.id}" has no outlines of {on}. Deliver them, or "{derive}".',
        )
    return {row['code']: json.loads(row['geometry']) for row in outline_rows}
