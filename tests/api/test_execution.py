"""Execute requests and jobs over HTTP: what is not offered is refused, and a result says what became of it."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from psycopg2 import sql

from dothi.api.http.address import client_address
from dothi.api.http.service import Service
from dothi.core.access.person import Action
from dothi.core.database import connection
from processes.registry import find_process
from tests.api.conftest import TOKENS, Desk, school
from tests.api.editors import LAN

type Client = Callable[..., FlaskClient]
EXECUTION = '/api/processes/service-coverage/execution?lang=en'
INPUTS = {'facilities': 'schools', 'distance_m': 500}

REFUSED = [
    (b'{', 400, 'JSON'),
    (b'\xff\xfe', 400, 'JSON'),
    (b'{"inputs": ' + b'[' * 100_000 + b']' * 100_000 + b'}', 400, 'JSON'),
    (b'x' * (21 * 2**20), 413, ''),
    # neither half of a surrogate pair nor U+0000 is a text that the database can hold
    (b'{"inputs": {"facilities": "\\ud800"}}', 400, 'JSON'),
    (b'{"inputs": {"facilities": {"type": "FeatureCollection", "features": [{"\\u0000": 1}]}}}', 400, 'JSON'),
    ({'inputs': INPUTS, 'response': 'both'}, 400, 'document'),
    ({'inputs': INPUTS, 'response': ['raw']}, 400, 'document'),
    ({'inputs': INPUTS, 'outputs': {'map': {}}}, 400, 'outputs'),
    ({'inputs': INPUTS, 'outputs': []}, 400, 'outputs'),
    ({'inputs': INPUTS, 'outputs': {'result': {'transmissionMode': 'carrier pigeon'}}}, 400, 'transmissionMode'),
    ({'inputs': INPUTS, 'subscriber': {'successUri': 'http://a.example'}}, 400, 'subscriber'),
]


def test_a_body_that_is_no_execute_request_is_refused_with_the_reason(database: object, client: Client) -> None:
    """None of them is left out in silence, and none is taken for a fault of ours."""
    app = client()
    for body, status, named in REFUSED:
        answer = app.post(
            EXECUTION, data=body if isinstance(body, bytes) else json.dumps(body), content_type='application/json'
        )
        shown = answer.get_data(as_text=True)
        assert answer.status_code == status, (str(body)[:80], shown)
        assert named in answer.get_json()['description'], shown


def test_the_examples_of_the_descriptions_pass_as_they_are(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a reader copies from the page of an analysis gets as far as the missing worker.

    A token of the settings decides nothing: of those processes the example is fit, and who sends it may not.
    """
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', TOKENS)
    app = client()
    for one in app.get('/api/processes').get_json(force=True)['processes']:
        described = app.get(f'/api/processes/{one["id"]}').get_json(force=True)
        answer = app.post(f'/api/processes/{one["id"]}/execution', json=described['example'], headers=LAN)
        decides = find_process(one['id'], 'internal').action is Action.DECIDE
        # there is no delivery yet
        reached = 'NoSuchDelivery' if one['id'] == 'preview-delivery' else 'NoWorker'
        assert answer.get_json()['code'] == ('NotAllowedTo' if decides else reached), answer.get_json()


@pytest.mark.parametrize(
    ('inputs', 'reason'),
    [
        ({'series': 'commune', 'format': 'png'}, 'as pdf only'),
        ({'series': 'comune'}, 'comune'),
        ({'series': 'commune'}, 'no data'),
    ],
    ids=['a picture', 'a level that is not there', 'a level without units'],
)
def test_a_series_of_sheets_that_cannot_be_is_refused_before_there_is_a_job(
    database: object, client: Client, inputs: dict[str, str], reason: str
) -> None:
    """Whoever would wait for the sheets learns at once that there will be none."""
    headers = {'Prefer': 'respond-async'}
    answer = client().post('/api/processes/print-map/execution?lang=en', json={'inputs': inputs}, headers=headers)
    assert (answer.status_code, answer.get_json()['code']) == (400, 'NoSeries'), answer.get_json()
    assert reason in answer.get_json()['description']
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("select count(*) from job.job where process_id = 'print-map'")
        assert cursor.fetchall() == [(0,)]


