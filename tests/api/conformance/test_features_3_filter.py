"""OGC API - Features - Part 3: Filtering, classes Filter and Features Filter, and queryables as query parameters."""

import json
from typing import Any

import pytest
from shapely.geometry import box, shape

from tests.api.conformance.conftest import Api, links

CLASSES = [
    'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter',
    'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter',
    'http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters',
]
EPSG = 'http://www.opengis.net/def/crs/EPSG/0/'
SCHOOLS = '/collections/schools/items'


def everything(api: Api, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.json(SCHOOLS, limit=10_000, **query)['features']
    return found


def ids(features: list[dict[str, Any]]) -> set[int]:
    return {feature['id'] for feature in features}


def parameters(api: Api, path: str) -> dict[str, dict[str, Any]]:
    document = api.document()
    shared = document['components']['parameters']
    defined = document['paths'][path]['get']['parameters']
    found = [shared[one['$ref'].rsplit('/', 1)[-1]] if '$ref' in one else one for one in defined]
    return {one['name']: one for one in found}


def test_features_filter_is_offered_on_the_items_of_every_collection(api: Api) -> None:
    """/req/features-filter/filter-param, /req/filter/filter-param, filter-lang-param, filter-crs-param: all three are
    defined as text in the query, and the default language is cql2-text
    """
    for one in api.collections():
        if one['itemType'] != 'feature':
            continue
        defined = parameters(api, f'/collections/{one["id"]}/items')
        for name in ('filter', 'filter-lang', 'filter-crs'):
            assert (defined[name]['in'], defined[name]['schema']['type']) == ('query', 'string')
        assert set(defined['filter-lang']['schema']['enum']) == {'cql2-text', 'cql2-json'}
        assert defined['filter-lang']['schema']['default'] == 'cql2-text'


def test_only_what_the_filter_lets_through_is_answered(api: Api) -> None:
    """/req/filter/response, on every value of a column"""
    whole = everything(api)
    levels = {feature['properties']['level'] for feature in whole}
    assert len(levels) > 1
    for level in levels:
        expected = {feature['id'] for feature in whole if feature['properties']['level'] == level}
        assert ids(everything(api, filter=f"level = '{level}'")) == expected
        tree = {'op': '=', 'args': [{'property': 'level'}, level]}
        assert ids(everything(api, filter=json.dumps(tree), filter_lang='cql2-json')) == expected


def test_a_filter_and_other_parameters_hold_together(api: Api) -> None:
    """/req/filter/mixing-expressions: AND"""
    whole = everything(api)
    west, south, east, north = box(*_extent(api)).buffer(-0.1).bounds
    middle = ((west + east) / 2, (south + north) / 2)
    query = {'bbox': f'{west},{south},{middle[0]},{middle[1]}'}
    inside, filtered = ids(everything(api, **query)), ids(everything(api, filter="level = 'primary'"))
    assert inside & filtered
    assert ids(everything(api, filter="level = 'primary'", **query)) == inside & filtered
    assert ids(everything(api, filter="level = 'primary'", q='truong')) <= filtered
    assert ids(whole) >= inside | filtered


def _extent(api: Api) -> tuple[float, float, float, float]:
    ((west, south, east, north), *_) = api.json('/collections/schools')['extent']['spatial']['bbox']
    return west, south, east, north


def test_geometries_in_a_filter_are_in_crs84_unless_said_otherwise(api: Api) -> None:
    """/req/filter/filter-crs-wgs84, /req/filter/filter-crs-param"""
    feature = everything(api, crs=f'{EPSG}9209')[0]
    lon, lat = everything(api)[0]['geometry']['coordinates']
    east, north = feature['geometry']['coordinates']
    around = {
        None: shape({'type': 'Point', 'coordinates': [lon, lat]}).buffer(1e-4),
        f'{EPSG}4326': shape({'type': 'Point', 'coordinates': [lat, lon]}).buffer(1e-4),
        f'{EPSG}9209': shape({'type': 'Point', 'coordinates': [east, north]}).buffer(10),
    }
    for crs, area in around.items():
        query = {'filter': f'S_INTERSECTS(geom, {area.wkt})'} | ({'filter-crs': crs} if crs else {})
        assert feature['id'] in ids(everything(api, **query)), crs
    wrong = {'filter': f'S_INTERSECTS(geom, {around[None].wkt})', 'filter-crs': f'{EPSG}9209'}
    assert everything(api, **wrong) == []


@pytest.mark.parametrize(
    ('query', 'named'),
    [
        ({'filter': "levl = 'high'"}, 'level'),
        ({'filter': 'level ='}, 'cql2-text'),
        ({'filter': 'level = 5'}, 'level'),
        ({'filter': '{"op":'  , 'filter-lang': 'cql2-json'}, 'cql2-json'),
        ({'filter': "level = 'high'", 'filter-lang': 'sql'}, 'cql2-text'),
        ({'filter': "level = 'high'", 'filter-crs': f'{EPSG}2045'}, 'filter-crs'),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_meant_is_refused(api: Api, query: dict[str, str], named: str) -> None:
    """/req/filter/response, status 400 and what is wrong"""
    answer = api.get(SCHOOLS, lang='en', **query)
    assert answer.status_code == 400
    assert named in answer.json()['description']


def test_pages_of_a_filter_follow_one_another(api: Api) -> None:
    """/req/features-filter/filter-param: with Part 1's paging"""
    whole = ids(everything(api, filter="level = 'primary'"))
    document = api.json(SCHOOLS, filter="level = 'primary'", limit=60)
    found = ids(document['features'])
    while links(document, 'next'):
        document = api.json(links(document, 'next')[0]['href'])
        assert not found & ids(document['features'])
        found |= ids(document['features'])
    assert found == whole


def test_queryables_query_parameters_are_defined_and_select(api: Api) -> None:
    """/req/queryables-query-parameters/parameters, /response: each plain queryable is one, equal to its value"""
    queryables = api.json('/collections/schools/queryables')['properties']
    defined = parameters(api, SCHOOLS)
    plain = {
        name for name, one in queryables.items() if 'format' not in one or not one['format'].startswith('geometry')
    }
    assert plain - {'id'} <= defined.keys()
    whole = everything(api)
    for name in sorted(plain - {'id'}):
        value = whole[0]['properties'][name]
        expected = {feature['id'] for feature in whole if feature['properties'][name] == value}
        assert ids(everything(api, **{name: value})) == expected
    two = {name: whole[0]['properties'][name] for name in ('level', 'code')}
    assert ids(everything(api, **two)) == {whole[0]['id']}
