"""From staged rows to a release: the difference, and its application, in one transaction."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json

from dothi.core.coverage import Coverage
from dothi.core.crs import units_per_metre
from dothi.core.layer import Layer
from etl.desk.options import DeliveryOptions
from etl.report.model import DiffReport

# Templates have coordinates to a centimetre, or to 1e-7 degrees: half of that each way, and what a change of CRS adds.
ROUNDED_M = 0.01


@dataclass(frozen=True)
class Outcome:
    """What the staged rows change, and what the layer holds after it."""

    diff: DiffReport
    real_closed: int
    real_in_scope: int
    rows_total: int
    demo_rows: int
    extent: list[float] | None
    extent_wgs84: list[float] | None
    # whether edits made since the agency's last delivery are part of it
    merged: bool = False
    # features that stay as they are because the delivery's row of them is bad
    spared: int = 0

    @property
    def lost_share(self) -> float:
        """Share of the real rows inside the scope that would be closed."""
        return self.real_closed / self.real_in_scope if self.real_in_scope else 0.0


@dataclass(frozen=True)
class Moved:
    """How many of the real rows that stay lie elsewhere than before."""

    matched: int
    moved: int

    @property
    def share(self) -> float:
        return self.moved / self.matched if self.matched else 0.0


@dataclass(frozen=True)
class Source:
    """The origin of a release: a delivery with its count of bad rows, or the author of an edit or a rollback.

    demo: whether its rows are demonstration data. quality: figures of the delivery, None where there was none.
    restores: the release whose state a rollback puts back.
    """

    delivery: int | None = None
    rows_bad: int = 0
    author: str | None = None
    demo: bool = False
    quality: dict[str, Any] | None = None
    restores: int | None = None


def lock_layer(db: Connection, layer: Layer) -> None:
    """Keeps every other writer off the layer until the transaction ends; readers go on. Waits for its turn."""
    with db.cursor() as cursor:
        cursor.execute(sql.SQL('lock table {} in share row exclusive mode').format(sql.Identifier('layer', layer.id)))


def keys_elsewhere(db: Connection, layer: Layer, staging: str, scope: shapely.Geometry, srid: int) -> list[int]:
    """Numbers of staged rows whose key belongs to a real row outside the scope; none where there is no key."""
    if not layer.key:
        return []
    values = [layer.id, staging, layer.key, _bound(scope, srid)]
    with db.cursor() as cursor:
        cursor.execute('select catalog.keys_elsewhere(%s, %s, %s, %s)', values)
        return [int(row[0]) for row in cursor.fetchall()]


def real_scopes(db: Connection, layer: Layer | Coverage) -> set[str]:
    """The scopes in which real data was ever released: demonstration data has no place there any more."""
    with db.cursor() as cursor:
        cursor.execute(
            """select distinct scope from catalog.release
               where layer_id = %s and origin in ('delivery', 'rollback') and not demo""",
            [layer.id],
        )
        return {row[0] for row in cursor.fetchall()}


def has_left_demo(db: Connection, layer: Layer | Coverage) -> bool:
    """Whether demonstration data has no place in the layer, nor in any, any more."""
    with db.cursor() as cursor:
        cursor.execute(
            """select demo_left_at is not null or exists (select from catalog.demonstration_end)
               from catalog.layer where id = %s""",
            [layer.id],
        )
        row = cursor.fetchone()
    return bool(row and row[0])


def drop_demo_rows(db: Connection, staging: str, area: shapely.Geometry, srid: int) -> None:
    """Takes the staged rows inside `area` out again."""
    statement = 'delete from {} where st_intersects(%s::geometry, st_pointonsurface(geom))'
    with db.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier('staging', staging)), [_bound(area, srid)])


def keep_rounded_places(db: Connection, layer: Layer, staging: str, srid: int) -> None:
    """Gives staged rows the place that is served back where it is theirs but for the rounding of a template."""
    values = [layer.id, staging, layer.key, ROUNDED_M * units_per_metre(srid)]
    with db.cursor() as cursor:
        cursor.execute('select catalog.keep_rounded_places(%s, %s, %s, %s)', values)


def match_rows(db: Connection, layer: Layer, staging: str, scope: shapely.Geometry | None, srid: int) -> None:
    """Notes in etl_match which feature inside `scope` each staged row is, by its geometry and values."""
    values = [layer.id, staging, list(layer.columns), _bound(scope, srid), units_per_metre(srid)]
    with db.cursor() as cursor:
        cursor.execute('select catalog.match_rows(%s, %s, %s, %s, %s)', values)


def note_bad_rows(db: Connection, layer: Layer, keys: Sequence[tuple[Any, ...]]) -> None:
    """Notes in etl_bad the keys of rows that are not staged for a fault of theirs: `diff` closes no such feature."""
    # what PostgreSQL cannot store, it does not serve
    stored = [key for key in keys if not any(isinstance(value, str) and '\0' in value for value in key)]
    if stored:
        rows = json.dumps([dict(zip(layer.key, key, strict=True)) for key in stored], default=str)
        with db.cursor() as cursor:
            cursor.execute('select catalog.note_bad_rows(%s, %s, %s)', [layer.id, layer.key, rows])


def match_known(db: Connection, features: Sequence[tuple[int, int | None]]) -> None:
    """Notes in etl_match which feature each staged row is: number of the row, and id, None for a new feature."""
    matched = [(row, feature) for row, feature in features if feature is not None]
    with db.cursor() as cursor:
        cursor.execute('create temporary table etl_match (row_number integer, id bigint) on commit drop')
        if matched:
            rows, ids = zip(*matched, strict=True)
            statement = 'insert into etl_match select * from unnest(%s::integer[], %s::bigint[])'
            cursor.execute(statement, [list(rows), list(ids)])


def tell_apart(
    db: Connection,
    layer: Layer,
    staging: str,
    scope: shapely.Geometry | None,
    options: DeliveryOptions,
    srid: int,
    matched: bool,
) -> None:
    """Notes in etl_diff what must be added, changed and closed so that `scope` of the layer equals what is staged.

    matched: etl_match says which feature a row is, and not its key.
    """
    values = [layer.id, staging, layer.key, list(layer.columns), matched, _bound(scope, srid)]
    values += [options.mode == 'replace', options.origin == 'demo']
    with db.cursor() as cursor:
        cursor.execute('select catalog.diff(%s, %s, %s, %s, %s, %s, %s, %s)', values)


def number_added(db: Connection, layer: Layer, staging: str) -> list[int]:
    """The ids that the new features in etl_diff will have, in the order of their rows."""
    with db.cursor() as cursor:
        cursor.execute('select catalog.number_added(%s, %s, %s)', [layer.id, staging, layer.key])
        cursor.execute("select id from etl_diff where change = 'added' order by row_number")
        return [int(row[0]) for row in cursor.fetchall()]


def diff(  # noqa: PLR0913, PLR0917 (one question; all of it decides what is told apart)
    db: Connection,
    layer: Layer,
    staging: str,
    scope: shapely.Geometry | None,
    options: DeliveryOptions,
    srid: int,
    on: date,
    real: shapely.Geometry | None = None,
) -> Outcome:
    """What a delivery of the day `on` changes, and what the layer holds after it.

    Of a layer with validity, what is valid on other days only is left as it is; so is a feature that
    `note_bad_rows` named.
    """
    if not layer.key:
        match_rows(db, layer, staging, scope, srid)
    tell_apart(db, layer, staging, scope, options, srid, matched=not layer.key)
    bound = _bound(scope, srid)
    if real is not None:
        _spare_rows_in(db, layer, real, srid)
    real_then = _spare_other_times(db, layer, on, bound) if layer.publish.validity else None
    spared = _spare_bad_rows(db, layer, options)
    merged = _merge_edits(db, layer, staging, bound, options)
    values = [layer.id, staging, bound, options.origin == 'demo']
    outcome = _outcome(db, staging, 'select * from catalog.outcome(%s, %s, %s, %s)', values)
    outcome = replace(outcome, merged=merged, spared=spared)
    return outcome if real_then is None else replace(outcome, real_in_scope=real_then)


def _spare_rows_in(db: Connection, layer: Layer, area: shapely.Geometry, srid: int) -> None:
    """Takes what lies inside `area` now out of what is changed and closed."""
    statement = """delete from etl_diff as d using {} as l
        where l.id = d.id and st_intersects(%s::geometry, st_pointonsurface(l.geom))"""
    with db.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier('layer', layer.id)), [_bound(area, srid)])


def _merge_edits(db: Connection, layer: Layer, staging: str, scope: str | None, options: DeliveryOptions) -> bool:
    """Whether there were edits to merge; etl_merge has them, and etl_diff and the staged rows follow it."""
    demo = options.origin == 'demo'
    values = [layer.id, staging, layer.key, list(layer.columns), scope, options.mode == 'replace', demo]
    with db.cursor() as cursor:
        cursor.execute('select catalog.merge_edits(%s, %s, %s, %s, %s, %s, %s)', values)
        (merged,) = cursor.fetchone() or (False,)
    return bool(merged) and not demo


def _spare_bad_rows(db: Connection, layer: Layer, options: DeliveryOptions) -> int:
    """How many features the delivery does not close after all, as etl_bad has their keys."""
    with db.cursor() as cursor:
        cursor.execute('select catalog.spare_bad_rows(%s, %s, %s)', [layer.id, layer.key, options.origin == 'demo'])
        (spared,) = cursor.fetchone() or (0,)
    return int(spared)


def _spare_other_times(db: Connection, layer: Layer, on: date, scope: str | None) -> int:
    """How many real rows the delivery speaks for, once those of other times are left out of what it closes."""
    times = [layer.id, *(layer.publish.validity or ()), on]
    with db.cursor() as cursor:
        cursor.execute('select catalog.spare_other_times(%s, %s, %s, %s)', times)
        cursor.execute('select catalog.real_rows_then(%s, %s, %s, %s, %s)', [*times, scope])
        (spared,) = cursor.fetchone() or (0,)
    return int(spared)


def outcome_of_edit(db: Connection, layer: Layer, staging: str) -> Outcome:
    """The outcome of an edit, whose few rows are known to be added, changed or closed."""
    return _outcome(db, staging, 'select * from catalog.edit_outcome(%s, %s)', [layer.id, staging])


def _outcome(db: Connection, staging: str, query: str, values: Sequence[object]) -> Outcome:
    with db.cursor() as cursor:
        cursor.execute(query, values)
        added, changed, closed, real_closed, real, total, demo_rows, extent, extent_wgs84 = cursor.fetchone() or ()
        cursor.execute(sql.SQL('select count(*) from {}').format(sql.Identifier('staging', staging)))
        (staged,) = cursor.fetchone() or (0,)
    unchanged = staged - added - changed
    diff = DiffReport(added=added, changed=changed, closed=closed, unchanged=unchanged)
    return Outcome(diff, real_closed, real, total, demo_rows, extent, extent_wgs84)


def outcome_of_rollback(db: Connection, layer: Layer, staging: str, to: int) -> tuple[bool, Outcome]:
    """Whether any row that comes back is demonstration data, and what putting the layer back to `to` changes."""
    with db.cursor() as cursor:
        cursor.execute('select catalog.stage_release(%s, %s, %s, %s)', [layer.id, staging, list(layer.columns), to])
        (demo,) = cursor.fetchone() or (False,)
    outcome = _outcome(db, staging, 'select * from catalog.outcome(%s, %s, null, %s)', [layer.id, staging, demo])
    # only what differs is staged
    unchanged = outcome.rows_total - outcome.diff.added - outcome.diff.changed
    return demo, replace(outcome, diff=outcome.diff.model_copy(update={'unchanged': unchanged}))


def moved_rows(db: Connection, layer: Layer, staging: str, outcome: Outcome, srid: int) -> Moved:
    """How far the staged rows shift what the layer holds, by the layer's own measure; after `diff`."""
    far = layer.checks.moved_m * units_per_metre(srid)
    with db.cursor() as cursor:
        cursor.execute('select * from catalog.moved_rows(%s, %s, %s)', [layer.id, staging, far])
        changed, moved = cursor.fetchone() or (0, 0)
    return Moved(outcome.diff.unchanged + changed, moved)


