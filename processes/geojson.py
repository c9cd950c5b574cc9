"""GeoJSON as processes read and write it: the type of a document, its schema, and shapes as features in CRS84."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import shapely

from dothi.core.arrays import Floats, Geometries
from dothi.core.crs import WGS84, proj_string, transformer

type FeatureCollection = dict[str, Any]
GEOJSON, JSON = 'application/geo+json', 'application/json'
FEATURES_SCHEMA = {
    'type': 'object',
    'required': ['type', 'features'],
    'properties': {
        'type': {'type': 'string', 'enum': ['FeatureCollection']},
        'features': {'type': 'array', 'items': {'type': 'object'}},
    },
}
# A centimetre on the ground.
DIGITS = 7


def geojson_geometries(shapes: Geometries, srid: int) -> list[dict[str, Any]]:
    """GeoJSON geometries in CRS84 of shapes in the CRS `srid`; outer rings run anticlockwise, as RFC 7946 has it."""
    change = transformer(proj_string(srid), proj_string(WGS84))

    def moved(xy: Floats) -> Floats:
        return np.round(np.column_stack(change.transform(xy[:, 0], xy[:, 1])), DIGITS)

    in_crs84 = shapely.orient_polygons(shapely.transform(shapes, moved))
    return [json.loads(text) for text in shapely.to_geojson(in_crs84)]


def geojson_feature(feature_id: str | int, geometry: dict[str, Any] | None, properties: dict[str, Any]) -> Any:
    """A GeoJSON feature."""
    return {'type': 'Feature', 'id': feature_id, 'geometry': geometry, 'properties': properties}


def numbered_features(geometries: Sequence[dict[str, Any] | None], properties: Iterable[dict[str, Any]]) -> list[Any]:
    """Features whose ids are their numbers, from 1 on."""
    pairs = zip(geometries, properties, strict=True)
    return [geojson_feature(number, *pair) for number, pair in enumerate(pairs, start=1)]


def feature_collection(features: list[Any], summary: dict[str, Any]) -> FeatureCollection:
    """A GeoJSON document with the figures of the whole as its member `summary`."""
    return {'type': 'FeatureCollection', 'features': features, 'summary': summary}
