"""How a change names a feature: by the columns of its layer's key, or by its lasting id where the layer has no key."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json, RealDictCursor

from dothi.core.errors import WrongUse
from dothi.core.layer import Audience, Column, Layer
from processes.scenario.changes import KeyValue

ID = 'id'
LARGEST_ID = 2**53


class BadKey(WrongUse):
    """A key that cannot be one of the layer's."""


def key_columns(layer: Layer, audience: Audience) -> list[str]:
    """The columns by which features are named; none where the layer has no key, or a hidden one."""
    visible = layer.columns_for(audience)
    return layer.key if all(name in visible for name in layer.key) else []


def canonical_key(layer: Layer, audience: Audience, key: KeyValue) -> dict[str, Any]:
    """The key by column; an id by which a feature of a keyed layer is named stays one. Raises BadKey."""
    columns = key_columns(layer, audience) or [ID]
    values = key if isinstance(key, dict) else {columns[0]: key}
    if {*values} not in ({*columns}, {ID}):
        key_names = ', '.join(columns)
        raise BadKey(
            vi=f'khóa của lớp "{layer.id}" gồm {key_names}. Cho giá trị của mỗi cột đó.',
            en=f'the key of "{layer.id}" consists of {key_names}. Give a value for each.',
        )
    return {name: _key_value(name, values[name], layer.columns.get(name)) for name in values}


def _key_value(name: str, value: Any, column: Column | None) -> str | int:
    if column is None:
        if isinstance(value, int) and 0 < value < LARGEST_ID:
            return value
    elif column.type == 'text':
        return str(value)
    elif column.type in ('integer', 'number'):
        if isinstance(value, int):
            return value
    elif isinstance(value, str) and _is_moment(value, column):
        return value
    raise BadKey(vi=f'"{name}" không thể là {value!r}.', en=f'"{name}" cannot be {value!r}.')


def _is_moment(text: str, column: Column) -> bool:
    try:
        (date if column.type == 'date' else datetime).fromisoformat(text)
    except ValueError:
        return False
    return True


def keyed_rows(layer: Layer, names: Sequence[str], rows: sql.Composable) -> sql.Composed:
    """SQL to select from: `wanted.number` and `base`, the row of `rows` that each key means.

    One value is bound as `keys`: a JSON array of keys, all of the columns `names`. They are cast to the columns' types,
    so that the index of the layer's key finds the rows.
    """
    same = sql.SQL(' and ').join(sql.SQL('base.{0} = wanted_key.{0}').format(sql.Identifier(name)) for name in names)
    return sql.SQL(
        'jsonb_array_elements(%(keys)s) with ordinality as wanted (document, number)'
        ' cross join lateral jsonb_populate_record(null::{table}, wanted.document) as wanted_key'
        ' join {rows} as base on {same}'
    ).format(table=sql.Identifier('layer', layer.id), rows=rows, same=same)


def find_rows(
    db: Connection, layer: Layer, audience: Audience, keys: Sequence[dict[str, Any]], rows: sql.Composable
) -> list[dict[str, Any] | None]:
    """The visible columns of the row that each key means, with `id` and the geometry as `wkb`; None where none does."""
    answers: list[dict[str, Any] | None] = [None] * len(keys)
    columns = sql.SQL(', ').join(
        sql.SQL('base.{}').format(sql.Identifier(name)) for name in (ID, *layer.columns_for(audience))
    )
    for names in {tuple(key) for key in keys}:
        places = [place for place, key in enumerate(keys) if tuple(key) == names]
        query = sql.SQL('select wanted.number, {}, ST_AsBinary(base.geom) as wkb from {}').format(
            columns, keyed_rows(layer, names, rows)
        )
        with db.cursor(cursor_factory=RealDictCursor) as cursor:
            cursor.execute(query, {'keys': Json([keys[place] for place in places])})
            for row in cursor.fetchall():
                answers[places[row.pop('number') - 1]] = dict(row)
    return answers
