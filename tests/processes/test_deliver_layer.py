"""A delivery over HTTP: for editors only, and through the same door as any other."""

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api.app import App, create_app
from dothi.core import database as core_database
from dothi.core.database import connection
from dothi.core.errors import DataRefused, http_status
from dothi.core.locality import Locality, UnknownLayer, load_locality
from dothi.core.settings import PathSettings
from etl.desk.records import DeliveryRecord, records
from processes.data import Data
from processes.deliver_layer import Inputs, _delivery_options
from processes.queue.manager import EditorsOnly, run_process
from processes.queue.uploads import BOTH, HEAD, attach_upload, detach_upload
from processes.reading.validation import InvalidInput
from processes.registry import UnknownProcess, find_process
from tests.conftest import use
from tests.forked import ForkedProcess
from tests.nam_dinh import whole_copy
from tests.processes.conftest import ORIGIN, empty

EXECUTION = '/api/processes/deliver-layer/execution?lang=en'
EDUCATION = {'Authorization': 'Bearer b-token'}
LAN = {'Authorization': 'Bearer a-token'}


def schools(*codes: str, **changes: Any) -> dict[str, Any]:
    """A file of schools, ten metres apart, in base64."""
    features = [
        {
            'type': 'Feature',
            'properties': {'MA_TRUONG': code, 'TEN_TRUONG': f'Trường {code}', 'CAP_HOC': 'primary', 'SO_CHO': 400},
            'geometry': {'type': 'Point', 'coordinates': [ORIGIN[0] + 10 * i, ORIGIN[1]]},
        }
        for i, code in enumerate(codes)
    ]
    crs = {'type': 'name', 'properties': {'name': 'urn:ogc:def:crs:EPSG::9209'}}
    text = json.dumps({'type': 'FeatureCollection', 'features': features, 'crs': crs})
    value = {'value': base64.b64encode(text.encode()).decode(), 'mediaType': 'application/geo+json'}
    return {'layer': 'schools', 'file': value | {'encoding': 'base64'}, 'file_name': 'truong.geojson'} | changes


