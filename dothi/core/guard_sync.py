"""Guards of layer tables: row-level security, and views with restricted columns, as `access.yml` asks for them."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.access.guards import Guard
from dothi.core.clearance import CLEARANCE, has_clearance
from dothi.core.layer import Layer
from dothi.core.layer_columns import execute, first_row
from dothi.core.layer_source import VIEWS
from dothi.core.locality import Locality
from dothi.core.start_command import start_command

LOG = logging.getLogger('dothi.guards')
# The guard of a coverage: its rasters hang on the catalogue's rows.
COVERAGE = 'coverage'
UNLIMITED = sql.SQL('dothi_loader, dothi_editor, dothi_worker, dothi_reader_public, dothi_gis_public')


def withdraw_outdated_guard(db: Connection, layer: Layer, locality: Locality) -> None:
    """Takes away a guard that is another one now: a column that it reads could not be changed beneath it."""
    stored = first_row(db, sql.SQL('select guard from catalog.layer where id = %s'), [layer.id])
    if stored is None or stored[0] is None or stored[0] == _definition(layer, locality):
        return
    for schema, views in VIEWS.items():
        execute(db, sql.SQL('drop view if exists {}').format(sql.Identifier(views, layer.id)))
        for policy in ('unlimited', 'by_claims'):
            table = sql.Identifier(schema, layer.id)
            execute(db, sql.SQL('drop policy if exists {} on {}').format(sql.Identifier(policy), table))
        execute(db, sql.SQL('alter table {} disable row level security').format(sql.Identifier(schema, layer.id)))
    _record(db, layer.id, None, None)


def guard_layer(db: Connection, layer: Layer, locality: Locality) -> None:
    """Makes the guard that `access.yml` asks for, where it is not there."""
    guard, definition = locality.guards.get(layer.id), _definition(layer, locality)
    stored = first_row(db, sql.SQL('select guard from catalog.layer where id = %s'), [layer.id])
    if guard is None or (stored and stored[0] == definition):
        return
    for schema in VIEWS:
        if guard.hides_rows:
            _limit_rows(db, layer, guard, schema)
        if guard.masked:
            _create_view(db, layer, guard, schema)
    _record(db, layer.id, guard, definition)


def guarded_locality(db: Connection, locality: Locality) -> Locality:
    """The locality without what the database does not guard as `access.yml` asks for: nobody sees that, to be safe.

    It has been changed, and nobody has migrated since.
    """
    with db.cursor() as cursor:
        cursor.execute('select id, guard from access.guards()')
        stored = dict(cursor.fetchall())
    open_ids = {name for name in locality.guards if stored.get(name) != _expected_guard(name, locality)}
    for name in sorted(open_ids & stored.keys()):
        LOG.error('%s is not served: access.yml has changed; run "%s"', name, start_command())
    return replace(
        locality,
        layers={name: layer for name, layer in locality.layers.items() if name not in open_ids},
        coverages={name: data for name, data in locality.coverages.items() if name not in open_ids},
    )


def _expected_guard(name: str, locality: Locality) -> str | None:
    layer = locality.layers.get(name)
    return COVERAGE if layer is None else _definition(layer, locality)


def guard_coverages(db: Connection, locality: Locality) -> None:
    """Notes which coverages are seen with a claim only: their rasters hang on the catalogue's rows."""
    for name in locality.coverages:
        guard = locality.guards.get(name)
        _record(db, name, guard, None if guard is None else COVERAGE)


def _definition(layer: Layer, locality: Locality) -> str | None:
    """Changes with whatever the guard is made from, the columns and their types included; None without one."""
    guard = locality.guards.get(layer.id)
    if guard is None:
        return None
    columns = [(name, column.type, column.access) for name, column in layer.columns.items()]
    return json.dumps([vars(guard), layer.access, columns, layer.geometry, locality.srid])


def _record(db: Connection, layer_id: str, guard: Guard | None, definition: str | None) -> None:
    hides_rows, row_columns = (guard.hides_rows, list(guard.row_columns)) if guard else (False, [])
    execute(
        db,
        sql.SQL("""
            update catalog.layer set guard = %s, hides_rows = %s, row_columns = %s
            where id = %s and (guard, hides_rows, row_columns) is distinct from (%s, %s, %s::text[])"""),
        [definition, hides_rows, row_columns, layer_id, definition, hides_rows, row_columns],
    )
    if guard:
        execute(db, sql.SQL('select job.guard_results(%s, %s)'), [layer_id, list(guard.masked)])


def _limit_rows(db: Connection, layer: Layer, guard: Guard, schema: str) -> None:
    table = sql.Identifier(schema, layer.id)
    execute(db, sql.SQL('alter table {} enable row level security').format(table))
    execute(db, sql.SQL('create policy unlimited on {} to {} using (true)').format(table, UNLIMITED))
    form = sql.SQL('create policy by_claims on {} for select to dothi_reader_internal using ({})')
    execute(db, form.format(table, claimed_rows(layer, guard)))


def claimed_rows(layer: Layer, guard: Guard) -> sql.Composable:
    """Which rows a claim shows. In a subquery of its own each part is worked out once for a statement."""
    if not guard.hides_rows:
        return sql.SQL('true')
    name = sql.Literal(layer.id)
    parts: list[sql.Composable] = [sql.SQL('(select access.claims_all_rows({}))').format(name)]
    form = sql.SQL('{}::text = any ((select access.claimed_values({}, {}))::text[])')
    parts += [form.format(sql.Identifier(column), name, sql.Literal(column)) for column in guard.row_columns]
    return sql.SQL(' or ').join(parts)


def _create_view(db: Connection, layer: Layer, guard: Guard, schema: str) -> None:
    """The view runs as its owner, whom row-level security does not limit: it names the rows itself."""
    view, table = sql.Identifier(VIEWS[schema], layer.id), sql.Identifier(schema, layer.id)
    columns = sql.SQL(', ').join(_shown_columns(layer, guard, schema))
    form = sql.SQL('create view {} with (security_barrier) as select {} from {} where {}')
    execute(db, form.format(view, columns, table, claimed_rows(layer, guard)))
    execute(db, sql.SQL('grant select on {} to dothi_reader_internal').format(view))


def _shown_columns(layer: Layer, guard: Guard, schema: str) -> Iterator[sql.Composable]:
    yield sql.Identifier('id')
    for name in (*layer.columns_for('internal'), *guard.masked):
        column = sql.Identifier(name)
        form = (
            '{0}'
            if name not in guard.masked
            else 'case when (select access.claims_column({1}, {2})) then {0} end as {0}'
        )
        yield sql.SQL(form).format(column, sql.Literal(layer.id), sql.Literal(name))
    others = ['geom', 'geom_wgs84', 'release_from']
    others += ['release_to'] if schema == 'history' else [CLEARANCE] * has_clearance(layer)
    yield from map(sql.Identifier, others)
