"""Edits of a layer that wants them reviewed: who sees them, and what accepting and rejecting make of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.api.conftest import E0, N0, Desk, school
from tests.api.editors import LAN, MINH, SCHOOLS, delete, feature, number_of, patch, post, problems, put, rows
from tests.cli.test_cli import document, dothi
from tests.nam_dinh import whole_copy


@pytest.fixture
def locality_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's locality, with schools under review."""
    folder = whole_copy(tmp_path / 'locality')
    with (folder / 'layers' / 'schools.yml').open('a', encoding='utf-8') as file:
        file.write('review: true\n')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    return folder


@pytest.fixture
def reviewed(locality_folder: Path, office: FlaskClient, client: Callable[..., FlaskClient]) -> FlaskClient:
    """A client of the internal service."""
    return client('internal')


def edits(*arguments: str, database: dict[str, str]) -> tuple[int, Any]:
    """Exit code and document of a `dothi edits` command."""
    done = dothi('edits', *arguments, '--json', env=database)
    return done.returncode, document(done)


def number_in(made: TestResponse) -> int:
    """The number in the address of a new feature."""
    return int(made.headers['Location'].rsplit('/', 1)[1])


def edit_three(there: FlaskClient) -> str:
    """lan adds a school, changes another and deletes a third; the address of the new one."""
    made = post(there, feature('c', places=5))
    assert made.status_code == 201, made.get_data(as_text=True)
    assert patch(there, number_of('a'), {'properties': {'places': 6}}).status_code == 202
    assert delete(there, number_of('b')).status_code == 202
    return str(made.headers['Location'])


def test_a_pending_feature_is_seen_by_its_author_alone(reviewed: FlaskClient) -> None:
    where = edit_three(reviewed)
    mine = reviewed.get(f'{where}?crs=EPSG:9209', headers=LAN)
    assert mine.get_json(force=True)['geometry']['coordinates'] == [E0 + 50, N0 + 50]
    assert mine.get_json(force=True)['properties'] == school('c', places=5)
    assert mine.get_json(force=True)['dothi:pending'] == {'change_set': 1, 'change': 'added'}
    for headers in ({}, MINH):
        assert reviewed.get(where, headers=headers).status_code == 404
    changed = f'{SCHOOLS}/{number_of("a")}'
    assert reviewed.get(changed, headers=LAN).get_json(force=True)['properties']['places'] == 6
    assert reviewed.get(changed, headers=MINH).get_json(force=True)['properties']['places'] == 100
    gone = f'{SCHOOLS}/{number_of("b")}'
    assert (reviewed.get(gone, headers=LAN).status_code, reviewed.get(gone).status_code) == (404, 200)
    assert rows("select count(*) from catalog.release where origin = 'edit'") == [(0,)]


def test_the_author_goes_on_with_what_is_pending(reviewed: FlaskClient) -> None:
    """QGIS adds a point, saves, moves it, saves: still one new feature."""
    number = int(edit_three(reviewed).rsplit('/', 1)[1])
    assert number < 0
    assert patch(reviewed, number, {'properties': {'places': 50}}).status_code == 202
    assert patch(reviewed, number_of('a'), {'properties': {'name': 'Tên'}}).status_code == 202
    assert rows("select properties -> 'places' from catalog.edit order by id limit 2") == [(50,), (6,)]
    assert patch(reviewed, number, {'properties': {}}, MINH).status_code == 404
    assert problems(patch(reviewed, number, {'properties': {'code': 'a'}})) == {'/properties/code': 'key_duplicate'}
    tag = reviewed.get(f'{SCHOOLS}/{number}', headers=LAN).headers['ETag']
    assert patch(reviewed, number, {'properties': {'places': 51}}, {'If-Match': tag}).status_code == 202
    assert patch(reviewed, number, {'properties': {'places': 52}}, {'If-Match': tag}).status_code == 412
    assert delete(reviewed, number).status_code == 202
    assert patch(reviewed, number, {'properties': {}}).status_code == 404
    assert rows('select count(*) from catalog.edit') == [(2,)]