@pytest.fixture
def database(shared_database: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a test before has delivered stays, as deliveries do."""
    use(monkeypatch, shared_database)
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', 'lan:a-token education:b-token health:c-token district_366:d-token')
    return shared_database


@pytest.fixture(scope='module')
def service(shared_database: dict[str, str]) -> Flask:
    """The internal service on the database that the tests share, without what another file delivered there."""
    with pytest.MonkeyPatch.context() as patch:
        use(patch, shared_database)
        empty()
        made = create_app('internal')
        core_database.fresh()
    return made


@pytest.fixture
def app(database: dict[str, str], service: App) -> FlaskClient:
    return service.test_client()


@pytest.fixture
def made(database: dict[str, str]) -> Callable[[], list[DeliveryRecord]]:
    """The deliveries that the test has made."""
    before = max((one.id for one in records()), default=0)
    return lambda: [one for one in records() if one.id > before]


def post(app: FlaskClient, inputs: dict[str, Any], headers: dict[str, str] = LAN, **more: Any) -> TestResponse:
    return app.post(EXECUTION, json={'inputs': inputs, **more}, headers=headers)


def test_a_file_is_released_and_the_sender_is_whose_token_it_was(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    answer = post(app, schools('a', 'b'))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told = answer.get_json()
    assert told['report']['mediaType'] == 'application/json'
    assert (told['report']['value']['verdict'], told['report']['value']['diff']['added']) == ('accepted', 2)
    assert 'Phiếu nhận dữ liệu' in told['receipt']['value']
    (one,) = made()
    assert (one.sender, one.agency, one.file_name, one.status) == ('lan', 'education', 'truong.geojson', 'accepted')


def test_one_output_comes_raw_by_its_own_media_type(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    page = post(app, schools('a', dry_run=True), outputs={'receipt': {}})
    assert (page.status_code, page.mimetype) == (200, 'text/html')
    report = post(app, schools('a', dry_run=True), outputs={'report': {}})
    assert report.get_json()['dry_run'] is True
    assert made() == [], 'a dry run is not recorded'
    assert post(app, schools('a'), outputs={'result': {}}).status_code == 400


@pytest.mark.parametrize('dry_run', [True, False])
@pytest.mark.parametrize(
    ('asked', 'inputs', 'lang'), [('en', {}, 'en'), ('vi', {}, 'vi'), ('en', {'lang': 'vi'}, 'vi')]
)
def test_a_receipt_opens_in_the_language_of_whoever_asked(
    app: FlaskClient, worker: ForkedProcess, asked: str, inputs: dict[str, str], lang: str, dry_run: bool
) -> None:
    """The run knows no request any more; it was Vietnamese first whoever asked."""
    body = {'inputs': schools('a', dry_run=dry_run) | inputs, 'outputs': {'receipt': {}}}
    page = app.post(EXECUTION.replace('lang=en', f'lang={asked}'), json=body, headers=LAN)
    assert page.status_code == 200, page.get_data(as_text=True)
    assert f'<html lang="{lang}">' in page.get_data(as_text=True)


def test_the_letter_that_came_with_it_is_on_the_receipt(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    letter = {'letter': '123/SGDĐT-VP', 'letter_date': '2026-11-20', 'letter_by': 'Giám đốc'}
    receipt = post(app, schools('letter', **letter), outputs={'receipt': {}}).get_data(as_text=True)
    assert 'Công văn số 123/SGDĐT-VP ngày 20/11/2026 (Giám đốc)' in receipt
    (delivery,) = made()
    assert delivery.options['letter']['number'] == '123/SGDĐT-VP'


SCAN = b'%PDF-1.7 quyet dinh'


def test_the_file_of_the_letter_is_kept_with_the_delivery(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    """And not among the inputs of its job, which are kept longer and shown."""
    scan = {'value': base64.b64encode(SCAN).decode(), 'encoding': 'base64'}
    letter = {'letter': '124/SGDĐT-VP', 'letter_file': scan, 'letter_file_name': 'truong.geojson'}
    answer = post(app, schools('scan', **letter))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    (delivery,) = made()
    kept = delivery.options['letter']
    assert kept['file'] == 'truong.geojson', 'it may be called like what is delivered'
    assert (Path(PathSettings().store) / kept['stored']).read_bytes() == SCAN
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute('select inputs::text from job.job order by created_at desc limit 1')
        (inputs,) = cursor.fetchone() or ('',)
    assert scan['value'] not in inputs


def test_a_dry_run_keeps_no_letter(app: FlaskClient, worker: ForkedProcess) -> None:
    scan = {'value': base64.b64encode(b'%PDF dry').decode(), 'encoding': 'base64'}
    before = sorted((Path(PathSettings().store)).rglob('letters/*'))
    assert post(app, schools('a', letter='1/A', letter_file=scan, dry_run=True)).status_code == 200
    assert sorted((Path(PathSettings().store)).rglob('letters/*')) == before


@pytest.mark.parametrize(
    ('inputs', 'name'),
    [
        ({'letter_by': 'Giám đốc'}, 'letter'),
        ({'letter_file': base64.b64encode(SCAN).decode()}, 'letter'),
        ({'letter': '1/A', 'letter_file': '§'}, 'letter_file'),
        ({'letter': '1/A', 'letter_file': 'eA==', 'letter_file_name': '../x.pdf'}, 'letter_file_name'),
        ({'letter': '1/A', 'letter_date': '20/11/2026'}, 'letter_date'),
        ({'letter': '   '}, 'letter'),
    ],
)
def test_a_letter_that_is_none_is_refused_by_its_input(
    app: FlaskClient, made: Callable[[], list[DeliveryRecord]], inputs: dict[str, str], name: str
) -> None:
    answer = post(app, schools('a', **inputs))
    assert answer.status_code == 400
    assert f'"{name}"' in answer.get_json()['description']
    assert made() == []


def test_the_file_is_not_kept_with_the_job(app: FlaskClient, worker: ForkedProcess) -> None:
    post(app, schools('a', dry_run=True))
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("select upload, editor, inputs ? 'file' from job.job order by created_at desc limit 1")
        assert cursor.fetchone() == (None, 'lan', False)


def test_a_file_that_is_refused_ends_in_its_reason(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    nothing = base64.b64encode(b'{"type": "FeatureCollection", "features": []}').decode()
    answer = post(app, schools(file=nothing))
    assert (answer.status_code, answer.get_json()['code']) == (422, 'EmptyFile')
    assert [one.status for one in made()] == ['returned']


def test_only_an_editor_may_deliver_and_the_public_service_knows_no_such_process(
    app: FlaskClient, database: dict[str, str]
) -> None:
    assert post(app, schools('a'), headers={}).status_code == 401
    assert post(app, schools('a'), headers={'Authorization': 'Bearer x'}).status_code == 401
    with pytest.raises(EditorsOnly) as refused:
        run_process('deliver-layer', schools('a'), 'internal')
    assert http_status(refused.value) == 401
    with pytest.raises(UnknownProcess):
        run_process('deliver-layer', schools('a'), 'public', 'lan')
    public = create_app('public').test_client()
    assert post(public, schools('a')).status_code == 404
    assert 'deliver-layer' not in public.get('/api/processes').get_data(as_text=True)


@pytest.mark.parametrize(
    ('changes', 'named'),
    [
        ({'file': 'không phải'}, 'base64'),
        ({'file': {'href': 'http://localhost/api/collections/schools'}}, 'nothing is fetched'),
        ({'file_name': '../a.geojson'}, 'file_name'),
        ({'file_name': '.a.geojson'}, 'file_name'),
        ({'sender': 'chief'}, 'sender'),
        ({'mode': 'append'}, 'mode'),
        ({'accept_loss': True}, 'accept_loss'),
    ],
)
def test_a_wrong_input_is_named_before_any_work(app: FlaskClient, changes: dict[str, Any], named: str) -> None:
    answer = post(app, schools('a', **changes))
    assert answer.status_code == 400
    assert named in answer.get_json()['description']


def test_wrong_options_are_told_like_wrong_inputs(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    for changes in ({'scope': 'district 366'}, {'as_of': 'today'}):
        answer = post(app, schools('a', **changes))
        assert (answer.status_code, answer.get_json()['code']) == (400, 'InvalidInput'), answer.get_data(as_text=True)
    assert made() == []


def test_a_file_that_is_too_large_is_refused_with_another_way(
    app: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_MAX_UPLOAD_MB', '1')
    large = base64.b64encode(bytes(2**20 + 1)).decode()
    answer = post(app, schools(file=large))
    assert answer.status_code == 400
    assert 'inbox' in answer.get_json()['description']
    assert post(app, schools(file=large * 3)).status_code == 413


def test_an_agencys_token_speaks_for_the_agency(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    post(app, schools('a', 'b'), headers=EDUCATION)
    assert [(one.agency, one.sender) for one in made()] == [('education', 'education')]


def test_what_came_of_a_delivery_is_answered_to_its_sender_alone(app: FlaskClient, worker: ForkedProcess) -> None:
    """The report and the receipt show rows of a layer that not everybody may see."""
    answer = post(app, schools('a', dry_run=True))
    (job,) = re.findall(r'<[^>]*(/jobs/[^>]+)>; rel="monitor"', answer.headers['Link'])
    for path in (f'/api{job}?f=json', f'/api{job}/results'):
        assert app.get(path, headers=LAN).status_code == 200, path
        for others in ({}, EDUCATION):
            assert app.get(path, headers=others).status_code == 404, path
    for others in ({}, EDUCATION):
        assert app.delete(f'/api{job}', headers=others).status_code == 404
    assert app.delete(f'/api{job}', headers=LAN).status_code == 200
    assert app.get(f'/api{job}/results', headers=LAN).status_code == 404
    assert app.delete(f'/api{job}', headers=LAN).status_code == 409, 'it was dismissed before'
    for whose, listed_to in ((LAN, 1), ({}, 0), (EDUCATION, 0)):
        listed = app.get('/api/jobs?f=json&limit=100', headers=whose).get_json()['jobs']
        assert len([one for one in listed if one['jobID'] in job]) == listed_to


def test_an_agencys_token_delivers_no_layer_of_another_agency(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    answer = post(app, schools('a'), headers={'Authorization': 'Bearer c-token'})
    assert (answer.status_code, answer.get_json()['code']) == (404, 'UnknownLayer'), answer.get_data(as_text=True)
    assert made() == []


@pytest.mark.parametrize(
    ('editor', 'asked', 'scope'),
    [
        ('district_366', 'all', 'unit=366'),
        ('district_366', 'unit=366', 'unit=366'),
        ('education', 'all', 'all'),
        ('lan', 'unit=365', 'unit=365'),
    ],
)
def test_a_units_token_speaks_for_its_unit_only(
    database: dict[str, str], locality: Locality, tmp_path: Path, editor: str, asked: str, scope: str
) -> None:
    inputs = Inputs(layer='schools', file='', file_name='a.csv', scope=asked)
    with connection('reader_internal') as db:
        assert _delivery_options(inputs, Data(db, locality, 'internal', tmp_path, editor)).scope == scope


def test_a_units_token_for_another_unit_is_refused(
    database: dict[str, str], locality: Locality, tmp_path: Path
) -> None:
    inputs = Inputs(layer='schools', file='', file_name='a.csv', scope='unit=365')
    with connection('reader_internal') as db, pytest.raises(InvalidInput, match='unit=366'):
        _delivery_options(inputs, Data(db, locality, 'internal', tmp_path, 'district_366'))


def test_a_restricted_layer_is_unknown_to_all_but_its_agency(database: dict[str, str], tmp_path: Path) -> None:
    folder = whole_copy(tmp_path / 'locality')
    file = folder / 'layers' / 'schools.yml'
    file.write_text(file.read_text(encoding='utf-8').replace('access: public', 'access: restricted', 1))
    place, inputs = load_locality(folder), Inputs(layer='schools', file='', file_name='a.csv', dry_run=True)
    run = find_process('deliver-layer', 'internal').run
    with connection('reader_internal') as db:
        with pytest.raises(UnknownLayer):
            run(inputs, Data(db, place, 'internal', tmp_path, 'lan'), lambda *_: None)
        with pytest.raises(DataRefused):
            run(inputs, Data(db, place, 'internal', tmp_path, 'education'), lambda *_: None)


@pytest.mark.parametrize('letter', [None, b'%PDF'])
@pytest.mark.parametrize('content', [b'a', BOTH, BOTH + b'abc', BOTH + HEAD.pack(1) + b'ab'])
def test_a_file_that_begins_like_two_in_one_comes_back_as_it_was_sent(content: bytes, letter: bytes | None) -> None:
    """Whoever sent one had its job end as a fault of the platform, or another file read in its place."""
    process = find_process('deliver-layer', 'internal')
    sent = {'layer': 'schools', 'file': base64.b64encode(content).decode()}
    sent |= {'letter_file': base64.b64encode(letter).decode()} if letter else {}
    assert attach_upload(process, *detach_upload(process, sent)) == sent
