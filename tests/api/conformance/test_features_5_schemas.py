"""OGC API - Features - Part 5, since 2026 OGC API - Common - Part 3: Schemas (23-058r2)."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.api.conformance.conftest import Api, links

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas',
    'http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/core-roles-features',
    'http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables',
    'http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/queryables',
    'http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/sortables',
    'http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/schemas',
    'http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/advanced-property-roles',
    'http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/returnables-and-receivables',
    'http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/queryables',
    'http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/sortables',
    'http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/profile-codelists',
]
REL = 'http://www.opengis.net/def/rel/ogc/1.0'
MEDIA_TYPE = 'application/schema+json'
KINDS = ('schema', 'queryables', 'sortables')
BEGINS = ('primary-instant', 'primary-interval-start')
GEOMETRIES = {
    'geometry-point', 'geometry-multipoint', 'geometry-linestring', 'geometry-multilinestring', 'geometry-polygon',
    'geometry-multipolygon', 'geometry-geometrycollection', 'geometry-any',
}  # fmt: skip
# What requirement and recommendation `properties` name, the additional keywords, and one of ours.
KEYWORDS = {
    'type', 'format', 'title', 'description', 'enum', 'oneOf', 'minimum', 'maximum', 'readOnly', 'x-ogc-role',
    'x-ogc-propertySeq', 'x-ogc-unit', 'x-ogc-titles', 'x-dothi-unit-layer',
}  # fmt: skip
# UCUM's case-sensitive units of the layers, or an annotation for what is counted.
UCUM = re.compile(r'(m|km|cm|mm|m2|har|V|kV|MV\.A|W|t|deg|\{[^{}]+\})|(m3|t)/d|ug/m3')


def features(api: Api) -> list[str]:
    return [one['id'] for one in api.feature_collections()]


def schemas(api: Api, *kinds: str) -> dict[str, dict[str, Any]]:
    """The schemas of all collections of features by their address."""
    paths = [f'/collections/{name}/{kind}' for name in features(api) for kind in kinds or KINDS]
    return {path: api.json(path, {'Accept': MEDIA_TYPE}) for path in paths}


def with_role(schema: dict[str, Any], role: str) -> list[dict[str, Any]]:
    return [one for one in schema['properties'].values() if one.get('x-ogc-role') == role]


def is_spatial(one: dict[str, Any]) -> bool:
    return str(one.get('format')).startswith('geometry-')


def test_schemas_are_valid_json_schemas_with_an_address(api: Api) -> None:
    """/req/schemas/json-schema"""
    for path, schema in schemas(api).items():
        Draft202012Validator.check_schema(schema)
        assert schema['$schema'] == 'https://json-schema.org/draft/2020-12/schema'
        assert schema['$id'] == f'{api.url}{path}'
        assert schema['type'] == 'object'
        again = api.get(schema['$id'], {'Accept': MEDIA_TYPE})
        assert again.headers['Content-Type'].startswith(MEDIA_TYPE)
        assert again.json() == schema


def test_schemas_say_what_each_property_is(api: Api) -> None:
    """/req/schemas/properties A to D, H; and only the keywords that are named, or x-ogc-… (additional-keywords)."""
    for path, schema in schemas(api).items():
        assert schema['properties'], path
        assert schema['additionalProperties'] is False
        for name, one in schema['properties'].items():
            # QGIS 3.40 tells a geometry by this keyword alone, and else sends no box to the server
            points_out = {'$ref'} if path.endswith('/queryables') and is_spatial(one) else set()
            assert one.keys() - KEYWORDS == points_out, (path, name)
            assert one['title'], (path, name)
            if is_spatial(one):
                assert one['format'] in GEOMETRIES
                assert 'type' not in one
            else:
                assert one['type'] in ('string', 'number', 'integer', 'boolean')
            if one.get('format') in ('date', 'date-time'):
                assert one['type'] == 'string'


def test_schemas_roles_sequence_and_units(api: Api) -> None:
    """/req/schemas/role, role-id, property-seq and unit."""
    for path, schema in schemas(api).items():
        (identifier,) = with_role(schema, 'id')
        assert identifier['type'] in ('string', 'integer')
        assert identifier['readOnly'] is True
        places = [one['x-ogc-propertySeq'] for one in schema['properties'].values()]
        assert places == sorted(set(places)), path
        assert all(isinstance(place, int) for place in places)
        for one in schema['properties'].values():
            assert isinstance(one.get('x-ogc-role', ''), str)
            if 'x-ogc-unit' in one:
                assert UCUM.fullmatch(one['x-ogc-unit']), one
                assert one['type'] in ('number', 'integer')


def test_core_roles_features_and_advanced_property_roles(api: Api) -> None:
    """/req/core-roles-features/…: one primary geometry; an instant or the two ends of an interval, of one kind."""
    for path, schema in schemas(api, 'schema', 'queryables').items():
        (geometry,) = with_role(schema, 'primary-geometry')
        assert is_spatial(geometry), path
        instants, begins, ends = (
            with_role(schema, f'primary-{role}') for role in ('instant', 'interval-start', 'interval-end')
        )
        assert max(map(len, (instants, begins, ends))) <= 1
        assert not (instants and (begins or ends))
        assert [one['format'] for one in begins] == [one['format'] for one in ends]
        assert {one['format'] for one in (*instants, *begins, *ends)} <= {'date', 'date-time'}
    communes = api.json('/collections/communes/schema')['properties']
    assert communes['valid_from']['x-ogc-role'] == 'primary-interval-start'
    assert communes['valid_to']['x-ogc-role'] == 'primary-interval-end'


def test_the_primary_time_of_a_feature_is_that_by_which_datetime_selects(api: Api) -> None:
    """/req/core/fc-time-response of Part 1: who asks for the time that a feature has by its role gets the feature."""
    for path, schema in schemas(api, 'schema').items():
        items = path.replace('/schema', '/items')
        times = [name for name, each in schema['properties'].items() if each.get('x-ogc-role') in BEGINS]
        for feature in api.json(items, limit=3)['features'] if times else ():
            moments = [feature['properties'][name] for name in times]
            for moment in filter(None, moments):
                assert api.json(items, datetime=moment, limit=1)['numberMatched'], (path, moment)


@pytest.mark.parametrize('kind', KINDS)
def test_returnables_and_receivables_queryables_and_sortables_are_linked(api: Api, kind: str) -> None:
    """/req/{returnables-and-receivables, queryables, sortables}/link: of every collection, in both places."""
    for one in api.feature_collections():
        for document in (one, api.json(f'/collections/{one["id"]}')):
            found = links(document, f'{REL}/{kind}', MEDIA_TYPE)
            assert [link['href'].split('?')[0] for link in found] == [f'{api.url}/collections/{one["id"]}/{kind}']


def test_returnables_and_receivables_are_what_is_returned(api: Api) -> None:
    """/req/returnables-and-receivables/response: each feature fits the schema, which names all that it has."""
    for path, schema in schemas(api, 'schema').items():
        named = {name: one for name, one in schema['properties'].items() if name not in ('id', 'geom')}
        validator = Draft202012Validator({'properties': named, 'additionalProperties': False})
        page = api.json(path.replace('/schema', '/items'), f='json', limit=50)
        for feature in page['features']:
            values = {name: value for name, value in feature['properties'].items() if value is not None}
            assert [error.message for error in validator.iter_errors(values)] == []
            assert feature['properties'].keys() == named.keys()
            assert set(schema['required']) <= values.keys()
            kind = feature['geometry']['type'].lower()
            assert schema['properties']['geom']['format'] == f'geometry-{kind}'


def test_queryables_can_all_be_named_in_a_filter_and_nothing_else(api: Api) -> None:
    """/req/queryables/response C, for additionalProperties: false."""
    for path, schema in schemas(api, 'queryables').items():
        items = path.replace('/queryables', '/items')
        for name in schema['properties']:
            assert api.get(items, f='json', limit=1, filter=f'"{name}" IS NULL').status_code == 200, (path, name)
        assert api.get(items, f='json', limit=1, filter='this_is_none IS NULL').status_code == 400


def test_sortables_can_all_be_sorted_by_and_nothing_else(api: Api) -> None:
    """/req/sortables/response C, D, E."""
    for path, schema in schemas(api, 'sortables').items():
        items = path.replace('/sortables', '/items')
        assert not [
            one for one in schema['properties'].values() if is_spatial(one) or one['type'] in ('object', 'array')
        ]
        for name in schema['properties']:
            assert api.get(items, f='json', limit=1, sortby=f'-{name}').status_code == 200, (path, name)
        for name in ('geom', 'this_is_none'):
            assert api.get(items, f='json', limit=1, sortby=name).status_code == 400, (path, name)


def test_profile_codelists_are_inline(api: Api) -> None:
    """/req/profile-codelists/codelist-inline: oneOf with const and title, everywhere; the profile is linked."""
    for path, schema in schemas(api).items():
        for name, one in schema['properties'].items():
            assert ('oneOf' in one) == ('enum' in one), (path, name)
            if 'oneOf' in one:
                assert [code['const'] for code in one['oneOf']] == one['enum']
                assert all(code['title'] for code in one['oneOf'])
        assert 'codelist-inline>; rel=profile' in api.get(path).headers['Link']
    kinds = api.json('/collections/schools/schema', lang='en')['properties']['level']['oneOf']
    assert {code['const']: code['title'] for code in kinds}['primary'] == 'Primary'


def test_schemas_speak_both_languages(api: Api) -> None:
    """Titles in the reader's language, and in both under a keyword of our own; the other language is linked."""
    for lang in ('vi', 'en'):
        answer = api.get('/collections/schools/schema', lang=lang)
        places = answer.json()['properties']['places']
        assert places['title'] == places['x-ogc-titles'][lang]
        assert answer.headers['Content-Language'] == lang
    assert places['x-ogc-titles'] == {'vi': 'Số chỗ học', 'en': 'Places'}
    assert (places['x-ogc-unit'], places['minimum'], places['maximum']) == ('{place}', 0, 10000)


def test_schemas_tell_no_audience_more_than_it_may_see(internal: Api, public: Api) -> None:
    seen = {
        api.audience: {kind: api.json(f'/collections/buildings/{kind}')['properties'].keys() for kind in KINDS}
        for api in (internal, public)
    }
    for kind in KINDS:
        assert seen['internal'][kind] - seen['public'][kind] == {'population'}
