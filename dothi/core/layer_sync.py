"""Makes the layer tables what the layer files say: safe changes are applied, those that lose data refused."""

import json
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateSequence, CreateTable, DDLElement

from dothi.core.clearance import CLEARANCE, add_clearance, has_clearance, withdraw_clearance
from dothi.core.coverage_sync import sync_coverages
from dothi.core.guard_sync import guard_coverages, guard_layer, withdraw_outdated_guard
from dothi.core.layer import Audience, Layer
from dothi.core.layer_columns import UnsafeLayerChange, alter_columns, execute, first_row
from dothi.core.locality import Locality
from dothi.core.share_sync import READERS as GIS
from dothi.core.share_sync import share, views_of, withdraw_others, withdraw_outdated
from dothi.core.tables import history_table, id_sequence, layer_table

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
READERS: tuple[Audience, ...] = ('public', 'internal')


def sync_layers(db: Connection, locality: Locality) -> list[str]:
    """Sentences that say what was made or altered, one per change, and nothing where all is as the files say."""
    _sync_agencies(db, locality)
    changes = sync_coverages(db, locality)
    guard_coverages(db, locality)
    for layer in locality.layers.values():
        changes += sync_layer(db, layer, locality)
    withdraw_others(db, locality)
    if changes:
        grow_generation(db)
    return changes


def sync_layer(db: Connection, layer: Layer, locality: Locality) -> list[str]:
    """Do for one layer what `sync_layers` does for all; the caller tells the services."""
    # a column that a view reads cannot change its type
    withdraw_outdated(db, layer, locality)
    withdraw_outdated_guard(db, layer, locality)
    withdraw_clearance(db, layer)
    changes = _sync_layer(db, layer, locality.srid)
    add_clearance(db, layer)
    _index_house_numbers(db, layer)
    _grant(db, layer, locality)
    guard_layer(db, layer, locality)
    _count_for_tiles(db, layer)
    _forget_hidden(db, layer)
    share(db, layer, locality)
    return changes


def grow_generation(db: Connection) -> None:
    """Tells the services that what they serve has changed in kind."""
    execute(db, sql.SQL('update catalog.generation set n = n + 1'))


def _index_house_numbers(db: Connection, layer: Layer) -> None:
    """Indexes the numbers by which addresses are placed: else all houses along a street are read for each address."""
    name = f'{layer.id}_house_number'
    if layer.address is None or layer.address.house_number is None:
        execute(db, sql.SQL('drop index if exists {}').format(sql.Identifier('layer', name)))
        return
    statement = sql.SQL('create index if not exists {} on {} (lower({number})) where {number} is not null')
    column = sql.Identifier(layer.address.house_number)
    execute(db, statement.format(sql.Identifier(name), sql.Identifier('layer', layer.id), number=column))


def _count_for_tiles(db: Connection, layer: Layer) -> None:
    """Counts the layer's features anew where its file asks for other cells than there are."""
    current = first_row(db, sql.SQL('select catalog.tile_cells_are_current(%s)'), [layer.id])
    if current != (True,):
        execute(db, sql.SQL('select catalog.recount_tile_cells(%s)'), [layer.id])


def _forget_hidden(db: Connection, layer: Layer) -> None:
    """Forgets generalised geometry that tells features apart by a column which is not public any more."""
    statement = sql.SQL(
        """delete from general.state where layer_id = %s and exists (
               select from jsonb_array_elements(kind_sets) as kinds, jsonb_array_elements_text(kinds) as name
               where name <> all (%s))"""
    )
    execute(db, statement, [layer.id, list(layer.columns_for('public'))])


