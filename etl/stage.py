"""Staged rows: a table of the delivery's own, filled by COPY."""

import io

import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.layer_sync import create_table
from dothi.core.tables import staging_table
from etl.binary_copy import FieldType, binary_copy
from etl.prepare import Prepared

# What is read from memory at a time for the server; psycopg2's own 8 KB take a call of Python each.
READ_BYTES = 1 << 20


def create(db: Connection, layer: Layer, srid: int, name: str, *, ahead: bool = False) -> None:
    """Makes staging.<name> in the caller's transaction: it is gone when the transaction does not end well.

    ahead: whether the server works out geom_wgs84 as the rows come in, for a release that adds all of them.
    """
    create_table(db, staging_table(layer, srid, name, ahead=ahead))


def copy(db: Connection, layer: Layer, name: str, rows: Prepared) -> None:
    """Appends the good rows of a batch to staging.<name>."""
    if not len(rows.geometry):
        return
    columns = ['id', *layer.columns, 'geom']
    statement = sql.SQL('copy {} ({}) from stdin (format binary)').format(
        sql.Identifier('staging', name), sql.SQL(', ').join(map(sql.Identifier, columns))
    )
    with db.cursor() as cursor:
        cursor.copy_expert(statement.as_string(db), _as_binary(rows, layer), READ_BYTES)


def drop(db: Connection, name: str) -> None:
    """Removes the table staging.<name>, which must exist."""
    with db.cursor() as cursor:
        cursor.execute(sql.SQL('drop table {}').format(sql.Identifier('staging', name)))


def analyze(db: Connection, layer: Layer, name: str) -> None:
    """Tells the planner how many rows were staged: no autovacuum sees a table before its commit.

    Rows with a key are found by it, unless the layer's checks compare geometries: a sample of those takes 0.2 s.
    """
    by_key = bool(layer.key) and not (layer.checks.coverage or layer.checks.snap_m)
    columns = sql.SQL(' ({})').format(sql.SQL(', ').join(map(sql.Identifier, ['id', *layer.key])))
    with db.cursor() as cursor:
        cursor.execute(
            sql.SQL('analyze {}{}').format(sql.Identifier('staging', name), columns if by_key else sql.SQL(''))
        )


def _as_binary(rows: Prepared, layer: Layer) -> io.BytesIO:
    # without the number of the system, which the column has: to set it would copy each geometry
    wkb = shapely.to_wkb(rows.geometry, output_dimension=2)
    types: list[FieldType] = ['row_number', *(column.type for column in layer.columns.values()), 'geometry']
    return binary_copy([rows.row_numbers, *(rows.columns[name] for name in layer.columns), wkb], types)
