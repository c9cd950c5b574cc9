"""`/collections/{id}/items/{featureId}/history`: the versions of one feature, by the releases that made them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from flask import Blueprint, Response
from psycopg2 import sql

from dothi.api.common.releases import ORIGINS
from dothi.api.http import parameters
from dothi.api.http.documents import as_json, as_page, link, own_links
from dothi.api.http.language import GEOJSON, say, wanted_format
from dothi.api.http.parameters import COMMON
from dothi.api.http.service import service
from dothi.api.http.snapshot import Snapshot, snapshot
from dothi.api.items.features import name_column
from dothi.api.items.views import no_such_feature, number_of_feature
from dothi.core.clock import local_minute
from dothi.core.layer import Layer
from dothi.core.layer_source import table_of
from dothi.core.text import Text

HISTORY = Blueprint('feature_history', __name__)
TITLE = Text(vi='Lịch sử của đối tượng', en='History of the feature')
FEATURE = Text(vi='Đối tượng', en='The feature')
# Newest first; what is older than these is left out, and the answer says so.
MOST_VERSIONS = 200


@dataclass(frozen=True)
class PastVersion:
    """A feature as it was from one release on. shape: changes with its geometry; ended_at: None while it holds."""

    release: int
    released_at: datetime
    origin: str
    demo: bool
    ended_by: int | None
    ended_at: datetime | None
    properties: dict[str, Any]
    shape: str | None


@HISTORY.route('/collections/<path:collection_id>/items/<item_id>/history')
def feature_history(collection_id: str, item_id: str) -> Response:
    """All versions of a feature, newest first, each with what differs from the one before. Raises NoSuchFeature."""
    layer = service().layer(collection_id)
    parameters.refuse_unknown(COMMON)
    form, number = wanted_format(), number_of_feature(item_id)
    with snapshot() as db:
        versions = _read_versions(db, layer, number)
        db.release(layer)
    if not versions:
        raise no_such_feature(layer, item_id)
    path = f'/collections/{layer.id}/items/{number}'
    document = {
        'title': say(TITLE),
        'collection': layer.id,
        'feature': number,
        'complete': len(versions) <= MOST_VERSIONS,
        'versions': _version_members(versions),
        'links': [*own_links(f'{path}/history'), link('up', GEOJSON, FEATURE, f'{path}?f=json')],
    }
    if form == 'json':
        return as_json(document)
    columns = layer.columns_for(service().audience)
    name = versions[0].properties.get(name_column(layer, columns) or '')
    return as_page('collections/items/history.html', {**document, 'layer': layer, 'columns': columns, 'name': name})


def _read_versions(db: Snapshot, layer: Layer, number: int) -> list[PastVersion]:
    """One version more than MOST_VERSIONS, where there are more."""
    names = [*layer.columns_for(service().audience)]
    select = sql.SQL("""
        select release_from, {ended} as release_to, to_jsonb((select p from (select {columns}) as p)) as properties,
            md5(ST_AsEWKB(geom)) as shape
        from {table} where id = {number}""")
    parts = [
        select.format(
            ended=ended,
            columns=sql.SQL(', ').join(map(sql.Identifier, names)),
            table=table_of(layer, service().locality, schema),
            number=sql.Literal(number),
        )
        for schema, ended in (('layer', sql.SQL('null::bigint')), ('history', sql.Identifier('release_to')))
    ]
    statement = sql.SQL("""
        select v.release_from, r.released_at, r.origin, r.demo, v.release_to, e.released_at, v.properties, v.shape
        from ({}) as v
        join catalog.seen_release as r on r.number = v.release_from
        left join catalog.seen_release as e on e.number = v.release_to
        order by v.release_from desc limit {}""")
    rows = db.rows(statement.format(sql.SQL(' union all ').join(parts), sql.Literal(MOST_VERSIONS + 1)))
    return [PastVersion(*row) for row in rows]


def _version_members(versions: Sequence[PastVersion]) -> list[dict[str, Any]]:
    members = [
        _version_member(version, _changes(version, older)) for version, older in pairwise([*versions, None]) if version
    ]
    return members[:MOST_VERSIONS]


def _changes(version: PastVersion, older: PastVersion | None) -> dict[str, Any]:
    """What differs from the version before; of the first one nothing is said."""
    if older is None:
        return {'changed': None, 'geometry_changed': None}
    names = [name for name, value in version.properties.items() if value != older.properties[name]]
    return {'changed': names, 'geometry_changed': version.shape != older.shape}


def _version_member(version: PastVersion, changes: dict[str, Any]) -> dict[str, Any]:
    zone = service().locality.place.zone
    return {
        'release': version.release,
        'released_at': version.released_at.isoformat(),
        'released_minute': local_minute(version.released_at, zone),
        'origin': version.origin,
        'origin_title': say(ORIGINS[version.origin]),
        'demonstration': version.demo,
        'ended_by': version.ended_by,
        'ended_at': version.ended_at.isoformat() if version.ended_at else None,
        'ended_minute': local_minute(version.ended_at, zone) if version.ended_at else None,
        **changes,
        'properties': version.properties,
    }
