"""A template as a GeoPackage: a table with a form for QGIS, lists of values, and constraints."""

import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dothi.core.export.gdal_file import add_domains, names_in_sqlite
from dothi.core.gdal import pyogrio
from etl.template.content import Template
from etl.template.qgis_form import form

NUMPY_TYPES = {'integer': np.int64, 'number': np.float64, 'boolean': np.bool_}
GDAL_UTC = 100
# OGC 12-128r19, clause 2.3 and annex F.9; and the table from which QGIS takes the form.
TABLES = (
    """create table if not exists gpkg_data_columns (table_name text not null, column_name text not null, name text,
        title text, description text, mime_type text, constraint_name text,
        constraint pk_gdc primary key (table_name, column_name), constraint gdc_tn unique (table_name, name))""",
    """create table if not exists gpkg_data_column_constraints (constraint_name text not null,
        constraint_type text not null, value text, min numeric, min_is_inclusive boolean, max numeric,
        max_is_inclusive boolean, description text,
        constraint gdcc_ntv unique (constraint_name, constraint_type, value))""",
    """create table if not exists gpkg_extensions (table_name text, column_name text, extension_name text not null,
        definition text not null, scope text not null,
        constraint ge_tce unique (table_name, column_name, extension_name))""",
    """insert or ignore into gpkg_extensions values ('gpkg_data_columns', null, 'gpkg_schema',
        'http://www.geopackage.org/spec121/#extension_schema', 'read-write')""",
    """insert or ignore into gpkg_extensions values ('gpkg_data_column_constraints', null, 'gpkg_schema',
        'http://www.geopackage.org/spec121/#extension_schema', 'read-write')""",
    """create table layer_styles (id integer primary key autoincrement, f_table_catalog text, f_table_schema text,
        f_table_name text, f_geometry_column text, styleName text, styleQML text, styleSLD text,
        useAsDefault boolean, description text, owner text, ui text,
        update_time datetime default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))""",
    """insert into gpkg_contents (table_name, data_type, identifier)
        values ('layer_styles', 'attributes', 'layer_styles')""",
)


def write_geopackage(template: Template) -> bytes:
    """The file; codes stand in it as codes, and QGIS shows their titles."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f'{template.layer.id}.gpkg'
        names = names_in_sqlite(template.columns)
        _write_table(template, path, names)
        with closing(sqlite3.connect(path)) as file, file:
            _describe(file, template, names)
        return path.read_bytes()


def _write_table(template: Template, path: Path, names: dict[str, str]) -> None:
    columns = [_column(template, position, name) for position, name in enumerate(template.columns)]
    pyogrio.raw.write(
        str(path),
        np.array([bytes(row[-1]) if row[-1] is not None else None for row in template.rows], dtype=object),
        [values for values, _ in columns],
        np.array([names[name] for name in template.columns], dtype=object),
        field_mask=[missing for _, missing in columns],
        # without it QGIS takes them for moments of its own clock
        gdal_tz_offsets={
            names[name]: np.full(len(template.rows), GDAL_UTC)
            for name, column in template.columns.items()
            if column.type == 'timestamp'
        },
        layer=template.layer.id,
        driver='GPKG',
        geometry_type=template.layer.geometry,
        crs=template.crs,
        layer_options={
            'GEOMETRY_NAME': 'geom',
            'IDENTIFIER': template.layer.title.pick(template.lang),
            'DESCRIPTION': template.mark,
        },
    )


def _column(template: Template, position: int, name: str) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Values of a column, and where there are none."""
    kind = template.columns[name].type
    values = [row[position] for row in template.rows]
    missing = np.array([value is None for value in values], dtype=bool)
    if kind in NUMPY_TYPES:
        return np.array([0 if value is None else value for value in values], dtype=NUMPY_TYPES[kind]), missing
    if kind in ('date', 'timestamp'):
        unit = 'D' if kind == 'date' else 'ms'
        plain = [
            value.astimezone(UTC).replace(tzinfo=None) if kind == 'timestamp' and value else value for value in values
        ]
        return np.array([value or date(1970, 1, 1) for value in plain], dtype=f'datetime64[{unit}]'), missing
    return np.array(values, dtype=object), missing


def _describe(file: sqlite3.Connection, template: Template, names: dict[str, str]) -> None:
    """Titles with units, lists of values, and the form."""
    layer = template.layer.id
    for statement in TABLES:
        file.execute(statement)
    file.executemany(
        'insert or replace into gpkg_data_columns (table_name, column_name, name, title) values (?, ?, ?, ?)',
        [(layer, names[name], names[name], template.heading(name)) for name in template.columns],
    )
    add_domains(file, layer, template.columns, template.lang, names)
    file.execute(
        """insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,
               styleQML, useAsDefault, description) values ('', '', ?, 'geom', ?, ?, 1, '')""",
        [layer, layer[:30], form(template, names)],
    )
