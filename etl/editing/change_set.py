"""Change sets: the edits of one author to one layer that wait for its agency's decision, and what became of them."""

from datetime import datetime
from typing import Any, Literal

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel

from dothi.core.clock import local_moment
from dothi.core.database import connection
from dothi.core.errors import NotFound, WrongUse
from dothi.core.layer import RESERVED_COLUMNS
from dothi.core.locality import locality_zone
from dothi.core.text import LANGUAGES, Text

Change = Literal['added', 'changed', 'closed']
Status = Literal['open', 'accepted', 'rejected']


class NoSuchChangeSet(NotFound):
    """There is no change set with this number."""


class AlreadyDecided(WrongUse):
    """The change set was accepted or rejected before."""


class ReasonMissing(WrongUse):
    """A change set was to be rejected without a word to its author."""


class ChangeSet(BaseModel):
    """The edits of one author to one layer, and what became of them."""

    id: int
    layer_id: str
    author: str
    status: Status
    opened_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    release: int | None
    edits: int


class PendingEdit(BaseModel):
    """One feature of a change set; a new one that is not released goes by its negative number."""

    id: int
    change: Change
    feature_id: int | None
    base_release: int | None
    properties: dict[str, Any] | None
    geometry: dict[str, Any] | None
    edited_at: datetime
    # what the layer holds now, of a feature that is changed or deleted; and whether the edit moves it
    released: dict[str, Any] | None
    moved: bool
    # for maps: where the edit puts the feature, and where the layer holds it now
    geometry_wgs84: dict[str, Any] | None
    released_geometry_wgs84: dict[str, Any] | None


def change_sets(layer_id: str | None, *, decided: bool = False) -> list[ChangeSet]:
    """The change sets that wait, oldest first; with `decided` the others too."""
    with connection('editor') as db:
        return _sets(
            db,
            'where (%(layer)s::text is null or s.layer_id = %(layer)s) and (%(all)s or s.status = %(open)s)',
            {'layer': layer_id, 'all': decided, 'open': 'open'},
        )


def change_set(number: int) -> tuple[ChangeSet, list[PendingEdit]]:
    """The change set and its edits; raises NoSuchChangeSet."""
    with connection('editor') as db:
        edit_set = set_with(db, number)
        return edit_set, edits_of(db, edit_set)


def reject(number: int, by: str, reason: str) -> ChangeSet:
    """The change set, which is kept with the reason and changes nothing; raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(
            vi='Từ chối thì phải có lý do: người sửa sẽ đọc.',
            en='Rejecting takes a reason, which the author of the edits reads.',
            steward=Text(vi='Thêm --reason "…".', en='Add --reason "…".'),
        )
    with connection('editor') as db:
        must_be_open(db, number)
        return decide(db, number, 'rejected', by, None, reason)


def decide(
    db: Connection, number: int, status: Status, by: str, release: int | None, reason: str | None
) -> ChangeSet:  # fmt: skip
    """The change set with the decision written down."""
    with db.cursor() as cursor:
        cursor.execute(
            """update catalog.change_set set status = %s, decided_at = clock_timestamp(), decided_by = %s, release = %s,
                   reason = %s where id = %s""",
            [status, by, release, reason, number],
        )
    return set_with(db, number)


def _sets(db: Connection, where: str, values: dict[str, Any]) -> list[ChangeSet]:
    query = f"""select s.*, (select count(*) from catalog.edit as e where e.change_set = s.id) as edits
                from catalog.change_set as s {where} order by s.id"""  # noqa: S608  # of two fixed texts
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return [ChangeSet(**row) for row in cursor.fetchall()]


def set_with(db: Connection, number: int) -> ChangeSet:
    """The change set with this number; raises NoSuchChangeSet."""
    matching_sets = _sets(db, 'where s.id = %(id)s', {'id': number})
    if not matching_sets:
        raise no_such_set(number)
    return matching_sets[0]


def no_such_set(number: int) -> NoSuchChangeSet:
    """The error for a number that no set has."""
    return NoSuchChangeSet(
        vi=f'Không có tập thay đổi số {number}.',
        en=f'There is no change set {number}.',
        steward=Text(vi='Xem "dothi edits list --all".', en='See "dothi edits list --all".'),
    )


def must_be_open(db: Connection, number: int) -> ChangeSet:
    """The change set, locked until the transaction ends; raises AlreadyDecided."""
    with db.cursor() as cursor:
        cursor.execute('select from catalog.change_set where id = %s for update', [number])
    edit_set = set_with(db, number)
    if edit_set.status != 'open':
        became = 'chấp nhận' if edit_set.status == 'accepted' else 'từ chối'
        zone = locality_zone()
        vi, en = (local_moment(edit_set.decided_at, zone, lang) if edit_set.decided_at else '' for lang in LANGUAGES)
        raise AlreadyDecided(
            vi=f'Tập thay đổi {number} đã được {became} lúc {vi}.',
            en=f'The change set {number} was {edit_set.status} before, at {en}.',
        )
    return edit_set


def edits_of(db: Connection, change_set: ChangeSet) -> list[PendingEdit]:
    """The edits of the change set, in the order in which they were begun."""
    query = sql.SQL(
        """select e.id, e.change, e.feature_id, e.base_release, e.properties, e.edited_at,
               st_asgeojson(e.geom, 15)::json as geometry, e.geom is distinct from l.geom as moved,
               st_asgeojson(st_transform(e.geom, 4326), 7)::json as geometry_wgs84,
               st_asgeojson(l.geom_wgs84, 7)::json as released_geometry_wgs84,
               to_jsonb(l) - %s::text[] as released
           from catalog.edit as e left join {} as l on l.id = e.feature_id where e.change_set = %s order by e.id"""
    )
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        # moments as the edit has them
        cursor.execute("set local timezone = 'UTC'")
        cursor.execute(
            query.format(sql.Identifier('layer', change_set.layer_id)), [sorted(RESERVED_COLUMNS), change_set.id]
        )
        return [PendingEdit(**row) for row in cursor.fetchall()]
