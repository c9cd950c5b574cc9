"""Features as GeoJSON that PostGIS writes and Python passes on as bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2 import sql

from dothi.api.http.served_crs import ServedCrs
from dothi.api.http.service import no_release, service
from dothi.api.http.snapshot import Reading
from dothi.api.items.paging import Values
from dothi.api.items.query import Query, geojson_sql
from dothi.core.catalog import Release
from dothi.core.feature_text import feature_text
from dothi.core.layer import Column, Layer
from dothi.core.layer_source import table_of


@dataclass(frozen=True)
class Page:
    """Features as JSON texts with commas between; how many; what the last has in the order, when more follow."""

    features: bytes
    returned: int
    last: Values | None


@dataclass(frozen=True)
class Version:
    """The open version of a feature: the release that made it, when that was, and whether it was demonstration data.

    layer_release: number and time of the release that the layer has in the same state of the database.
    """

    release: int
    released_at: datetime
    demo: bool
    layer_release: tuple[Any, ...]


def name_column(layer: Layer, columns: dict[str, Column]) -> str | None:
    """The column that says what a feature is called: the first searchable one among `columns`."""
    return next((name for name in layer.publish.search if name in columns), None)


def read_page(db: Reading, query: Query) -> tuple[Release, Page]:
    """The page of features that `query` describes, with the release that they are of: one statement sees one state.

    Raises NoRelease.
    """
    if query.is_plain:
        after = [] if query.after is None else [int(query.after[0] or 0)]
        current_rows = db.prepared_rows(_plain_statement(db, query), *after, query.offset)
    else:
        most = sql.Literal(query.limit + 1)
        rows = query.limited_rows(most, sql.Literal(query.offset))
        current_rows = db.byte_rows(_with_release(query.layer, _page_sql(query, rows)))
    if not current_rows:
        raise no_release(query.layer)
    number, released_at, *page = current_rows[0]
    return db.named_release(number, released_at), _page(query, *page)


def _plain_statement(db: Reading, query: Query) -> str:
    """The statement for pages of the whole layer by id, from the id $1 (or the first) and behind $2 ($1) features.

    The offset comes from a subquery: the planner looks into no value then, so that its plan may be kept.
    """
    kept = service().item_statements
    shape = (query.layer.id, *query.columns, query.crs.uri, query.tolerance, query.geometry is None, query.limit,
             query.after is None)  # fmt: skip
    statement = kept.get(shape)
    if statement is None:
        offset = sql.SQL('(select {})').format(sql.SQL('$1' if query.after is None else '$2'))
        rows = query.limited_rows(sql.Literal(query.limit + 1), offset, sql.SQL('id > $1'))
        statement = _with_release(query.layer, _page_sql(query, rows)).as_string(db.db)
        kept.keep(shape, statement)
    return statement


def _page_sql(query: Query, rows: sql.Composable) -> sql.Composable:
    """SQL of `rows` as one row: their features as text, how many they are, and the order's keys of the last."""
    # one row more than asked for tells whether a next page exists
    numbered = sql.SQL('select row_number() over () as place, {} || {} as feature, {} from ({}) as f').format(
        feature_text(query.columns, query.geometry),
        sql.Literal('}'),
        sql.SQL(', ').join(
            sql.SQL('{}::text as {}').format(sql.Identifier(key.name), _placeholder_sql(number))
            for number, key in enumerate(query.order)
        ),
        rows,
    )
    form = "select coalesce(string_agg(feature, ',') filter (where place <= {limit}), ''), count(*), {last} from {rows}"
    return sql.SQL(form).format(
        limit=sql.Literal(query.limit),
        last=sql.SQL(', ').join(
            sql.SQL('max({}) filter (where place = {})').format(_placeholder_sql(number), sql.Literal(query.limit))
            for number in range(len(query.order))
        ),
        rows=sql.SQL('({}) as numbered').format(numbered),
    )


def _with_release(layer: Layer, page: sql.Composable) -> sql.Composable:
    """SQL of what names the layer's current release and the columns of `page`; no row where nothing is released."""
    form = """select r.number, r.released_at, page.* from catalog.current_state as r
              cross join ({page}) as page where r.layer_id = {layer}"""
    return sql.SQL(form).format(page=page, layer=sql.Literal(layer.id))


def _page(query: Query, features: bytes, number_returned: int, *last: bytes | None) -> Page:
    if number_returned <= query.limit:
        return Page(features, number_returned, None)
    return Page(features, query.limit, tuple(None if value is None else bytes(value).decode() for value in last))


def read_version(db: Reading, layer: Layer, feature_id: int) -> Version | None:
    """The open version of a feature, without its geometry; None when there is no feature with this id."""
    statement = _feature_statement(db, layer, 'version', lambda: sql.Literal(None))
    version_rows = db.prepared_rows(statement, feature_id)
    return _version(version_rows[0]) if version_rows else None


def read_feature(
    db: Reading, layer: Layer, columns: dict[str, Column], crs: ServedCrs, tolerance: float, feature_id: int
) -> tuple[Version, bytes] | None:
    """One feature without its closing brace, and its version; None when there is no feature with this id."""

    def feature() -> sql.Composable:
        return feature_text(columns, geojson_sql(layer, crs, tolerance))

    statement = _feature_statement(db, layer, f'{crs.uri} {tolerance}', feature)
    feature_rows = db.prepared_rows(statement, feature_id)
    return (_version(feature_rows[0]), feature_rows[0][5]) if feature_rows else None


def _version(row: Sequence[Any]) -> Version:
    release, released_at, demo, *layer_release = row[:5]
    return Version(release, released_at, demo, tuple(layer_release))


def _feature_statement(db: Reading, layer: Layer, shape: str, feature: Callable[[], sql.Composable]) -> str:
    """The statement for the feature $1 with its version; feature: composes the SQL of its text, for `shape`."""
    kept = service().item_statements
    statement = kept.get((layer.id, shape))
    if statement is None:
        form = sql.SQL("""
            select r.number, r.released_at, r.demo, s.number, s.released_at, f.feature
            from (select id, release_from, {} as feature from {}) as f
            join catalog.release as r on r.number = f.release_from
            left join catalog.current_state as s on s.layer_id = {} where f.id = $1""")
        parts = feature(), table_of(layer, service().locality), sql.Literal(layer.id)
        statement = form.format(*parts).as_string(db.db)
        kept.keep((layer.id, shape), statement)
    return statement


def _placeholder_sql(number: int) -> sql.Composable:
    """The name of the column that tells where a feature stands in the order."""
    return sql.Identifier(f'key{number}')
