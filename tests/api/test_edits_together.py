"""Many edits as one release: all or none of them, each fault with the edit that it is in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.conftest import E0, N0, Desk
from tests.api.editors import IN_9209, LAN, feature, number_of, problems, rows
from tests.nam_dinh import whole_copy

EDITS = '/api/collections/schools/edits'
RELEASES = "select rows_added, rows_changed, rows_closed, note, released_by from catalog.release where origin = 'edit'"


def save(client: FlaskClient, headers: dict[str, str] = LAN, where: str = EDITS, **edits: Any) -> TestResponse:
    sent = {**headers, **IN_9209, 'Content-Type': 'application/json'}
    return client.post(where, data=json.dumps(edits), headers=sent)


def test_sixty_values_and_more_are_one_release_with_its_message(office: FlaskClient) -> None:
    added = [feature(f'n{number}', x=number, places=number) for number in range(60)]
    assert save(office, added=added).status_code == 200
    changed = [{'key': {'code': f'n{number}'}, 'properties': {'places': 700}} for number in range(60)]
    moved = {'id': number_of('a'), 'geometry': {'type': 'Point', 'coordinates': [E0 + 3, N0 + 4]}}
    answer = save(
        office, message='Điều tra tháng 5', added=[feature('new')], changed=[*changed, moved],
        deleted=[{'key': {'code': 'b'}}],
    )  # fmt: skip
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert rows(f'{RELEASES} order by number') == [(60, 0, 0, None, 'lan'), (1, 61, 1, 'Điều tra tháng 5', 'lan')]
    assert rows('select count(*) from layer.schools where places = 700') == [(60,)]
    assert rows("select st_astext(geom), places from layer.schools where code = 'a'") == [
        (f'POINT({E0 + 3:.0f} {N0 + 4:.0f})', 100)
    ]
    document = answer.get_json(force=True)
    assert document['added'] == [number_of('new')]
    assert rows('select max(number) from catalog.release') == [(document['release'],)]


def test_one_edit_that_does_not_fit_keeps_all_out_and_is_named(office: FlaskClient) -> None:
    answer = save(
        office, added=[feature('c'), feature('d', places=-5), feature('c'), feature('a')],
        changed=[{'id': number_of('b'), 'properties': {'level': 'night', 'code': 'z'}}],
    )  # fmt: skip
    assert problems(answer) == {'/added/1/properties/places': 'range', '/changed/0/properties/level': 'domain'}
    answer = save(office, added=[feature('c'), feature('c')])
    assert problems(answer) == {'/added/1/properties/code': 'key_duplicate'}
    answer = save(office, added=[feature('a')], changed=[{'id': number_of('b'), 'properties': {'code': 'z'}}])
    assert problems(answer) == {
        '/added/0/properties/code': 'key_duplicate', '/changed/0/properties/code': 'key_changed',
    }  # fmt: skip
    twice = [{'id': number_of('b')}, {'key': {'code': 'a'}}, {'id': number_of('a')}]
    answer = save(office, changed=[{'id': number_of('b'), 'properties': {'places': 5}}], deleted=twice)
    assert problems(answer) == {'/deleted/0': 'edited_twice', '/deleted/2': 'edited_twice'}
    answer = save(office, added=[feature('c') | {'properties': {'kode': 'c'}}])
    assert problems(answer) == {'/added/0/properties/kode': 'unknown_property'}
    assert rows(RELEASES) == []


@pytest.mark.parametrize(
    ('edits', 'status', 'word'),
    [
        ({}, 400, '0'),
        ({'added': {}}, 400, 'added'),
        ({'add': []}, 400, 'added'),
        ({'added': ['x']}, 400, '/added/0'),
        ({'added': [1] * 1_001}, 400, '1001'),
        ({'deleted': [{'key': {'code': 'nobody'}}]}, 404, 'nobody'),
        ({'deleted': [99_999]}, 404, '99999'),
        ({'changed': ['x']}, 404, 'x'),
    ],
)
def test_a_body_that_is_no_list_of_edits_is_refused(
    office: FlaskClient, edits: dict[str, Any], status: int, word: str
) -> None:
    answer = save(office, **edits)
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert word in answer.get_json(force=True)['detail']


@pytest.mark.parametrize('value', [{'a': 1}, ['x'], True, 5, 'a\x00'])
def test_a_key_with_a_value_that_its_column_cannot_have_is_refused_where_it_is(office: FlaskClient, value: Any) -> None:
    """Such values reached the database, and the answer was a fault of the server."""
    for name in ('changed', 'deleted'):
        edits: dict[str, Any] = {name: [{'key': {'code': 'a'}}, {'key': {'code': value}}]}
        answer = save(office, **edits)
        assert (answer.status_code, problems(answer)) == (422, {f'/{name}/1/key/code': 'type'})
    assert save(office, deleted=[{'key': {'code': None}}]).status_code == 404
    assert rows(RELEASES) == []


def test_the_moment_of_a_key_is_read_before_it_is_looked_for(office: FlaskClient, desk: Desk) -> None:
    """Hourly values are named by station and moment."""
    hour: dict[str, Any] = {'station_code': 'K1', 'observed_at': '2024-08-23T17:00:00Z', 'pm25_ug_m3': 20.0}
    desk.release('air_observations', [('POINT(0 0)', hour)])
    where = EDITS.replace('schools', 'air_observations')
    for moment in ('17:00', '2024-13-01', 5):
        key: dict[str, Any] = {'station_code': 'K1', 'observed_at': moment}
        answer = save(office, where=where, deleted=[{'key': key}])
        assert (answer.status_code, problems(answer)) == (422, {'/deleted/0/key/observed_at': 'type'})
    key = {name: hour[name] for name in ('station_code', 'observed_at')}
    assert save(office, where=where, deleted=[{'key': key}]).status_code == 200
    assert rows('select rows_closed from catalog.release order by number desc limit 1') == [(1,)]


def test_nobody_saves_without_a_key_and_nothing_on_the_public_service(
    office: FlaskClient, client: Callable[..., FlaskClient]
) -> None:
    assert save(office, {}, added=[feature('c')]).status_code in {401, 403}
    assert save(client('public'), added=[feature('c')]).status_code in {404, 405}
    assert rows(RELEASES) == []


@pytest.fixture
def locality_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = whole_copy(tmp_path / 'locality')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    return folder


def test_in_a_layer_under_review_they_wait_together(
    locality_folder: Path, office: FlaskClient, client: Callable[..., FlaskClient]
) -> None:
    with (locality_folder / 'layers' / 'schools.yml').open('a', encoding='utf-8') as file:
        file.write('review: true\n')
    reviewed = client('internal')
    answer = save(
        reviewed, added=[feature('c')], changed=[{'id': number_of('a'), 'properties': {'places': 6}}],
        deleted=[number_of('b')],
    )  # fmt: skip
    assert answer.status_code == 202, answer.get_data(as_text=True)
    assert answer.get_json(force=True)['release'] is None
    assert answer.get_json(force=True)['added'][0] < 0
    again = save(reviewed, changed=[{'key': {'code': 'c'}, 'properties': {'places': 9}}])
    assert again.status_code == 202
    assert rows("select properties -> 'places' from catalog.edit where change = 'added'") == [(9,)]
    assert rows('select change from catalog.edit order by change') == [('added',), ('changed',), ('closed',)]
    assert rows(RELEASES) == []
