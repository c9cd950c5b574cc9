"""Makes the layer tables what the layer files say: safe changes are applied, those that lose data refused."""

import json
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateSequence, CreateTable, DDLElement

from dothi.core.crs import WGS84
from dothi.core.errors import DataRefused
from dothi.core.layer import Audience, ColumnType, Layer
from dothi.core.locality import Locality
from dothi.core.tables import history_table, id_sequence, layer_table

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
# Every value of the first type is one of the second, unchanged.
WIDER = {
    ('bigint', 'double precision'),
    ('bigint', 'text'),
    ('double precision', 'text'),
    ('boolean', 'text'),
    ('date', 'text'),
    ('date', 'timestamp with time zone'),
}
# The column types of a layer file, as PostgreSQL's catalogue names them.
CATALOGUED: dict[ColumnType, str] = {
    'text': 'text',
    'integer': 'bigint',
    'number': 'double precision',
    'boolean': 'boolean',
    'date': 'date',
    'timestamp': 'timestamp with time zone',
}
READERS: tuple[Audience, ...] = ('public', 'internal')


class UnsafeLayerChange(DataRefused):
    """A layer file asks for a change that would lose released data."""


def sync_layers(db: Connection, locality: Locality) -> list[str]:
    """Sentences that say what was made or altered, one per change, and nothing where all is as the files say."""
    _sync_agencies(db, locality)
    changes: list[str] = []
    for layer in locality.layers.values():
        changes += _sync_layer(db, layer, locality.srid)
        _grant(db, layer)
    if changes:
        _execute(db, sql.SQL('update catalog.generation set n = n + 1'))
    return changes


def _sync_agencies(db: Connection, locality: Locality) -> None:
    for name, agency in locality.agencies.items():
        _execute(
            db,
            sql.SQL("""
                insert into catalog.agency as a values (%s, %s, %s, %s, %s, %s)
                on conflict (id) do update set title_vi = excluded.title_vi, title_en = excluded.title_en,
                    focal_point_vi = excluded.focal_point_vi, focal_point_en = excluded.focal_point_en,
                    unit_code = excluded.unit_code
                where a is distinct from excluded"""),
            [name, *_both(agency.title), *_both(agency.focal_point), agency.unit_code],
        )


def _both(text: Any) -> tuple[str, str]:
    return text.vi, text.en


def _sync_layer(db: Connection, layer: Layer, srid: int) -> list[str]:
    known = _one(db, sql.SQL('select definition from catalog.layer where id = %s'), [layer.id])
    changes = _create(db, layer, srid) if known is None else _alter(db, layer, srid)
    definition = json.loads(json.dumps(layer.definition()))
    if known is not None and known[0] != definition and not changes:
        changes = [f'{layer.id}: description changed']
    _execute(
        db,
        sql.SQL("""
            insert into catalog.layer as l (id, agency, access, definition) values (%s, %s, %s, %s)
            on conflict (id) do update set agency = excluded.agency, access = excluded.access,
                definition = excluded.definition, updated_at = now()
            where (l.agency, l.access, l.definition) is distinct from
                (excluded.agency, excluded.access, excluded.definition)"""),
        [layer.id, layer.agency, layer.access, Json(definition)],
    )
    return changes


def _create(db: Connection, layer: Layer, srid: int) -> list[str]:
    _execute(db, sql.SQL(str(CreateSequence(id_sequence(layer)).compile(dialect=DIALECT))))
    for table in (layer_table(layer, srid), history_table(layer, srid)):
        create_table(db, table)
    return [f'{layer.id}: created']


