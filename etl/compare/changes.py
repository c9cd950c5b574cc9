"""What differs between two releases of a layer, feature by feature."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.errors import NotFound
from dothi.core.layer import Layer
from dothi.core.text import Text

ROWS_AT_ONCE = 5_000


class NoSuchRelease(NotFound):
    """The layer has no release of this number."""


@dataclass(frozen=True)
class Version:
    """A feature as it was in one of the releases: values by column, geometry in the working CRS."""

    values: dict[str, Any]
    geometry: Any


@dataclass(frozen=True)
class Change:
    """A feature that differs: `old` is None where it was added, `new` where it was removed.

    columns: those whose values differ. moved_m: the Hausdorff distance of the geometries, None where they are equal.
    """

    id: int
    old: Version | None
    new: Version | None
    columns: list[str]
    moved_m: float | None

    @property
    def kind(self) -> str:
        """The kind of the change: `added`, `removed` or `changed`."""
        if self.old is None:
            return 'added'
        return 'removed' if self.new is None else 'changed'


def changes(db: Connection, layer: Layer, before: int, after: int) -> Iterator[Change]:
    """The features that differ between the releases `before` and `after`, by id; either may be the older one.

    Only versions that begin or end between the two are read. Raises NoSuchRelease.
    """
    for number in (before, after):
        _must_be_of(db, layer, number)
    earlier, later = min(before, after), max(before, after)
    with db.cursor(name='changes') as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(_query(layer), {'earlier': earlier, 'later': later})
        for row in cursor:
            change = _change(layer, row, backwards=before > after)
            # a feature that went and came again as it was is the same
            if change.kind != 'changed' or change.columns or change.moved_m is not None:
                yield change


def neighbours(db: Connection, layer: Layer) -> tuple[int, int]:
    """The numbers of the layer's last two releases; raises NoSuchRelease where it has less."""
    with db.cursor() as cursor:
        cursor.execute(
            """select number from catalog.release
               where layer_id = %s and (left_at is null or origin <> 'demo') order by number desc limit 2""",
            [layer.id],
        )
        releases = [int(row[0]) for row in cursor.fetchall()]
    if len(releases) < 2:
        raise NoSuchRelease(
            vi=f'Lớp {layer.id} có {len(releases)} bản phát hành; cần hai bản phát hành để so sánh.',
            en=f'The layer {layer.id} has {len(releases)} releases, and a comparison takes two.',
        )
    return releases[1], releases[0]


def _must_be_of(db: Connection, layer: Layer, number: int) -> None:
    with db.cursor() as cursor:
        # of a layer that the demonstration has left, its releases are entries without rows
        cursor.execute(
            """select from catalog.release
               where layer_id = %s and number = %s and (left_at is null or origin <> 'demo')""",
            [layer.id, number],
        )
        if cursor.fetchone() is not None:
            return
    raise NoSuchRelease(
        vi=f'Lớp {layer.id} không có bản phát hành {number}.',
        en=f'The layer {layer.id} has no release {number}.',
        steward=Text(vi=f'Xem: dothi releases {layer.id}.', en=f'See: dothi releases {layer.id}.'),
    )


def _query(layer: Layer) -> sql.Composed:
    """Versions that only the earlier release has, joined by id with those that only the later one has."""
    names = [sql.Identifier(name) for name in layer.columns]
    listed = sql.SQL(', ').join([sql.Identifier('id'), sql.Identifier('geom'), *names])
    table, history = sql.Identifier('layer', layer.id), sql.Identifier('history', layer.id)
    sides = sql.SQL(', ').join(
        sql.SQL('{}.{}').format(sql.Identifier(side), name)
        for side in ('was', 'is')
        for name in [sql.Identifier('id'), *names]
    )
    return sql.SQL("""
        with was as (
            select {listed} from {history}
            where release_from <= %(earlier)s and release_to > %(earlier)s and release_to <= %(later)s
        ), is_ as (
            select {listed} from {table} where release_from > %(earlier)s and release_from <= %(later)s
            union all
            select {listed} from {history}
            where release_from > %(earlier)s and release_from <= %(later)s and release_to > %(later)s
        )
        select st_asbinary(was.geom), st_asbinary("is".geom),
               case when not st_equals(was.geom, "is".geom) or not was.geom = "is".geom
                    then st_hausdorffdistance(was.geom, "is".geom) end, {sides}
        from was full join is_ as "is" on was.id = "is".id order by coalesce(was.id, "is".id)
        """).format(listed=listed, table=table, history=history, sides=sides)


def _change(layer: Layer, row: tuple[Any, ...], *, backwards: bool) -> Change:
    wkb_was, wkb_is, moved_m, *values = row
    half = len(values) // 2
    was, now = _version(layer, wkb_was, values[:half]), _version(layer, wkb_is, values[half:])
    old, new = (now, was) if backwards else (was, now)
    number = values[0] if values[0] is not None else values[half]
    differing = [name for name in layer.columns if was and now and was.values[name] != now.values[name]]
    return Change(number, old, new, differing, moved_m)


def _version(layer: Layer, wkb: Any, values: list[Any]) -> Version | None:
    if values[0] is None:
        return None
    return Version(dict(zip(layer.columns, values[1:], strict=True)), shapely.from_wkb(bytes(wkb)))