def test_when_all_places_are_taken_the_next_analysis_is_asked_to_come_back(database: object, client: Client) -> None:
    """Each keeps a thread of the server; maps and items must not wait for analyses."""
    app = client()
    service: Service = app.application.extensions['dothi']
    taken = 0
    while service.places.acquire(blocking=False):
        taken += 1
    assert 0 < taken < service.server.threads
    answer = app.post(EXECUTION, json={'inputs': INPUTS})
    assert (answer.status_code, answer.get_json()['code']) == (503, 'TooManyAtOnce')
    assert answer.headers['Retry-After']
    assert app.get('/api/collections').status_code == 200


@pytest.fixture
def job(database: object) -> Callable[..., str]:
    """Makes a job of the internal service in the state that is wanted, with a result or without, and gives its id."""

    def make(result: bytes | None = None, **values: object) -> str:
        row: dict[str, object] = {'id': str(uuid4()), 'process_id': 'service-coverage', 'inputs': '{}'}
        row |= {
            'audience': 'internal',
            'software_version': '0',
            'message_vi': 'Đã xong',
            'message_en': 'Done',
            **values,
        }
        statement = sql.SQL('insert into job.job ({}) values ({})').format(
            sql.SQL(', ').join(map(sql.Identifier, row)), sql.SQL(', ').join(map(sql.Literal, row.values()))
        )
        with connection('admin') as db, db.cursor() as cursor:
            cursor.execute(statement)
            if result is not None:
                output = [row['id'], 'result', 'application/geo+json', result]
                cursor.execute('insert into job.output values (%s, %s, 0, %s, %s)', output)
        return str(row['id'])

    return make


def test_results_say_what_became_of_the_job(job: Callable[..., str], client: Client) -> None:
    app = client()
    done = job(status='successful', result=b'{"a": 1}', media_type='application/geo+json')
    of_a_client = app.get(f'/api/jobs/{done}/results/result')
    assert (of_a_client.status_code, of_a_client.mimetype) == (200, 'application/geo+json')
    assert of_a_client.get_data() == b'{"a": 1}'
    unknown = app.get(f'/api/jobs/{done}/results/map?lang=en')
    assert (unknown.status_code, unknown.get_json()['code']) == (404, 'UnknownOutput')
    assert 'result' in unknown.get_json()['description']
    refused = job(status='failed', error_family='WrongUse', error_code='TooLarge', message_en='needs more than 9 MB')
    broken = job(status='failed', error_family='Defect', error_code='RunFailed', message_en='reference 17')
    for job_id, status, code in (
        (refused, 400, 'TooLarge'),
        (broken, 500, 'RunFailed'),
        (job(status='accepted'), 404, 'NoResult'),
        (job(status='dismissed'), 404, 'NoResult'),
    ):
        answer = app.get(f'/api/jobs/{job_id}/results?lang=en')
        assert (answer.status_code, answer.get_json()['code']) == (status, code)
    assert 'needs more than 9 MB' in app.get(f'/api/jobs/{refused}/results?lang=en').get_json()['description']
    answer = app.get(f'/api/jobs/{done}/results')
    assert answer.status_code == 200
    assert answer.get_json() == {'result': {'value': {'a': 1}, 'mediaType': 'application/geo+json'}}
    assert client('public').get(f'/api/jobs/{done}/results').status_code == 404


def test_what_only_looks_like_the_id_of_a_job_is_unknown(job: Callable[..., str], client: Client) -> None:
    """Python takes each for a UUID, and PostgreSQL does not."""
    done, app = job(status='successful', result=b'{}', media_type='application/geo+json'), client()
    assert app.get(f'/api/jobs/{done.upper()}').status_code == 200
    for odd in (f'urn:uuid:{done}', f'0x{done[2:]}', done.replace('-', '_', 1), f'{done[:3]}-{done[3:]}'):
        for path in (odd, f'{odd}/results', f'{odd}/results/result', f'{odd}?f=html'):
            assert app.get(f'/api/jobs/{path}').status_code == 404, path


