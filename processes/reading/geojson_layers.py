"""A GeoJSON document as a layer: columns and types from its properties, and what is wrong with it in the user's words.

Pure functions; processes/reading/request_layers.py puts what they find into the database.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import MultiLineString, MultiPoint, MultiPolygon
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from dothi.core.arrays import Geometries
from dothi.core.errors import WrongUse
from dothi.core.layer import RESERVED_COLUMNS, Column, ColumnType, GeometryType, Layer, Publish, Source
from dothi.core.shape_flaws import flaw_in_words
from dothi.core.text import Text
from processes.geojson import FeatureCollection

# The id of a feature in the document, or its place in it.
FEATURE_ID = 'feature_id'
CRS84 = ('urn:ogc:def:crs:OGC:1.3:CRS84', 'http://www.opengis.net/def/crs/OGC/1.3/CRS84', 'EPSG:4326')
WITH_PARTS: dict[str, Callable[[list[Any]], BaseGeometry]] = {
    'Point': MultiPoint,
    'LineString': MultiLineString,
    'Polygon': MultiPolygon,
}
LARGEST_INTEGER = 2**63 - 1
# Bytes of a column's name in PostgreSQL, which would cut longer ones, and how many stay of those.
LONGEST_NAME, CUT_NAME = 63, 56
# Columns of every table, PostgreSQL's own among them.
RESERVED_NAMES = {*RESERVED_COLUMNS, FEATURE_ID, 'ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid'}


type ShapesBuilder = Callable[[Sequence[Any]], Geometries]


class BadFeatures(WrongUse):
    """A GeoJSON document that cannot be worked with."""


@dataclass(frozen=True)
class RequestLayer:
    """A document as a layer. rows: the values of its columns; shapes: in CRS84, shape (n,)."""

    layer: Layer
    rows: list[list[Any]]
    shapes: Geometries


def layer_of_features(
    name: str, title: str, document: FeatureCollection, build: ShapesBuilder | None = None
) -> RequestLayer:
    """`document` as the layer `name`; raises BadFeatures that names the feature.

    build: what makes shapes of the geometries, where that is not `read_shapes`.
    """
    features = _feature_list(document)
    shapes = _one_kind((build or read_shapes)([feature.get('geometry') for feature in features]))
    properties = [_feature_properties(feature, number) for number, feature in enumerate(features)]
    types = column_types(properties)
    names = _column_names(types)
    columns = {names[key]: Column(type=kind, title=Text(vi=key, en=key)) for key, kind in types.items()}
    rows = [
        [str(feature.get('id', number)), *(cell_of(row.get(key), kind) for key, kind in types.items())]
        for number, (feature, row) in enumerate(zip(features, properties, strict=True), start=1)
    ]
    return RequestLayer(_layer_model(name, title, columns, geometry_type(shapes)), rows, shapes)


def geometry_type(shapes: Geometries) -> GeometryType:
    """The kind of geometry that all have; several-part where any has parts."""
    kinds = {shape.geom_type for shape in shapes}
    widest: GeometryType = 'Point' if not kinds else max(kinds, key=len)
    return widest


def _layer_model(name: str, title: str, columns: dict[str, Column], geometry: GeometryType) -> Layer:
    text = Text(vi=title, en=title)
    own = {FEATURE_ID: Column(type='text', title=Text(vi='Mã đối tượng', en='Feature id'))}
    key = 'code' if 'code' in columns else FEATURE_ID
    return Layer(
        id=name, title=text, description=text, theme='given', agency='given', access='internal', licence='',
        update_cycle='P1D', geometry=geometry, key=[key], columns=own | columns, source=Source(crs='EPSG:4326'),
        publish=Publish(search=['name'] if 'name' in columns else []),
    )  # fmt: skip


def _feature_list(document: FeatureCollection) -> list[dict[str, Any]]:
    features = document.get('features')
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise BadFeatures(
            vi='FeatureCollection phải có "features" là danh sách các đối tượng GeoJSON.',
            en='A FeatureCollection must have "features", a list of GeoJSON features.',
        )
    crs = document.get('crs')
    crs_properties = crs.get('properties') if isinstance(crs, dict) else None
    if crs is not None and not (isinstance(crs_properties, dict) and crs_properties.get('name') in CRS84):
        raise BadFeatures(
            vi='GeoJSON phải dùng kinh độ, vĩ độ WGS 84 (RFC 7946). Chuyển hệ tọa độ trước khi gửi.',
            en='GeoJSON must be in WGS 84 longitude and latitude (RFC 7946). Transform it before you send it.',
        )
    return features


def _feature_properties(feature: dict[str, Any], number: int) -> dict[str, Any]:
    """What the feature says; raises BadFeatures where the database could not hold it."""
    properties = feature.get('properties') or {}
    if not isinstance(properties, dict):
        raise _bad_features(
            number, 'có "properties" không phải là đối tượng JSON', 'has "properties" that are no object'
        )
    for name, value in {FEATURE_ID: feature.get('id'), **properties}.items():
        if not name or not _is_storable(name):
            vi = f'có thuộc tính {name[:60]!a}: tên rỗng hoặc có ký tự lạ'
            raise _bad_features(number, vi, f'has a property {name[:60]!a}: no name, or a strange character in it')
        if not _is_storable(value):
            raise _bad_features(
                number, f'có ký tự lạ trong thuộc tính "{name}"', f'has a strange character in "{name}"'
            )
    return properties


def _is_storable(value: Any) -> bool:
    """Whether PostgreSQL can hold the value, as far as it is text: no NUL, and no half of a surrogate pair."""
    if not isinstance(value, str | list | dict):
        return True
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    try:
        text.encode('utf-8')
    except UnicodeEncodeError:
        return False
    return '\0' not in text


def _column_names(keys: Iterable[str]) -> dict[str, str]:
    """A column for each property: its own name, or that with as many _ as it takes where the table has one already."""
    names: dict[str, str] = {}
    used_names = set(RESERVED_NAMES)
    for key in sorted(keys, key=lambda key: key in RESERVED_NAMES):
        long = len(key.encode()) > LONGEST_NAME
        name = key.encode()[:CUT_NAME].decode(errors='ignore') if long else key
        while name in used_names:
            name += '_'
        names[key] = name
        used_names.add(name)
    return names


def read_shapes(geometries: Sequence[Any]) -> Geometries:
    """The shapes of GeoJSON geometries, without Z.

    Raises BadFeatures for the first that is none, is not valid, or lies outside longitude and latitude.
    """
    texts = [json.dumps(geometry) for geometry in geometries]
    try:
        shapes = np.asarray(shapely.from_geojson(texts), dtype=object)
    except GEOSException:
        raise _bad_features(
            _first_unreadable(texts), 'không có hình học GeoJSON đọc được', 'has no readable geometry'
        ) from None
    wrong = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if wrong.any():
        raise _bad_features(int(np.argmax(wrong)), 'không có hình học', 'has no geometry')
    west, south, east, north = shapely.bounds(shapes).T
    outside = (west < -180) | (south < -90) | (east > 180) | (north > 90)
    if outside.any():
        raise _bad_features(int(np.argmax(outside)), 'nằm ngoài kinh độ, vĩ độ', 'lies outside longitude and latitude')
    invalid = ~shapely.is_valid(shapes)
    if invalid.any():
        first = int(np.argmax(invalid))
        flaw = flaw_in_words(shapely.is_valid_reason(shapes[first]))
        raise _bad_features(first, f'có hình học lỗi ({flaw.vi})', f'has an invalid geometry ({flaw.en})')
    return np.asarray(shapely.force_2d(shapes), dtype=object)


def _first_unreadable(texts: Sequence[str]) -> int:
    for number, text in enumerate(texts):
        try:
            shapely.from_geojson(text)
        except GEOSException:
            return number
    return 0


def _one_kind(shapes: Geometries) -> Geometries:
    """The shapes, all with parts where any has; raises BadFeatures where points, lines and areas are mixed."""
    kinds = sorted({shape.geom_type.removeprefix('Multi') for shape in shapes})
    if len(kinds) > 1 or kinds in (['GeometryCollection'], ['LinearRing']):
        raise BadFeatures(
            vi=f'Các đối tượng phải cùng loại hình học, không lẫn {", ".join(kinds)}.',
            en=f'Features must have one kind of geometry, not {", ".join(kinds)}.',
        )
    if len({shape.geom_type for shape in shapes}) < 2:
        return shapes
    parts = [WITH_PARTS[kinds[0]](list(shapely.get_parts(shape))) for shape in shapes]
    return np.asarray(parts, dtype=object)


def column_types(properties: Sequence[dict[str, Any]]) -> dict[str, ColumnType]:
    """The type of every property, in the order in which they come first."""
    keys = dict.fromkeys(key for row in properties for key in row)
    return {key: _column_type(row.get(key) for row in properties) for key in keys}


def _column_type(values: Iterable[Any]) -> ColumnType:
    """The narrowest type that holds all values; null fits any."""
    kinds = {_value_type(value) for value in values if value is not None}
    if kinds == {'integer', 'number'}:
        return 'number'
    return kinds.pop() if len(kinds) == 1 else 'text'


def _value_type(value: Any) -> ColumnType:
    if isinstance(value, bool):
        return 'boolean'
    if isinstance(value, int) and abs(value) <= LARGEST_INTEGER:
        return 'integer'
    return 'number' if isinstance(value, int | float) else 'text'


def cell_of(value: Any, kind: ColumnType) -> Any:
    """A value as its column holds it; parts and lists as JSON text."""
    if value is None or kind != 'text' or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _bad_features(number: int, vi: str, en: str) -> BadFeatures:
    return BadFeatures(vi=f'Đối tượng thứ {number + 1} {vi}.', en=f'Feature number {number + 1} {en}.')
