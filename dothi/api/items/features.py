"""Features as GeoJSON that PostGIS writes and Python passes on as bytes."""

from dataclasses import dataclass
from datetime import datetime

from psycopg2 import sql

from dothi.api.http.snapshot import Snapshot
from dothi.api.items.paging import Values
from dothi.api.items.query import Query
from dothi.core.feature_text import feature_text
from dothi.core.layer import Column, Layer


@dataclass(frozen=True)
class Page:
    """Features as JSON texts with commas between; how many; what the last has in the order, when more follow."""

    features: bytes
    returned: int
    last: Values | None


@dataclass(frozen=True)
class Version:
    """The open version of a feature: the release that made it, when that was, and whether it was demonstration data."""

    release: int
    released_at: datetime
    demo: bool


def name_column(layer: Layer, columns: dict[str, Column]) -> str | None:
    """The column that says what a feature is called: the first searchable one among `columns`."""
    return next((name for name in layer.publish.search if name in columns), None)


def read_page(db: Snapshot, query: Query) -> Page:
    """The page of features that `query` describes, and the key from which the next page begins."""
    # one row more than asked for tells whether a next page exists
    numbered = sql.SQL('select row_number() over () as place, {} || {} as feature, {} from ({}) as f').format(
        feature_text(query.columns, query.geometry),
        sql.Literal('}'),
        sql.SQL(', ').join(
            sql.SQL('{}::text as {}').format(sql.Identifier(key.name), _placeholder_sql(number))
            for number, key in enumerate(query.order)
        ),
        query.limited_rows(query.limit + 1),
    )
    form = "select coalesce(string_agg(feature, ',') filter (where place <= {limit}), ''), count(*), {last} from {rows}"
    statement = sql.SQL(form).format(
        limit=sql.Literal(query.limit),
        last=sql.SQL(', ').join(
            sql.SQL('max({}) filter (where place = {})').format(_placeholder_sql(number), sql.Literal(query.limit))
            for number in range(len(query.order))
        ),
        rows=sql.SQL('({}) as numbered').format(numbered),
    )
    features, number_returned, *last = db.row(statement)
    if number_returned <= query.limit:
        return Page(features, number_returned, None)
    return Page(features, query.limit, tuple(None if value is None else bytes(value).decode() for value in last))


def read_version(db: Snapshot, layer: Layer, feature_id: int) -> Version | None:
    """The open version of a feature, without its geometry; None when there is no feature with this id."""
    statement = sql.SQL("""
        select r.number, r.released_at, r.demo from {} as f
        join catalog.release as r on r.number = f.release_from where f.id = {}""")
    version_rows = db.rows(statement.format(sql.Identifier('layer', layer.id), sql.Literal(feature_id)))
    return Version(*version_rows[0]) if version_rows else None


def read_feature(
    db: Snapshot, layer: Layer, columns: dict[str, Column], geometry: sql.Composable, feature_id: int
) -> bytes:
    """One feature that there is, without its closing brace."""
    statement = sql.SQL('select {} from {} where id = {}').format(
        feature_text(columns, geometry), sql.Identifier('layer', layer.id), sql.Literal(feature_id)
    )
    (feature,) = db.row(statement)
    return bytes(feature)


def _placeholder_sql(number: int) -> sql.Composable:
    """The name of the column that tells where a feature stands in the order."""
    return sql.Identifier(f'key{number}')