def test_accepting_makes_one_release_of_all_and_the_first_address_leads_there(
    reviewed: FlaskClient, database: dict[str, str]
) -> None:  # fmt: skip
    where = edit_three(reviewed)
    code, listed = edits('list', 'schools', database=database)
    assert (code, listed['change_sets'][0]['author'], listed['change_sets'][0]['edits']) == (0, 'lan', 3)
    code, shown = edits('show', '1', database=database)
    assert [edit['change'] for edit in shown['edits']] == ['added', 'changed', 'closed']
    code, accepted = edits('accept', '1', '--by', 'Sở Giáo dục', database=database)
    assert (code, accepted['status'], accepted['decided_by']) == (0, 'accepted', 'Sở Giáo dục')
    assert rows(
        """select origin, released_by, rows_added, rows_changed, rows_closed, rows_total from catalog.release
           where number = %s""",
        accepted['release'],
    ) == [('edit', 'lan', 1, 1, 1, 2)]
    assert rows('select code, places from layer.schools order by code') == [('a', 6), ('c', 5)]
    led = reviewed.get(f'{where}?crs=EPSG:9209', headers=LAN)
    assert led.status_code == 303
    assert led.headers['Location'].endswith(f'/items/{number_of("c")}?crs=EPSG:9209'), (
        'QGIS would read degrees as metres'
    )
    assert edits('list', database=database) == (0, {'change_sets': []})
    assert edits('accept', '1', database=database)[0] == 2


def test_rejecting_changes_nothing_and_keeps_the_reason(reviewed: FlaskClient, database: dict[str, str]) -> None:
    where = edit_three(reviewed)
    assert edits('reject', '1', '--reason', ' ', database=database)[1]['error']['code'] == 'ReasonMissing'
    code, rejected = edits('reject', '1', '--reason', 'Sai vị trí', database=database)
    assert (code, rejected['status'], rejected['reason']) == (0, 'rejected', 'Sai vị trí')
    assert rows('select code, places from layer.schools order by code') == [('a', 100), ('b', 300)]
    gone = reviewed.get(where, headers=LAN)
    assert (gone.status_code, 'Sai vị trí' in gone.get_json()['description']) == (404, True)
    assert edits('list', '--all', database=database)[1]['change_sets'][0]['reason'] == 'Sai vị trí'
    assert rows('select count(*) from catalog.edit') == [(3,)]
    assert post(reviewed, feature('c')).status_code == 201, 'a new set begins'
    assert rows('select status from catalog.change_set order by id') == [('rejected',), ('open',)]


def test_a_conflict_is_told_in_both_languages_and_nothing_is_half_done(
    reviewed: FlaskClient, desk: Desk, database: dict[str, str]
) -> None:  # fmt: skip
    """A delivery changes one of the features meanwhile, removes another and brings the key of the new one."""
    edit_three(reviewed)
    desk.release('schools', [('POINT(0 0)', school('a', places=9)), ('POINT(1 1)', school('c'))])
    code, told = edits('accept', '1', database=database)
    assert code == 4
    message = told['error']['message']
    assert all(word in message['en'] for word in ('changed in release', 'was deleted', 'has the key of'))
    assert 'đã bị xóa' in message['vi']
    assert rows('select code, places from layer.schools order by code') == [('a', 9), ('c', 100)]
    assert rows('select status from catalog.change_set') == [('open',)]
    assert rows("select count(*) from catalog.release where origin = 'edit'") == [(0,)]


def test_the_author_hears_of_a_key_that_they_have_used_already(reviewed: FlaskClient) -> None:
    """And not the agency, weeks later."""
    post(reviewed, feature('c'))
    assert problems(post(reviewed, feature('c', places=7))) == {'/properties/code': 'key_duplicate'}
    other = number_in(post(reviewed, feature('d')))
    assert problems(put(reviewed, other, feature('c'))) == {'/properties/code': 'key_duplicate'}
    assert put(reviewed, other, feature('d', places=9)).status_code == 202, 'its own key is its own'
    assert post(reviewed, feature('c'), MINH).status_code == 201, 'what others wait for is not told'


def test_a_deletion_is_taken_back_by_adding_the_feature_again(reviewed: FlaskClient, database: dict[str, str]) -> None:
    number = number_of('b')
    delete(reviewed, number)
    back = post(reviewed, feature('b', places=8))
    assert (back.status_code, number_in(back)) == (201, number)
    assert reviewed.get(f'{SCHOOLS}/{number}', headers=LAN).get_json(force=True)['properties']['places'] == 8
    assert edits('accept', '1', database=database)[0] == 0
    assert rows('select id, places from layer.schools where code = %s', 'b') == [(number, 8)]


def test_what_no_longer_fits_the_layer_file_is_told_with_its_feature(
    reviewed: FlaskClient, locality_folder: Path, database: dict[str, str]
) -> None:  # fmt: skip
    edit_three(reviewed)
    file = locality_folder / 'layers' / 'schools.yml'
    file.write_text(file.read_text(encoding='utf-8').replace('max: 10000', 'max: 5'), encoding='utf-8')
    code, told = edits('accept', '1', database=database)
    assert code == 3
    assert told['error']['message']['en'].startswith(f'/{number_of("a")}/properties/places: ')


