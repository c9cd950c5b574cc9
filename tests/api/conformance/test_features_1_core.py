"""OGC API - Features - Part 1: Core, class Core: fetching features, requirement by requirement."""

from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from tests.api.conformance.conftest import Api, links
from tests.matrix import combinations

CLASSES = ['http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core']
GEOJSON = 'application/geo+json'
CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
TIMES = (
    '2018-02-12', '2018-02-12T23:20:50Z', '2018-02-12T23:20:50+07:00', '2018-02-12T00:00:00Z/2018-03-18T12:31:12Z',
    '2018-02-12T00:00:00Z/..', '../2018-03-18T12:31:12Z', '/2018-03-18', '2018-02-12/', '2018-02-12/P2D',
)  # fmt: skip
# The boxes of OGC's executable test suite: over the meridian, the equator, the antimeridian and the poles.
BOXES = ('-1.5,50,1.5,53', '-80,-5,-70,5', '177,65,-177,70', '-180,85,180,90', '-180,-90,180,-85')


def parameters(api: Api, collection: str) -> dict[str, dict[str, Any]]:
    """The query parameters of the collection's items, as the OpenAPI document defines them."""
    document = api.document()
    defined = document['paths'][f'/collections/{collection}/items']['get']['parameters']
    shared = document['components']['parameters']
    found = [shared[one['$ref'].rsplit('/', 1)[-1]] if '$ref' in one else one for one in defined]
    return {one['name']: one for one in found if one['in'] == 'query'}


def items(api: Api, collection: str, **query: Any) -> Any:
    return api.json(f'/collections/{collection}/items', {'Accept': GEOJSON}, **query)


def bounds(geometry: dict[str, Any]) -> tuple[float, float, float, float]:
    from shapely.geometry import shape

    west, south, east, north = shape(geometry).bounds
    return west, south, east, north


def test_the_landing_page_leads_to_everything(api: Api) -> None:
    """/req/core/root-op, /req/core/root-success"""
    document = api.json('')
    leads = {rel: links(document, rel) for rel in ('service-desc', 'conformance', 'data')}
    for rel, found in leads.items():
        assert found, rel
        assert api.get(found[0]['href']).status_code == 200


def test_conformance_names_the_classes(api: Api) -> None:
    """/req/core/conformance-op, /req/core/conformance-success"""
    assert set(CLASSES) <= api.declared()


def test_it_speaks_http_1_1(api: Api) -> None:
    """/req/core/http"""
    assert api.get('').raw.version == 11


def test_a_collection_leads_to_its_items_and_has_an_extent(api: Api) -> None:
    """/req/core/fc-md-op, fc-md-success, fc-md-items, fc-md-items-links, fc-md-extent, sfc-md-op, sfc-md-success"""
    for one in api.feature_collections():
        found = links(one, 'items', GEOJSON)
        assert found
        assert all({'rel', 'type', 'href'} <= link.keys() for link in one['links'])
        assert api.get(found[0]['href']).headers['Content-Type'].startswith(GEOJSON)
        ((west, south, east, north), *_) = one['extent']['spatial']['bbox']
        for feature in items(api, one['id'], limit=20)['features']:
            x1, y1, x2, y2 = bounds(feature['geometry'])
            assert west - 1e-6 <= x1 <= x2 <= east + 1e-6
            assert south - 1e-6 <= y1 <= y2 <= north + 1e-6
        assert api.json(f'/collections/{one["id"]}')['id'] == one['id']


def test_an_unknown_parameter_is_refused(api: Api) -> None:
    """/req/core/query-param-unknown; and the document allows none"""
    for one in api.feature_collections():
        name = one['id']
        for path in (
            f'/collections/{name}/items',
            f'/collections/{name}/items/1',
            f'/collections/{name}',
            '/collections',
        ):
            assert api.get(path, unknownQueryParameter12345=1).status_code == 400, path
        for parameter in parameters(api, name).values():
            assert parameter['schema'].get('type') != 'object', parameter


