"""What cannot be answered is refused with the reason, in the reader's language, and nothing internal."""

import errno
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from dothi.api.items.paging import BY_ID, cursor_of
from dothi.core.database import connection
from tests.api.conftest import TOKENS, Desk, school
from tests.api.editors import LAN

type Client = Callable[..., FlaskClient]
SCHOOLS = '/api/collections/schools'
WRITING = {'post', 'put', 'patch', 'delete'}
# What takes UUIDs only; any other place in an address takes 1.
UUID = '3f2b8c1e-0000-4000-8000-000000000000'
IDS = {'{session}': UUID, '{key}': UUID}

OF_ANOTHER_ORDER = cursor_of((BY_ID,), ('1',))
DAMAGED = OF_ANOTHER_ORDER[:-3] + 'AAA'

REFUSED = [
    (f'{SCHOOLS}/items?limt=5', 400, 'UnknownParameter', 'limit'),
    (f'{SCHOOLS}/items?levl=high', 400, 'UnknownParameter', 'level'),
    (f'{SCHOOLS}/schema?limit=5', 400, 'UnknownParameter', 'limit'),
    ('/api/collections?limt=5', 400, 'UnknownParameter', 'limt'),
    ('/api/conformance?x=5', 400, 'UnknownParameter', 'x'),
    ('/api/processes?x=5', 400, 'UnknownParameter', 'x'),
    ('/api/collections/school', 404, 'UnknownLayer', 'schools'),
    ('/api/collections/school/items', 404, 'UnknownLayer', 'schools'),
    ('/api/collections/school/items/1', 404, 'UnknownLayer', 'schools'),
    ('/api/collections/school/tiles', 404, 'UnknownLayer', 'schools'),
    ('/api/collections/roads/items', 404, 'NoRelease', 'roads'),
    ('/api/collections/roads', 404, 'NoRelease', 'roads'),
    (f'{SCHOOLS}/items?filter=levl=%27high%27', 400, 'UnknownProperty', 'level'),
    (f'{SCHOOLS}/items?properties=levl', 400, 'UnknownProperty', 'level'),
    (f'{SCHOOLS}/items?sortby=levl', 400, 'UnknownProperty', 'level'),
    (f'{SCHOOLS}/items?filter=level=5', 400, 'BadFilter', 'level'),
    (f'{SCHOOLS}/items?filter=level', 400, 'BadFilter', 'text'),
    (f'{SCHOOLS}/items?filter=level==', 400, 'BadFilter', 'cql2-text'),
    (f'{SCHOOLS}/items?filter=places/0=1', 400, 'NotComputable', 'division by zero'),
    (f'{SCHOOLS}/items?filter=S_INTERSECTS(geom,POLYGON((0 0,1 1,2 0)))', 400, 'BadFilter', 'ring'),
    (f'{SCHOOLS}/items?filter=BBOX(geom,1,2,3,4)', 400, 'BadFilter', 'S_INTERSECTS'),
    (f'{SCHOOLS}/items?filter=%00', 400, 'BadParameter', 'filter'),
    (f'{SCHOOLS}/items?filter-lang=sql', 400, 'BadParameter', 'cql2-text'),
    (f'{SCHOOLS}/items?lang=fr', 400, 'BadParameter', 'en, vi'),
    ('/api/collections?lang=engl', 400, 'BadParameter', 'lang=engl'),
    (f'{SCHOOLS}/items?limit=0', 400, 'BadParameter', 'limit'),
    (f'{SCHOOLS}/items?limit=ten', 400, 'BadParameter', 'limit'),
    (f'{SCHOOLS}/items?limit=1_0', 400, 'BadParameter', 'limit'),
    (f'{SCHOOLS}/items?limit=%D9%A3', 400, 'BadParameter', 'limit'),
    (f'{SCHOOLS}/items?limit={"x" * 200}', 400, 'BadParameter', f'limit={"x" * 100}…: must'),
    (f'{SCHOOLS}/items?q={"x" * 201}', 400, 'BadParameter', '200 at most'),
    (f'{SCHOOLS}/items/01', 404, 'NoSuchFeature', '01'),
    (f'{SCHOOLS}/items?offset=-1', 400, 'BadParameter', 'offset'),
    (f'{SCHOOLS}/items?cursor=17', 400, 'BadParameter', 'cursor'),
    (f'{SCHOOLS}/items?cursor={OF_ANOTHER_ORDER}&sortby=name', 400, 'BadParameter', 'another order'),
    (f'{SCHOOLS}/items?cursor={DAMAGED}', 400, 'BadParameter', 'next'),
    (f'{SCHOOLS}/items?limit=1&limit=2', 400, 'BadParameter', 'limit'),
    (f'{SCHOOLS}/items?max-allowable-offset=-1', 400, 'BadParameter', 'max-allowable-offset'),
    (f'{SCHOOLS}/items?max-allowable-offset=inf', 400, 'BadParameter', 'max-allowable-offset'),
    (f'{SCHOOLS}/items/1?limit=5', 400, 'UnknownParameter', 'limit'),
    (f'{SCHOOLS}/items/1?crs=EPSG:2045', 400, 'UnservedCrs', '3405'),
    (f'{SCHOOLS}/items?bbox=1,2,3', 400, 'BadParameter', 'bbox'),
    (f'{SCHOOLS}/items?bbox=1,2,3,nan', 400, 'BadParameter', 'bbox'),
    (f'{SCHOOLS}/items?bbox=1,2,3,1_0', 400, 'BadParameter', 'bbox'),
    (f'{SCHOOLS}/items?bbox=1,5,3,2', 400, 'BadParameter', 'bbox'),
    (f'{SCHOOLS}/items?datetime=yesterday', 400, 'BadTime', 'datetime'),
    (f'{SCHOOLS}/items?datetime=2024-02-01/2024-01-01', 400, 'BadTime', 'datetime'),
    (f'{SCHOOLS}/items?places=many', 400, 'BadParameter', 'places'),
    (f'{SCHOOLS}/items?places=1_0', 400, 'BadParameter', 'places'),
    (f'{SCHOOLS}/items?skipGeometry=maybe', 400, 'BadParameter', 'skipGeometry'),
    (f'{SCHOOLS}/items?crs=EPSG:2045', 400, 'UnservedCrs', '3405'),
    (f'{SCHOOLS}/items?f=htm', 400, 'UnknownFormat', 'html'),
    (f'{SCHOOLS}?f=xml', 400, 'UnknownFormat', 'html'),
    ('/api/processes?f=xml', 400, 'UnknownFormat', 'html'),
    (f'{SCHOOLS}/tiles/WebMercatorQuad/30/0/0', 404, 'NoSuchTile', '16'),
    (f'{SCHOOLS}/tiles/WebMercatorQuad/8/256/203', 404, 'NoSuchTile', 'rows 113 to 113'),
    (f'{SCHOOLS}/tiles/WebMercatorQuad/8/a/0', 404, 'NoSuchTile', ''),
    (f'{SCHOOLS}/tiles/WebMercator/8/0/0', 404, 'NoSuchTileMatrixSet', 'WebMercatorQuad'),
    ('/api/TileMatrixSets/WebMercator', 404, 'NoSuchTileMatrixSet', 'WebMercatorQuad'),
    (f'{SCHOOLS}/coverage', 404, 'UnknownLayer', 'elevation'),
    (f'{SCHOOLS}/position', 404, 'NoSuchResource', 'position'),
    ('/api/processes/service-cover', 404, 'UnknownProcess', 'service-coverage'),
    ('/api/jobs/17', 404, 'UnknownJob', '17'),
    ('/api/jobs/17/results', 404, 'UnknownJob', '17'),
    ('/api/jobs?limit=ten', 400, 'BadParameter', 'limit'),
    ('/api/jobs?offset=-1', 400, 'BadParameter', 'offset'),
    ('/api/jobs?status=done', 400, 'BadParameter', 'successful'),
    ('/api/jobs?state=running', 400, 'UnknownParameter', 'status'),
    ('/api/processes?limit=0', 400, 'BadParameter', 'limit'),
    ('/api/processes/service-coverage/execution', 405, 'NotAllowed', 'POST'),
    ('/api/processes/service-cover/execution', 404, 'UnknownProcess', 'service-coverage'),
    ('/api/stac', 404, 'NoSuchResource', 'stac'),
    ('/api/nothing', 404, 'NoSuchResource', 'nothing'),
]


