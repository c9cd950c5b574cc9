"""Edits of a layer that wants them reviewed: collected in a change set of their author, accepted or rejected as one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json

from dothi.core.crs import parse_crs
from dothi.core.database import connection
from dothi.core.errors import HeldForDecision
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.coordinates import Reading
from etl.editing.change_set import Change, ChangeSet, PendingEdit, Status, decide, edits_of, must_be_open, set_with
from etl.editing.checks import Submitted, Unfit, prepared
from etl.editing.edit import (
    Changes,
    Draft,
    Version,
    editing,
    key_must_be_free,
    key_taken,
    open_version,
    save,
    version_with_key,
)
from etl.editing.repeated import added_before, is_same
from etl.prepare import Prepared


class Conflicts(HeldForDecision):
    """Features were changed by others since they were edited."""


@dataclass(frozen=True)
class Pending:
    """A feature as its author wants it. edit: the number of the edit. version: of the edit itself, for If-Match."""

    id: int
    edit: int
    change_set: int
    status: Status
    reason: str | None
    released_as: int | None
    version: int
    change: Change
    base_release: int | None
    properties: dict[str, Any] | None
    geometry: Any

    def as_version(self) -> Version:
        """What the next edit of the same author changes."""
        return Version(self.id, self.version, self.properties or {}, self.geometry)


def pending(db: Connection, layer: Layer, author: str, feature_id: int) -> Pending | None:
    """The author's edit of the feature in an open change set; by a negative number, in any of the author's."""
    mine = 'e.id = -%(id)s' if feature_id < 0 else "e.feature_id = %(id)s and s.status = 'open'"
    with db.cursor() as cursor:
        cursor.execute(
            f"""select e.id, s.id, s.status, s.reason, e.feature_id,
                   (extract(epoch from e.edited_at) * 1000000)::bigint, e.change, e.base_release, e.properties,
                   st_asbinary(e.geom)
               from catalog.edit as e join catalog.change_set as s on s.id = e.change_set
               where s.layer_id = %(layer)s and s.author = %(author)s and {mine}""",  # noqa: S608  # two fixed texts
            {'id': feature_id, 'layer': layer.id, 'author': author},
        )
        row = cursor.fetchone()
    if row is None:
        return None
    edit, set_, status, reason, released_as, version, change, base, properties, wkb = row
    geometry = None if wkb is None else shapely.from_wkb(bytes(wkb))
    return Pending(feature_id, edit, set_, status, reason, released_as, version, change, base, properties, geometry)


def add(db: Connection, layer: Layer, author: str, draft: Draft) -> int:
    """Number under which the author sees a new feature; raises Unfit where its key is taken.

    With the key of a feature that the author has deleted in the open set, it is that feature, changed.
    """
    holder = version_with_key(db, layer, draft.properties)
    waiting = pending(db, layer, author, holder.id) if holder else None
    if waiting is not None and waiting.change == 'closed':
        return keep(db, layer, author, waiting, draft)
    again = added_before(db, layer, author, draft.properties, shapely.from_wkb(draft.geometry))
    if again is not None and waiting is None:
        return again.id
    mine = _waiting_with_key(db, layer, author, draft.properties)
    if mine is not None and _is_same_draft(mine, draft):
        return mine.id
    key_must_be_new(db, layer, author, draft.properties)
    return keep(db, layer, author, None, draft)


def _waiting_with_key(db: Connection, layer: Layer, author: str, properties: dict[str, Any]) -> Pending | None:
    """The new feature with this key that the author has added before."""
    number = number_waiting(db, layer, author, properties) if layer.key else None
    return pending(db, layer, author, number) if number is not None else None


def _is_same_draft(waiting: Pending, draft: Draft) -> bool:
    return is_same(waiting.properties or {}, waiting.geometry, draft.properties, shapely.from_wkb(draft.geometry))


def key_must_be_new(
    db: Connection, layer: Layer, author: str, properties: dict[str, Any], number: int | None = None
) -> None:  # fmt: skip
    """Raises Unfit where a new feature has the key of one that is released, or that its author has added before.

    number: under which the author sees the new feature already.
    """
    if not layer.key:
        return
    key_must_be_free(db, layer, properties)
    if number_waiting(db, layer, author, properties, number) is not None:
        raise key_taken(layer)


def number_waiting(
    db: Connection, layer: Layer, author: str, properties: dict[str, Any], number: int | None = None
) -> int | None:
    """The number of a new feature with this key that the author has added, other than `number`."""
    with db.cursor() as cursor:
        cursor.execute(
            """select -e.id from catalog.edit as e join catalog.change_set as s on s.id = e.change_set
               where s.layer_id = %s and s.author = %s and s.status = 'open' and e.change = 'added'
               and e.properties @> %s and -e.id is distinct from %s""",
            [layer.id, author, Json({name: properties[name] for name in layer.key}), number],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else None


def keep(
    db: Connection, layer: Layer, author: str, before: Version | Pending | None, draft: Draft | None
) -> int:  # fmt: skip
    """Number under which the author sees the feature: its id, or the negative number of a new one.

    before: the version that is edited, or None for a new feature. draft: None where it is to be deleted.
    """
    set_ = _open_set(db, layer, author)
    if isinstance(before, Pending):
        return _again(db, before, draft)
    change = 'added' if before is None else 'changed' if draft else 'closed'
    feature, base = (before.id, before.release_from) if before else (None, None)
    with db.cursor() as cursor:
        cursor.execute(
            """insert into catalog.edit (change_set, change, feature_id, base_release, properties, geom)
               values (%s, %s, %s, %s, %s, %s) returning id""",
            [set_, change, feature, base, *_values(draft)],
        )
        (number,) = cursor.fetchone() or (0,)
    return feature if feature is not None else -int(number)


def accept(number: int, locality: Locality, by: str) -> ChangeSet:
    """The change set, released as one; raises Conflicts or Unfit, and then nothing is changed."""
    with connection('editor') as db:
        layer = locality.layer(set_with(db, number).layer_id)
    with editing(layer) as db:
        edit_set = must_be_open(db, number)
        edits = edits_of(db, edit_set)
        _must_not_conflict(db, layer, edits)
        upserts = [edit for edit in edits if edit.change != 'closed']
        rows = _prepared(db, edit_set, upserts, layer, locality) if upserts else None
        closed_ids = [edit.feature_id for edit in edits if edit.change == 'closed' and edit.feature_id]
        changes = Changes(rows, [edit.feature_id for edit in upserts], closed_ids)
        saved = save(db, layer, locality, changes, edit_set.author, f'change set {number}')
        _tell_ids(db, upserts, saved.added)
        return decide(db, number, 'accepted', by, saved.release, None)


def _open_set(db: Connection, layer: Layer, author: str) -> int:
    with db.cursor() as cursor:
        cursor.execute(
            """with found as (
                   select id from catalog.change_set
                   where layer_id = %(layer)s and author = %(author)s and status = 'open'
               ), made as (
                   insert into catalog.change_set (layer_id, author)
                   select %(layer)s, %(author)s where not exists (select from found) returning id
               ) select id from found union all select id from made""",
            {'layer': layer.id, 'author': author},
        )
        (number,) = cursor.fetchone() or (0,)
    return int(number)


def _values(draft: Draft | None) -> tuple[Json | None, str | None]:
    return (Json(draft.properties), draft.geometry) if draft else (None, None)


def _again(db: Connection, before: Pending, draft: Draft | None) -> int:
    """The author edits once more what waits already: the latest wish counts, against the version first edited."""
    with db.cursor() as cursor:
        if draft is None and before.change == 'added':
            cursor.execute('delete from catalog.edit where id = %s', [before.edit])
            return before.id
        change = before.change if before.change == 'added' else 'changed' if draft else 'closed'
        cursor.execute(
            """update catalog.edit set change = %s, properties = %s, geom = %s, edited_at = clock_timestamp()
               where id = %s""",
            [change, *_values(draft), before.edit],
        )
    return before.id


def _prepared(
    db: Connection, change_set: ChangeSet, pending: Sequence[PendingEdit], layer: Layer, locality: Locality
) -> Prepared:  # fmt: skip
    """The edits' rows; raises Unfit with pointers that begin with the feature: /12/properties/level."""
    reading = Reading(parse_crs(f'EPSG:{locality.srid}'))
    try:
        return prepared(_submitted(db, change_set.id), reading, layer, locality)
    except Unfit as error:
        numbers = [edit.feature_id or -edit.id for edit in pending]
        numbered_faults = [replace(fault, pointer=f'/{numbers[fault.row]}{fault.pointer}') for fault in error.faults]
        raise Unfit(numbered_faults) from None