@pytest.mark.parametrize(
    ('name', 'value'),
    [('limit', 'unlimited'), ('limit', '0'), ('limit', '-1'), ('bbox', '1,2,3'), ('bbox', 'a,b,c,d'),
     ('bbox', '3,4,1,2'), ('datetime', 'yesterday'), ('datetime', '2024-02-01/2024-01-01')],
)  # fmt: skip
def test_an_invalid_value_is_refused(api: Api, name: str, value: str) -> None:
    """/req/core/query-param-invalid"""
    answer = api.get('/collections/schools/items', **{name: value})
    assert answer.status_code == 400
    assert name in answer.json()['description']


def test_limit_is_defined_as_the_standard_says(api: Api) -> None:
    """/req/core/fc-limit-definition"""
    for one in api.feature_collections():
        limit = parameters(api, one['id'])['limit']
        assert (limit.get('required', False), limit.get('style', 'form'), limit['explode']) == (False, 'form', False)
        schema = limit['schema']
        assert schema['type'] == 'integer'
        assert 1 <= schema['minimum'] <= schema['default'] <= schema['maximum']


def test_a_page_has_no_more_than_the_limit(api: Api) -> None:
    """/req/core/fc-limit-response-1, -2"""
    for layer, limit in combinations(api.feature_collections(), [1, 3, 100]):
        document = items(api, layer['id'], limit=limit)
        assert len(document['features']) == min(limit, document['numberMatched']), (layer['id'], limit)


def test_a_limit_above_the_maximum_is_lowered_to_it(api: Api) -> None:
    """/req/core/fc-limit-response-1, /per/core/fc-limit-response"""
    assert len(items(api, 'schools', limit=10**9)['features']) > 10


def test_bbox_is_defined_as_the_standard_says(api: Api) -> None:
    """/req/core/fc-bbox-definition"""
    for one in api.feature_collections():
        bbox = parameters(api, one['id'])['bbox']
        assert (bbox.get('required', False), bbox.get('style', 'form'), bbox['explode']) == (False, 'form', False)
        schema = bbox['schema']
        assert (schema['type'], schema['items']['type']) == ('array', 'number')
        sizes = schema.get('oneOf', [schema])
        assert {size['minItems'] for size in sizes} | {size['maxItems'] for size in sizes} == {4, 6}


def test_a_box_gives_what_touches_it_and_nothing_else(api: Api) -> None:
    """/req/core/fc-bbox-response; by the quarter of the extent in the south-west, in two and three dimensions"""
    for one in api.feature_collections():
        ((west, south, east, north), *_) = one['extent']['spatial']['bbox']
        middle = ((west + east) / 2, (south + north) / 2)
        document = items(api, one['id'], bbox=f'{west},{south},{middle[0]},{middle[1]}', limit=10_000)
        inside = {feature['id'] for feature in document['features']}
        for feature in items(api, one['id'], limit=10_000)['features']:
            x1, y1, x2, y2 = bounds(feature['geometry'])
            may_touch = x1 <= middle[0] and y1 <= middle[1] and x2 >= west and y2 >= south
            assert feature['id'] not in inside or may_touch
            if x2 < middle[0] and y2 < middle[1]:
                assert feature['id'] in inside
        high = items(api, one['id'], bbox=f'{west},{south},-1,{middle[0]},{middle[1]},1', limit=10_000)
        assert {feature['id'] for feature in high['features']} == inside


def test_boxes_anywhere_on_earth_are_taken(api: Api) -> None:
    """/req/core/fc-bbox-response"""
    for layer, box in combinations(api.feature_collections(), BOXES):
        assert items(api, layer['id'], bbox=box)['features'] == [], (layer['id'], box)


def test_datetime_is_defined_for_every_collection(api: Api) -> None:
    """/req/core/fc-time-definition, whether the collection has a time column or not"""
    for one in api.feature_collections():
        when = parameters(api, one['id'])['datetime']
        assert (when.get('required', False), when['style'], when['explode']) == (False, 'form', False)
        assert when['schema']['type'] == 'string'


def test_instants_and_intervals_are_taken(api: Api) -> None:
    """/req/core/fc-time-response"""
    for layer, when in combinations(api.feature_collections(), TIMES):
        assert items(api, layer['id'], datetime=when)['type'] == 'FeatureCollection', (layer['id'], when)


