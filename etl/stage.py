"""Staged rows: a table of the delivery's own, filled by COPY."""

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.layer_sync import create_table
from dothi.core.tables import staging_table
from etl.prepare import Prepared

# Both digits of each byte, as one number of two bytes.
DIGITS = np.array([int.from_bytes(f'{byte:02X}'.encode(), 'little') for byte in range(256)], dtype='<u2')
CSV = pyarrow.csv.WriteOptions(include_header=False, quoting_style='needed')


def create(db: Connection, layer: Layer, srid: int, name: str, *, ahead: bool = False) -> None:
    """Makes staging.<name> in the caller's transaction: it is gone when the transaction does not end well.

    ahead: whether the server works out geom_wgs84 as the rows come in, for a release that adds all of them.
    """
    create_table(db, staging_table(layer, srid, name, ahead=ahead))


def copy(db: Connection, layer: Layer, srid: int, name: str, rows: Prepared) -> None:
    """Appends the good rows of a batch to staging.<name>."""
    if not len(rows.geometry):
        return
    columns = ['id', *layer.columns, 'geom']
    statement = sql.SQL('copy {} ({}) from stdin (format csv)').format(
        sql.Identifier('staging', name), sql.SQL(', ').join(map(sql.Identifier, columns))
    )
    with db.cursor() as cursor:
        cursor.copy_expert(statement.as_string(db), _as_csv(rows, layer, srid))


def drop(db: Connection, name: str) -> None:
    """Removes the table staging.<name>, which must exist."""
    with db.cursor() as cursor:
        cursor.execute(sql.SQL('drop table {}').format(sql.Identifier('staging', name)))


def analyze(db: Connection, name: str) -> None:
    """Tells the planner how many rows were staged: no autovacuum sees a table before its commit."""
    with db.cursor() as cursor:
        cursor.execute(sql.SQL('analyze {}').format(sql.Identifier('staging', name)))


def hexadecimal(values: Any) -> Any:
    """An Arrow array of bytes, none null, as their hexadecimal digits.

    500,000 polygons take 0.6 s; as Python texts, which is what shapely gives, they took 3.2 s.
    """
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, np.int64)[: len(values) + 1]
    raw = np.frombuffer(data or b'', np.uint8)[: ends[-1]]
    return pa.LargeStringArray.from_buffers(len(values), pa.py_buffer(ends * 2), pa.py_buffer(DIGITS[raw]))


def _as_csv(rows: Prepared, layer: Layer, srid: int) -> io.BytesIO:
    wkb = shapely.to_wkb(shapely.set_srid(rows.geometry, srid), include_srid=True, output_dimension=2)
    attributes: list[Any] = [rows.columns[name] for name in layer.columns]
    arrays = [rows.row_numbers, *attributes, hexadecimal(pa.array(wkb, pa.large_binary()))]
    table = pa.table(arrays, names=[str(position) for position in range(len(arrays))])
    text = io.BytesIO()
    pyarrow.csv.write_csv(table, text, CSV)
    text.seek(0)
    return text
