"""GeoPackage and FlatGeobuf, written by GDAL from Arrow batches: 600,000 polygons in seconds."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.export.arrow import Stream
from dothi.core.export.extract import Extract, Tell
from dothi.core.gdal import pyogrio
from dothi.core.layer import Column
from dothi.core.text import Lang

# GDAL sorts the boxes of all features in memory for the index of a FlatGeobuf, some 150 bytes each.
MOST_INDEXED_ROWS = 2_000_000


def write_geopackage(db: Connection, extract: Extract, path: Path, tell: Tell) -> None:
    """One table with the layer's id as its key, titles, and the values that a column may have."""
    options = {
        'FID': 'id',
        'GEOMETRY_NAME': 'geom',
        'IDENTIFIER': extract.title,
        'DESCRIPTION': extract.layer.description.pick(extract.lang),
    }
    names = names_in_sqlite(extract.columns)
    stream = Stream(db, extract, tell, names)
    _write(stream, path, driver='GPKG', layer_options=options, layer_metadata=_layer_metadata(extract))
    with closing(sqlite3.connect(path)) as file, file:
        add_domains(file, extract.layer.id, extract.columns, extract.lang, names)


def write_flatgeobuf(db: Connection, extract: Extract, path: Path, tell: Tell) -> None:
    """The rows along a space-filling curve with an index; without one in the order that was asked for, or where they
    are more than MOST_INDEXED_ROWS.
    """
    index = extract.geometry and not extract.in_order and not _is_longer(db, extract, MOST_INDEXED_ROWS)
    options = {
        'TITLE': extract.title,
        'DESCRIPTION': extract.layer.description.pick(extract.lang),
        'SPATIAL_INDEX': 'YES' if index else 'NO',
    }
    _write(Stream(db, extract, tell), path, driver='FlatGeobuf', layer_options=options)


def _is_longer(db: Connection, extract: Extract, most_rows: int) -> bool:
    """Whether the file will hold more rows than these."""
    with db.cursor() as cursor:
        statement = sql.SQL('select count(*) from (select from (select 1 as one {}) as chosen limit {}) as counted')
        cursor.execute(statement.format(extract.tail, sql.Literal(most_rows + 1)))
        (rows,) = cursor.fetchone() or (0,)
    return int(rows) > most_rows


def names_in_sqlite(columns: Iterable[str]) -> dict[str, str]:
    """What columns are called where upper and lower case are the same: `NAME` beside `name` becomes `NAME_2`."""
    used_names, names = {'id', 'geom'}, {}
    for name in columns:
        ways = (name, *(f'{name}_{number}' for number in range(2, 1_000)))
        names[name] = next(way for way in ways if way.casefold() not in used_names)
        used_names.add(names[name].casefold())
    return names


def _write(stream: Stream, path: Path, **more: Any) -> None:
    extract = stream.extract
    shape = {'geometry_name': 'geom', 'geometry_type': extract.layer.geometry, 'crs': f'EPSG:{extract.srid}'}
    try:
        pyogrio.write_arrow(
            stream.reader(), path, layer=extract.layer.id, **(shape if extract.geometry else {}), **more
        )
    except Exception as error:
        raise stream.fault or error from None
    # GDAL reports a full disk as a warning at times
    table = extract.layer.id if more['driver'] == 'GPKG' else None
    written = pyogrio.read_info(path, layer=table, force_feature_count=True)['features']
    if written != stream.rows:
        raise OSError(f'{written} of {stream.rows} rows were written')


def _layer_metadata(extract: Extract) -> dict[str, str]:
    """Where the file comes from, kept with the layer."""
    return {
        'release': str(extract.release.number),
        'released_at': extract.release.released_at.isoformat(),
        'demo': str(extract.release.demo).lower(),
        'licence': extract.layer.licence,
    }


def add_domains(
    file: sqlite3.Connection, table: str, columns: dict[str, Column], lang: Lang, names: dict[str, str]
) -> None:
    """The codes that a column may hold, with their titles, as GeoPackage's schema extension has them."""
    for name, column in columns.items():
        values = [(f'{table}_{name}', code, title.pick(lang)) for code, title in (column.domain or {}).items()]
        file.executemany(
            """insert into gpkg_data_column_constraints (constraint_name, constraint_type, value, description)
               values (?, 'enum', ?, ?)""",
            values,
        )
        if values:
            file.execute(
                'update gpkg_data_columns set constraint_name = ? where table_name = ? and column_name = ?',
                [f'{table}_{name}', table, names[name]],
            )