def test_the_reason_is_named(desk: Desk, client: Client) -> None:
    """All in one test: each asks the same service, and a database of its own would take a second each."""
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    for address, status, code, named in REFUSED:
        answer = app.get(address, headers={'Accept-Language': 'en'})
        document = answer.get_json(force=True)
        assert (answer.status_code, document.get('code')) == (status, code), (address, document)
        assert set(document) == {'type', 'title', 'status', 'detail', 'code', 'description', 'request'}
        assert named in document['description'], (address, document)


def test_errors_are_in_the_language_of_the_request(desk: Desk, client: Client) -> None:
    app = client()
    assert 'Không có lớp' in app.get('/api/collections/x').get_json(force=True)['description']
    assert 'There is no collection' in app.get('/api/collections/x?lang=en').get_json(force=True)['description']
    page = app.get('/api/collections/x?f=html').get_data(as_text=True)
    assert 'Không có lớp' in page
    assert 'There is no collection' in page


def test_a_long_or_deep_filter_is_refused_before_it_costs_anything(desk: Desk, client: Client) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    long = ' OR '.join(['places=1'] * 4000)
    deep = '(' * 5000 + 'places=1' + ')' * 5000
    thousands = ('NOT ' * 4000 + '(places=1)', 'places=' + '-' * 9000 + '1', 'places=' + '+'.join('1' * 9000))
    hidden = '"a\\" = ' + '- ' * 3000 + '1 OR "b" = 1'
    for text in (long, deep, 'NOT ' * 60 + '(places=1)', *thousands, hidden):
        answer = app.get(f'{SCHOOLS}/items', query_string={'filter': text})
        assert answer.status_code == 400
        assert answer.get_json(force=True)['code'] == 'BadFilter'


