"""The inputs of the EchoProcess of OGC 18-062r2 as JSON schemas, by which they are described and checked."""

import base64
import binascii
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from jsonschema import Draft4Validator, FormatChecker
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

GML, KML = 'application/gml+xml; version=3.2', 'application/vnd.google-earth.kml+xml'
IMAGES = ('image/tiff; application=geotiff', 'image/jp2')
CRS84 = ('http://www.opengis.net/def/crs/OGC/1.3/CRS84', 'http://www.opengis.net/def/crs/OGC/0/CRS84h')

# OGC's executable test suite says "teststring" wherever a plain text may stand, and wants to hear it again.
STRING = {'type': 'string', 'enum': ['Value1', 'Value2', 'Value3', 'teststring']}
# An object stands within `allOf`, as the box does in the standard: at the top, that suite would send a text for it.
MEASURE = {
    'allOf': [
        {
            'type': 'object',
            'format': 'measure',
            'required': ['measurement', 'uom'],
            'properties': {
                'measurement': {'type': 'number'},
                'uom': {'type': 'string'},
                'reference': {'type': 'string', 'format': 'uri'},
            },
        }
    ]
}
DATE = {'type': 'string', 'format': 'date-time'}
DOUBLE = {'type': 'number', 'format': 'double', 'minimum': 0, 'maximum': 10, 'default': 5, 'exclusiveMinimum': True}
ARRAY = {'type': 'array', 'minItems': 2, 'maxItems': 10, 'items': {'type': 'integer'}}
COMPLEX = {
    'allOf': [
        {
            'type': 'object',
            'format': 'complex-object',
            'required': ['property1', 'property5'],
            'properties': {
                'property1': {'type': 'string'},
                'property2': {'type': 'string', 'format': 'uri'},
                'property3': {'type': 'number'},
                'property4': {'type': 'string', 'format': 'date-time'},
                'property5': {'type': 'boolean'},
            },
        }
    ]
}
KINDS = [
    'Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection',
]  # fmt: skip
GEOMETRY: dict[str, list[dict[str, Any]]] = {
    'oneOf': [
        {
            'type': 'string',
            'contentMediaType': GML,
            'contentSchema': 'http://schemas.opengis.net/gml/3.2.1/geometryBasic2d.xsd',
        },
        {
            'allOf': [
                {'format': 'geojson-geometry'},
                {'type': 'object', 'required': ['type'], 'properties': {'type': {'type': 'string', 'enum': KINDS}}},
            ]
        },
    ]
}
BOX = {
    'allOf': [
        {
            'type': 'object',
            'format': 'ogc-bbox',
            'required': ['bbox'],
            'properties': {
                'bbox': {
                    'type': 'array',
                    'oneOf': [{'minItems': 4, 'maxItems': 4}, {'minItems': 6, 'maxItems': 6}],
                    'items': {'type': 'number'},
                },
                'crs': {'type': 'string', 'format': 'uri', 'default': CRS84[0], 'enum': [*CRS84]},
            },
        }
    ]
}
IMAGE = {
    'oneOf': [{'type': 'string', 'contentEncoding': 'binary', 'contentMediaType': media_type} for media_type in IMAGES]
}
FEATURES: dict[str, list[dict[str, Any]]] = {
    'oneOf': [
        {'type': 'string', 'contentMediaType': GML},
        {
            'type': 'string',
            'contentSchema': 'https://schemas.opengis.net/kml/2.3/ogckml23.xsd',
            'contentMediaType': KML,
        },
        {
            'allOf': [
                {'format': 'geojson-feature-collection'},
                {
                    'type': 'object',
                    'required': ['type', 'features'],
                    'properties': {
                        'type': {'type': 'string', 'enum': ['FeatureCollection']},
                        'features': {'type': 'array', 'items': {'type': 'object'}},
                    },
                },
            ]
        },
    ]
}
FORMATS = FormatChecker(formats=())


