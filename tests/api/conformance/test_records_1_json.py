"""OGC API - Records - Part 1, class JSON: the catalogue as JSON, records as GeoJSON."""

import jsonschema

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.records import BASE

CLASSES = ['http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/json']
TEXT, LANGUAGE = (
    {'type': 'string'},
    {'type': 'object', 'required': ['code'], 'properties': {'code': {'type': 'string'}}},
)
MOMENT = r'^(\.\.|\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?Z)?)$'
SHAPE = {'type': {'const': 'Polygon'}, 'coordinates': {'type': 'array'}}
LINK = {'type': 'object', 'required': ['href'], 'properties': dict.fromkeys(('href', 'rel', 'type', 'hreflang'), TEXT)}
CONCEPT = {'type': 'object', 'required': ['id'], 'properties': {'id': TEXT}}
# The schemas of the standard (recordGeoJSON.yaml and what it refers to), written out.
RECORD = {
    'type': 'object',
    'required': ['id', 'type', 'geometry', 'time', 'properties', 'links'],
    'properties': {
        'id': TEXT,
        'type': {'const': 'Feature'},
        'time': {
            'oneOf': [
                {'type': 'null'},
                {
                    'type': 'object',
                    'properties': {
                        'date': {'type': 'string', 'pattern': r'^\d{4}-\d{2}-\d{2}$'},
                        'interval': {
                            'type': 'array', 'minItems': 2, 'maxItems': 2,
                            'items': {'type': 'string', 'pattern': MOMENT},
                        },
                        'resolution': TEXT,
                    },
                },
            ]
        },
        'geometry': {
            'oneOf': [
                {'type': 'null'},
                {'type': 'object', 'required': ['type', 'coordinates'], 'properties': SHAPE},
            ]
        },
        'conformsTo': {'type': 'array', 'items': TEXT},
        'properties': {
            'type': 'object',
            'required': ['type', 'title'],
            'properties': {
                'created': {'type': 'string', 'format': 'date-time'},
                'updated': {'type': 'string', 'format': 'date-time'},
                'type': {'type': 'string', 'maxLength': 64},
                'title': TEXT,
                'description': TEXT,
                'keywords': {'type': 'array', 'items': TEXT},
                'language': LANGUAGE,
                'languages': {'type': 'array', 'items': LANGUAGE},
                'resourceLanguages': {'type': 'array', 'items': LANGUAGE},
                'externalIds': {'type': 'array', 'items': {'type': 'object', 'required': ['value']}},
                'themes': {
                    'type': 'array', 'minItems': 1,
                    'items': {'type': 'object', 'required': ['concepts', 'scheme'],
                              'properties': {'concepts': {'type': 'array', 'minItems': 1, 'items': CONCEPT}}},
                },
                'formats': {'type': 'array', 'items': {'anyOf': [{'required': ['name']}, {'required': ['mediaType']}]}},
                'contacts': {
                    'type': 'array',
                    'items': {'type': 'object', 'anyOf': [{'required': ['name']}, {'required': ['organization']}],
                              'properties': {'roles': {'type': 'array', 'minItems': 1, 'items': TEXT}}},
                },
                'license': TEXT,
                'rights': TEXT,
            },
        },
        'links': {'type': 'array', 'items': LINK},
        'linkTemplates': {'type': 'array', 'items': {'type': 'object', 'required': ['uriTemplate']}},
    },
}  # fmt: skip


def test_json_records_are_geojson_by_the_schema_of_the_standard(api: Api) -> None:
    """/req/json/record-response, record-content"""
    answer = api.get(f'{BASE}/items', limit=100)
    assert answer.headers['Content-Type'].split(';')[0] == 'application/geo+json'
    document = answer.json()
    assert document['type'] == 'FeatureCollection'
    for one in document['features']:
        jsonschema.validate(one, RECORD, format_checker=jsonschema.FormatChecker())
    alone = api.json(f'{BASE}/items/rivers')
    jsonschema.validate(alone, RECORD)
    assert alone == next(one for one in document['features'] if one['id'] == 'rivers')


def test_json_answers_name_their_profile(api: Api) -> None:
    """/req/json/record-content-profile, catalog-content-profile"""
    for address in (f'{BASE}/items', f'{BASE}/items/rivers'):
        (profile,) = links(api.json(address), 'profile')
        assert profile['href'] == 'http://www.opengis.net/def/profile/OGC/0/ogc-record'


def test_the_catalogue_is_json(api: Api) -> None:
    """/req/json/catalog-response, catalog-content"""
    answer = api.get(BASE, {'Accept': 'application/json'})
    assert answer.headers['Content-Type'] == 'application/json'
    assert {'id', 'type', 'title', 'links', 'itemType', 'extent'} <= answer.json().keys()