def test_a_query_without_an_end_is_ended_and_said_to_be_too_slow(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table is locked, so that a query of it would wait for ever; the service answers everything else meanwhile."""
    monkeypatch.setenv('DOTHI_STATEMENT_TIMEOUT_MS', '200')
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('lock table layer.schools in access exclusive mode')
        for address in (f'{SCHOOLS}/items', f'{SCHOOLS}/items?filter=places>1&limit=1', f'{SCHOOLS}/items/1'):
            answer = app.get(address)
            assert answer.status_code == 503
            assert answer.get_json(force=True)['code'] == 'TooSlow'
            assert int(answer.headers['Retry-After']) > 0
            assert app.get('/api/collections').status_code == 200
    assert app.get(f'{SCHOOLS}/items').status_code == 200


def test_a_query_that_computes_too_long_is_ended_too(
    desk: Desk, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search without accents has no index: 300 long names take longer than the 5 ms allowed here."""
    monkeypatch.setenv('DOTHI_STATEMENT_TIMEOUT_MS', '5')
    desk.release('schools', [('POINT(0 0)', school(f'S{i}', 'Trường ' * 1_000)) for i in range(300)])
    answer = client().get(f'{SCHOOLS}/items?q=nowhere')
    assert (answer.status_code, answer.get_json(force=True)['code']) == (503, 'TooSlow')


def test_a_fault_of_ours_shows_a_number_and_logs_the_rest(
    desk: Desk, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    app.application.view_functions['items.items'] = _broken
    answer = app.get(f'{SCHOOLS}/items?lang=en')
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert 'secret' not in text
    reference = answer.get_json(force=True)['description'].split()[-1].rstrip('.')
    assert reference in caplog.text
    assert 'secret' in caplog.text


def _broken(collection_id: str) -> str:
    raise RuntimeError('secret')


@pytest.mark.parametrize('method', ['post', 'put', 'patch', 'delete'])
@pytest.mark.parametrize('path', ['/api/nope', '/api/nope/nope', '/api/deliveries/-1/decision'])
def test_nothing_is_there_whatever_the_method(client: Client, method: str, path: str) -> None:
    """The portal's files are read at any address, so a change at one of the API was answered: GET alone."""
    answer = getattr(client(), method)(f'{path}?lang=en')
    assert (answer.status_code, answer.get_json()['code']) == (404, 'NoSuchResource')


@pytest.mark.parametrize(
    'shortage',
    [
        OSError(errno.ENOSPC, 'secret'),
        OSError(errno.EMFILE, 'secret'),
        FileNotFoundError(errno.ENOENT, 'secret'),
        MemoryError('secret'),
    ],
    ids=repr,
)
def test_what_the_machine_is_short_of_is_no_fault_of_ours(
    desk: Desk, client: Client, caplog: pytest.LogCaptureFixture, shortage: Exception
) -> None:
    """The client comes again; the log has what it was, with its place in the code."""

    def fail(collection_id: str) -> str:
        raise shortage

    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client()
    app.application.view_functions['items.items'] = fail
    answer = app.get(f'{SCHOOLS}/items?lang=en')
    assert (answer.status_code, 'secret' in answer.get_data(as_text=True)) == (503, False)
    assert int(answer.headers['Retry-After']) > 0
    assert 'secret' in caplog.text
    assert 'in fail' in caplog.text


@pytest.mark.parametrize('audience', ['public', 'internal'])
def test_reading_what_is_not_read_is_refused_with_what_can_be_done(
    desk: Desk, client: Client, audience: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RFC 9110, 15.5.6: it was 404, and OPTIONS announced GET, which the portal's files take at any address."""
    monkeypatch.setenv('DOTHI_EDIT_TOKEN', TOKENS)
    desk.release('schools', [('POINT(0 0)', school('A'))])
    app = client(audience)
    paths = app.get('/api/openapi?f=json', headers=LAN).get_json(force=True)['paths']
    unread = {path: operations.keys() & WRITING for path, operations in paths.items() if 'get' not in operations}
    assert {'/collections/schools/search', '/jobs/{jobId}/rerun'} <= unread.keys()
    for path, documented in unread.items():
        address = '/api' + re.sub('{[^}]+}', lambda name: IDS.get(name[0], '1'), path)
        announced = set(app.options(address, headers=LAN).headers['Allow'].split(', '))
        assert {method.upper() for method in documented} <= announced, path
        assert not announced & {'GET', 'HEAD'}, path
        for method in ('GET', 'HEAD'):
            answer = app.open(address, method=method, headers=LAN)
            assert (answer.status_code, {*answer.headers['Allow'].split(', ')}) == (405, announced), path
    # what is nowhere stays unknown, and what is read is read
    for address in ('/api/nowhere', '/api/collections/nowhere', '/api/collections/schools/nowhere'):
        assert app.get(address, headers=LAN).status_code == 404
    assert app.options('/api/collections/schools', headers=LAN).headers['Allow'] == 'GET, HEAD, OPTIONS'
