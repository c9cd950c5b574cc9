"""Files that come in parts (tus 1.0.0): whatever was acknowledged is there, and becomes a delivery like any other."""

import base64
import io
import json
import select
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dothi.api.desk.part_places import PartOnItsWay
from dothi.api.http.request_body import BodyStream
from dothi.core.database import connection
from etl.desk.records import DeliveryRecord
from etl.desk.uploads import expire_uploads
from tests.conftest import PATIENCE_S
from tests.forked import ForkedProcess
from tests.processes.conftest import empty
from tests.processes.test_deliver_layer import EDUCATION, EXECUTION, LAN, app, database, made, schools, service
from tests.services import serving

__all__ = ['app', 'database', 'made', 'service']

TUS = {'Tus-Resumable': '1.0.0'}
PART = TUS | {'Content-Type': 'application/offset+octet-stream'}


def file_of(*codes: str) -> bytes:
    return base64.b64decode(schools(*codes)['file']['value'])


def metadata(name: str) -> str:
    return f'filename {base64.b64encode(name.encode()).decode()}'


def begin(app: FlaskClient, length: object, name: str = 'truong.geojson', who: dict[str, str] = LAN) -> TestResponse:
    headers = TUS | who | {'Upload-Length': str(length), 'Upload-Metadata': metadata(name)}
    return app.post('/api/uploads?lang=en', headers=headers)


def path_of(answer: TestResponse) -> str:
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return '/api' + answer.headers['Location'].partition('/api')[2]


def send(app: FlaskClient, path: str, start: object, content: bytes, **more: str) -> TestResponse:
    return app.patch(f'{path}?lang=en', data=content, headers=PART | LAN | {'Upload-Offset': str(start)} | more)


@pytest.fixture(autouse=True)
def nothing_underway(database: dict[str, str]) -> Iterator[None]:
    empty()
    yield
    empty()
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute('delete from upload.file')


def test_a_file_in_three_parts_is_delivered_and_gone_from_the_uploads(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    content = file_of('part_1', 'part_2')
    path = path_of(begin(app, len(content), 'trường.geojson'))
    for start, end in ((0, 100), (100, 101), (101, len(content))):
        answer = send(app, path, start, content[start:end])
        assert (answer.status_code, answer.headers['Upload-Offset']) == (204, str(end))
    state = app.head(path, headers=TUS | LAN)
    assert (state.headers['Upload-Offset'], state.headers['Upload-Length']) == (str(len(content)), str(len(content)))
    assert state.headers['Upload-Metadata'] == metadata('trường.geojson')
    assert 'no-store' in state.headers['Cache-Control']
    inputs = {'layer': 'schools', 'upload': path.rpartition('/')[2]}
    answer = app.post(EXECUTION, json={'inputs': inputs}, headers=LAN)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    report = answer.get_json()['report']['value']
    assert (report['verdict'], report['diff']['added']) == ('accepted', 2)
    (delivery,) = made()
    assert (delivery.file_name, delivery.sender) == ('trường.geojson', 'lan')
    assert app.head(path, headers=TUS | LAN).status_code == 404


@pytest.mark.parametrize('prefer', ['wait=60', 'respond-async'])
def test_whoever_asks_again_is_answered_with_the_delivery_that_the_file_became(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]], prefer: str
) -> None:
    """As after a service that ended when the job was handed in, and had not said so."""
    content = file_of('part_again')
    path = path_of(begin(app, len(content)))
    send(app, path, 0, content)
    inputs = {'layer': 'schools', 'upload': path.rpartition('/')[2]}

    def deliver(who: dict[str, str] = LAN, **other: Any) -> TestResponse:
        headers = who | {'Prefer': prefer}
        return app.post(EXECUTION, json={'inputs': inputs | other}, headers=headers)

    # the receipt shows first the language in which the file was sent
    first, again = deliver(lang='vi'), deliver()
    assert first.status_code == again.status_code, again.get_data(as_text=True)
    if prefer == 'respond-async':
        assert first.headers['Location'] == again.headers['Location']
        wait_until_gone(app, path)
    else:
        assert first.get_json() == again.get_json()
    (delivery,) = made()
    assert delivery.status == 'accepted'
    assert deliver().status_code == first.status_code
    otherwise = deliver(note='x')
    assert (otherwise.status_code, otherwise.get_json()['code']) == (409, 'UploadDelivered')
    assert '/api/jobs/' in otherwise.get_data(as_text=True)
    foreign = deliver(EDUCATION)
    assert (foreign.status_code, foreign.get_json()['code']) == (404, 'NoSuchUpload')
    assert len(made()) == 1


