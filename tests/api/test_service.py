"""Health, addresses, origins, styles, analyses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dothi.core import database as core_database
from tests.api.conftest import Desk, building, school, square
from tests.nam_dinh import whole_copy

type Client = Callable[..., FlaskClient]


def test_health_tells_what_is_served(desk: Desk, client: Client) -> None:
    number = desk.release('schools', [('POINT(0 0)', school('A'))])
    answer = client().get('/health')
    document = answer.get_json()
    assert answer.status_code == 200
    assert (document['status'], document['database'], document['worker']) == ('ok', 'ok', 'none')
    assert document['releases'] == {'schools': number}
    assert document['generation'] > 0


@pytest.mark.parametrize(('silent_s', 'worker', 'status'), [(3, 'alive', 201), (11, 'none', 503)])
def test_health_and_the_next_request_agree_about_a_worker(
    desk: Desk, client: Client, silent_s: int, worker: str, status: int
) -> None:
    """A worker that has been silent for longer than it may is none to both."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    with core_database.connection('admin') as db, db.cursor() as cursor:
        beat = 'insert into job.procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s))'
        cursor.execute(beat, [silent_s])
    app = client('internal')
    assert app.get('/health').get_json()['worker'] == worker
    inputs = {'inputs': {'collection': 'schools', 'format': 'csv'}}
    headers = {'Prefer': 'respond-async'}
    assert app.post('/api/processes/export-features/execution', json=inputs, headers=headers).status_code == status


def test_without_a_database_the_service_says_so_and_recovers(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch, database: dict[str, str]
) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    monkeypatch.setenv('DOTHI_DATABASE_URL', 'postgresql://nobody:secret-word@127.0.0.1:1/none')
    core_database.fresh()
    assert app.get('/health').status_code == 503
    answer = app.get('/api/collections/schools/items')
    assert answer.status_code == 503
    assert answer.headers['Retry-After']
    assert 'secret-word' not in answer.get_data(as_text=True)
    monkeypatch.setenv('DOTHI_DATABASE_URL', database['DOTHI_DATABASE_URL'])
    core_database.fresh()
    assert app.get('/api/collections/schools/items').status_code == 200


