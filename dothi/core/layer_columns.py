"""The columns of a layer's tables brought to what its file says, and refused where that would lose data."""

from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.crs import WGS84
from dothi.core.errors import DataRefused
from dothi.core.layer import ColumnType, Layer

# Every value of the first type is one of the second, unchanged.
WIDER = {
    ('bigint', 'double precision'): '{}::double precision',
    ('bigint', 'text'): '{}::text',
    ('double precision', 'text'): '{}::text',
    ('boolean', 'text'): '{}::text',
    ('date', 'text'): '{}::text',
    # a day begins at midnight UTC, as in deliveries, and not where the server happens to stand
    ('date', 'timestamp with time zone'): "{}::timestamp at time zone 'UTC'",
}
# But for these: beyond 2^53 a float has no unit digit left.
TOO_LONG = {('bigint', 'double precision'): '{} not between -9007199254740992 and 9007199254740992'}
# The column types of a layer file, as PostgreSQL's catalogue names them.
CATALOGUED: dict[ColumnType, str] = {
    'text': 'text',
    'integer': 'bigint',
    'number': 'double precision',
    'boolean': 'boolean',
    'date': 'date',
    'timestamp': 'timestamp with time zone',
}
TRUE = sql.SQL('true')


class UnsafeLayerChange(DataRefused):
    """A layer file asks for a change that would lose released data."""


def alter_columns(db: Connection, layer: Layer, srid: int) -> list[str]:
    """Sentences that say what was altered in layer.<id> and history.<id>; raises UnsafeLayerChange."""
    changes = _rename(db, layer)
    present, target = _columns(db, layer.id), _columns_of_file(layer, srid)
    changes += [_add(db, layer, name, column) for name, column in target.items() if name not in present]
    changes += [_drop(db, layer, name) for name in present if name not in target]
    for name in sorted(target.keys() & present.keys()):
        changes += _retype(db, layer, name, present[name], target[name])
    return changes


def _rename(db: Connection, layer: Layer) -> list[str]:
    present = _columns(db, layer.id)
    changes = []
    for name, column in layer.columns.items():
        old = column.renamed_from
        if old and old in present and name not in present:
            _alter_both(db, layer, sql.SQL('rename column {} to {}').format(sql.Identifier(old), sql.Identifier(name)))
            changes.append(f'{layer.id}: {old} renamed to {name}')
    return changes


def _add(db: Connection, layer: Layer, name: str, column: tuple[str, bool]) -> str:
    kind, not_null = column
    if not_null and _has_rows(db, layer):
        raise UnsafeLayerChange(
            vi=f'Lớp {layer.id}: cột mới {name} là bắt buộc nhưng dữ liệu đã có chưa có giá trị. '
            'Bỏ required, nhận dữ liệu mới, rồi đặt lại.',
            en=f'Layer {layer.id}: the new column {name} is required, and released rows have no value for it. '
            'Leave required out, deliver, then set it.',
        )
    null = sql.SQL(' not null' if not_null else '')
    _alter_both(db, layer, sql.SQL('add column {} {}{}').format(sql.Identifier(name), _spelled(kind), null))
    return f'{layer.id}: {name} added'


def _drop(db: Connection, layer: Layer, name: str) -> str:
    if _has_rows(db, layer, sql.SQL('{} is not null').format(sql.Identifier(name))):
        raise UnsafeLayerChange(
            vi=f'Lớp {layer.id}: bỏ cột {name} sẽ mất dữ liệu đã phát hành. '
            f'Giữ cột, đặt access: restricted, hoặc ghi renamed_from: {name} ở cột thay thế.',
            en=f'Layer {layer.id}: dropping the column {name} would lose released data. '
            f'Keep it, make it access: restricted, or write renamed_from: {name} at the column that replaces it.',
        )
    _alter_both(db, layer, sql.SQL('drop column {}').format(sql.Identifier(name)))
    return f'{layer.id}: {name} dropped (it held no value)'


def _retype(
    db: Connection, layer: Layer, name: str, current: tuple[str, bool], declared: tuple[str, bool]
) -> list[str]:
    changes = []
    if current[0] != declared[0]:
        _convert(db, layer, name, current[0], declared[0])
        changes.append(f'{layer.id}: {name} is {declared[0]} now')
    if current[1] != declared[1]:
        changes.append(_require(db, layer, name, declared[1]))
    return changes