def wait_until_gone(app: FlaskClient, path: str) -> None:
    for _ in range(int(PATIENCE_S * 10)):
        if app.head(path, headers=TUS | LAN).status_code == 404:
            return
        time.sleep(0.1)
    raise AssertionError('never delivered')


def test_a_dry_run_leaves_the_upload_for_the_delivery(app: FlaskClient, worker: ForkedProcess) -> None:
    content = file_of('part_dry')
    path = path_of(begin(app, len(content)))
    send(app, path, 0, content)
    inputs = {'layer': 'schools', 'upload': path.rpartition('/')[2], 'dry_run': True}
    assert app.post(EXECUTION, json={'inputs': inputs}, headers=LAN).status_code == 200
    assert app.head(path, headers=TUS | LAN).headers['Upload-Offset'] == str(len(content))


def test_a_letter_comes_beside_a_file_in_parts(
    app: FlaskClient, worker: ForkedProcess, made: Callable[[], list[DeliveryRecord]]
) -> None:
    content = file_of('part_letter')
    path = path_of(begin(app, len(content)))
    send(app, path, 0, content)
    scan = {'value': base64.b64encode(b'%PDF-1.7').decode(), 'encoding': 'base64'}
    inputs = {'layer': 'schools', 'upload': path.rpartition('/')[2], 'letter': '9/SGDĐT', 'letter_file': scan}
    assert app.post(EXECUTION, json={'inputs': inputs}, headers=LAN).status_code == 200
    (delivery,) = made()
    assert delivery.options['letter']['file'] == 'cong-van.pdf'


def test_what_is_not_whole_is_not_delivered(app: FlaskClient, made: Callable[[], list[DeliveryRecord]]) -> None:
    path = path_of(begin(app, 100))
    send(app, path, 0, b'x' * 40)
    upload = path.rpartition('/')[2]
    answer = app.post(EXECUTION, json={'inputs': {'layer': 'schools', 'upload': upload}}, headers=LAN)
    assert answer.status_code == 400
    assert '40 of 100 bytes' in answer.get_json()['description']
    both = app.post(EXECUTION, json={'inputs': schools('a', upload=upload)}, headers=LAN)
    neither = app.post(EXECUTION, json={'inputs': {'layer': 'schools'}}, headers=LAN)
    nameless = app.post(EXECUTION, json={'inputs': schools('a') | {'file_name': None}}, headers=LAN)
    assert [both.status_code, neither.status_code, nameless.status_code] == [400, 400, 400]
    assert made() == []


def test_an_upload_of_somebody_else_is_as_unknown_as_none(app: FlaskClient) -> None:
    path = path_of(begin(app, 10))
    for other in (path, f'/api/uploads/{uuid.uuid4()}'):
        for answer in (
            app.head(other, headers=TUS | EDUCATION),
            app.delete(other, headers=TUS | EDUCATION),
            app.patch(other, data=b'x', headers=PART | EDUCATION | {'Upload-Offset': '0'}),
        ):
            assert answer.status_code == 404
    inputs = {'layer': 'schools', 'upload': path.rpartition('/')[2]}
    assert app.post(EXECUTION, json={'inputs': inputs}, headers=EDUCATION).status_code == 404
    assert app.get('/api/uploads', headers=EDUCATION).get_json() == {'uploads': []}
    (listed,) = app.get('/api/uploads', headers=LAN).get_json()['uploads']
    assert listed['received_bytes'] == 0


def test_two_that_send_the_same_part_never_write_over_each_other(app: FlaskClient) -> None:
    path = path_of(begin(app, 8))
    assert send(app, path, 0, b'aaaa').status_code == 204
    late = send(app, path, 0, b'bbbb')
    assert (late.status_code, late.get_json()['code']) == (409, 'OtherOffset')
    assert send(app, path, 6, b'bb').status_code == 409, 'nor leave a gap'
    assert send(app, path, 4, b'cccc').status_code == 204
    with connection('gatekeeper') as db, db.cursor() as cursor:
        cursor.execute('select received_bytes from upload.file')
        assert cursor.fetchall() == [(8,)]


