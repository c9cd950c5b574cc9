"""A version as features for a map: what is added, how changed features were and are to be, what closes, earthworks."""

import json
from collections.abc import Sequence
from typing import Any

import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.crs import WGS84, proj_string
from dothi.core.layer import Audience, Layer
from dothi.core.layer_source import source as layer_source
from dothi.core.locality import Locality
from etl.editing.edit import plain
from etl.moving import move
from processes.geojson import FeatureCollection, feature_collection, geojson_feature
from processes.scenario.keys import find_rows

type NumberedDocument = tuple[int, dict[str, Any]]


def map_features(
    db: Connection, changes: Sequence[NumberedDocument], locality: Locality, audience: Audience
) -> FeatureCollection:
    """A feature for each change, and one more for the old place of what moves.

    Each says its `number`, `kind`, and as `state` whether it is `new` or `old`; what is gone from its layer has no
    geometry. db: a connection that reads as whoever asks.
    """
    rows = _rows_by_number(db, changes, locality, audience)
    features: list[dict[str, Any]] = []
    for number, change in changes:
        features += _features_of(number, change, rows.get(number), locality)
    return feature_collection(features, {'changes': len(changes)})


def _rows_by_number(
    db: Connection, changes: Sequence[NumberedDocument], locality: Locality, audience: Audience
) -> dict[int, dict[str, Any]]:
    """The row that each change or closing means now, by number."""
    rows: dict[int, dict[str, Any]] = {}
    keyed = [(number, change) for number, change in changes if 'key' in change]
    for layer_id in {change['layer'] for _, change in keyed}:
        layer = locality.layer(layer_id)
        numbers = [number for number, change in keyed if change['layer'] == layer_id]
        keys = [change['key'] for _, change in keyed if change['layer'] == layer_id]
        own = find_rows(db, layer, audience, keys, layer_source(layer, locality, audience))
        rows |= {number: row for number, row in zip(numbers, own, strict=True) if row is not None}
    return rows


def _features_of(
    number: int, change: dict[str, Any], row: dict[str, Any] | None, locality: Locality
) -> list[dict[str, Any]]:
    kind, members_of_change = change['kind'], {name: value for name, value in change.items() if name != 'geometry'}
    members = {'number': number, **members_of_change}
    if 'layer' in change:
        layer: Layer = locality.layer(change['layer'])
        members['layer_title'] = layer.title.model_dump()
    if kind in ('add', 'dike', 'ground', 'norm'):
        return [geojson_feature(f'{number}-new', change.get('geometry'), {**members, 'state': 'new'})]
    if row is None:
        return [geojson_feature(f'{number}-old', None, {**members, 'state': 'old', 'gone': True})]
    before = _geometry_of(row, locality)
    members['before'] = {name: plain(row[name]) for name in change.get('properties', {})}
    old = geojson_feature(f'{number}-old', before, {**members, 'state': 'old'})
    if kind == 'close':
        return [old]
    new = geojson_feature(f'{number}-new', change.get('geometry') or before, {**members, 'state': 'new'})
    return [old, new] if 'geometry' in change else [new]


def _geometry_of(row: dict[str, Any], locality: Locality) -> dict[str, Any]:
    (shape,) = move(shapely.from_wkb([bytes(row['wkb'])]), proj_string(locality.srid), proj_string(WGS84))
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return geometry
