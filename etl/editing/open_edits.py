"""Edits that wait for review, laid over the rows of their layer: how its author has left it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Column, Layer
from dothi.core.layer_columns import CATALOGUED
from etl.editing.change_set import Change


@dataclass(frozen=True)
class OpenEdit:
    """A feature as its author has left it. id: its own, or the negative number of a new one. geometry: hex EWKB."""

    id: int
    change: Change
    base_release: int | None
    properties: dict[str, Any]
    geometry: str | None


def open_edits(db: Connection, layer: Layer, author: str) -> list[OpenEdit]:
    """The author's edits of the layer that are not decided, in the order in which they were begun."""
    with db.cursor() as cursor:
        cursor.execute(
            """select coalesce(e.feature_id, -e.id), e.change, e.base_release, coalesce(e.properties, '{}'),
                   e.geom::text
               from catalog.edit as e join catalog.change_set as s on s.id = e.change_set
               where s.layer_id = %s and s.author = %s and s.status = 'open' order by e.id""",
            [layer.id, author],
        )
        return [OpenEdit(*row) for row in cursor.fetchall()]


def rows_with_edits(rows: sql.Composable, columns: Mapping[str, Column], edits: Sequence[OpenEdit]) -> sql.Composed:
    """The subquery `rows` with the edits in place of the versions that they change, in the same form.

    columns: those that `rows` has between `id` and the geometries.
    """
    names = sql.SQL(', ').join(map(sql.Identifier, ['id', *columns]))
    edited = sql.SQL(', ').join(sql.Literal(edit.id) for edit in edits)
    form = """
        (select {names}, geom, geom_wgs84, release_from from {rows} as released where id not in ({edited})
         union all
         select {names}, geom_text::geometry, st_transform(geom_text::geometry, 4326), release_from
         from jsonb_to_recordset({values}::jsonb) as edit({types}))"""
    return sql.SQL(form).format(
        names=names, rows=rows, edited=edited, values=sql.Literal(_as_json(columns, edits)), types=_types(columns)
    )


def _as_json(columns: Mapping[str, Column], edits: Sequence[OpenEdit]) -> str:
    """What the author sees of each feature that is not deleted."""
    shown = [edit for edit in edits if edit.change != 'closed' and edit.geometry]
    return json.dumps(
        [
            {
                **{name: edit.properties.get(name) for name in columns},
                'id': edit.id,
                'geom_text': edit.geometry,
                'release_from': edit.base_release or 0,
            }
            for edit in shown
        ],
        ensure_ascii=False,
    )


def _types(columns: Mapping[str, Column]) -> sql.Composed:
    """The columns of the edits; text sorts as in the layer's table."""
    own = [
        sql.SQL('{} ' + CATALOGUED[column.type] + (' collate "C"' if column.type == 'text' else '')).format(
            sql.Identifier(name)
        )
        for name, column in columns.items()
    ]
    return sql.SQL(', ').join([*own, sql.SQL('id bigint, geom_text text, release_from bigint')])
