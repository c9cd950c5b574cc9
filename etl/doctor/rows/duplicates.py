"""Rows with the same key: of identical ones the first is kept, of differing ones the contradicted one is bad."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.row_faults import FaultCode
from dothi.core.text import Text, search_key
from etl.reference import Units
from etl.register import RegisterRows

# A column refers to units if nearly all rows lie in the unit that it names.
REFERS = 0.95
SAMPLE_ROWS = 2_000
# A column that is not a key at all has thousands of rows with one value; each message would name them all.
NAMED_ROWS = 5


@dataclass(frozen=True)
class Fault:
    """What is wrong with a staged row. place: longitude and latitude, where it is not the row's own."""

    row: int
    code: FaultCode
    says: Text
    place: tuple[float, float] | None = None


@dataclass(frozen=True)
class Staged:
    """One of several staged rows with one key."""

    row: int
    values: dict[str, Any]
    geometry: Any


def may_repeat_keys(db: Connection, layer: Layer, staging: str) -> bool:
    """Whether staged rows may have a key in common, or one that differs in case only; True where that is not counted.

    Counting takes half a million rows a quarter of a second, each of the two searches as long again and more.
    """
    if len(layer.key) != 1:
        return True
    form = 'lower({})' if layer.columns[layer.key[0]].type == 'text' else '{}'
    statement = sql.SQL('select count(distinct {}) < count(*) from {}').format(
        sql.SQL(form).format(sql.Identifier(layer.key[0])), sql.Identifier('staging', staging)
    )
    with db.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() == (True,)


def duplicates(
    db: Connection, layer: Layer, staging: str, register: RegisterRows | None, units: list[Units]
) -> list[Fault]:
    """The staged rows that repeat a key and must go; in a layer without a key, exact copies."""
    if not layer.key:
        return [Fault(row, 'duplicate_row', _copy_of(first)) for row, first in _copies(db, layer, staging)]
    copies, differing = _groups(db, layer, staging)
    faults = [Fault(row, 'duplicate_row', _copy_of(first)) for row, first in copies]
    if differing:
        references = _references(db, layer, staging, units)
        for group in _load(db, layer, staging, differing):
            faults += _judge(group, register, references)
    return faults


def _groups(db: Connection, layer: Layer, staging: str) -> tuple[list[tuple[int, int]], list[list[int]]]:
    """Copies with the row they repeat; and groups of rows with one key whose contents differ."""
    key = sql.SQL(', ').join(map(sql.Identifier, layer.key))
    content = sql.SQL(', ').join(sql.Identifier(name) for name in [*layer.columns, 'geom'])
    statement = sql.SQL("""
        with repeated as (
            select s.* from {table} as s join (
                select {key} from {table} group by {key} having count(*) > 1
            ) as r using ({key})
        )
        select id, min(id) over (partition by {key}, {content}) as first,
               dense_rank() over (order by {key}) as key_rank
        from repeated order by key_rank, id
    """).format(table=sql.Identifier('staging', staging), key=key, content=content)
    with db.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall()
    copies = [(row, first) for row, first, _ in rows if row != first]
    versions: dict[int, list[int]] = defaultdict(list)
    for row, first, key_rank in rows:
        if row == first:
            versions[key_rank].append(row)
    return copies, [group for group in versions.values() if len(group) > 1]


def _copies(db: Connection, layer: Layer, staging: str) -> list[tuple[int, int]]:
    """Rows whose whole content another row has too, with the first one that has it."""
    content = sql.SQL(', ').join(sql.Identifier(name) for name in [*layer.columns, 'geom'])
    # hashed first, for sorting whole rows with their geometries would take longer than all that follows
    statement = sql.SQL("""
        with hashed as (select id, hash_record(row({content})) as h from {table}),
        repeated as (select h from hashed group by h having count(*) > 1)
        select id, first from (
            select id, min(id) over (partition by {content}) as first
            from {table} where id in (select id from hashed join repeated using (h))
        ) as copies where id <> first order by id
    """).format(table=sql.Identifier('staging', staging), content=content)
    with db.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _load(db: Connection, layer: Layer, staging: str, groups: list[list[int]]) -> list[list[Staged]]:
    names = sql.SQL(', ').join(map(sql.Identifier, layer.columns))
    rows = sql.Literal([row for group in groups for row in group])
    # without bound values, as a % in the name of a column would be taken for a placeholder
    statement = sql.SQL('select id, st_asbinary(geom), {} from {} where id = any({})').format(
        names, sql.Identifier('staging', staging), rows
    )
    with db.cursor() as cursor:
        cursor.execute(statement)
        loaded = {
            row: Staged(row, dict(zip(layer.columns, values, strict=True)), shapely.from_wkb(bytes(wkb)))
            for row, wkb, *values in cursor.fetchall()
        }
    return [[loaded[row] for row in group] for group in groups]


