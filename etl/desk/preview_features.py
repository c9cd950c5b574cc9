"""What a preview says, feature by feature and as vector tiles: read page by page, in WGS 84 or Web Mercator."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from psycopg2.extras import RealDictCursor
from pydantic import BaseModel

from dothi.core.database import connection

type Kind = Literal['added', 'changed', 'closed']
Box = tuple[float, float, float, float]
# A tile draws one feature for each cell of which it has so many along its side: a picture shows no more.
CELLS = 256
# So many dots a small picture of all changes has at most.
DOTS = 2_000


class FeatureChange(BaseModel):
    """One feature that would be added, changed or closed. Geometries are GeoJSON in CRS84.

    geometry: as it would be, or as it was where it is closed. old_geometry: only where a change moves it.
    """

    number: int
    change: Kind
    feature_id: int | None
    row_number: int | None
    columns: list[str]
    old_values: dict[str, Any] | None
    new_values: dict[str, Any] | None
    geometry: dict[str, Any] | None
    old_geometry: dict[str, Any] | None


@dataclass(frozen=True)
class ChangeQuery:
    """Which changes of a delivery are wanted. box: west, south, east, north in degrees."""

    delivery: int
    kind: Kind | None = None
    box: Box | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What catalog.preview_changes is called with."""
        box = list(self.box) if self.box else None
        return {'delivery': self.delivery, 'kind': self.kind, 'box': box}


def count_changes(query: ChangeQuery) -> int:
    """How many features the query is about."""
    rows = _rows('select count(*) as n from catalog.preview_changes(%(delivery)s, %(kind)s, %(box)s)', query.values)
    return int(rows[0]['n'])


def read_changes(query: ChangeQuery, offset: int, limit: int) -> list[FeatureChange]:
    """A page of the changes, in their order: added, changed, closed, each by its row."""
    statement = """
        select number, change, feature_id, row_number, columns, old_values, new_values,
               st_asgeojson(st_transform(geom, 4326), 7)::jsonb as geometry,
               st_asgeojson(st_transform(old_geom, 4326), 7)::jsonb as old_geometry
        from catalog.preview_changes(%(delivery)s, %(kind)s, %(box)s)
        order by number offset %(offset)s limit %(limit)s"""
    rows = _rows(statement, {**query.values, 'offset': offset, 'limit': limit})
    return [FeatureChange.model_validate(row) for row in rows]


def read_dots(delivery: int) -> list[tuple[Kind, float, float]]:
    """Kind, longitude and latitude of what changes, for a small picture: of many places as many as it shows."""
    rows = _rows('select * from catalog.preview_dots(%(delivery)s, %(dots)s)', {'delivery': delivery, 'dots': DOTS})
    return [(row['change'], row['lon'], row['lat']) for row in rows]


def changes_tile(delivery: int, z: int, x: int, y: int, srid: int) -> bytes:
    """A vector tile of WebMercatorQuad with one layer, `changes`; empty where nothing changes."""
    statement = 'select catalog.preview_tile(%(delivery)s, %(z)s, %(x)s, %(y)s, %(srid)s, %(cells)s) as tile'
    (row,) = _rows(statement, {'delivery': delivery, 'z': z, 'x': x, 'y': y, 'srid': srid, 'cells': CELLS})
    return bytes(row['tile'] or b'')


def _rows(statement: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection('gatekeeper') as db, db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(statement, values)
        return [dict(row) for row in cursor.fetchall()]