def create_table(db: Connection, table: Table) -> None:
    """Makes `table` with its indexes and comments in the transaction of `db`."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    statements: list[DDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
    for statement in statements:
        # the dialect doubles % for statements with values, and these have none
        _execute(db, sql.SQL(str(statement.compile(dialect=DIALECT)).replace('%%', '%')))


def _alter(db: Connection, layer: Layer, srid: int) -> list[str]:
    changes = _rename(db, layer)
    there, wanted = _columns(db, layer.id), _wanted(layer, srid)
    for name in wanted.keys() - there.keys():
        changes.append(_add(db, layer, name, wanted[name]))
    for name in there.keys() - wanted.keys():
        changes.append(_drop(db, layer, name))
    for name in sorted(wanted.keys() & there.keys()):
        changes += _retype(db, layer, name, there[name], wanted[name])
    return changes


def _rename(db: Connection, layer: Layer) -> list[str]:
    there = _columns(db, layer.id)
    changes = []
    for name, column in layer.columns.items():
        old = column.renamed_from
        if old and old in there and name not in there:
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
    if _has_rows(db, layer, name):
        raise UnsafeLayerChange(
            vi=f'Lớp {layer.id}: bỏ cột {name} sẽ mất dữ liệu đã phát hành. '
            f'Giữ cột, đặt access: restricted, hoặc ghi renamed_from: {name} ở cột thay thế.',
            en=f'Layer {layer.id}: dropping the column {name} would lose released data. '
            f'Keep it, make it access: restricted, or write renamed_from: {name} at the column that replaces it.',
        )
    _alter_both(db, layer, sql.SQL('drop column {}').format(sql.Identifier(name)))
    return f'{layer.id}: {name} dropped (it held no value)'


def _retype(db: Connection, layer: Layer, name: str, there: tuple[str, bool], wanted: tuple[str, bool]) -> list[str]:
    changes = []
    if there[0] != wanted[0]:
        _convert(db, layer, name, there[0], wanted[0])
        changes.append(f'{layer.id}: {name} is {wanted[0]} now')
    if there[1] != wanted[1]:
        changes.append(_require(db, layer, name, wanted[1]))
    return changes


def _convert(db: Connection, layer: Layer, name: str, there: str, wanted: str) -> None:
    value = _conversion(there, wanted, name)
    if value is None:
        if _has_rows(db, layer):
            raise UnsafeLayerChange(
                vi=f'Lớp {layer.id}, cột {name}: đổi từ {there} sang {wanted} có thể mất dữ liệu. '
                'Thêm cột mới với tên khác.',
                en=f'Layer {layer.id}, column {name}: from {there} to {wanted} may lose data. '
                'Add a new column under another name.',
            )
        value = sql.SQL('null')
    form = sql.SQL('alter column {} type {} using {}').format(sql.Identifier(name), _spelled(wanted), value)
    _alter_both(db, layer, form)


def _require(db: Connection, layer: Layer, name: str, not_null: bool) -> str:
    empty = sql.SQL('select 1 from {} where {} is null limit 1').format(
        sql.Identifier('layer', layer.id), sql.Identifier(name)
    )
    if not_null and _one(db, empty):
        raise UnsafeLayerChange(
            vi=f'Lớp {layer.id}, cột {name}: đặt required nhưng dữ liệu đã phát hành có hàng trống.',
            en=f'Layer {layer.id}, column {name}: required, but released rows have no value there.',
        )
    action = sql.SQL('set not null' if not_null else 'drop not null')
    form = sql.SQL('alter table {} alter column {} {}')
    _execute(db, form.format(sql.Identifier('layer', layer.id), sql.Identifier(name), action))
    return f'{layer.id}: {name} is {"required" if not_null else "optional"} now'


def _wanted(layer: Layer, srid: int) -> dict[str, tuple[str, bool]]:
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
        return sql.SQL('{}::{}').format(sql.Identifier(name), sql.SQL(kind))
    if kind_there.startswith('geometry(') and kind == kind_there.replace('geometry(', 'geometry(Multi'):
        return sql.SQL('st_multi({})').format(sql.Identifier(name))
    return None


def _columns(db: Connection, layer_id: str) -> dict[str, tuple[str, bool]]:
    with db.cursor() as cursor:
        cursor.execute(
            """select attname, format_type(atttypid, atttypmod), attnotnull from pg_attribute
               where attrelid = (select oid from pg_class where relname = %s and relnamespace = 'layer'::regnamespace)
               and attnum > 0 and not attisdropped and attname not in ('id', 'release_from')""",
            [layer_id],
        )
        return {name: (kind, not_null) for name, kind, not_null in cursor.fetchall()}


def _has_rows(db: Connection, layer: Layer, column: str | None = None) -> bool:
    """Whether any version of the layer has a row (with a value in `column`)."""
    where = sql.SQL(' where {} is not null').format(sql.Identifier(column)) if column else sql.SQL('')
    tables = [
        sql.SQL('select 1 from {}{}').format(sql.Identifier(schema, layer.id), where) for schema in ('layer', 'history')
    ]
    return _one(db, sql.SQL(' union all ').join(tables) + sql.SQL(' limit 1')) is not None


def _alter_both(db: Connection, layer: Layer, action: sql.Composable) -> None:
    for schema in ('layer', 'history'):
        _execute(db, sql.SQL('alter table {} {}').format(sql.Identifier(schema, layer.id), action))


def _grant(db: Connection, layer: Layer) -> None:
    """Readers get the columns that they may see, the loader gets all."""
    for schema in ('layer', 'history'):
        table = sql.Identifier(schema, layer.id)
        readers = sql.SQL('dothi_reader_public, dothi_reader_internal')
        _execute(db, sql.SQL('revoke all on {} from {}').format(table, readers))
        _execute(db, sql.SQL('grant select, insert, update, delete on {} to dothi_loader').format(table))
        for audience in READERS:
            if layer.visible_to(audience):
                _grant_columns(db, layer, schema, audience)
    sequence = sql.Identifier('layer', f'{layer.id}_id_seq')
    _execute(db, sql.SQL('grant usage on sequence {} to dothi_loader').format(sequence))


def _grant_columns(db: Connection, layer: Layer, schema: str, audience: Audience) -> None:
    names = ['id', *layer.columns_for(audience), 'geom', 'geom_wgs84', 'release_from']
    names += ['release_to'] if schema == 'history' else []
    form = sql.SQL('grant select ({}) on {} to {}')
    columns = sql.SQL(', ').join(map(sql.Identifier, names))
    _execute(db, form.format(columns, sql.Identifier(schema, layer.id), sql.Identifier(f'dothi_reader_{audience}')))


def _execute(db: Connection, statement: sql.Composable, values: list[object] | None = None) -> None:
    with db.cursor() as cursor:
        cursor.execute(statement, values)


def _one(db: Connection, statement: sql.Composable, values: list[object] | None = None) -> tuple[Any, ...] | None:
    with db.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