def release(
    db: Connection, layer: Layer, staging: str, outcome: Outcome, options: DeliveryOptions, source: Source
) -> int:
    """The number of the new release, applied to layer, history and catalogue."""
    with db.cursor() as cursor:
        cursor.execute('select current_release is null from catalog.layer where id = %s', [layer.id])
        (first,) = cursor.fetchone() or (False,)
        number = record(db, layer, outcome, options, source)
        cursor.execute(
            'select catalog.apply_diff(%s, %s, %s, %s, %s)', [layer.id, staging, layer.key, list(layer.columns), number]
        )
        if options.origin == 'edit':
            cursor.execute('select catalog.note_edits(%s, %s, %s)', [layer.id, list(layer.columns), number])
        cursor.execute('update catalog.layer set current_release = %s where id = %s', [number, layer.id])
        if first:
            cursor.execute('update catalog.generation set n = n + 1')
    return number


def current_release(db: Connection, layer: Layer | Coverage) -> int | None:
    """The number of the layer's release that is served now."""
    with db.cursor() as cursor:
        cursor.execute('select current_release from catalog.layer where id = %s', [layer.id])
        row = cursor.fetchone()
    return row[0] if row else None


def record(db: Connection, layer: Layer | Coverage, outcome: Outcome, options: DeliveryOptions, source: Source) -> int:
    """The number of a new release in the catalogue."""
    diff = outcome.diff
    with db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.release (layer_id, delivery_id, origin, scope, mode, as_of, rows_added, rows_changed,
                   rows_closed, rows_total, rows_bad, demo_rows, extent, extent_wgs84, note, demo, shape, quality,
                   restores, released_by)
               values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
                   coalesce(%s, session_user))
               returning number""",
            [
                layer.id,
                source.delivery,
                options.origin,
                options.scope,
                options.mode,
                options.as_of,
                diff.added,
                diff.changed,
                diff.closed,
                outcome.rows_total,
                source.rows_bad,
                outcome.demo_rows,
                outcome.extent,
                outcome.extent_wgs84,
                options.note,
                source.demo or options.origin == 'demo',
                Json(shape(layer)),
                None if source.quality is None else Json(source.quality),
                source.restores,
                source.author,
            ],
        )
        (number,) = cursor.fetchone() or (0,)
    return int(number)


def shape(layer: Layer | Coverage) -> dict[str, Any]:
    """What must be the same for rows or cells of one release to be put in the place of another one's."""
    if isinstance(layer, Coverage):
        return {'bands': {name: band.type for name, band in layer.bands.items()}, 'nodata': str(layer.nodata)}
    columns = {name: column.type for name, column in layer.columns.items()}
    return {'geometry': layer.geometry, 'key': layer.key, 'columns': columns}


def _bound(area: shapely.Geometry | None, srid: int) -> str | None:
    """`area` as PostGIS reads it from a bound value."""
    return None if area is None else str(shapely.to_wkb(shapely.set_srid(area, srid), hex=True, include_srid=True))