def test_change_sets_are_numbered_one_by_one(reviewed: FlaskClient) -> None:
    edit_three(reviewed)
    post(reviewed, feature('c'), MINH)
    assert rows('select id from catalog.change_set order by 1') == [(1,), (2,)]


def test_each_author_has_a_set_of_their_own(reviewed: FlaskClient) -> None:
    post(reviewed, feature('c'))
    post(reviewed, feature('c'), MINH)
    assert rows('select author from catalog.change_set order by 1') == [('lan',), ('minh',)]


def test_the_tables_for_people_say_the_same(reviewed: FlaskClient, database: dict[str, str]) -> None:
    assert 'Không có gì chờ duyệt' in dothi('edits', 'list', env=database).stdout
    assert 'nothing waits' in dothi('edits', 'list', '--lang', 'en', env=database).stdout
    edit_three(reviewed)
    listed, shown = (dothi('edits', *words, env=database).stdout for words in (['list'], ['show', '1']))
    assert all(word in listed for word in ('schools', 'lan', 'chờ duyệt'))
    assert all(word in shown for word in ('thêm', 'code=c', 'places=100 → 6', 'xóa', 'code=b'))
    assert 'geometry' not in shown
    patch(reviewed, number_of('a'), {'geometry': {'type': 'Point', 'coordinates': [E0, N0 + 1]}})
    assert 'places=100 → 6, hình học' in dothi('edits', 'show', '1', env=database).stdout
    refused = dothi('edits', 'show', '99', '--json', env=database)
    assert (refused.returncode, json.loads(refused.stdout)['error']['code']) == (2, 'NoSuchChangeSet')
    assert dothi('edits', 'accept', '--help').returncode == 0


def test_the_author_sees_the_layer_as_they_have_left_it_and_nobody_else_does(reviewed: FlaskClient) -> None:
    """QGIS reads `/items` again after saving: what it has saved must not be gone."""
    edit_three(reviewed)
    mine = reviewed.get(f'{SCHOOLS}?sortby=code&crs=EPSG:9209', headers=LAN)
    document = mine.get_json(force=True)
    found = [(one['properties']['code'], one['properties']['places']) for one in document['features']]
    assert (found, document['numberMatched'], document['numberReturned']) == ([('a', 6), ('c', 5)], 2, 2)
    assert document['features'][1]['geometry']['coordinates'] == [E0 + 50, N0 + 50]
    assert document['features'][1]['id'] < 0
    assert mine.headers['Cache-Control'] == 'private, no-store'
    for headers in ({}, MINH):
        theirs = reviewed.get(f'{SCHOOLS}?sortby=code', headers=headers).get_json(force=True)
        assert [one['properties']['code'] for one in theirs['features']] == ['a', 'b']


def test_filters_boxes_and_pages_know_what_waits(reviewed: FlaskClient) -> None:
    edit_three(reviewed)

    def codes(query: str) -> list[str]:
        features = reviewed.get(f'{SCHOOLS}?{query}', headers=LAN).get_json(force=True)['features']
        return [one['properties']['code'] for one in features]

    assert codes('filter=places%20%3C%2010&sortby=code') == ['a', 'c']
    assert codes('code=c') == ['c']
    assert codes(f'bbox-crs=EPSG:9209&bbox={E0 + 49},{N0 + 49},{E0 + 51},{N0 + 51}') == ['c']
    first = reviewed.get(f'{SCHOOLS}?limit=1', headers=LAN).get_json(force=True)
    (following,) = [link['href'] for link in first['links'] if link['rel'] == 'next']
    second = reviewed.get(following, headers=LAN).get_json(force=True)
    assert [one['properties']['code'] for one in (*first['features'], *second['features'])] == ['c', 'a']
    # what was released is past, whoever asks
    assert codes('datetime=2999-01-01&sortby=code') == ['a', 'b']


def test_a_deletion_that_waits_may_be_sent_again(reviewed: FlaskClient) -> None:
    number = number_of('b')
    assert [delete(reviewed, number).status_code for _ in range(2)] == [202, 202]
    assert delete(reviewed, 999_999).status_code == 404
    assert rows('select change from catalog.edit') == [('closed',)]


def test_a_new_feature_that_is_sent_again_waits_once(reviewed: FlaskClient, database: dict[str, str]) -> None:
    first, again = (post(reviewed, feature('c', places=5)) for _ in range(2))
    assert (again.status_code, again.headers['Location']) == (201, first.headers['Location'])
    assert problems(post(reviewed, feature('c', places=6))) == {'/properties/code': 'key_duplicate'}
    assert rows('select count(*) from catalog.edit') == [(1,)]
    assert edits('accept', '1', database=database)[0] == 0
    released = post(reviewed, feature('c', places=5))
    assert (released.status_code, number_in(released) > 0) == (201, True)
