"""Features that are no collection, in the database: sent along with a request, or the result of an earlier job.

They lie in temporary tables of the run's own session, so that an analysis reads them like any layer.
"""

import csv
import hashlib
import io
import json
from dataclasses import dataclass

import shapely
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from dothi.core.errors import NotFound, WrongUse
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from processes.geojson import GEOJSON, FeatureCollection
from processes.inputs import LayerRef, ProcessInputs, layers_in
from processes.queue.records import is_uuid
from processes.reading.foreign_shapes import read_shapes_in_room
from processes.reading.geojson_layers import RequestLayer, layer_of_features
from processes.reading.readings import Reading, readings_of

SQL_TYPES = {
    'text': 'text collate "C"',
    'integer': 'bigint',
    'number': 'double precision',
    'boolean': 'boolean',
}


class UnknownResult(NotFound):
    """No job that the asker may see has a result to work with."""


class NoFeatures(WrongUse):
    """The result of the job holds no features."""


@dataclass(frozen=True)
class StoredRequestLayer:
    """A layer in a temporary table; readings: what the earlier job had read, by layer."""

    layer: Layer
    readings: dict[str, Reading]


def store_request_layers(
    db: Connection, inputs: ProcessInputs, locality: Locality, author: str | None = None
) -> dict[str, StoredRequestLayer]:
    """What the inputs hold besides collections, by `Layer.named`, each in a table that lasts as long as the session.

    author: in whose name results of earlier jobs are read, as the database signed it; None where `db` says it already.
    Raises UnknownResult, NoFeatures, BadFeatures. Commits, so that a read-only transaction can follow.
    """
    stored_layers: dict[str, StoredRequestLayer] = {}
    with db.cursor() as cursor:
        if author is not None:
            cursor.execute("select set_config('dothi.author', %s, false)", [author])
    for layer in layers_in(inputs):
        if layer.collection is None and layer.reference not in stored_layers:
            document, readings = _result_document(db, layer)
            # what an earlier job answered is the platform's own
            build = read_shapes_in_room if layer.features is not None else None
            request_layer = layer_of_features(_table_name(layer), layer.reference, document, build)
            _create_table(db, request_layer, locality.srid)
            stored_layers[layer.reference] = StoredRequestLayer(request_layer.layer, readings)
    db.commit()
    return stored_layers


def rows_of(layer: Layer) -> sql.Composed:
    """What to select from, as `dothi.core.layer_source.source` gives it for a collection."""
    return sql.SQL('(select * from {})').format(sql.Identifier('pg_temp', layer.id))


def _result_document(db: Connection, layer_ref: LayerRef) -> tuple[FeatureCollection, dict[str, Reading]]:
    if layer_ref.features is not None:
        return layer_ref.features, {}
    return _result_of(db, str(layer_ref.job), layer_ref.output)


def _result_of(db: Connection, job_id: str, output: str | None) -> tuple[FeatureCollection, dict[str, Reading]]:
    """An output with features of an earlier job, the first when none is named, and the releases behind it."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute('select releases, read_at from job.state(%s)', [_require_uuid(job_id)])
        state = cursor.fetchone()
        cursor.execute(
            'select body from job.results(%s) where media_type = %s and name = coalesce(%s, name)',
            [_require_uuid(job_id), GEOJSON, output],
        )
        bodies = [row['body'] for row in cursor.fetchall() if row['body'] is not None]
    if state is None:
        raise _unknown_result(job_id)
    if not bodies:
        raise NoFeatures(
            vi=f'Tác vụ "{job_id}" không có (hoặc không còn) kết quả GeoJSON{_output_phrase(output)}.',
            en=f'The job "{job_id}" has no GeoJSON result{_output_phrase(output)}, or has it no more.',
        )
    return json.loads(bytes(bodies[0])), readings_of(state)


def _output_phrase(output: str | None) -> str:
    return '' if output is None else f' "{output[:60]}"'


def _require_uuid(text: str) -> str:
    """The id as it was given: in another spelling the scenarios of its job are not noted (job.scenarios_in)."""
    if not is_uuid(text):
        raise _unknown_result(text)
    return text


def _unknown_result(job_id: str) -> UnknownResult:
    return UnknownResult(vi=f'Không có tác vụ "{job_id[:60]}".', en=f'There is no job "{job_id[:60]}".')


def _table_name(layer_ref: LayerRef) -> str:
    kind, _, name = layer_ref.reference.partition(':')
    # of a job the outputs lie beside one another, and the id of a layer has at most 40 characters
    suffix = name if layer_ref.output is None else hashlib.sha256(name.encode()).hexdigest()
    return f'{kind}_{suffix.replace("-", "")[:32].lower()}'


def _create_table(db: Connection, request_layer: RequestLayer, srid: int) -> None:
    """Creates the table with its rows, and an index on their geometry."""
    table = sql.Identifier(request_layer.layer.id)
    columns = [
        sql.SQL('{} {}').format(sql.Identifier(name), sql.SQL(SQL_TYPES[column.type]))
        for name, column in request_layer.layer.columns.items()
    ]
    create = sql.SQL('create temporary table {} (id bigint, {}, geom_wgs84 geometry, geom geometry)')
    # reading a layer that was released names the release of each row; these have none
    place = sql.SQL(
        'update {0} set geom = ST_Transform(geom_wgs84, {1}); create index on {0} using gist (geom); analyze {0}'
    )
    with db.cursor() as cursor:
        cursor.execute(create.format(table, sql.SQL(', ').join(columns)))
        names = sql.SQL(', ').join(map(sql.Identifier, ['id', *request_layer.layer.columns, 'geom_wgs84']))
        cursor.copy_expert(
            sql.SQL('copy {} ({}) from stdin (format csv)').format(table, names), _copy_text(request_layer)
        )
        cursor.execute(place.format(table, sql.Literal(srid)))


def _copy_text(request_layer: RequestLayer) -> io.StringIO:
    """The rows as PostgreSQL reads them: nothing for null, quotes around every text."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NOTNULL)
    shapes = shapely.to_wkb(shapely.set_srid(request_layer.shapes, 4326), hex=True, include_srid=True)
    for number, (row, shape) in enumerate(zip(request_layer.rows, shapes, strict=True), start=1):
        writer.writerow([number, *row, shape])
    text.seek(0)
    return text