def _submitted(db: Connection, number: int) -> list[Submitted]:
    with db.cursor() as cursor:
        cursor.execute(
            """select properties, st_asbinary(geom) from catalog.edit
               where change_set = %s and change <> 'closed' order by id""",
            [number],
        )
        return [Submitted(values, shapely.from_wkb(bytes(wkb))) for values, wkb in cursor.fetchall()]


def _must_not_conflict(db: Connection, layer: Layer, edits: Sequence[PendingEdit]) -> None:
    conflict_texts = [says for edit in edits if (says := _conflict(db, layer, edit)) is not None]
    keyed = [edit.properties for edit in edits if edit.properties and layer.key]
    keys = [json.dumps([properties[name] for name in layer.key]) for properties in keyed]
    conflict_texts += [_twice(key) for key in sorted({key for key in keys if keys.count(key) > 1})]
    if conflict_texts:
        conflicts = Text.join(' ', conflict_texts)
        raise Conflicts(vi=conflicts.vi, en=conflicts.en)


def _conflict(db: Connection, layer: Layer, edit: PendingEdit) -> Text | None:
    if edit.change == 'added':
        holder = version_with_key(db, layer, edit.properties or {})
        return _key_taken_text(-edit.id, holder) if holder else None
    now = open_version(db, layer, edit.feature_id or 0)
    if now is None:
        return Text(
            vi=f'Đối tượng {edit.feature_id} đã bị xóa từ khi được sửa.',
            en=f'The feature {edit.feature_id} was deleted since it was edited.',
        )
    if now.release_from != edit.base_release:
        return Text(
            vi=f'Đối tượng {edit.feature_id} đã đổi ở bản phát hành {now.release_from} (sửa từ {edit.base_release}).',
            en=f'The feature {edit.feature_id} changed in release {now.release_from} ({edit.base_release} was edited).',
        )
    return None


def _key_taken_text(number: int, version: Version) -> Text:
    return Text(
        vi=f'Đối tượng mới {number} có mã của đối tượng {version.id}, được phát hành từ khi thêm.',
        en=f'The new feature {number} has the key of {version.id}, which was released since it was added.',
    )


def _twice(key: str) -> Text:
    return Text(vi=f'Mã {key} có hai lần trong tập này.', en=f'The key {key} is twice in this set.')


def _tell_ids(db: Connection, edits: Sequence[PendingEdit], added: Sequence[int]) -> None:
    """Notes which feature each new one became, so that its first address leads there."""
    new = [edit for edit in edits if edit.change == 'added']
    for edit, became in zip(new, added, strict=True):
        with db.cursor() as cursor:
            cursor.execute('update catalog.edit set feature_id = %s where id = %s', [became, edit.id])
