"""Where a page begins: right after the last feature of the page before, in whatever order (keyset paging)."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg2 import sql

from dothi.api.http.parameters import BadParameter
from dothi.core.layer import Column, ColumnType, Layer
from dothi.core.layer_columns import CATALOGUED


@dataclass(frozen=True)
class Key:
    """One column of an order. Features without a value come last, upwards and downwards."""

    name: str
    type: ColumnType
    descending: bool
    nullable: bool

    @property
    def spelled(self) -> str:
        """The order as the parameter `sortby` writes it."""
        return f'{"-" if self.descending else "+"}{self.name}'


# The last key of every order: no two features share it, so that pages fit together.
BY_ID = Key('id', 'integer', descending=False, nullable=False)

type Order = tuple[Key, ...]
# What a feature has in the columns of an order, as PostgreSQL writes it.
type Values = tuple[str | None, ...]
_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(',', ':'))


def order_of(layer: Layer, terms: Sequence[tuple[str, bool]], columns: dict[str, Column]) -> Order:
    """A total order by `terms`, pairs of a column's name and whether it is descending; `id` decides at the end.

    A column that is named again decides nothing any more.
    """
    keys: list[Key] = []
    for name, descending in terms:
        if name == BY_ID.name:
            return (*keys, Key('id', 'integer', descending, nullable=False))
        if name in (key.name for key in keys):
            continue
        column = columns[name]
        keys.append(Key(name, column.type, descending, not (column.required or name in layer.key)))
    return (*keys, BY_ID)


def order_by(order: Order) -> sql.Composable:
    """The SQL expressions that follow `order by`."""
    # without its `nulls last` a column that has no nulls can be read from an index, in both directions
    parts = [
        sql.SQL(f'{{}} {"desc" if key.descending else "asc"}{" nulls last" if key.nullable else ""}').format(
            sql.Identifier(key.name)
        )
        for key in order
    ]
    return sql.SQL(', ').join(parts)


def cursor_of(order: Order, values: Values) -> str:
    """What `cursor` says so that a page begins after the feature with these values; to be passed on, not to be read."""
    text = _COMPACT.encode([_spell_order(order), *values]).encode()
    return base64.urlsafe_b64encode(binascii.crc32(text).to_bytes(4, 'big') + text).decode().rstrip('=')


def read_cursor(text: str, order: Order) -> Values | None:
    """The values in a cursor, None where there is none; raises BadParameter for one that `cursor_of` never wrote."""
    if not text:
        return None
    try:
        raw = base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))
        spelled, *values = json.loads(raw[4:])
        intact = binascii.crc32(raw[4:]).to_bytes(4, 'big') == raw[:4] and all(map(_is_value, values))
    except (binascii.Error, UnicodeError, ValueError, TypeError):
        intact = False
    if not intact:
        raise BadParameter(
            vi='cursor: chỉ dùng giá trị có trong liên kết "next".', en='cursor: use only values from a "next" link.'
        )
    if spelled != _spell_order(order) or len(values) != len(order):
        raise BadParameter(
            vi='cursor: thuộc về một thứ tự khác; giữ nguyên sortby của liên kết "next".',
            en='cursor: it belongs to another order; keep the sortby of the "next" link.',
        )
    return tuple(values)


def rows_behind(order: Order, values: Values) -> sql.Composable:
    """The condition for features that come after the one with these values."""
    condition = _behind_sql(list(zip(order, values, strict=True)))
    first, value = order[0], values[0]
    if len(order) == 1 or first.nullable or value is None:
        return condition
    # says nothing new, but an index can begin there
    form = f'({{}} {"<=" if first.descending else ">="} {{}} and {{}})'
    return sql.SQL(form).format(sql.Identifier(first.name), _key_value(first, value), condition)


def _behind_sql(pairs: list[tuple[Key, str | None]]) -> sql.Composable:
    (key, value), *rest = pairs
    if not rest:
        return _after_sql(key, value)
    return sql.SQL('({} or ({} and {}))').format(_after_sql(key, value), _same_sql(key, value), _behind_sql(rest))


def _after_sql(key: Key, value: str | None) -> sql.Composable:
    if value is None:
        return sql.SQL('false')
    form = f'{{0}} {"<" if key.descending else ">"} {{1}}' + (' or {0} is null' if key.nullable else '')
    return sql.SQL(f'({form})').format(sql.Identifier(key.name), _key_value(key, value))


def _same_sql(key: Key, value: str | None) -> sql.Composable:
    name = sql.Identifier(key.name)
    if value is None:
        return sql.SQL('{} is null').format(name)
    return sql.SQL('{} = {}').format(name, _key_value(key, value))


def _key_value(key: Key, value: str) -> sql.Composable:
    return sql.SQL(f'{{}}::{CATALOGUED[key.type]}').format(sql.Literal(value))


def _is_value(value: object) -> bool:
    return value is None or (isinstance(value, str) and '\x00' not in value)


def _spell_order(order: Order) -> str:
    return ','.join(key.spelled for key in order)
