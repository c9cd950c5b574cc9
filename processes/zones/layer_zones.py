"""Values of a layer or raster inside zones, weighted by area or by the people who live there."""

from dataclasses import dataclass

import numpy as np
import shapely
from psycopg2 import sql

from dothi.core.arrays import Floats, Ints, point_geometries
from dothi.core.crs import proj_string
from dothi.core.layer import Layer
from dothi.core.released_raster import Raster
from etl.moving import move
from processes.data import HOMES, POPULATION, Data, Homes, Zones
from processes.reading.layers import column_identifier
from processes.zones.parts import kind_of, parts_of
from processes.zones.raster_zones import at_points, in_zones, move_shapes, pieces_of_cells
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
    value, condition = column_values(rows, name, layer, data)
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


def column_values(rows: sql.Composed, name: str, layer: Layer, data: Data) -> tuple[sql.Composed, sql.Composed]:
    """The SQL of a column as a number, and `here` of the features that have a value in it; raises NoSuchColumn."""
    value_column = column_identifier(layer, name, data.audience)
    return sql.SQL('{}::float8').format(value_column), sql.SQL('(select * from {} where {} is not null) here').format(
        rows, value_column
    )


@dataclass(frozen=True)
class Pieces:
    """A row for each piece, shape (n,). zone: number. value: of its feature. weight: how much it counts."""

    zone: Ints
    value: Floats
    weight: Floats


def at_homes(raster: Raster, band: str, homes: Homes, zones: Zones, srid: int) -> Pieces:
    """The people of each house with the value of the cell in which it stands."""
    crs = proj_string(srid), proj_string(raster.grid.srid)
    value = at_points(raster, band, shapely.get_coordinates(move(point_geometries(homes.xy), *crs)))
    inside = zones.membership(homes.xy)
    has_value = ~np.isnan(value[inside.place])
    home = inside.place[has_value]
    return Pieces(inside.zone[has_value], value[home], homes.population[home])


def on_grid(raster: Raster, band: str, people: Raster, zones: Zones, srid: int) -> tuple[Pieces, Floats]:
    """The people of each cell of a grid, cut by the zones, with the value under the piece; and all people by zone.

    The value is the mean under the piece, or the class that has most of it.
    """
    zone, parts, amount = pieces_of_cells(
        people, people.coverage.publish.band, move_shapes(zones.shapes, people.grid, srid)
    )
    middle = 'majority' if raster.coverage.bands[band].kind == 'category' else 'mean'
    value = in_zones(raster, band, move_shapes(parts, raster.grid, people.grid.srid), lambda _: None)[middle]
    has_value = ~np.isnan(value)
    everybody = np.bincount(zone, amount, minlength=len(zones.codes))
    return Pieces(zone[has_value], value[has_value], amount[has_value]), everybody


def people_of(homes: Homes, zones: Zones) -> Floats:
    """The people who live in each zone."""
    return zones.membership(homes.xy).sums(homes.population)


def lived_in(layer: Layer, rows: sql.Composed, name: str, zones: Zones, data: Data) -> Pieces:
    """The people of the houses that stand in polygons with a value, each with that value in every zone of theirs.

    Somebody whose house stands in two polygons has both values.
    """
    value, condition = column_values(rows, name, layer, data)
    homes, home_rows = data.source(HOMES)
    people = column_identifier(homes, POPULATION, data.audience)
    query = sql.SQL(
        'select ST_X(centre), ST_Y(centre), people, value from'
        ' (select ST_Centroid(geom) as centre, {}::float8 as people from {}) home'
        ' join (select {} as value, geom from {}) ground on ST_Intersects(ground.geom, centre) where people > 0'
    )
    columns = data.numbers(query.format(people, home_rows, value, condition), width=4)
    inside = zones.membership(columns[:, :2])
    return Pieces(inside.zone, columns[inside.place, 3], columns[inside.place, 2])
