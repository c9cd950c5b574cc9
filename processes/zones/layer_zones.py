"""Values of a layer's features inside zones."""

import numpy as np
from psycopg2 import sql

from dothi.core.arrays import Floats
from dothi.core.layer import Layer
from processes.data import Data, Zones
from processes.reading.layers import column_identifier
from processes.zones.parts import kind_of, parts_of
from processes.zones.weighted import Statistics, by_group


def place_points(rows: sql.Composed, data: Data) -> Floats:
    """The points by which features are counted, shape (n, 2): their own, or one on them."""
    query = 'select ST_X(place), ST_Y(place) from (select unit.place_of(geom) as place from {}) one'
    return data.numbers(sql.SQL(query).format(rows), width=2)


def statistics_of(
    layer: Layer, rows: sql.Composed, name: str, zones: Zones, zone_rows: sql.Composed, data: Data
) -> Statistics:
    """Statistics of a column by zone, as of `by_group`; what has no value is left out.

    A point counts once in every zone that it lies in.
    A line or polygon counts by the length or area of its part inside, and gives its value to the
    sum by the share that this is of the whole, so that sums over zones side by side add up to the layer's.
    """
    value, condition = known_values(rows, name, layer, data)
    if kind_of(layer) == 'Point':
        query = 'select ST_X(place), ST_Y(place), {} from (select *, unit.place_of(geom) as place from {}) one'
        columns = data.numbers(sql.SQL(query).format(value, condition), width=3)
        inside = zones.membership(columns[:, :2])
        return by_group(inside.zone, columns[inside.place, 2], np.ones(len(inside.place)), len(zones.codes))
    values = data.numbers(sql.SQL('select id::float8, {} from {} order by id').format(value, condition), width=2)
    parts = parts_of(layer, condition, zones, zone_rows, data)
    of_part = values[np.searchsorted(values[:, 0], parts.feature), 1]
    shared = np.bincount(parts.zone, of_part * parts.measure / parts.whole, minlength=len(zones.codes))
    return by_group(parts.zone, of_part, parts.measure, len(zones.codes)) | {'sum': shared}


def known_values(rows: sql.Composed, name: str, layer: Layer, data: Data) -> tuple[sql.Composed, sql.Composed]:
    """The SQL of a column as a number, and `here` of the features that have a value in it; raises NoSuchColumn."""
    value_column = column_identifier(layer, name, data.audience)
    return sql.SQL('{}::float8').format(value_column), sql.SQL('(select * from {} where {} is not null) here').format(
        rows, value_column
    )