def test_connections_that_the_database_closed_cost_no_request(desk: Desk, client: Client) -> None:
    """A restart of the database leaves dead connections in the pool, several of them on a busy service."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    for connection in [core_database.engine('reader_internal').raw_connection() for _ in range(4)]:
        connection.close()
    with core_database.connection('admin') as db, db.cursor() as cursor:
        # of this database alone: other tests use the same server at this moment
        cursor.execute(
            'select pg_terminate_backend(pid) from pg_stat_activity '
            "where usename = 'dothi_reader_internal' and datname = current_database()"
        )
    assert app.get('/api/collections/schools/items').status_code == 200


def test_a_service_starts_without_a_database(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setenv('DOTHI_DATABASE_URL', 'postgresql://nobody@127.0.0.1:1/none')
    core_database.fresh()
    app = client()
    assert app.get('/health').status_code == 503
    assert app.get('/api?f=json').status_code == 200


def test_a_broken_layer_file_takes_only_its_layer_out(
    desk: Desk, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    desk.release('buildings', [(square(0, 0), building('A'))])
    folder = whole_copy(tmp_path / 'copy')
    (folder / 'layers' / 'schools.yml').write_text('id: schools\nkolumns: {}\n', encoding='utf-8')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    app = client()
    assert app.get('/health').get_json()['broken_layers'] == ['schools']
    assert app.get('/api/collections/schools').status_code == 404
    assert app.get('/api/collections/buildings/items').status_code == 200
    listed = app.get('/api/collections').get_json(force=True)['collections']
    assert [one['id'] for one in listed] == ['buildings', 'catalogue']


def links_of(app: FlaskClient, address: str, **headers: str) -> set[str]:
    """Scheme and host of every link in the answer."""
    document = app.get(address, headers=headers).get_json(force=True)
    return {
        '/'.join(link['href'].split('/')[:3]) for link in document['links'] if 'creativecommons' not in link['href']
    }


@pytest.mark.parametrize(
    'address', ['/api', '/api/collections/schools', '/api/collections/schools/items', '/api/processes']
)
def test_links_never_repeat_the_host_that_a_request_claims(desk: Desk, client: Client, address: str) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    forged = {'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https'}
    assert links_of(client(), address, **forged) == {'http://127.0.0.1:5000'}


@pytest.mark.parametrize(
    'address', ['/api', '/api/collections/schools', '/api/collections/schools/items', '/api/processes']
)
def test_links_follow_a_trusted_proxy(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    monkeypatch.setenv('DOTHI_TRUSTED_PROXIES', '["127.0.0.0/8"]')
    told = {'X-Forwarded-Host': 'map.example', 'X-Forwarded-Proto': 'https'}
    assert links_of(client(), address, **told) == {'https://map.example'}
    monkeypatch.setenv('DOTHI_PUBLIC_URL', 'https://named.example/')
    assert links_of(client(), address, **told) == {'https://named.example'}


def test_any_page_may_read_the_public_service(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client('public')
    for address in ('/api/collections/schools/items', '/api/collections', '/api/collections/x'):
        assert app.get(address, headers={'Origin': 'https://a.example'}).headers['Access-Control-Allow-Origin'] == '*'
    preflight = app.options('/api/collections/schools/items', headers={'Origin': 'https://a.example'})
    assert preflight.status_code == 200
    assert 'GET' in preflight.headers['Access-Control-Allow-Methods']


def test_only_named_origins_may_read_the_internal_service(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_CORS_ORIGINS', '["https://friend.example"]')
    app = client('internal')
    friend = app.get('/api', headers={'Origin': 'https://friend.example'})
    assert friend.headers['Access-Control-Allow-Origin'] == 'https://friend.example'
    assert 'Access-Control-Allow-Origin' not in app.get('/api', headers={'Origin': 'https://a.example'}).headers


def test_the_style_draws_what_is_released_for_the_audience(desk: Desk, client: Client) -> None:
    desk.release('buildings', [(square(0, 0), building('A'))], demo=True)
    app = client('public')
    answer = app.get('/api/styles/default?lang=en')
    style = answer.get_json()
    assert style['version'] == 8
    assert set(style['sources']) == {'buildings'}
    assert {part['source-layer'] for part in style['layers'] if 'source-layer' in part} == {'buildings'}
    metadata = style['metadata']
    assert metadata['dothi:demo'] is True
    (about,) = metadata['dothi:layers']
    assert set(about['columns']) == {'code', 'use', 'floors', 'house_number', 'street'}
    assert about['name_column'] is None
    assert metadata['dothi:themes'] == [{'id': about['theme'], 'title': {'vi': 'Xã hội', 'en': 'Society'}}]
    (legend,) = metadata['dothi:legend']
    assert [entry['label']['en'] for entry in legend['entries']] == [
        'Residential',
        'Commercial',
        'Industrial',
        'Public',
    ]
    assert app.get('/api/styles/default?lang=en', headers={'If-None-Match': answer.headers['ETag']}).status_code == 304


def test_a_part_of_a_style_that_shows_an_internal_column_is_not_for_the_public(
    desk: Desk, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.release('buildings', [(square(0, 0), building('A'))])
    folder = whole_copy(tmp_path / 'copy')
    part = '{kind: fill, color: red, by: {column: population, values: {1: blue}}}'
    style = f'styles: {{default: {{parts: [{part}]}}}}'
    (folder / 'styles' / 'buildings.yml').write_text(style, encoding='utf-8')
    monkeypatch.setenv('DOTHI_LOCALITY', str(folder))
    drawn = {
        audience: len(client(audience).get('/api/styles/default').get_json()['layers']) - 1
        for audience in ('public', 'internal')
    }
    assert drawn == {'public': 0, 'internal': 1}


@pytest.mark.parametrize(
    ('process', 'body', 'status', 'named'),
    [
        ('service-coverage', {'inputs': {'facilities': 'schools', 'distance_m': -1}}, 400, 'distance_m'),
        ('service-coverage', {'inputs': {'facilities': 'nowhere', 'distance_m': 500}}, 400, 'facilities'),
        ('service-coverage', {'inputs': {'distance_m': 500}}, 400, 'facilities'),
        ('service-coverage', {}, 400, 'facilities'),
        ('service-coverage', [], 400, 'inputs'),
        ('service-coverage', {'facilities': 'schools'}, 400, 'inputs'),
        ('service-coverag', {'inputs': {}}, 404, 'service-coverage'),
    ],
)
def test_a_wrong_input_of_an_analysis_is_named(
    desk: Desk, client: Client, process: str, body: object, status: int, named: str
) -> None:
    answer = client().post(f'/api/processes/{process}/execution?lang=en', json=body)
    document = answer.get_json()
    assert answer.status_code == status, document
    assert named in document['description']


def test_without_a_worker_an_analysis_is_refused_as_unavailable(desk: Desk, client: Client) -> None:
    body = {'inputs': {'facilities': 'health_facilities', 'distance_m': 1000}}
    answer = client().post('/api/processes/service-coverage/execution', json=body)
    assert answer.status_code == 503
    assert answer.headers['Retry-After']
