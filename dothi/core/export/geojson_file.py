"""GeoJSON of any size: PostGIS writes each feature, and they are never held together."""

import json
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.crs import WGS84
from dothi.core.export.extract import Extract, Tell, batches
from dothi.core.feature_text import feature_text

DEGREE_DIGITS, ALL_DIGITS = 8, 15


def write_geojson(db: Connection, extract: Extract, path: Path, tell: Tell) -> None:
    """The whole FeatureCollection, a feature on each line."""
    with path.open('w', encoding='utf-8') as file:
        file.write(json.dumps(_head(extract), ensure_ascii=False)[:-1] + ',"features":[')
        between = '\n'
        for rows in batches(db, extract.select(_feature(extract)), tell):
            file.write(between + ',\n'.join(feature for (feature,) in rows))
            between = ',\n'
        file.write('\n]}\n')


def _head(extract: Extract) -> dict[str, object]:
    head: dict[str, object] = {
        'type': 'FeatureCollection',
        'name': extract.layer.id,
        'title': extract.title,
        'dothi:release': extract.release.number,
        'dothi:demo': extract.release.demo,
    }
    if extract.geometry and extract.srid != WGS84:
        # left out of RFC 7946, and still how GDAL and QGIS learn of another system
        head['crs'] = {'type': 'name', 'properties': {'name': f'urn:ogc:def:crs:EPSG::{extract.srid}'}}
    return head


def _feature(extract: Extract) -> sql.Composable:
    digits = sql.Literal(DEGREE_DIGITS if extract.srid == WGS84 else ALL_DIGITS)
    shape = sql.SQL('ST_AsGeoJSON({}, {}, 0)').format(extract.shape, digits) if extract.geometry else None
    return sql.SQL('{} || {}').format(feature_text(extract.columns, shape), sql.Literal('}'))