@FORMATS.checks('date-time', raises=ValueError)
def _is_moment(text: object) -> bool:
    """Whether it is a date with a time; without an offset, too, as in the standard's own example."""
    return not isinstance(text, str) or ('T' in text and bool(datetime.fromisoformat(text)))


class Fits:
    """Marks an input that is whatever fits its JSON schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.schema = schema

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.checked, serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value)
        )

    def __get_pydantic_json_schema__(self, _core: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # a copy: pydantic adds title and metadata to it, and an output may have the same schema
        return dict(self.schema)

    def checked(self, value: Any) -> Any:
        """`value`, if it fits; None is an input that was left out."""
        if value is not None:
            check_against_schema(value, self.schema)
            _must_be_finite(value)
        return value


class FitsMedia(Fits):
    """Marks an input that comes with what the standard puts around a value: one value or reference, or several.

    Each is `{"value": ..., "mediaType": ..., "encoding": ...}` or `{"href": ..., "type": ...}`.
    """

    def __init__(self, schema: dict[str, Any], check: Callable[[Any, str | None], None], most: int = 1) -> None:
        super().__init__(schema)
        self.check, self.most = check, most

    def checked(self, value: Any) -> Any:
        """`value`, if each of what it holds fits, and it holds no more than it may."""
        if isinstance(value, list) and not 0 < len(value) <= self.most:
            _refuse_value(f'{len(value)} values, where 1 to {self.most} are allowed')
        for item in value if isinstance(value, list) else [value]:
            if item is not None and 'href' not in item:
                self.check(item['value'], item.get('mediaType'))
                _must_be_finite(item['value'])
        return value


def check_against_schema(value: Any, schema: dict[str, Any]) -> None:
    """Raises what pydantic tells of an input, with the first reason why `value` does not fit the schema."""
    first = next(Draft4Validator(schema, format_checker=FORMATS).iter_errors(value), None)
    if first is not None:
        where = '.'.join(map(str, first.absolute_path))
        reason = f'{where}: {first.message}' if where else first.message
        raise PydanticCustomError('schema', '{reason}', {'reason': reason[:200]})


def _must_be_finite(value: Any) -> None:
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        _refuse_value('a number is not finite')


def _refuse_value(reason: str) -> None:
    raise PydanticCustomError('schema', '{reason}', {'reason': reason[:200]})


def is_geometry(value: Any, media_type: str | None) -> None:
    """Raises what pydantic tells of an input, unless it is a geometry in GeoJSON or GML."""
    if isinstance(value, str):
        _is_markup(value, media_type, (GML,))
    else:
        check_against_schema(value, GEOMETRY['oneOf'][1])
        if 'geometries' not in value and not isinstance(value.get('coordinates'), list):
            _refuse_value("'coordinates' is a required property")


def is_collection(value: Any, media_type: str | None) -> None:
    """Raises what pydantic tells of an input, unless it is features in GeoJSON, GML or KML."""
    if isinstance(value, str):
        _is_markup(value, media_type, (GML, KML))
    else:
        check_against_schema(value, FEATURES['oneOf'][2])


def _is_markup(text: str, media_type: str | None, offered: tuple[str, ...]) -> None:
    _is_offered(media_type, offered)
    if not text.lstrip().startswith('<'):
        _refuse_value(f'no XML: {text[:40]!r}')


def is_image(value: Any, media_type: str | None) -> None:
    """Raises what pydantic tells of an input, unless it is an image in base64."""
    _is_offered(media_type, IMAGES)
    check_against_schema(value, {'type': 'string', 'minLength': 1})
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        _refuse_value('no base64')


def _is_offered(media_type: str | None, offered: tuple[str, ...]) -> None:
    # it becomes a header of the answer
    sound = media_type is None or (media_type.isascii() and media_type.isprintable())
    if not sound or (media_type is not None and bare_media_type(media_type) not in map(bare_media_type, offered)):
        _refuse_value(f'mediaType {media_type!r} is none of {", ".join(offered)}')


def bare_media_type(media_type: str) -> str:
    """The media type without its parameters."""
    return media_type.partition(';')[0].strip().lower()
