"""OGC API - Features - Part 1: Core, class GeoJSON: features as RFC 7946 has them."""

from typing import Any

import pytest
from shapely.geometry import shape

from tests.api.conformance.conftest import Api

CLASSES = ['http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson']
GEOJSON = 'application/geo+json'
POSITIONS = {'Point': 0, 'MultiPoint': 1, 'LineString': 1, 'MultiLineString': 2, 'Polygon': 2, 'MultiPolygon': 3}


def names(api: Api) -> list[str]:
    return [one['id'] for one in api.feature_collections()]


def positions(coordinates: Any, depth: int) -> list[list[float]]:
    return [coordinates] if depth == 0 else [place for part in coordinates for place in positions(part, depth - 1)]


@pytest.mark.parametrize('asked', [{'f': 'json'}, {'Accept': GEOJSON}, {'Accept': f'text/csv;q=0.1, {GEOJSON}'}, {}])
def test_geojson_is_named_as_what_it_is(api: Api, asked: dict[str, str]) -> None:
    """/req/geojson/definition: whether it is asked for by `f`, by Accept, or not at all"""
    headers, query = ({'Accept': asked['Accept']}, {}) if 'Accept' in asked else (None, asked)
    for name in names(api):
        answer = api.get(f'/collections/{name}/items', headers, limit=1, **query)
        assert answer.headers['Content-Type'].split(';')[0] == GEOJSON
        number = answer.json()['features'][0]['id']
        one = api.get(f'/collections/{name}/items/{number}', headers, **query)
        assert one.headers['Content-Type'].split(';')[0] == GEOJSON


def test_a_page_is_a_feature_collection_and_an_item_a_feature(api: Api) -> None:
    """/req/geojson/content; links, timeStamp and the numbers are members beside GeoJSON's own"""
    for name in names(api):
        page = api.json(f'/collections/{name}/items', limit=3)
        assert page['type'] == 'FeatureCollection'
        assert {'links', 'timeStamp', 'numberMatched', 'numberReturned'} <= page.keys()
        assert 'crs' not in page
        for feature in page['features']:
            assert feature['type'] == 'Feature'
            assert isinstance(feature['id'], int)
            assert isinstance(feature['properties'], dict)
        item = api.json(f'/collections/{name}/items/{page["features"][0]["id"]}')
        assert (item['type'], 'links' in item) == ('Feature', True)


def test_geometries_are_valid_and_of_the_layers_type(api: Api) -> None:
    """/req/geojson/content, RFC 7946, 3.1: rings are closed, positions are longitude and latitude"""
    for name in names(api):
        features = api.json(f'/collections/{name}/items', limit=50)['features']
        kinds = {feature['geometry']['type'] for feature in features}
        assert len(kinds) == 1
        for feature in features:
            geometry = feature['geometry']
            assert shape(geometry).is_valid
            assert 'crs' not in geometry
            places = positions(geometry['coordinates'], POSITIONS[geometry['type']])
            assert all(len(place) == 2 for place in places)
            assert all(-180 <= place[0] <= 180 and -90 <= place[1] <= 90 for place in places)


def test_the_other_members_survive_their_spelling(api: Api) -> None:
    """/req/geojson/content: text with any letter comes as it is stored, not as HTML has it"""
    answer = api.get('/collections/districts/items', limit=100)
    assert answer.encoding is None or answer.encoding.lower() == 'utf-8'
    names_ = [feature['properties']['name'] for feature in answer.json()['features']]
    assert any('Ý' in name or 'ụ' in name for name in names_)
    assert '&' not in ''.join(names_)