def test_an_interval_gives_what_was_valid_within_it(api: Api) -> None:
    """/req/core/fc-time-response, on districts: all are valid on the reference date, none in 1900"""
    everything = items(api, 'districts')['numberMatched']
    assert everything > 0
    assert items(api, 'districts', datetime='2024-08-31')['numberMatched'] == everything
    assert items(api, 'districts', datetime='2024-08-01/2024-08-31')['numberMatched'] == everything
    assert items(api, 'districts', datetime='1900-01-01')['numberMatched'] == 0


def test_a_page_says_what_it_is(api: Api) -> None:
    """/req/core/fc-op, fc-response, fc-timeStamp, fc-numberReturned"""
    for one in api.feature_collections():
        before = datetime.now(UTC).replace(microsecond=0)
        document = items(api, one['id'])
        assert document['type'] == 'FeatureCollection'
        assert before <= datetime.fromisoformat(document['timeStamp']) <= datetime.now(UTC)
        assert document['timeStamp'].endswith('Z')
        assert document['numberReturned'] == len(document['features'])


def test_number_matched_is_what_all_pages_hold_together(api: Api) -> None:
    """/req/core/fc-numberMatched, with and without a selection"""
    for query in ({}, {'bbox': '106.1,20.2,106.3,20.4'}, {'filter': 'id > 20'}):
        document = items(api, 'schools', limit=60, **query)
        matched, found = document['numberMatched'], list(document['features'])
        while links(document, 'next'):
            document = api.json(links(document, 'next')[0]['href'])
            found += document['features']
            assert document['numberMatched'] == matched
        assert len({feature['id'] for feature in found}) == len(found) == matched


def test_a_page_links_to_itself_and_to_its_other_forms(api: Api) -> None:
    """/req/core/fc-links, /req/core/fc-rel-type"""
    for one in api.feature_collections():
        document = items(api, one['id'], limit=1)
        (itself,) = links(document, 'self')
        assert itself['type'] == GEOJSON
        assert api.json(itself['href'])['features'] == document['features']
        assert {'text/html', 'application/ld+json'} <= {link['type'] for link in links(document, 'alternate')}
        for link in links(document, 'alternate'):
            got = requests.get(link['href'], timeout=120, stream=True)
            assert got.status_code == 200
            assert got.headers['Content-Type'].split(';')[0] == link['type'].split(';')[0]
        assert all({'rel', 'type', 'href', 'title'} <= link.keys() for link in document['links'])


def test_one_feature_is_at_its_address(api: Api) -> None:
    """/req/core/f-op, /req/core/f-success"""
    for one in api.feature_collections():
        (feature,) = items(api, one['id'], limit=1)['features']
        found = api.json(f'/collections/{one["id"]}/items/{feature["id"]}', {'Accept': GEOJSON})
        assert {name: found[name] for name in feature} == feature
    assert api.get('/collections/schools/items/999999999').status_code == 404


def test_one_feature_links_to_itself_its_forms_and_its_collection(api: Api) -> None:
    """/req/core/f-links"""
    for one in api.feature_collections():
        number = items(api, one['id'], limit=1)['features'][0]['id']
        document = api.json(f'/collections/{one["id"]}/items/{number}')
        (itself,) = links(document, 'self', GEOJSON)
        assert api.json(itself['href'])['id'] == number
        assert {'text/html', 'application/ld+json'} <= {link['type'] for link in links(document, 'alternate')}
        (collection,) = links(document, 'collection')
        assert api.json(collection['href'])['id'] == one['id']
        assert all({'rel', 'type'} <= link.keys() for link in document['links'])


def test_geometries_are_in_crs84_unless_asked_otherwise(api: Api) -> None:
    """/req/core/crs84"""
    for one in api.feature_collections():
        answer = api.get(f'/collections/{one["id"]}/items', limit=5)
        assert answer.headers['Content-Crs'] == f'<{CRS84}>'
        for feature in answer.json()['features']:
            west, south, east, north = bounds(feature['geometry'])
            assert 100 < west <= east < 110
            assert 15 < south <= north < 25