@pytest.mark.parametrize(
    ('headers', 'status'),
    [
        ({'Upload-Length': '0'}, 400),
        ({'Upload-Length': '-1'}, 400),
        ({'Upload-Length': '１２'}, 400),
        ({'Upload-Length': '9' * 30}, 400),
        ({'Upload-Length': '', 'Upload-Defer-Length': '1'}, 400),
        ({'Upload-Length': str(2**40)}, 413),
        ({'Upload-Metadata': ''}, 400),
        ({'Upload-Metadata': 'filename'}, 400),
        ({'Upload-Metadata': 'filename §§'}, 400),
        ({'Upload-Metadata': 'filename /w=='}, 400),
        ({'Upload-Metadata': metadata('../../x.csv')}, 400),
        ({'Upload-Metadata': metadata('.bashrc')}, 400),
        ({'Upload-Metadata': metadata('a\0b.csv')}, 400),
        ({'Upload-Metadata': metadata('x' * 201)}, 400),
        ({'Upload-Metadata': metadata('ế' * 80 + '.csv')}, 400),
        ({'Upload-Metadata': metadata('\u202egpj.csv')}, 400),
        ({'Upload-Metadata': metadata('a\u2028b.csv')}, 400),
        ({'Upload-Metadata': metadata('a.csv ')}, 400),
        ({'Tus-Resumable': '0.2.2'}, 412),
        ({'Tus-Resumable': ''}, 412),
    ],
)
def test_a_beginning_that_is_none_is_refused(app: FlaskClient, headers: dict[str, str], status: int) -> None:
    good = TUS | LAN | {'Upload-Length': '10', 'Upload-Metadata': metadata('a.csv')}
    encoded = {name: value.encode().decode('latin-1') for name, value in (good | headers).items()}
    answer = app.post('/api/uploads', headers=encoded)
    assert (answer.status_code, answer.headers['Tus-Resumable']) == (status, '1.0.0')
    assert ('Tus-Version' in answer.headers) == (status == 412)
    assert app.get('/api/uploads', headers=LAN).get_json() == {'uploads': []}


def test_a_part_that_is_none_is_refused_and_changes_nothing(app: FlaskClient) -> None:
    path = path_of(begin(app, 4))
    assert send(app, path, 0, b'12345').status_code == 413, 'more than the file has'
    assert send(app, path, '', b'1').status_code == 400
    assert send(app, path, '-1', b'1').status_code == 400
    assert send(app, path, 0, b'1', **{'Content-Type': 'application/json'}).status_code == 415
    assert send(app, path, 0, b'1', Authorization='Bearer nobody').status_code == 401
    assert app.post(path, headers=TUS | LAN).status_code == 400
    assert app.head(path, headers=TUS | LAN).headers['Upload-Offset'] == '0'


def test_what_is_too_long_is_said_of_the_file(app: FlaskClient) -> None:
    """Not of the body: whoever may send 2 GB was told of 1 MB."""
    large = begin(app, 2**40).get_json()
    assert (large['code'], '2048 MB' in large['detail'], '1048576 MB' in large['detail']) == ('TooLong', True, True)
    part = send(app, path_of(begin(app, 4)), 0, b'12345').get_json()
    assert (part['code'], '4 bytes' in part['detail']) == ('TooLong', True)


def test_what_comes_in_chunks_beyond_the_file_is_not_dropped_unsaid(app: FlaskClient) -> None:
    """A file that has grown since it was begun would be delivered without its end."""
    for content, status in ((b'12345', 413), (b'1234', 204)):
        path = path_of(begin(app, 4))
        headers = PART | LAN | {'Upload-Offset': '0', 'Transfer-Encoding': 'chunked'}
        chunks = {'wsgi.input_terminated': True}
        answer = app.patch(path, headers=headers, input_stream=io.BytesIO(content), environ_overrides=chunks)
        assert answer.status_code == status, answer.get_data(as_text=True)


def test_what_a_client_said_of_its_file_is_said_again(app: FlaskClient) -> None:
    """tus: a server answers HEAD with the metadata of the creation, whatever they are about."""
    said = f'{metadata("a.csv")},filetype {base64.b64encode(b"text/csv").decode()},is_confidential'
    headers = TUS | LAN | {'Upload-Length': '4', 'Upload-Metadata': said}
    path = path_of(app.post('/api/uploads', headers=headers))
    assert app.head(path, headers=TUS | LAN).headers['Upload-Metadata'] == said
    assert 'metadata' not in app.get(path, headers=LAN).get_json()