def test_the_page_of_a_job_offers_its_forms_without_fetching_the_result(
    job: Callable[..., str], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = job(status='successful', result=b'{}', media_type='application/geo+json')
    monkeypatch.setattr('processes.queue.manager.outcome_of', None)
    page = client().get(f'/api/jobs/{done}?f=html').get_data(as_text=True)
    assert f'/jobs/{done}/results/result?f=gpkg' in page


def test_a_job_is_dismissed_once(job: Callable[..., str], client: Client) -> None:
    app, waiting, done = client(), job(status='accepted'), job(status='successful', result=b'{}')
    for ended in (waiting, done):
        answer = app.delete(f'/api/jobs/{ended}')
        assert (answer.status_code, answer.get_json()['status']) == (200, 'dismissed')
        assert app.get(f'/api/jobs/{ended}/results').status_code == 404
        again = app.delete(f'/api/jobs/{ended}?lang=en')
        assert (again.status_code, again.get_json()['code']) == (409, 'JobEnded'), again.get_data(as_text=True)
    assert app.delete(f'/api/jobs/{uuid4()}').status_code == 404
    assert client('public').delete(f'/api/jobs/{done}').status_code == 404


def test_jobs_speak_the_language_of_the_reader(job: Callable[..., str], client: Client) -> None:
    app, job_id = client(), job(status='successful', result=b'{}', media_type='application/geo+json')
    for lang, message, result in (('vi', 'Đã xong', 'Kết quả'), ('en', 'Done', 'Results')):
        (listed,) = app.get(f'/api/jobs?lang={lang}').get_json(force=True)['jobs']
        one = app.get(f'/api/jobs/{job_id}?lang={lang}').get_json(force=True)
        for shown in (listed, one):
            assert shown['message'] == message
            assert [link['title'] for link in shown['links'] if link['rel'].endswith('/results')] == [result]
        page = app.get(f'/api/jobs/{job_id}?f=html&lang={lang}').get_data(as_text=True)
        assert message in page
    assert '>successful' not in app.get(f'/api/jobs/{job_id}?f=html').get_data(as_text=True)


def test_a_result_says_when_its_inputs_have_changed_since(desk: Desk, job: Callable[..., str], client: Client) -> None:
    """And offers to run the same on the data that there is now; a job that is as new as its data does not."""
    number = desk.release('schools', [('POINT(0 0)', school('a'))])
    done = job(status='successful', finished_at='2026-01-01', result=b'{}', releases=json.dumps({'schools': number}))
    app = client()
    assert app.get(f'/api/jobs/{done}').get_json()['dothi:inputsChanged'] == 0
    assert 'id="changed"' not in app.get(f'/api/jobs/{done}?f=html').get_data(as_text=True)
    desk.release('schools', [('POINT(0 0)', school('a', 'Trường mới'))])
    told = app.get(f'/api/jobs/{done}?lang=en').get_json()
    assert told['dothi:inputsChanged'] == 1
    (again,) = [link for link in told['links'] if link['rel'].endswith('/execute')]
    assert again['title'].startswith('1 input changed since.')
    assert again['href'].endswith(f'/jobs/{done}/rerun')
    page = app.get(f'/api/jobs/{done}?f=html').get_data(as_text=True)
    assert '1 lớp đầu vào đã có dữ liệu mới hơn.' in page
    assert 'Chạy lại' in page


def test_a_rerun_is_refused_where_it_cannot_be(job: Callable[..., str], client: Client) -> None:
    app = client()
    wrong = job(status='failed', finished_at='2026-01-01', inputs='{"facilities": "nowhere", "distance_m": 5}')
    answer = app.post(f'/api/jobs/{wrong}/rerun?lang=en')
    assert (answer.status_code, 'facilities' in answer.get_json()['description']) == (400, True)
    assert app.post(f'/api/jobs/{uuid4()}/rerun').status_code == 404
    assert client('public').post(f'/api/jobs/{wrong}/rerun').status_code == 404


def test_a_rerun_by_an_editor_is_as_open_to_all_as_the_first_run(
    job: Callable[..., str], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', TOKENS)
    done, whose = job(status='successful', inputs=json.dumps(INPUTS)), []

    def start(*asked: object) -> str:
        whose.append(asked[4])
        return done

    monkeypatch.setattr('processes.queue.manager.start_job', start)
    assert client().post(f'/api/jobs/{done}/rerun', headers=LAN).status_code == 201
    assert whose == [None]


def test_jobs_behind_a_trusted_proxy_are_counted_by_who_stands_behind_it(
    database: object, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_TRUSTED_PROXIES', '["127.0.0.1"]')
    app = client().application
    for sent_by, forwarded, expected in (
        ('127.0.0.1', '10.0.0.9, 10.0.0.7', '10.0.0.7'),
        ('127.0.0.1', '', '127.0.0.1'),
        ('10.0.0.8', '10.0.0.7', '10.0.0.8'),
    ):
        with app.test_request_context(
            '/api', environ_base={'REMOTE_ADDR': sent_by}, headers={'X-Forwarded-For': forwarded}
        ):
            assert client_address() == expected
