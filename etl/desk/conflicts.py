"""Features that an edit and a delivery both changed, and differently: what waits for a person, and the decision."""

from datetime import datetime
from typing import Any, Literal

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel

from dothi.core.database import Role, connection
from dothi.core.errors import NotFound, WrongUse
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl import stage
from etl.desk.deliveries import loader_session
from etl.desk.options import DeliveryOptions
from etl.release import Source, lock_layer, match_known, number_added, outcome_of_edit, release, tell_apart

Side = Literal['delivery', 'edit']

FIELDS = """select c.id, c.layer_id, c.feature_id, c.delivery_id, c.columns, c.ours as edit, c.theirs as delivery,
    c.base, c.ours_geom is distinct from c.theirs_geom as geometry_differs, c.opened_at, c.status, c.decision,
    c.decided_by, c.decided_at, c.reason, c.release from catalog.conflict as c"""


class NoConflict(NotFound):
    """No conflict has this number."""


class AlreadyDecided(WrongUse):
    """Somebody has decided, or a later delivery left nothing to decide."""


class Conflict(BaseModel):
    """A feature as delivered before (base), as edited and as delivered now; None where it is not there."""

    id: int
    layer_id: str
    feature_id: int
    delivery_id: int | None
    columns: list[str]
    base: dict[str, Any] | None
    edit: dict[str, Any] | None
    delivery: dict[str, Any] | None
    geometry_differs: bool
    opened_at: datetime
    status: Literal['open', 'decided']
    decision: Literal['ours', 'theirs', 'merged'] | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None
    release: int | None


def conflicts(layer: str | None, *, decided: bool = False, role: Role = 'loader') -> list[Conflict]:
    """The conflicts of a layer, or of all, oldest first; with `decided`, also those decided on. role: that reads."""
    condition = "where (%s::text is null or c.layer_id = %s) and (%s or c.status = 'open') order by c.id"
    with connection(role) as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(f'{FIELDS} {condition}', [layer, layer, decided])
        return [Conflict.model_validate(dict(row)) for row in cursor.fetchall()]


class Shapes(BaseModel):
    """Where the feature of a conflict is on each side, as GeoJSON in WGS 84; None where it is not there."""

    base: dict[str, Any] | None
    edit: dict[str, Any] | None
    delivery: dict[str, Any] | None


def conflict_with_shapes(number: int, role: Role = 'loader') -> tuple[Conflict, Shapes]:
    """One conflict, and where its feature is on each side. Raises NoConflict."""
    statement = """select st_asgeojson(st_transform(base_geom, 4326), 7)::json as base,
            st_asgeojson(st_transform(ours_geom, 4326), 7)::json as edit,
            st_asgeojson(st_transform(theirs_geom, 4326), 7)::json as delivery
        from catalog.conflict where id = %s"""
    with connection(role) as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        conflict = _conflict(db, number)
        cursor.execute(statement, [number])
        return conflict, Shapes.model_validate(dict(cursor.fetchone() or {}))


def decide(number: int, take: Side, reason: str, by: str, locality: Locality) -> Conflict:
    """The conflict, closed. What only one of the two changed is taken from whoever did; `take` settles the rest.

    The release has the origin of the side that was taken, with its delivery or with `by` as the author of an edit;
    there is none where the feature stays as it is served. Raises NoConflict and AlreadyDecided.
    """
    with loader_session('dothi conflicts') as db, db:
        layer = locality.layer(_conflict(db, number).layer_id)
        lock_layer(db, layer)
        conflict = _must_be_open(_conflict(db, number))
        made = _release(db, layer, locality.srid, conflict, take, reason, by)
        decision = 'ours' if take == 'edit' else 'theirs'
        with db.cursor() as cursor:
            values = [number, list(layer.columns), decision, by, reason, made]
            cursor.execute('select catalog.close_conflict(%s, %s, %s, %s, %s, %s)', values)
        return _conflict(db, number)


def _conflict(db: Connection, number: int) -> Conflict:
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(f'{FIELDS} where c.id = %s', [number])
        row = cursor.fetchone()
    if row is None:
        raise no_conflict(number)
    return Conflict.model_validate(dict(row))


def no_conflict(number: int) -> NoConflict:
    """The error for a conflict that is not there."""
    return NoConflict(
        vi=f'Không có mâu thuẫn số {number}.',
        en=f'There is no conflict {number}.',
        steward=Text(vi='Xem: dothi conflicts list.', en='See: dothi conflicts list.'),
    )


def _must_be_open(conflict: Conflict) -> Conflict:
    if conflict.status != 'open':
        words = _decision_words(conflict)
        raise AlreadyDecided(
            vi=f'Mâu thuẫn {conflict.id} đã được quyết định ({words.vi}).',
            en=f'The conflict {conflict.id} is decided already ({words.en}).',
        )
    return conflict


def _decision_words(conflict: Conflict) -> Text:
    """What was decided, and by whom."""
    if conflict.decision == 'merged':
        return Text(vi='đợt giao sau không còn khác', en='a later delivery left nothing to decide')
    if conflict.decision == 'ours':
        return Text(vi=f'{conflict.decided_by} lấy bản sửa', en=f'{conflict.decided_by} took the edit')
    return Text(vi=f'{conflict.decided_by} lấy đợt giao', en=f'{conflict.decided_by} took the delivery')


def _release(
    db: Connection, layer: Layer, srid: int, conflict: Conflict, take: Side, reason: str, by: str
) -> int | None:  # fmt: skip
    """The number of the release that the decision makes, or None where it changes nothing."""
    staging = f'{layer.id}_decision'
    origin: Literal['delivery', 'edit'] = take
    options = DeliveryOptions(layer=layer.id, mode='upsert', origin=origin, note=reason)
    stage.create(db, layer, srid, staging)
    changes = _changes(db, conflict, take)
    if changes == 'row':
        values = [conflict.id, layer.id, staging, list(layer.columns), take == 'edit']
        with db.cursor() as cursor:
            cursor.execute('select catalog.stage_decision(%s, %s, %s, %s, %s)', values)
    match_known(db, [(1, conflict.feature_id)])
    tell_apart(db, layer, staging, None, options, srid, matched=True)
    if changes == 'closing':
        with db.cursor() as cursor:
            cursor.execute("insert into etl_diff values ('closed', %s, null)", [conflict.feature_id])
    number_added(db, layer, staging)
    outcome = outcome_of_edit(db, layer, staging)
    source = Source(delivery=conflict.delivery_id if take == 'delivery' else None, author=by)
    made = None if outcome.diff.empty else release(db, layer, staging, outcome, options, source)
    stage.drop(db, staging)
    return made


def _changes(db: Connection, conflict: Conflict, take: Side) -> Literal['row', 'closing', 'nothing']:
    """What the decision does to the feature as it is served now, which may have been edited again."""
    with db.cursor() as cursor:
        query = sql.SQL('select exists (select from {} where id = %s)')
        cursor.execute(query.format(sql.Identifier('layer', conflict.layer_id)), [conflict.feature_id])
        (has_changes,) = cursor.fetchone() or (False,)
    if conflict.delivery is None:
        return 'closing' if has_changes and take == 'delivery' else 'nothing'
    return 'row' if has_changes or take == 'delivery' else 'nothing'
