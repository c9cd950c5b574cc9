"""How far the corners of a polygon may move before it crosses itself: kept with each open version, for tiles."""

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.layer_columns import execute, first_row

# In degrees. Names of ours begin with dothi_, as a column of a layer file may have any other.
CLEARANCE = 'dothi_clearance'


def has_clearance(layer: Layer) -> bool:
    """Whether the layer's table has the column."""
    return layer.geometry.endswith('Polygon')


def withdraw_clearance(db: Connection, layer: Layer) -> None:
    """Drops the column where the layer file asks for another type of geometry: it could not be changed beneath it."""
    type_of_geometry = first_row(
        db,
        sql.SQL("select type from geometry_columns where f_table_schema = 'layer' and f_table_name = %s limit 1"),
        [layer.id],
    )
    if type_of_geometry and type_of_geometry[0].lower() != layer.geometry.lower():
        form = sql.SQL('alter table {} drop column if exists {}')
        execute(db, form.format(sql.Identifier('layer', layer.id), sql.Identifier(CLEARANCE)))


def add_clearance(db: Connection, layer: Layer) -> None:
    """Adds the column where it is missing. The database fills it, also with every row to come."""
    if not has_clearance(layer):
        return
    is_there = first_row(
        db,
        sql.SQL('select from pg_attribute where attrelid = %s::regclass and attname = %s and not attisdropped'),
        [f'layer."{layer.id}"', CLEARANCE],
    )
    if is_there is None:
        form = sql.SQL(
            'alter table {} add column {} double precision generated always as (ST_MinimumClearance(geom_wgs84)) stored'
        )
        execute(db, form.format(sql.Identifier('layer', layer.id), sql.Identifier(CLEARANCE)))
