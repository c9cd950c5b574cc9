"""Whole layers as files that are ready: made by the worker after a release, handed out whole or in parts."""

import base64
import csv
import hashlib
import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient
from psycopg2 import sql
from werkzeug.test import TestResponse

from dothi.api.app import create_app
from dothi.core.database import READERS, connection
from dothi.core.job_settings import JobSettings
from dothi.core.kept_file import file_sha256
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from processes.queue.child import FinishedRun, RunOrder
from processes.queue.downloads import LOCK_CLASS, Keeper, forget_unlisted_downloads
from tests.api.conftest import Desk, building, square
from tests.conftest import Instance, fresh
from tests.processes.conftest import ask, start_worker, stop_worker, wait_until

FOLDER = '/api/collections/buildings/downloads'
# so long ago that the worker does not wait for more releases
LONG_AGO, LATER = '2024-01-10T00:00:00Z', '2024-02-10T00:00:00Z'
type App = Callable[[Audience], FlaskClient]


@pytest.fixture(scope='module')
def environment(
    instance: Instance, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A database for all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        yield from fresh(instance, template, tmp_path_factory.mktemp('state'), patch)


@pytest.fixture(scope='module')
def desk(environment: dict[str, str], locality: Locality) -> Desk:
    return Desk(locality)


@pytest.fixture(scope='module')
def app(environment: dict[str, str], desk: Desk) -> App:
    """Clients of both services, which serve buildings."""
    release_two(desk)
    made = {audience: create_app(audience).test_client() for audience in ('public', 'internal')}
    return lambda audience: made[audience]


@pytest.fixture(scope='module')
def worker(environment: dict[str, str], app: App) -> Iterator[None]:
    process = start_worker({**environment, 'DOTHI_DOWNLOADS': '["gpkg", "csv", "parquet"]'})
    yield
    stop_worker(process)


def release_two(desk: Desk) -> None:
    desk.release('buildings', [(square(0, 0), building('A')), (square(50, 0), building('B'))], at=LONG_AGO)


@pytest.fixture
def app_with_files(app: App, desk: Desk, worker: None) -> App:
    """The same when the worker has written the files of two buildings, A and B."""
    if ask("select string_agg(code, ' ' order by code) from layer.buildings") != 'A B':
        release_two(desk)
    wait_until(lambda: all_ready(current()))
    return app


def all_ready(release: int) -> bool:
    return ask('select count(*) from catalog.download where release = %s', [release]) == 6


def current() -> int:
    return int(ask("select current_release from catalog.layer where id = 'buildings'"))


def files() -> list[Path]:
    return [path for path in (Path(PathSettings().store) / 'downloads').rglob('*') if path.is_file()]


def links(app: FlaskClient) -> dict[str, dict[str, Any]]:
    document = app.get('/api/collections/buildings').get_json(force=True)
    return {one['href'].rpartition('/')[2]: one for one in document['links'] if one['rel'] == 'enclosure'}


def test_a_file_that_is_not_there_yet_is_promised_and_one_that_never_will_is_refused(alone: Desk) -> None:
    client = create_app('public').test_client()
    waiting = client.get(f'{FOLDER}/buildings.gpkg?lang=en')
    assert (waiting.status_code, waiting.get_json(force=True)['code']) == (503, 'BeingPrepared')
    assert int(waiting.headers['Retry-After']) > 0
    assert links(client) == {}
    unknown = client.get(f'{FOLDER}/buildings.gpk?lang=en')
    assert unknown.status_code == 404
    assert 'Did you mean "buildings.gpkg"' in unknown.get_json(force=True)['description']
    assert client.get('/api/collections/schools/downloads/schools.csv').status_code == 404
    assert client.get('/api/collections/buildings/downloads/..%2Fx').status_code == 404


def test_files_follow_a_release_for_each_audience_with_its_columns(app_with_files: App, locality: Locality) -> None:
    hidden = [name for name, column in locality.layers['buildings'].columns.items() if column.access == 'internal']
    services: tuple[tuple[Audience, bool], ...] = (('public', False), ('internal', True))
    for audience, expected in services:
        client = app_with_files(audience)
        answer = client.get(f'{FOLDER}/buildings.csv')
        head, *rows = csv.reader(io.StringIO(answer.get_data().decode('utf-8-sig'), newline=''))
        assert [row[1] for row in rows] == ['A', 'B']
        assert [name in head for name in hidden] == [expected] * len(hidden)
        (found,) = {one.schema.names.count(hidden[0]) for one in [pq.ParquetFile(_saved(client, 'parquet'))]}
        assert found == expected


def test_the_list_of_collections_reads_settings_once_however_many_files_there_are(
    app_with_files: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading them takes a millisecond: for each of 150 files that was most of the time of the list."""
    reads: list[JobSettings] = []

    def read() -> JobSettings:
        reads.append(JobSettings())
        return reads[-1]

    monkeypatch.setattr('dothi.api.items.downloads.JobSettings', read)
    listed = app_with_files('internal').get('/api/collections').get_json(force=True)['collections']
    assert [link['rel'] for link in listed[0]['links']].count('enclosure') == 3
    assert len(reads) == 1


def _saved(app: FlaskClient, form: str) -> io.BytesIO:
    return io.BytesIO(app.get(f'{FOLDER}/buildings.{form}').get_data())


def test_the_collection_links_to_its_files_with_type_and_size(app_with_files: App) -> None:
    found = links(app_with_files('public'))
    assert set(found) == {'buildings.gpkg', 'buildings.csv', 'buildings.parquet'}
    for name, link in found.items():
        answer = app_with_files('public').get(f'{FOLDER}/{name}')
        assert (answer.mimetype, len(answer.get_data())) == (link['type'], link['length'])
        assert str(current()) in link['title']
        assert answer.headers['Dothi-Release'] == str(current())
        assert f'buildings-release-{current()}-2024-01-10.' in answer.headers['Content-Disposition']
        # RFC 9110, 5.6.6: a parameter comes once; strict readers refuse a charset that is there twice
        type_parameters = [part.partition('=')[0].strip() for part in answer.content_type.split(';')[1:]]
        assert len(set(type_parameters)) == len(type_parameters), answer.content_type
    shown = app_with_files('public').get('/api/collections/buildings?f=html').get_data(as_text=True)
    assert 'downloads/buildings.gpkg' in shown


def test_a_broken_off_download_goes_on_where_it_was(app_with_files: App) -> None:
    """Ranges under a strong tag: the parts make the whole; of another file a client gets all."""
    address = f'{FOLDER}/buildings.gpkg'
    whole = app_with_files('public').get(address)
    tag = whole.headers['ETag']
    assert not tag.startswith('W/')
    assert tag.strip('"') == hashlib.sha256(whole.get_data()).hexdigest()[:32]
    assert whole.headers['Last-Modified']
    half = len(whole.get_data()) // 2
    first = app_with_files('public').get(address, headers={'Range': f'bytes=0-{half - 1}', 'If-Range': tag})
    rest = app_with_files('public').get(address, headers={'Range': f'bytes={half}-', 'If-Range': tag})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.get_data() + rest.get_data() == whole.get_data()
    other = app_with_files('public').get(address, headers={'Range': 'bytes=0-9', 'If-Range': '"another"'})
    assert (other.status_code, len(other.get_data())) == (200, len(whole.get_data()))
    assert app_with_files('public').get(address, headers={'Range': 'bytes=99999999-'}).status_code == 416
    assert app_with_files('public').get(address, headers={'If-None-Match': tag}).status_code == 304


def test_the_next_release_replaces_the_files_and_takes_the_old_ones_away(app_with_files: App, desk: Desk) -> None:
    """Until they are ready the old ones are handed out, and whoever reads one reads it to its end."""
    before, old = current(), files()
    reading = app_with_files('public').get(f'{FOLDER}/buildings.gpkg')
    desk.release('buildings', [(square(0, 0), building('A')), (square(9, 9), building('C'))], at=LATER)
    shown = app_with_files('public').get(f'{FOLDER}/buildings.gpkg')
    assert shown.headers['Dothi-Release'] in {str(before), str(current())}
    wait_until(lambda: all_ready(current()))
    wait_until(lambda: not any(path.exists() for path in old))
    assert len(files()) == 6
    assert len(reading.get_data()) == reading.content_length
    assert _codes(app_with_files('public')) == ['A', 'C']


def _codes(app: FlaskClient) -> list[str]:
    base = sqlite3.connect(':memory:')
    base.deserialize(app.get(f'{FOLDER}/buildings.gpkg').get_data())
    return [row[0] for row in base.execute('select code from buildings order by code')]


def test_a_file_by_an_older_definition_of_the_layer_is_not_handed_out(app_with_files: App) -> None:
    """It may hold a column that is not for this audience any more. The worker makes it anew."""
    with connection('admin') as db, db.cursor() as cursor:
        # the worker is held off, so that the state in between can be looked at
        for name in ('public/buildings.csv', 'public/buildings.gpkg', 'public/buildings.parquet'):
            cursor.execute('select pg_advisory_lock(%s, hashtext(%s))', [LOCK_CLASS, name])
        _outdate()
        assert app_with_files('public').get(f'{FOLDER}/buildings.csv').status_code == 503
        assert links(app_with_files('public')) == {}
        assert len(links(app_with_files('internal'))) == 3
        cursor.execute('select pg_advisory_unlock_all()')
    wait_until(lambda: ask("select count(*) from catalog.download where definition = 'old'") == 0)
    assert app_with_files('public').get(f'{FOLDER}/buildings.csv').status_code == 200


def _outdate() -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("update catalog.download set definition = 'old' where audience = 'public'")


def test_a_file_that_somebody_removed_is_made_again(app_with_files: App) -> None:
    for path in files():
        path.unlink()
    assert app_with_files('public').get(f'{FOLDER}/buildings.csv').status_code in {200, 503}
    wait_until(lambda: len(files()) == 6)
    wait_until(lambda: app_with_files('public').get(f'{FOLDER}/buildings.csv').status_code == 200)


EXECUTION = '/api/processes/export-features/execution'
CHOSEN = {'collection': 'buildings', 'format': 'csv', 'properties': ['code']}


def test_an_export_is_handed_back_as_value_or_by_reference(app_with_files: App) -> None:
    """As the standard says: raw value, raw reference, and within a document either."""
    client = app_with_files('public')

    def run(**more: Any) -> TestResponse:
        return client.post(EXECUTION, json={'inputs': CHOSEN, **more})

    raw = run()
    assert (raw.status_code, raw.mimetype) == (200, 'text/csv')
    assert raw.headers['Dothi-Release'] == str(current())
    assert f'buildings-release-{current()}-' in raw.headers['Content-Disposition']
    content = raw.get_data()
    assert content.decode('utf-8-sig').startswith('"id","code","geom"\r\n1,"A",')
    reference = {'result': {'transmissionMode': 'reference'}}
    empty = run(outputs=reference)
    assert (empty.status_code, empty.get_data()) == (204, b'')
    (link,) = [one for one in empty.headers.getlist('Link') if 'rel="result"' in one]
    linked = client.get(link.split('>')[0].lstrip('<'))
    assert (linked.get_data(), linked.mimetype) == (content, 'text/csv')
    part = client.get(link.split('>')[0].lstrip('<'), headers={'Range': 'bytes=3-6'})
    assert (part.status_code, part.get_data()) == (206, content[3:7])
    answer = run(response='document')
    document = answer.get_json(force=True)
    assert client.get(document['result']['href']).get_data() == content
    assert (document['result']['type'], answer.headers['Dothi-Release']) == ('text/csv', str(current()))
    value = run(response='document', outputs={'result': {'transmissionMode': 'value'}}).get_json(force=True)
    assert base64.b64decode(value['result']['value']) == content
    assert run(outputs={'result': {'transmissionMode': 'carrier pigeon'}}).status_code == 400


class Recorder:
    """Takes the place of the child process, and notes what it was asked to write."""

    def __init__(self) -> None:
        self.orders: list[RunOrder] = []

    def __call__(self, order: RunOrder, tell: object, stopped: object) -> FinishedRun | None:
        self.orders.append(order)
        return None


@pytest.fixture
def alone(database: dict[str, str], locality: Locality) -> Desk:
    """A database on which no worker runs."""
    desk = Desk(locality)
    desk.release('buildings', [(square(0, 0), building('A'))], at=LONG_AGO)
    return desk


def test_no_two_workers_write_the_same_file(alone: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another holds the lock of is left to it; the rest is done, as whoever may read it."""
    monkeypatch.setenv('DOTHI_DOWNLOADS', '["csv", "gpkg"]')
    recorder = Recorder()
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select pg_advisory_xact_lock(%s, hashtext(%s))', [LOCK_CLASS, 'public/buildings.csv'])
        Keeper(recorder).prepare(lambda: False)
    asked = {(order.audience, order.inputs['format']) for order in recorder.orders}
    assert asked == {('internal', 'csv'), ('internal', 'gpkg'), ('public', 'gpkg')}
    assert all(order.patient for order in recorder.orders)


def test_a_burst_of_releases_is_waited_out_and_a_busy_layer_rests(alone: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that took a minute is not written again at once for every edit."""
    monkeypatch.setenv('DOTHI_DOWNLOADS', '["csv"]')

    def asked() -> int:
        recorder = Recorder()
        Keeper(recorder).prepare(lambda: False)
        return len(recorder.orders)

    assert asked() == 2
    alone.release('buildings', [(square(0, 0), building('A'))])
    assert asked() == 0
    alone.release('buildings', [(square(0, 0), building('A'))], at=LATER)
    assert asked() == 2
    for megabytes, expected in ((100, 0), (1, 2)):
        _enter(alone.locality, megabytes)
        assert asked() == expected


def _enter(locality: Locality, megabytes: int) -> None:
    """As if files of this size, of the release before, had been written just now within a minute."""
    from dothi.core.export.ready import definition

    place = Path(PathSettings().store) / 'downloads' / 'x.csv'
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()
    os.truncate(place, megabytes * 2**20)
    digest = file_sha256(place)
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('delete from catalog.download')
        for audience in READERS:
            made = definition(locality.layers['buildings'], locality, audience)
            cursor.execute(
                """insert into catalog.download select 'buildings', %s, 'csv', min(number), %s, 'downloads/x.csv', 1,
                       %s * 1048576, %s, 60, now() from catalog.release""",
                [audience, made, megabytes, digest],
            )


def test_a_file_is_marked_as_demonstration_data_by_its_own_release(alone: Desk) -> None:
    """And not by the release that came after it was written."""
    alone.release('buildings', [(square(0, 0), building('A'))], at=LATER, demo=True)
    _enter(alone.locality, 0)
    app = create_app('public').test_client()
    assert app.get('/api/collections/buildings/items?f=csv').headers['Dothi-Demo'] == 'true'
    assert app.get(f'{FOLDER}/buildings.csv').headers['Dothi-Demo'] == 'false'


def test_a_worker_that_was_killed_over_a_file_leaves_none_and_the_next_one_makes_it(
    database: dict[str, str], alone: Desk
) -> None:
    environment = {**database, 'DOTHI_DOWNLOADS': '["csv"]'}
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(sql.SQL('lock table {} in access exclusive mode').format(sql.Identifier('layer', 'buildings')))
        first = start_worker(environment)
        waiting = "select count(*) from pg_locks where not granted and relation = 'layer.buildings'::regclass"
        wait_until(lambda: ask(waiting) > 0)
        first.kill()
        first.wait()
        assert files() == []
        assert ask('select count(*) from catalog.download') == 0
    second = start_worker(environment)
    try:
        wait_until(lambda: ask('select count(*) from catalog.download') == 2)
        assert len(files()) == 2
    finally:
        stop_worker(second)


def test_a_file_without_an_entry_goes_after_a_day(app_with_files: App) -> None:
    """A worker was killed between the two. What is listed stays, however old, and so does what `dothi fetch` keeps."""
    listed, folder = set(files()), Path(PathSettings().store) / 'downloads'
    left, fetched = folder / 'public' / 'buildings' / 'buildings-release-1-left.gpkg', folder / 'osm' / 'x' / 'y.pbf'
    for file in (left, fetched):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text('x', encoding='utf-8')
    forget_unlisted_downloads()
    assert left.exists(), 'somebody may be about to enter it'
    for file in (left, fetched, *listed):
        os.utime(file, (0, 0))
    forget_unlisted_downloads()
    assert set(files()) == listed | {fetched}
    fetched.unlink()


def test_a_format_that_is_not_offered_any_more_is_removed(alone: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _enter(alone.locality, 1)
    assert len(files()) == 1
    monkeypatch.setenv('DOTHI_DOWNLOADS', '[]')
    Keeper(Recorder()).prepare(lambda: False)
    assert ask('select count(*) from catalog.download') == 0
    assert files() == []


def test_the_public_role_sees_no_file_of_the_internal_service(alone: Desk) -> None:
    """By role: not even that it is there."""
    _enter(alone.locality, 1)
    for audience in ('public', 'internal'):
        with connection(f'reader_{audience}') as db, db.cursor() as cursor:  # type: ignore[arg-type]
            cursor.execute('select distinct audience from catalog.download')
            assert cursor.fetchall() == [(audience,)]


def test_a_file_with_other_content_is_not_handed_out_and_made_again(app_with_files: App) -> None:
    """Of the same size and as old as before: what a bad disk leaves."""
    address = f'{FOLDER}/buildings.csv'
    whole = app_with_files('public').get(address).get_data()
    for file in files():
        content = file.read_bytes()
        file.write_bytes(content[:-3] + b'???')
    refused = app_with_files('public').get(address)
    assert refused.status_code == 503 or refused.get_data() == whole
    wait_until(lambda: app_with_files('public').get(address).status_code == 200)
    assert app_with_files('public').get(address).get_data() == whole
