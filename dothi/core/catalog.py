"""What the catalogue knows: the current release of each layer, and the releases before it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, Literal

from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor
from pydantic import BaseModel

GENERATION = 'select n from catalog.generation'
Origin = Literal['demo', 'delivery', 'edit', 'rollback', 'leave']


class Release(BaseModel):
    """One release: what it changed, and what the layer held after it."""

    number: int
    layer_id: str
    origin: Origin
    scope: str
    mode: Literal['replace', 'upsert']
    as_of: date | None
    rows_added: int
    rows_changed: int
    rows_closed: int
    rows_total: int
    rows_bad: int
    demo_rows: int
    extent: list[float] | None
    extent_wgs84: list[float] | None
    released_at: datetime
    note: str | None
    # rows read, good, bad, warned of and repaired, and faults by element of ISO 19157; None where none came in rows
    quality: dict[str, Any] | None = None

    @property
    def demo(self) -> bool:
        """Whether any feature of the layer is demonstration data."""
        return self.demo_rows > 0


def current_releases(db: Connection) -> dict[str, Release]:
    """The current release of each layer that has one and that the role may see, by layer id."""
    query = 'select r.* from catalog.layer l join catalog.seen_release r on r.number = l.current_release'
    return {row['layer_id']: Release(**row) for row in _rows(db, query, [])}


def release_in_force(db: Connection, layer_id: str, at: datetime) -> Release | None:
    """The last release of a layer before a moment, if the role may see it; None before the first."""
    query = """select r.* from catalog.seen_release r
                where r.layer_id = %(layer)s and r.released_at <= %(at)s order by r.number desc limit 1"""
    releases = [Release(**row) for row in _rows(db, query, {'layer': layer_id, 'at': at})]
    return releases[0] if releases else None


def releases(
    db: Connection,
    layer_id: str | None,
    limit: int,
    layers: Collection[str] | None = None,
    before: int | None = None,
) -> list[Release]:
    """The newest `limit` releases (of one layer, or of all), newest first.

    layers: ids of those whose releases are wanted, None for all. before: only releases with a lower number.
    """
    query = """select r.* from catalog.seen_release r
                where (%(layer)s::text is null or r.layer_id = %(layer)s)
                  and (%(layers)s::text[] is null or r.layer_id = any(%(layers)s::text[]))
                  and (%(before)s::bigint is null or r.number < %(before)s)
                order by r.number desc limit %(limit)s"""
    values = {
        'layer': layer_id, 'limit': limit, 'layers': None if layers is None else [*layers], 'before': before,
    }  # fmt: skip
    return [Release(**row) for row in _rows(db, query, values)]


def releases_numbered(db: Connection, numbers: list[int]) -> dict[int, Release]:
    """The releases with these numbers that the role may see, by number."""
    query = 'select r.* from catalog.seen_release r where r.number = any(%s)'
    return {row['number']: Release(**row) for row in _rows(db, query, [numbers])}


def generation(db: Connection) -> int:
    """Grows whenever what is served changes in kind: a first release, another layer file."""
    with db.cursor() as cursor:
        cursor.execute(GENERATION)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _rows(db: Connection, query: str, values: Any) -> list[dict[str, Any]]:
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return [dict(row) for row in cursor.fetchall()]