def _judge(group: list[Staged], register: RegisterRows | None, references: dict[str, Units]) -> list[Fault]:
    """Those that something known contradicts, where exactly one row is left then; else all."""
    reasons = {staged.row: _contradiction(staged, register, references) for staged in group}
    standing = [row for row, reason in reasons.items() if reason is None]
    if len(standing) == 1:
        return [Fault(row, 'key_duplicate', reason) for row, reason in reasons.items() if reason is not None]
    rows = ', '.join([*(str(staged.row) for staged in group[:NAMED_ROWS]), *['…'] * (len(group) > NAMED_ROWS)])
    says = Text(
        vi=f'trùng khóa nhưng khác nội dung (các hàng {rows}). Giữ một hàng đúng.',
        en=f'repeats a key with different contents (rows {rows}). Keep the right one.',
    )
    return [Fault(staged.row, 'key_duplicate', says) for staged in group]


def _contradiction(staged: Staged, register: RegisterRows | None, references: dict[str, Units]) -> Text | None:
    return _by_register(staged, register) or _by_place(staged, references)


def _by_register(staged: Staged, register: RegisterRows | None) -> Text | None:
    """The register gives this code another name or parent."""
    register_row = register.rows.get(str(staged.values[register.key])) if register else None
    for name, value in (register_row or {}).items():
        staged_value = staged.values.get(name)
        if isinstance(staged_value, str) and value and search_key(staged_value) != search_key(value):
            return Text(
                vi=f'trùng khóa, và {name} là "{staged_value}" trong khi danh mục ghi "{value}". Bỏ hàng này.',
                en=f'repeats a key, and {name} is "{staged_value}" where the register has "{value}". Remove this row.',
            )
    return None


def _by_place(staged: Staged, references: dict[str, Units]) -> Text | None:
    """The row lies outside the unit that it names."""
    for name, units in references.items():
        code = staged.values[name]
        polygon = units.polygon(code) if code else None
        if polygon is not None and not polygon.intersects(staged.geometry.point_on_surface()):
            return Text(
                vi=f'trùng khóa, và nằm ngoài đơn vị {code} ghi ở cột {name}. Bỏ hàng này.',
                en=f'repeats a key, and it lies outside the unit {code} that its column {name} names. Remove this row.',
            )
    return None


def _references(db: Connection, layer: Layer, staging: str, units: list[Units]) -> dict[str, Units]:
    """Text columns whose values are codes of units in which the rows lie, as a sample shows."""
    names = [name for name, column in layer.columns.items() if column.type == 'text']
    if not names:
        return {}
    statement = sql.SQL('select st_asbinary(st_pointonsurface(geom)), {} from {} limit {}').format(
        sql.SQL(', ').join(map(sql.Identifier, names)), sql.Identifier('staging', staging), sql.Literal(SAMPLE_ROWS)
    )
    with db.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall()
    points = shapely.from_wkb(np.array([bytes(row[0]) for row in rows], dtype=object))
    references: dict[str, Units] = {}
    for position, name in enumerate(names, start=1):
        values = [row[position] for row in rows]
        match = next((candidate for candidate in units if _refers(values, points, candidate)), None)
        if match is not None:
            references[name] = match
    return references


def _refers(codes: list[str | None], points: Any, units: Units) -> bool:
    polygons = dict(zip(units.codes, units.polygons, strict=True))
    inside = [
        polygons[code].intersects(point) for code, point in zip(codes, points, strict=True) if code and code in polygons
    ]
    return len(inside) >= REFERS * len(codes) and sum(inside) >= REFERS * len(inside) > 0


def _copy_of(first: int) -> Text:
    return Text(vi=f'giống hệt hàng {first}, hàng đó được giữ.', en=f'is identical with row {first}, which is kept.')
