"""The past of one feature: which release made each version of it, and what differs from the one before."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dothi.api.items import history
from tests.api.conftest import Desk, building, school, square

type Client = Callable[..., FlaskClient]


def test_each_version_says_what_changed_and_since_when(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('a', 'Cũ', places=100))], demo=True, at='2024-01-01T00:00:00Z')
    desk.release('schools', [('POINT(0 0)', school('a', 'Mới', places=120))], at='2024-02-01T00:00:00Z')
    desk.release('schools', [('POINT(9 0)', school('a', 'Mới', places=120))], at='2024-03-01T00:00:00Z')
    document = client('public').get('/api/collections/schools/items/1/history').get_json(force=True)
    newest, renamed, first = document['versions']
    assert document['complete'] is True
    assert [version['release'] for version in document['versions']] == [3, 2, 1]
    assert (newest['changed'], newest['geometry_changed']) == ([], True)
    assert (renamed['changed'], renamed['geometry_changed']) == (['name', 'places'], False)
    assert (first['changed'], first['geometry_changed']) == (None, None)
    assert (newest['ended_by'], renamed['ended_by'], first['ended_by']) == (None, 3, 2)
    # on the clocks of the locality
    assert (first['released_minute'], first['ended_minute']) == ('2024-01-01 07:00', '2024-02-01 07:00')
    assert [version['demonstration'] for version in document['versions']] == [False, False, True]
    assert (renamed['properties']['name'], first['properties']['name']) == ('Mới', 'Cũ')


def test_a_feature_that_is_gone_has_its_past(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('a')), ('POINT(9 0)', school('b'))])
    desk.release('schools', [('POINT(9 0)', school('b'))])
    app = client('public')
    assert app.get('/api/collections/schools/items/1').status_code == 404
    (version,) = app.get('/api/collections/schools/items/1/history').get_json(force=True)['versions']
    assert version['ended_by'] == 2


def test_who_does_not_see_a_column_does_not_see_that_it_changed(desk: Desk, client: Client) -> None:
    for population in (4, 5):
        desk.release('buildings', [(square(0, 0), building('x', population=population))])
    for audience, changed in (('public', []), ('internal', ['population'])):
        answer = client(audience).get('/api/collections/buildings/items/1/history')
        assert ('population' in answer.get_data(as_text=True)) is (audience == 'internal')
        assert answer.get_json(force=True)['versions'][0]['changed'] == changed


def test_a_past_that_is_too_long_is_cut_and_says_so(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ('A', 'B', 'C'):
        desk.release('schools', [('POINT(0 0)', school('a', name))])
    monkeypatch.setattr(history, 'MOST_VERSIONS', 2)
    document = client('public').get('/api/collections/schools/items/1/history').get_json(force=True)
    assert document['complete'] is False
    # the last one shown is compared with the one that is not
    assert [version['changed'] for version in document['versions']] == [['name'], ['name']]


def test_the_page_writes_titles_and_words_and_leads_on_from_the_item(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('a', 'Cũ', level='primary'))])
    desk.release('schools', [('POINT(0 0)', school('a', 'Mới', level='secondary'))])
    app = client('public')
    html = {'Accept': 'text/html'}
    assert '/api/collections/schools/items/1/history' in app.get('/api/collections/schools/items/1', headers=html).text
    page = app.get('/api/collections/schools/items/1/history', headers=html | {'Accept-Language': 'vi'}).text
    assert 'Cũ → Mới' in page
    assert 'Tiểu học → Trung học cơ sở' in page


def test_what_has_no_past_is_not_there(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('a'))])
    app = client('public')
    for path in ('schools/items/2', 'schools/items/01', 'schools/items/x', 'schools/items/-1', 'nothing/items/1'):
        assert app.get(f'/api/collections/{path}/history').status_code == 404, path
    assert app.get('/api/collections/buildings/items/1/history').status_code == 404
    assert app.get('/api/collections/schools/items/1/history?colour=red').status_code == 400
