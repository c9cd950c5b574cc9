"""A layer of points without a key, or with one, delivered row by row in a transaction that is taken back."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import psycopg2
import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.database import database_url
from dothi.core.layer import Layer
from etl import stage
from etl.desk.options import DeliveryOptions
from etl.merging import record_merge
from etl.release import (
    Outcome,
    Source,
    diff,
    match_known,
    number_added,
    outcome_of_edit,
    release,
    tell_apart,
)

EAST, NORTH = 570_000.0, 2_250_000.0
# kind, height and where the tree stands, in metres from a corner
Tree = tuple[str | None, int | None, float, float]

TREES = Layer.model_validate(
    {
        'id': 'trees',
        'title': {'vi': 'Cây', 'en': 'Trees'},
        'description': {'vi': 'Cây xanh.', 'en': 'Trees.'},
        'theme': 'society',
        'agency': 'construction',
        'access': 'public',
        'licence': 'CC-BY-4.0',
        'update_cycle': 'P1Y',
        'geometry': 'Point',
        'columns': {
            'kind': {'type': 'text', 'from': ['LOAI'], 'title': {'vi': 'Loài', 'en': 'Kind'}},
            'height': {'type': 'integer', 'from': ['CAO'], 'title': {'vi': 'Cao', 'en': 'Height'}},
        },
        'source': {'crs': 'EPSG:9209'},
    }
)


@contextmanager
def transaction() -> Iterator[Connection]:
    """A session of the loader whose work is taken back."""
    url = database_url('loader').set(drivername='postgresql')
    db = psycopg2.connect(url.render_as_string(hide_password=False))
    try:
        yield db
    finally:
        db.close()


def place(east: float, north: float) -> shapely.Point:
    return shapely.Point(EAST + east, NORTH + north)


def send(db: Connection, layer: Layer, rows: Sequence[tuple[dict[str, Any], Any]], **options: Any) -> Outcome:
    """What a delivery of `rows` changed, released in the caller's transaction."""
    staging = f'{layer.id}_try'
    scope = options.pop('polygon', None)
    said = DeliveryOptions(layer=layer.id, **options)
    stage.create(db, layer, 9209, staging)
    _fill(db, layer, staging, rows)
    outcome = diff(db, layer, staging, scope, said, 9209, date(2024, 8, 31))
    if outcome.merged:
        record_merge(db, layer, None)
    if not outcome.diff.empty:
        release(db, layer, staging, outcome, said, Source())
    _forget(db, staging)
    return outcome


def edit(
    db: Connection,
    layer: Layer,
    rows: Sequence[tuple[dict[str, Any], Any]],
    features: Sequence[int | None],
    closed: Sequence[int] = (),
) -> list[int]:
    """The ids of what an edit added: as `etl.editing.edit.save`, in the caller's transaction and without its checks."""
    staging = f'{layer.id}_try'
    said = DeliveryOptions(layer=layer.id, mode='upsert', origin='edit')
    stage.create(db, layer, 9209, staging)
    _fill(db, layer, staging, rows)
    match_known(db, list(enumerate(features, start=1)))
    tell_apart(db, layer, staging, None, said, 9209, matched=True)
    with db.cursor() as cursor:
        cursor.execute("insert into etl_diff select 'closed', unnest(%s::bigint[]), null", [list(closed)])
    added = number_added(db, layer, staging)
    outcome = outcome_of_edit(db, layer, staging)
    if not outcome.diff.empty:
        release(db, layer, staging, outcome, said, Source(author='editor'))
    _forget(db, staging)
    return added


def _forget(db: Connection, staging: str) -> None:
    stage.drop(db, staging)
    with db.cursor() as cursor:
        cursor.execute('drop table etl_diff, etl_demo_release')
        cursor.execute('drop table if exists etl_match, etl_merge')


def send_trees(db: Connection, trees: Sequence[Tree], **options: Any) -> dict[Tree, int]:
    """The id of each tree after a delivery of them all."""
    rows = [({'kind': kind, 'height': height}, place(x, y)) for kind, height, x, y in trees]
    send(db, TREES, rows, **options)
    return trees_now(db)


def trees_now(db: Connection) -> dict[Tree, int]:
    with db.cursor() as cursor:
        cursor.execute('select kind, height, st_x(geom) - %s, st_y(geom) - %s, id from layer.trees', [EAST, NORTH])
        return {(kind, height, x, y): number for kind, height, x, y, number in cursor.fetchall()}


def _fill(db: Connection, layer: Layer, staging: str, rows: Sequence[tuple[dict[str, Any], Any]]) -> None:
    names = list(layer.columns)
    statement = sql.SQL('insert into {} (id, {}, geom) values ({}, %s::geometry)').format(
        sql.Identifier('staging', staging),
        sql.SQL(', ').join(map(sql.Identifier, names)),
        sql.SQL(', ').join([sql.Placeholder()] * (len(names) + 1)),
    )
    with db.cursor() as cursor:
        for number, (values, shape) in enumerate(rows, start=1):
            wkb = shapely.to_wkb(shapely.set_srid(shape, 9209), hex=True, include_srid=True)
            cursor.execute(statement, [number, *(values.get(name) for name in names), wkb])