def _convert(db: Connection, layer: Layer, name: str, current: str, declared: str) -> None:
    value = _conversion(current, declared, name)
    too_long = TOO_LONG.get((current, declared))
    if value is None or (too_long and _has_rows(db, layer, sql.SQL(too_long).format(sql.Identifier(name)))):
        if _has_rows(db, layer):
            raise UnsafeLayerChange(
                vi=f'Lớp {layer.id}, cột {name}: đổi từ {current} sang {declared} có thể mất dữ liệu. '
                'Thêm cột mới với tên khác.',
                en=f'Layer {layer.id}, column {name}: from {current} to {declared} may lose data. '
                'Add a new column under another name.',
            )
        value = sql.SQL('null')
    form = sql.SQL('alter column {} type {} using {}').format(sql.Identifier(name), _spelled(declared), value)
    _alter_both(db, layer, form)


def _require(db: Connection, layer: Layer, name: str, not_null: bool) -> str:
    empty = sql.SQL('select 1 from {} where {} is null limit 1').format(
        sql.Identifier('layer', layer.id), sql.Identifier(name)
    )
    if not_null and first_row(db, empty):
        raise UnsafeLayerChange(
            vi=f'Lớp {layer.id}, cột {name}: đặt required nhưng dữ liệu đã phát hành có hàng trống.',
            en=f'Layer {layer.id}, column {name}: required, but released rows have no value there.',
        )
    if not_null:
        # what is closed already may stay without a value
        form = sql.SQL('alter table {} alter column {} set not null')
        execute(db, form.format(sql.Identifier('layer', layer.id), sql.Identifier(name)))
    else:
        _alter_both(db, layer, sql.SQL('alter column {} drop not null').format(sql.Identifier(name)))
    return f'{layer.id}: {name} is {"required" if not_null else "optional"} now'


def _columns_of_file(layer: Layer, srid: int) -> dict[str, tuple[str, bool]]:
    """Type and not-null of the columns that a file can change, as PostgreSQL's catalogue spells them."""
    own = {
        name: (CATALOGUED[column.type], column.required or name in layer.key) for name, column in layer.columns.items()
    }
    geometries = {'geom': srid, 'geom_wgs84': WGS84}
    return own | {name: (f'geometry({layer.geometry},{number})', True) for name, number in geometries.items()}


def _spelled(kind: str) -> sql.SQL:
    """A catalogued type as a definition spells it: text sorts by code point."""
    return sql.SQL('text collate "C"' if kind == 'text' else kind)


def _conversion(kind_there: str, kind: str, name: str) -> sql.Composable | None:
    """The expression that turns a value of one type into the other without loss, or None where there is none."""
    if (kind_there, kind) in WIDER:
        return sql.SQL(WIDER[kind_there, kind]).format(sql.Identifier(name))
    if kind_there.startswith('geometry(') and kind == kind_there.replace('geometry(', 'geometry(Multi'):
        return sql.SQL('st_multi({})').format(sql.Identifier(name))
    return None


def _columns(db: Connection, layer_id: str) -> dict[str, tuple[str, bool]]:
    with db.cursor() as cursor:
        cursor.execute(
            """select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute
               where attrelid = (select oid from pg_class where relname = %s and relnamespace = 'layer'::regnamespace)
               and attnum > 0 and not attisdropped and attgenerated = '' and attname not in ('id', 'release_from')
               order by attnum""",
            [layer_id],
        )
        return {name: (kind, not_null) for name, kind, not_null in cursor.fetchall()}


def _has_rows(db: Connection, layer: Layer, condition: sql.Composable = TRUE) -> bool:
    """Whether any version of the layer has a row that meets `condition`."""
    tables = [
        sql.SQL('select 1 from {} where {}').format(sql.Identifier(schema, layer.id), condition)
        for schema in ('layer', 'history')
    ]
    return first_row(db, sql.SQL(' union all ').join(tables) + sql.SQL(' limit 1')) is not None


def _alter_both(db: Connection, layer: Layer, action: sql.Composable) -> None:
    for schema in ('layer', 'history'):
        execute(db, sql.SQL('alter table {} {}').format(sql.Identifier(schema, layer.id), action))


def execute(db: Connection, statement: sql.Composable, values: list[object] | None = None) -> None:
    """Runs `statement` in the transaction of `db`."""
    with db.cursor() as cursor:
        cursor.execute(statement, values)


def first_row(db: Connection, statement: sql.Composable, values: list[object] | None = None) -> tuple[Any, ...] | None:
    """The first row of the answer, or None."""
    with db.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
