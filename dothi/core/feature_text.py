"""SQL that writes a row as a GeoJSON Feature: the services pass it on as bytes, and files are made of it."""

import json

from psycopg2 import sql

from dothi.core.layer import Column, ColumnType

# A value as JSON text, by the column's type; null becomes 'null' outside. What PostgreSQL writes by itself is JSON
# for numbers (but for nan and infinity) and booleans; of a timestamp it is the ISO form without its zone.
JSON_TEXT: dict[ColumnType, str] = {
    'text': 'to_json({})::text',
    'integer': '{}::text',
    'number': "case when {0} between '-1.7976931348623157e308' and '1.7976931348623157e308' then {0}::text end",
    'boolean': '{}::text',
    'date': "'\"' || {} || '\"'",
    'timestamp': "left(to_json({} at time zone 'UTC')::text, -1) || 'Z\"'",
}


def feature_text(columns: dict[str, Column], geometry: sql.Composable | None) -> sql.Composable:
    """SQL of one row's Feature without its closing brace, so that members can follow.

    Text joined piece by piece is the fastest way found: row_to_json and jsonb take twice as long.
    """
    shape = sql.SQL("coalesce({}, 'null')").format(geometry) if geometry else sql.Literal('null')
    properties = [_property(name, column, first=place == 0) for place, (name, column) in enumerate(columns.items())]
    parts = [
        sql.Literal('{"type":"Feature","id":'),
        sql.Identifier('id'),
        sql.Literal(',"geometry":'),
        shape,
        sql.Literal(',"properties":{'),
        *properties,
        sql.Literal('}'),
    ]
    return sql.SQL('({})').format(sql.SQL(' || ').join(parts))


def _property(name: str, column: Column, *, first: bool) -> sql.Composable:
    value = sql.SQL(JSON_TEXT[column.type]).format(sql.Identifier(name))
    key = sql.Literal(f'{"" if first else ","}{json.dumps(name, ensure_ascii=False)}:')
    return sql.SQL("{} || coalesce({}, 'null')").format(key, value)
