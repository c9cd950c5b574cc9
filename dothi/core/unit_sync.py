"""Fills the schema `unit` from the locality's files."""

from collections.abc import Iterable
from datetime import date
from itertools import pairwise
from typing import Any

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import execute_values

from dothi.core.locality import Locality
from dothi.core.unit_crosswalk import NotDivisible, crosswalk
from dothi.core.unit_register import UnitRegister, unit_register

# A table after those that it refers to.
COLUMNS = {
    'version': (
        'level', 'code', 'valid_from', 'valid_to', 'name', 'parent_code', 'population', 'census', 'decree',
    ),
    'lineage': (
        'level', 'on_date', 'kind', 'from_code', 'from_version', 'to_code', 'to_version', 'decree',
    ),
    'crosswalk': ('level', 'from_date', 'to_date', 'from_code', 'to_code', 'share', 'estimated'),
}  # fmt: skip

type Rows = set[tuple[Any, ...]]


def sync_units(db: Connection, locality: Locality) -> list[str]:
    """What changed in the database's units, as lines to show; nothing where it says what the files say.

    Raises BadLocalityFile where the files contradict themselves.
    """
    register = unit_register(locality)
    target = {'version': _versions(register), 'lineage': _lineage(register), 'crosswalk': _crosswalks(register)}
    stored = {table: _stored_rows(db, table) for table in target}
    changed = {table: rows for table, rows in target.items() if rows != stored[table]}
    if not changed:
        return []
    for table in reversed(target):
        with db.cursor() as cursor:
            cursor.execute(sql.SQL('delete from {}').format(sql.Identifier('unit', table)))
    for table, rows in target.items():
        _insert(db, table, rows)
    return [f'unit.{table}: {len(stored[table])} → {len(rows)}' for table, rows in changed.items()]


def _versions(register: UnitRegister) -> Rows:
    census = register.census
    return {
        (u.level, u.code, u.valid_from, u.valid_to, u.name, u.parent_code, u.population, census, u.decree)
        for u in register.versions
    }


def _lineage(register: UnitRegister) -> Rows:
    return {
        (
            step.level,
            step.on,
            step.kind,
            step.before.code,
            step.before.valid_from,
            step.after.code if step.after else None,
            step.after.valid_from if step.after else None,
            step.decree,
        )
        for step in register.steps
    }


def _crosswalks(register: UnitRegister) -> Rows:
    """The crosswalk from each state to the next. A level that begins or ends with a state has none there."""
    return {
        row
        for level in {step.level for step in register.steps if step.after}
        for start, end in pairwise(register.days(level))
        if register.on(end, level)
        for row in _crosswalk(register, level, start, end)
    }


def _crosswalk(register: UnitRegister, level: str, start: date, end: date) -> Iterable[tuple[Any, ...]]:
    try:
        shares = crosswalk(register, level, start, end)
    except NotDivisible:
        # no census tells how: unit.crosswalk_by_area does, once the outlines are released
        return
    for source, parts in shares.shares.items():
        for target, share in parts.items():
            yield level, start, end, source, target, share, len(parts) > 1


def _stored_rows(db: Connection, table: str) -> Rows:
    columns = sql.SQL(', ').join(map(sql.Identifier, COLUMNS[table]))
    with db.cursor() as cursor:
        cursor.execute(sql.SQL('select {} from {}').format(columns, sql.Identifier('unit', table)))
        return set(cursor.fetchall())


def _insert(db: Connection, table: str, rows: Rows) -> None:
    columns = sql.SQL(', ').join(map(sql.Identifier, COLUMNS[table]))
    statement = sql.SQL('insert into {} ({}) values %s').format(sql.Identifier('unit', table), columns)
    with db.cursor() as cursor:
        execute_values(cursor, statement, sorted(rows, key=str))
