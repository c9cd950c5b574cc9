"""What an editor is told when an edit cannot be taken: the status, the place in the body, and that nothing changed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dothi.api.app import create_app
from dothi.core.locality import load_locality
from tests.api.conftest import E0, N0, school
from tests.api.editors import LAN, SCHOOLS, delete, feature, number_of, patch, post, problems, put, rows
from tests.nam_dinh import NAM_DINH

POINT = {'type': 'Point', 'coordinates': [E0, N0]}
BUILDINGS = '/api/collections/buildings/items'


@pytest.fixture
def office(shared_office: Flask) -> FlaskClient:
    """The internal service, which no test here changes."""
    return shared_office.test_client()


@pytest.fixture(autouse=True)
def nothing_changes(office: FlaskClient) -> Iterator[None]:
    """Whatever is refused in this module, no release was made for it."""
    before = rows('select max(number) from catalog.release')
    yield
    assert rows('select max(number) from catalog.release') == before


MISFITS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({'places': 'many'}, {'/properties/places': 'type'}),
    ({'places': '12'}, {'/properties/places': 'type'}),
    ({'places': 12.5}, {'/properties/places': 'type'}),
    ({'places': True}, {'/properties/places': 'type'}),
    ({'places': 2**70}, {'/properties/places': 'type'}),
    ({'places': [1]}, {'/properties/places': 'type'}),
    ({'places': -1}, {'/properties/places': 'range'}),
    ({'places': 10_001}, {'/properties/places': 'range'}),
    ({'level': 'university'}, {'/properties/level': 'domain'}),
    ({'name': None}, {'/properties/name': 'required'}),
    ({'name': '  '}, {'/properties/name': 'required'}),
    ({'name': 7}, {'/properties/name': 'type'}),
    ({'code': None}, {'/properties/code': 'key_missing'}),
    ({'code': 'a'}, {'/properties/code': 'key_duplicate'}),
    ({'code': ' a '}, {'/properties/code': 'key_duplicate'}),
    ({'code': 'đ' * 251}, {'/properties/code': 'key_too_long'}),
    ({'plces': 3}, {'/properties/plces': 'unknown_property'}),
    ({'id': 3}, {'/properties/id': 'unknown_property'}),
    ({'places': -1, 'level': 'x', 'name': None}, {
        '/properties/places': 'range', '/properties/level': 'domain', '/properties/name': 'required',
    }),
]  # fmt: skip


def test_a_value_that_does_not_fit_is_named_by_its_pointer(office: FlaskClient) -> None:
    for changes, told in MISFITS:
        body = feature('c')
        body['properties'] |= changes
        assert problems(post(office, body)) == told, changes


SHAPES: list[tuple[Any, str]] = [
    (None, 'geometry_empty'),
    ({'type': 'Point', 'coordinates': []}, 'geometry_empty'),
    ({'type': 'LineString', 'coordinates': [[E0, N0], [E0 + 1, N0]]}, 'geometry_kind'),
    ({'type': 'Point', 'coordinates': [0, 0]}, 'outside_locality'),
    ({'type': 'Point', 'coordinates': [N0, E0]}, 'outside_locality'),
    ({'type': 'Point', 'coordinates': ['a', 'b']}, 'geometry_invalid'),
    ({'type': 'Nothing', 'coordinates': [1, 2]}, 'geometry_invalid'),
    ('POINT(1 2)', 'geometry_invalid'),
    ([1, 2], 'geometry_invalid'),
]


def test_a_geometry_that_does_not_fit_is_named_too(office: FlaskClient) -> None:
    for geometry, code in SHAPES:
        assert problems(post(office, feature('c') | {'geometry': geometry})) == {'/geometry': code}, geometry


def test_a_polygon_that_crosses_itself_is_refused_with_the_place(office: FlaskClient) -> None:
    bow = [[E0, N0], [E0 + 2, N0 + 2], [E0 + 2, N0], [E0, N0 + 2], [E0, N0]]
    body = {'type': 'Feature', 'geometry': {'type': 'Polygon', 'coordinates': [bow]}, 'properties': {}}
    body['properties'] = {'code': 'y', 'use': 'public'}
    refused = post(office, body, where=BUILDINGS)
    assert problems(refused) == {'/geometry': 'geometry_invalid'}
    (error,) = refused.get_json()['errors']
    assert '570001' in error['en']
    assert 'hình tự cắt' in error['vi']


def test_texts_come_in_both_languages_and_name_the_nearest_column(office: FlaskClient) -> None:
    refused = post(office, feature('c', plces=3), {'Accept-Language': 'en'})
    (error,) = refused.get_json()['errors']
    assert 'Did you mean "places"?' in error['en'] == error['detail']
    assert 'Có phải "places"?' in error['vi']


def test_the_key_of_a_feature_stays(office: FlaskClient) -> None:
    number = number_of('a')
    assert problems(patch(office, number, {'properties': {'code': 'z'}})) == {'/properties/code': 'key_changed'}
    assert problems(put(office, number, feature('z'))) == {'/properties/code': 'key_changed'}
    assert problems(patch(office, number, {'id': 99})) == {'/id': 'id'}
    assert problems(patch(office, number, {'properties': {'id': 99}})) == {'/properties/id': 'unknown_property'}


BODIES: list[tuple[str | bytes, int]] = [
    ('{"type": "Feature",', 400),
    ('', 400),
    ('[' * 100_000, 400),
    ('[]', 400),
    ('{"type": "Feature", "geometry": null, "properties": {"places": NaN}}', 400),
    (b'\xff\xfe', 400),
    ('{"type": "Feature", "geometry": null, "properties": {"name": "\\ud800"}}', 400),
    ('{"type": "Feature", "geometry": null, "properties": {"\\udfff": 1}}', 400),
    (json.dumps({'type': 'FeatureCollection', 'features': []}), 422),
    (json.dumps({'type': 'Feature', 'geometry': POINT, 'properties': [1]}), 422),
    ('{"type": "Feature", "geometry": {"type": "Point", "coordinates": [1e400, 2]}, "properties": {}}', 422),
    (json.dumps({'type': 'Feature', 'geometry': POINT, 'properties': {'code': 'a\x00b'}}), 422),
]


def test_a_body_that_is_no_feature_is_refused(office: FlaskClient) -> None:
    for body, status in BODIES:
        assert post(office, body).status_code == status, body[:80]


def test_a_body_of_another_type_is_not_taken(office: FlaskClient) -> None:
    number = number_of('a')
    assert post(office, '<a/>', {'Content-Type': 'application/gml+xml'}).status_code == 415
    assert put(office, number, '{}', {'Content-Type': 'application/merge-patch+json'}).status_code == 415
    assert patch(office, number, '{}', {'Content-Type': 'application/json-patch+json'}).status_code == 415
    assert post(office, feature('c'), {'Content-Type': ''}).status_code == 400


def test_a_body_that_is_too_large_is_not_read(office: FlaskClient) -> None:
    assert post(office, feature('c', name='x' * 17 * 2**20)).status_code == 413


def test_an_unknown_coordinate_system_is_refused(office: FlaskClient) -> None:
    refused = post(office, feature('c'), {'Content-Crs': '<http://www.opengis.net/def/crs/EPSG/0/9210>'})
    assert refused.status_code == 400
    assert 'EPSG/0/9209' in refused.get_json()['description'], 'the nearest one is named'


def test_unknown_features_collections_and_parameters(office: FlaskClient) -> None:
    assert patch(office, 999, {'properties': {}}).status_code == 404
    assert delete(office, 'x').status_code == 404
    assert post(office, feature('c'), where='/api/collections/scholls/items').status_code == 404
    assert post(office, feature('c'), where=f'{SCHOOLS}?limit=3').status_code == 400
    assert post(office, feature('c'), where='/api/collections/roads/items').status_code == 404, 'nothing is released'


def test_what_no_resource_takes_is_answered_with_what_it_does_take(office: FlaskClient) -> None:
    for method, where in (('PUT', SCHOOLS), ('DELETE', SCHOOLS), ('POST', f'{SCHOOLS}/1')):
        refused = office.open(where, method=method, headers=LAN)
        assert refused.status_code == 405
        assert method not in refused.headers['Allow']


def test_a_layer_can_want_the_version_that_was_edited(monkeypatch: pytest.MonkeyPatch, office: FlaskClient) -> None:
    strict = load_locality(NAM_DINH)
    strict.layers['schools'] = strict.layers['schools'].model_copy(update={'require_if_match': True})
    monkeypatch.setattr('dothi.api.app.served_locality', lambda: strict)
    there, number = create_app('internal').test_client(), number_of('a')
    assert patch(there, number, {'properties': {'places': 1}}).status_code == 428
    assert delete(there, number).status_code == 428
    assert patch(there, number, {'properties': {'places': 1}}, {'If-Match': '"0"'}).status_code == 412
    same = patch(
        there, number, {'properties': school('a')}, {'If-Match': there.get(f'{SCHOOLS}/{number}').headers['ETag']}
    )
    assert same.status_code == 204


def test_what_a_process_computed_is_not_edited(office: FlaskClient) -> None:
    """A verdict that somebody typed would be none."""
    items = '/api/collections/indicator_values/items'
    answer = post(office, feature('c'), where=items)
    assert answer.status_code == 400
    assert answer.get_json()['code'] == 'MadeByAProcess'
    assert 'indicators' in answer.get_json()['description']