def _sync_agencies(db: Connection, locality: Locality) -> None:
    for name, agency in locality.agencies.items():
        execute(
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
    stored = first_row(db, sql.SQL('select definition from catalog.layer where id = %s'), [layer.id])
    changes = _create(db, layer, srid) if stored is None else _alter(db, layer, srid)
    definition = json.loads(json.dumps(layer.definition()))
    if stored is not None and stored[0] != definition and not changes:
        changes = [f'{layer.id}: description changed']
    execute(
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
    execute(db, sql.SQL(str(CreateSequence(id_sequence(layer)).compile(dialect=DIALECT))))
    for table in (layer_table(layer, srid), history_table(layer, srid)):
        create_table(db, table)
    return [f'{layer.id}: created']


def create_table(db: Connection, table: Table) -> None:
    """Makes `table` with its indexes in the transaction of `db`."""
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    _define(db, CreateTable(table))
    for index in indexes:
        _define(db, CreateIndex(index))


def _define(db: Connection, statement: DDLElement) -> None:
    # the dialect doubles % for statements with values, and these have none
    execute(db, sql.SQL(str(statement.compile(dialect=DIALECT)).replace('%%', '%')))


def _alter(db: Connection, layer: Layer, srid: int) -> list[str]:
    return alter_columns(db, layer, srid) + _change_key(db, layer, srid)


def _change_key(db: Connection, layer: Layer, srid: int) -> list[str]:
    """A sentence where the key is another one now; raises UnsafeLayerChange where released rows would share it."""
    if _indexed(db, f'{layer.id}_key') == layer.key:
        return []
    if layer.key:
        _must_be_unique(db, layer)
    for table, name in (
        (layer_table(layer, srid), f'{layer.id}_key'),
        (history_table(layer, srid), f'{layer.id}_history_key'),
    ):
        execute(db, sql.SQL('drop index if exists {}').format(sql.Identifier(str(table.schema), name)))
        for index in table.indexes:
            if index.name == name:
                _define(db, CreateIndex(index))
    return [f'{layer.id}: the key is {", ".join(layer.key)} now' if layer.key else f'{layer.id}: there is no key now']


def _must_be_unique(db: Connection, layer: Layer) -> None:
    key = sql.SQL(', ').join(map(sql.Identifier, layer.key))
    shared = sql.SQL('select from {} group by {} having count(*) > 1 limit 1').format(
        sql.Identifier('layer', layer.id), key
    )
    if first_row(db, shared) is not None:
        raise UnsafeLayerChange(
            vi=f'Lớp {layer.id}: khóa mới ({", ".join(layer.key)}) trùng nhau ở dữ liệu đã phát hành.',
            en=f'Layer {layer.id}: released rows share the new key ({", ".join(layer.key)}).',
        )


def _indexed(db: Connection, index: str) -> list[str]:
    """The columns of an index of the schema `layer`, in its order."""
    names = sql.SQL("""
        select array_agg(attname::text order by place)
        from pg_index, unnest(indkey) with ordinality as parts (number, place), pg_attribute
        where indexrelid = (select oid from pg_class where relname = %s and relnamespace = 'layer'::regnamespace)
        and attrelid = indrelid and attnum = number""")
    row = first_row(db, names, [index])
    return list(row[0]) if row and row[0] else []


def _grant(db: Connection, layer: Layer, locality: Locality) -> None:
    """Readers get the columns that they may see, the loader gets all, and the editor all of what staff may see."""
    readers = _readers(layer, locality)
    writers = sql.SQL('dothi_loader, dothi_editor' if 'internal' in readers else 'dothi_loader')
    for schema in ('layer', 'history'):
        table = sql.Identifier(schema, layer.id)
        limited = sql.SQL(
            'dothi_reader_public, dothi_reader_internal, dothi_editor, dothi_gis_public, dothi_gis_internal'
        )
        execute(db, sql.SQL('revoke all on {} from {}').format(table, limited))
        execute(db, sql.SQL('grant select, insert, update, delete on {} to {}').format(table, writers))
        for audience in readers:
            _grant_columns(db, layer, schema, audience, sql.Identifier(f'dothi_reader_{audience}'))
    for view in views_of(layer, locality):
        _grant_columns(db, layer, 'layer', view.audience, GIS[view.audience])
    sequence = sql.Identifier('layer', f'{layer.id}_id_seq')
    execute(db, sql.SQL('revoke all on sequence {} from dothi_editor').format(sequence))
    execute(db, sql.SQL('grant usage on sequence {} to {}').format(sequence, writers))


def _readers(layer: Layer, locality: Locality) -> list[Audience]:
    """Who reads its table: of a restricted layer colleagues, whom its guard shows what they may see."""
    guarded: list[Audience] = ['internal'] if layer.id in locality.guards else []
    return [audience for audience in READERS if layer.visible_to(audience) or audience in guarded]


def _grant_columns(db: Connection, layer: Layer, schema: str, audience: Audience, roles: sql.Composable) -> None:
    names = ['id', *layer.columns_for(audience), 'geom', 'geom_wgs84', 'release_from']
    names += ['release_to'] if schema == 'history' else [CLEARANCE] * has_clearance(layer)
    form = sql.SQL('grant select ({}) on {} to {}')
    columns = sql.SQL(', ').join(map(sql.Identifier, names))
    execute(db, form.format(columns, sql.Identifier(schema, layer.id), roles))
