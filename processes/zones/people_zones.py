"""Values weighted by the people who have them."""

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
from processes.zones.layer_zones import known_values
from processes.zones.raster_zones import at_points, in_zones, move_shapes, pieces_of_cells


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
    value, condition = known_values(rows, name, layer, data)
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
