"""Shapes that a run has made, as GeoJSON."""

import json
from typing import Any

import numpy as np
import shapely

from dothi.core.crs import WGS84, proj_string, transformer
from processes.base import FeatureCollection
from processes.ways.network import Floats, Geometries

# Geometries, and the properties of each.
type Drawn = tuple[list[dict[str, Any]], list[dict[str, Any]]]
# A centimetre on the ground.
DIGITS = 7


def geojson_geometries(shapes: Geometries, srid: int) -> list[dict[str, Any]]:
    """GeoJSON geometries in CRS84 of shapes in the CRS `srid`; outer rings run anticlockwise, as RFC 7946 has it."""
    change = transformer(proj_string(srid), proj_string(WGS84))

    def moved(xy: Floats) -> Floats:
        return np.round(np.column_stack(change.transform(xy[:, 0], xy[:, 1])), DIGITS)

    in_crs84 = shapely.orient_polygons(shapely.transform(shapes, moved))
    return [json.loads(text) for text in shapely.to_geojson(in_crs84)]


def feature_collection(
    geometries: list[dict[str, Any]], properties: list[dict[str, Any]], summary: dict[str, Any]
) -> FeatureCollection:
    """A FeatureCollection with a summary; features are numbered from 1."""
    features = [
        {'type': 'Feature', 'id': number, 'geometry': geometry, 'properties': members}
        for number, (geometry, members) in enumerate(zip(geometries, properties, strict=True), start=1)
    ]
    return {'type': 'FeatureCollection', 'features': features, 'summary': summary}