def test_a_client_without_patch_names_the_method_in_a_header(app: FlaskClient) -> None:
    path = path_of(begin(app, 4))
    override = {'X-HTTP-Method-Override': 'PATCH', 'Upload-Offset': '0'}
    assert app.post(path, data=b'1234', headers=PART | LAN | override).status_code == 204
    assert app.post(path, headers=TUS | LAN | {'X-HTTP-Method-Override': 'DELETE'}).status_code == 204
    assert app.head(path, headers=TUS | LAN).status_code == 404


def test_options_say_what_is_spoken(app: FlaskClient) -> None:
    answer = app.options('/api/uploads', headers=LAN)
    assert answer.status_code == 204
    assert answer.headers['Tus-Version'] == '1.0.0'
    assert set(answer.headers['Tus-Extension'].split(',')) == {'creation', 'expiration', 'termination'}
    assert int(answer.headers['Tus-Max-Size']) == 2_048 * 2**20


def test_nobody_fills_the_disk_with_beginnings(app: FlaskClient) -> None:
    most = int(app.options('/api/uploads', headers=LAN).headers['Tus-Max-Size'])
    assert [begin(app, most).status_code for _ in range(3)] == [201, 201, 429]
    assert begin(app, most, who=EDUCATION).status_code == 201, 'others are not kept from theirs'


