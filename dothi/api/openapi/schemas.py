"""The schemas that the OpenAPI document's answers are made of."""

from typing import Any

from dothi.core.text import Text

LINK = {
    'type': 'object',
    'required': ['href'],
    'properties': {
        **{name: {'type': 'string'} for name in ('href', 'rel', 'type', 'hreflang', 'title')},
        'templated': {'type': 'boolean'},
    },
}
LINKS = {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}}
RELEASE = {
    'dothi:release': {
        'type': 'integer',
        'description': Text(vi='Số của bản phát hành đang được phục vụ.', en='Number of the release that is served.'),
    },
    'dothi:demo': {
        'type': 'boolean',
        'description': Text(
            vi='Có dữ liệu minh họa trong đó hay không.', en='Whether any of it is demonstration data.'
        ),
    },
}
GEOMETRY = {
    'type': 'object',
    'nullable': True,
    'required': ['type'],
    'properties': {
        'type': {
            'type': 'string',
            'enum': [
                'Point', 'MultiPoint', 'LineString', 'MultiLineString', 'Polygon', 'MultiPolygon', 'GeometryCollection',
            ],
        },
        'coordinates': {'type': 'array', 'items': {}},
    },
}  # fmt: skip
SCHEMAS: dict[str, Any] = {
    'link': LINK,
    'exception': {
        'type': 'object',
        'required': ['code', 'description'],
        'properties': {
            'status': {'type': 'integer'},
            **{name: {'type': 'string'} for name in ('type', 'title', 'detail', 'code', 'description', 'request')},
        },
    },
    'landingPage': {
        'type': 'object',
        'required': ['links'],
        'properties': {
            **{name: {'type': 'string'} for name in ('title', 'description', 'attribution', 'time_zone')},
            'links': LINKS,
        },
    },
    'confClasses': {
        'type': 'object',
        'required': ['conformsTo'],
        'properties': {'conformsTo': {'type': 'array', 'items': {'type': 'string'}}},
    },
    'collections': {
        'type': 'object',
        'required': ['links', 'collections'],
        'properties': {
            'links': LINKS,
            'collections': {'type': 'array', 'items': {'$ref': '#/components/schemas/collection'}},
        },
    },
    'collection': {
        'type': 'object',
        'required': ['id', 'links'],
        'properties': {
            'id': {'type': 'string'},
            'title': {'type': 'string'},
            'description': {'type': 'string'},
            'links': LINKS,
            'extent': {'type': 'object'},
            'itemType': {'type': 'string'},
            'crs': {'type': 'array', 'items': {'type': 'string'}},
            'storageCrs': {'type': 'string'},
            **RELEASE,
        },
    },
    'geometry': GEOMETRY,
    'feature': {
        'type': 'object',
        'required': ['type', 'geometry', 'properties'],
        'properties': {
            'type': {'type': 'string', 'enum': ['Feature']},
            'id': {'type': 'integer'},
            'geometry': {'$ref': '#/components/schemas/geometry'},
            'properties': {'type': 'object', 'nullable': True},
            'links': LINKS,
        },
    },
    'featureCollection': {
        'type': 'object',
        'required': ['type', 'features'],
        'properties': {
            'type': {'type': 'string', 'enum': ['FeatureCollection']},
            'features': {'type': 'array', 'items': {'$ref': '#/components/schemas/feature'}},
            'links': LINKS,
            'timeStamp': {'type': 'string', 'format': 'date-time'},
            'numberMatched': {'type': 'integer', 'minimum': 0},
            'numberReturned': {'type': 'integer', 'minimum': 0},
            **RELEASE,
        },
    },
    'anyObject': {'type': 'object'},
}