def test_nobody_fills_the_list_with_beginnings(app: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of a byte each would be without number."""
    monkeypatch.setattr('etl.desk.uploads.MOST_FILES', 2)
    assert [begin(app, 1).status_code for _ in range(3)] == [201, 201, 429]
    assert begin(app, 1, who=EDUCATION).status_code == 201


def test_a_full_disk_keeps_what_has_come_and_asks_to_come_back(app: FlaskClient) -> None:
    """PostgreSQL says so by 53100, which here a trigger raises."""
    path = path_of(begin(app, 8))
    assert send(app, path, 0, b'aaaa').status_code == 204
    full = "begin raise exception 'no space left on device' using errcode = '53100'; end"
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute(f'create function upload.full_disk() returns trigger language plpgsql as $${full}$$')
        cursor.execute(
            'create trigger full_disk before insert on upload.part for each row execute function upload.full_disk()'
        )
    try:
        refused = send(app, path, 4, b'bbbb')
    finally:
        with connection('owner') as db, db.cursor() as cursor:
            cursor.execute('drop function upload.full_disk cascade')
    assert (refused.status_code, refused.get_json()['code'], 'Retry-After' in refused.headers) == (
        503,
        'DiskFull',
        True,
    )
    assert app.head(path, headers=TUS | LAN).headers['Upload-Offset'] == '4'
    assert send(app, path, 4, b'bbbb').status_code == 204


def test_what_nobody_goes_on_with_goes_after_days(app: FlaskClient) -> None:
    old, new = path_of(begin(app, 10)), path_of(begin(app, 10))
    with connection('owner') as db, db.cursor() as cursor:
        statement = "update upload.file set touched_at = touched_at - interval '4 days' where id = %s"
        cursor.execute(statement, [old.rpartition('/')[2]])
    expire_uploads()  # or a worker of the same database was there before
    assert [app.head(path, headers=TUS | LAN).status_code for path in (old, new)] == [404, 200]


def test_what_came_before_a_broken_connection_stays(app: FlaskClient, database: dict[str, str], tmp_path: Path) -> None:
    """Of three megabytes two and a bit have come when the client is gone: it goes on from there."""
    content, sent = bytes(range(256)) * (3 * 2**12), 2 * 2**20 + 100
    path = path_of(begin(app, len(content)))
    tokens = {'DOTHI_EDIT_TOKEN': 'lan:a-token'}
    with serving({**database, **tokens}, tmp_path, ['internal']) as here:
        port = urlsplit(here.internal_url).port or 0
        client = socket.create_connection(('127.0.0.1', port), timeout=PATIENCE_S)
        lines = [f'{name}: {value}' for name, value in (PART | LAN | {'Upload-Offset': '0'}).items()]
        head = [f'PATCH {path} HTTP/1.1', f'Host: 127.0.0.1:{port}', f'Content-Length: {len(content)}', *lines]
        client.sendall('\r\n'.join([*head, '', '']).encode() + content[:sent])
        client.shutdown(socket.SHUT_WR)
        client.recv(1000)
        client.close()
    reached = int(app.head(path, headers=TUS | LAN).headers['Upload-Offset'])
    assert reached == sent
    assert send(app, path, reached, content[reached:]).status_code == 204
    with connection('loader') as db, db.cursor() as cursor:
        cursor.execute('select string_agg(content, null order by start_byte) from upload.part')
        (stored,) = cursor.fetchone() or (b'',)
    assert bytes(stored) == content


@contextmanager
def silent_part(url: str, path: str, who: dict[str, str]) -> Iterator[socket.socket]:
    """A connection on which a part was begun, and nothing more comes; it is never closed from there."""
    port = urlsplit(url).port or 0
    lines = [f'{name}: {value}' for name, value in (PART | who | {'Upload-Offset': '0'}).items()]
    with closing(socket.create_connection(('127.0.0.1', port), timeout=PATIENCE_S)) as client:
        head = [f'PATCH {path}?lang=en HTTP/1.1', f'Host: 127.0.0.1:{port}', 'Content-Length: 100', *lines]
        client.sendall('\r\n'.join([*head, '', '']).encode() + b'x' * 10)
        yield client


@pytest.fixture
def office(database: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """Address of a service that takes parts from two people."""
    tokens = {'DOTHI_EDIT_TOKEN': 'lan:a-token education:b-token'}
    with serving({**database, **tokens}, tmp_path, ['internal']) as here:
        yield here.internal_url


def ask(
    office: str, method: str, path: str, who: dict[str, str], content: bytes = b'', start: int = 0
) -> tuple[int, dict[str, Any]]:
    """Status and document of the answer."""
    headers = (PART if content else TUS) | who | {'Upload-Offset': str(start)}
    with closing(HTTPConnection(urlsplit(office).netloc, timeout=PATIENCE_S)) as client:
        client.request(method, f'{path}?lang=en', content or None, headers)
        answer = client.getresponse()
        return answer.status, json.loads(answer.read() or b'{}')


def refused_part(clients: list[socket.socket]) -> tuple[int, dict[str, Any]]:
    """Which of the silent parts came after the places were taken, and the problem with which it was refused."""
    ((answered, *others), _, _) = select.select(clients, [], [], PATIENCE_S)
    assert not others
    with closing(HTTPResponse(answered)) as answer:
        answer.begin()
        assert answer.status == 503
        return clients.index(answered), json.loads(answer.read())


def wait_for_place(office: str, path: str, who: dict[str, str]) -> None:
    for _ in range(int(PATIENCE_S * 10)):
        if ask(office, 'PATCH', path, who, b'y')[0] in (204, 409):
            return
        time.sleep(0.1)
    raise AssertionError('no place came free')


@pytest.mark.parametrize('way', ['ended by its owner', 'gone on with'])
def test_what_one_leaves_half_open_keeps_nobody_out_and_gives_way(app: FlaskClient, office: str, way: str) -> None:
    """A line that breaks without a word left a thread and a place of four taken for ever."""
    paths = [path_of(begin(app, 100)) for _ in range(3)]
    other = path_of(begin(app, 100, who=EDUCATION))
    with ExitStack() as stack:
        # whichever comes last is refused: no order is known to threads
        refused, problem = refused_part([stack.enter_context(silent_part(office, path, LAN)) for path in paths])
        assert problem['code'] == 'ManyPartsOfOne'
        assert 'GET /api/uploads' in problem['detail']
        assert 'DELETE /api/uploads/ID' in problem['detail']
        assert ask(office, 'PATCH', other, EDUCATION, b'z')[0] == 204, 'others are not kept from theirs'
        half_open = paths[refused - 1]
        if way == 'ended by its owner':
            listed = ask(office, 'GET', '/api/uploads', LAN)[1]['uploads']
            assert {upload['id'] for upload in listed} == {path.rpartition('/')[2] for path in paths}
            assert ask(office, 'DELETE', half_open, LAN)[0] == 204
        else:
            assert ask(office, 'PATCH', half_open, LAN, b'y')[0] in (204, 409)
        wait_for_place(office, paths[refused], LAN)


def test_a_part_of_which_nothing_comes_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('dothi.api.desk.part_places.LONGEST_PIECE_S', 0.01)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b'some')
        body = BodyStream({'wsgi.input': ours.makefile('rb'), 'gunicorn.socket': ours}, 100, None)
        part = PartOnItsWay(uuid.uuid4(), 'lan', body)
        assert part.read_piece(10) == b'some', 'what has come is stored'
        assert part.is_stopped
