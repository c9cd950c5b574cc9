"""What all tests share: a PostGIS of their own, fresh databases in it, and the demo province."""

import fcntl
import gc
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import psycopg2
import pytest
from psycopg2 import sql
from sqlalchemy import URL
from xdist.remote import Producer

from demo.sent import DemoFile
from demo.write import write_demo
from dothi.cartography.shared_styles import sync_styles
from dothi.core import database as core_database
from dothi.core.locality import Locality, load_locality
from dothi.core.migrate import migrate
from dothi.core.ports import free_port
from dothi.core.postgis import THROWAWAY, LocalPostgis
from dothi.core.settings import PROJECT, PathSettings
from dothi.local.demo import demo_options
from etl.closed_room import fork_server
from etl.desk.deliver import deliver
from tests.matrix import EXHAUSTIVE, number_of_examples
from tests.scheduling import GroupScheduling, group_of, grouping_fault, rank_of

# Whoever runs the tests may read English.
os.environ['DOTHI_LANG'] = 'vi'
RECYCLING = Path(__file__).parent / 'recycling.sql'
MIGRATED = 'template_migrated'
OTHERS_END = """select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()"""
# How long a test waits for what must come before it fails; on a quiet machine most of it comes within a second.
PATIENCE_S = 300
# of a generated test that names no number
hypothesis.settings.register_profile('dothi', max_examples=number_of_examples(30, 100))
hypothesis.settings.load_profile('dothi')
# The services of each group that runs, and the last test that uses them.
SHARED_SERVICES: dict[str, ExitStack] = {}
LAST_OF_GROUP: dict[str, str] = {}
SHARED_DATA = PROJECT.parent / 'shared' / 'data'


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests for the workers; skip tests on real data where the data is absent.

    On CI, where real data always is there, they fail instead.
    """
    # what waits until the worker has written the files of whole layers comes when it has done so, beside other tests
    waiting = {item.path for item in items if 'prepared' in getattr(item, 'fixturenames', ())}
    items.sort(key=lambda item: (rank_of(item.location[0]), item.path in waiting))
    if SHARED_DATA.is_dir() or os.environ.get('CI'):
        return
    for item in items:
        if item.get_closest_marker('real_data'):
            item.add_marker(pytest.mark.skip(reason=f'real data is not there: {SHARED_DATA}'))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test that would start a shared service a second time."""
    fault = grouping_fault(item)
    if fault is not None:
        pytest.fail(fault, pytrace=False)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which test is the last one on each shared service, and keep all tests from being looked at as garbage.

    Looking through what 5,400 tests have imported took 13 % of the processor time of tests without a service.
    """
    LAST_OF_GROUP.update({group_of(item.location[0]): item.nodeid for item in session.items})
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """End shared services after the last test on them: until the end of the run they would take 1 GB each."""
    group = group_of(item.location[0])
    if group in SHARED_SERVICES and LAST_OF_GROUP[group] == item.nodeid:
        SHARED_SERVICES.pop(group).close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """With `pytest -n`: files that share a service go to one worker."""
    return GroupScheduling(config, log)


@pytest.fixture(scope='session', autouse=True)
def as_installed() -> Iterator[None]:
    """Processes that tests start do not see libraries that only tests install."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('PYTHONPATH', str(Path(__file__).parent / 'as_installed'), prepend=os.pathsep)
        yield


@pytest.fixture(scope='session')
def real_data() -> Path:
    """The folder of real data."""
    return SHARED_DATA


@pytest.fixture(scope='session')
def locality() -> Locality:
    """The locality that the project ships."""
    return load_locality(PROJECT / 'locality')


@pytest.fixture(scope='session')
def shared_folder() -> Iterator[Path]:
    """A folder that the user `postgres` can reach too, as pytest's own is private."""
    folder = Path(tempfile.mkdtemp(prefix='dothi-test-'))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope='session')
def postgis(shared_folder: Path) -> Iterator[LocalPostgis]:
    """A PostGIS server that lives as long as the tests run."""
    server = LocalPostgis(shared_folder / 'postgis', settings=THROWAWAY)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope='session')
def room(shared_folder: Path) -> Path:
    """The scratch folder of a fork server that has read a file of our system before, as a worker's has.

    This process reads files by it, and so does each that works in a state folder that `share_room` was called for.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('DOTHI_STATE', str(shared_folder / 'room'))
        fork_server.share('EPSG:9209')
        return PathSettings().scratch


def share_room(state: Path, room: Path) -> None:
    """Let processes that work in this state folder read files by the fork server of the tests."""
    state.mkdir(parents=True, exist_ok=True)
    (state / 'scratch').symlink_to(room)


class Instance:
    """Databases and state folders of the tests, one of each per test or group of tests."""

    def __init__(self, server: LocalPostgis, folder: Path) -> None:
        self.server, self.folder = server, folder
        # by template: copies of it that a test has left clean
        self._clean: dict[str, list[str]] = {}

    def create(self, name: str, template: str | None = None) -> URL:
        """A new database, empty or a copy of `template`."""
        parts = sql.SQL('create database {}').format(sql.Identifier(name))
        if template:
            # Files copied by the system take half the time of pages copied through the log, and a tenth to drop.
            parts += sql.SQL(' template {} strategy file_copy').format(sql.Identifier(template))
        self._admin(parts)
        return self.server.url.set(database=name)

    def drop(self, name: str) -> None:
        self._admin(sql.SQL('drop database if exists {} with (force)').format(sql.Identifier(name)))

    @contextmanager
    def closed(self, name: str) -> Iterator[None]:
        """Nobody reaches the database while inside, and who had reached it loses it."""
        self._admin(sql.SQL('alter database {} allow_connections false').format(sql.Identifier(name)))
        self._admin(
            sql.SQL('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = {}').format(
                sql.Literal(name)
            )
        )
        try:
            yield
        finally:
            self.open(name)

    def open(self, name: str) -> None:
        self._admin(sql.SQL('alter database {} allow_connections true').format(sql.Identifier(name)))

    def take(self, name: str, template: str) -> URL:
        """A database like `template`: one that a test before has left clean, or a new copy.

        It gets a name of its own, so that what a test left running does not find its way into the next one's.
        """
        if not (ready := self._clean.get(template)):
            return self.create(name, template)
        self._admin(sql.SQL('alter database {} rename to {}').format(sql.Identifier(ready.pop()), sql.Identifier(name)))
        return self.server.url.set(database=name)

    def remember(self, template: str) -> None:
        """From now on copies of `template` are cleaned after a test, and serve the next one."""
        url = self.server.url.set(drivername='postgresql', database=template)
        with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as db, db, db.cursor() as cursor:
            cursor.execute('select recycling.remember()')
        self._clean[template] = []

    def is_recyclable(self, template: str | None) -> bool:
        """Whether copies of the template can be cleaned."""
        return template in self._clean

    def give_back(self, name: str, template: str) -> None:
        """Takes the rows of a test away again, or the whole database if the test changed more than rows."""
        url = self.server.url.set(drivername='postgresql', database=name)
        try:
            with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as db, db, db.cursor() as cursor:
                cursor.execute(OTHERS_END)
                cursor.execute('select recycling.clean()')
                (clean,) = cursor.fetchone() or (False,)
        except psycopg2.Error:
            clean = False
        if clean:
            self._clean[template].append(name)
        else:
            self.drop(name)

    def environment(self, url: URL, state: Path) -> dict[str, str]:
        """What makes `dothi`, here or in a child process, work on this database and state folder."""
        return {
            'DOTHI_DATABASE_URL': url.render_as_string(hide_password=False),
            'DOTHI_STATE': str(state),
            # roles belong to the server, not to a database, so all databases share their passwords
            'DOTHI_SECRETS': str(self.folder / 'secrets'),
            # what a killed worker leaves behind goes with the folder; a socket's path must be short, unlike `state`
            'TMPDIR': str(self.folder),
        }

    def _admin(self, statement: sql.Composable) -> None:
        url = self.server.url.set(drivername='postgresql', database='postgres')
        connection = psycopg2.connect(url.render_as_string(hide_password=False))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


@pytest.fixture(scope='session')
def instance(postgis: LocalPostgis, shared_folder: Path) -> Instance:
    return Instance(postgis, shared_folder)


@pytest.fixture(scope='session')
def template(instance: Instance, locality: Locality, room: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of a migrated database without data, to be copied."""
    name = MIGRATED
    url = instance.create(name)
    with pytest.MonkeyPatch.context() as patch:
        use(patch, instance.environment(url, tmp_path_factory.mktemp('template')))
        migrate(locality)
        sync_styles(locality)
        with core_database.connection('admin') as db, db.cursor() as cursor:
            cursor.execute(RECYCLING.read_text(encoding='utf-8'))
        core_database.fresh()
    instance.remember(name)
    return name


@contextmanager
def building_template(instance: Instance, name: str, template: str, state: Path) -> Iterator[None]:
    """Inside, this process fills a copy of `template`, which then is a template called `name`: take it by `fresh`."""
    environment = instance.environment(instance.create(name, template), state)
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        yield
        core_database.fresh()
    instance.remember(name)


def use(patch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """Points this process at an instance."""
    core_database.fresh()
    for name, value in environment.items():
        patch.setenv(name, value)


@pytest.fixture
def empty_database(instance: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A database with nothing in it, and the environment that leads there."""
    yield from fresh(instance, None, tmp_path, monkeypatch)


@pytest.fixture
def database(
    instance: Instance, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """A migrated database without data, and the environment that leads there (set for this process already)."""
    yield from fresh(instance, template, tmp_path, monkeypatch)


def fresh(instance: Instance, template: str | None, state: Path, patch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The environment of a new database, set for this process; the database is gone afterwards."""
    name = f'test_{uuid.uuid4().hex[:12]}'
    recycled = template if instance.is_recyclable(template) else None
    url = instance.take(name, recycled) if recycled else instance.create(name, template)
    environment = instance.environment(url, state)
    use(patch, environment)
    yield environment
    core_database.fresh()
    if recycled:
        instance.give_back(name, recycled)
    else:
        instance.drop(name)


DEMO_BUILDINGS = 2_000


@dataclass(frozen=True)
class Province:
    """A running instance with a small demo province: its addresses, and the environment that leads to it."""

    internal_url: str
    public_url: str
    environment: dict[str, str]
    log: Path


@pytest.fixture(scope='session')
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> list[DemoFile]:
    """The demo's files, with few buildings; the first of pytest-xdist's workers writes them for all."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if 'PYTEST_XDIST_WORKER' in os.environ else base
    written = shared / 'demo.pickle'
    with (shared / 'demo.lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not written.exists():
            folder = shared / 'demo'
            folder.mkdir()
            files = write_demo(folder, locality_path=PROJECT / 'locality', buildings=DEMO_BUILDINGS)
            written.write_bytes(pickle.dumps(files))
    loaded: list[DemoFile] = pickle.loads(written.read_bytes())
    return loaded


@pytest.fixture(scope='session')
def province_template(
    instance: Instance, template: str, demo_files: list[DemoFile], locality: Locality, shared_folder: Path
) -> str:
    """Name of a database with the demo province delivered, to be copied."""
    name = 'template_province'
    environment = instance.environment(instance.create(name, template), shared_folder / 'province-template')
    with pytest.MonkeyPatch.context() as patch:
        use(patch, environment)
        for file in demo_files:
            deliver(file.path, demo_options(file), locality)
        core_database.fresh()
    return name


@pytest.fixture
def province_database(
    instance: Instance, province_template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """A database of its own with the demo province in it; nothing is running on it."""
    yield from fresh(instance, province_template, tmp_path, monkeypatch)


@pytest.fixture(scope='session')
def province(instance: Instance, province_template: str, shared_folder: Path) -> Iterator[Province]:
    """Both services and a worker on a demo province that all tests share and none may change."""
    environment = instance.environment(instance.create('province', province_template), shared_folder / 'province')
    # the rasters of the releases lie where they were delivered
    environment['DOTHI_STORE'] = str(shared_folder / 'province-template' / 'store')
    if not EXHAUSTIVE:
        # the other formats are tested in tests/api/test_downloads.py, and would be written for each layer and audience
        environment['DOTHI_DOWNLOADS'] = '["csv"]'
    with shared_services('province') as services:
        yield services.enter_context(serving(environment, shared_folder / 'province'))


@contextmanager
def shared_services(group: str) -> Iterator[ExitStack]:
    """What ends with the group's last test, or else with the fixture. group: of `scheduling.GROUPS`."""
    with SHARED_SERVICES.setdefault(group, ExitStack()) as services:
        yield services


SERVICES = {
    'worker': ['worker'],
    'internal': ['serve', '--audience', 'internal'],
    'public': ['serve', '--audience', 'public'],
}


@contextmanager
def serving(environment: dict[str, str], folder: Path, services: Iterable[str] = tuple(SERVICES)) -> Iterator[Province]:
    """Those of SERVICES on free ports while inside, each a process of its own as in production."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = {
        'DOTHI_PORT': str(free_port()),
        'DOTHI_PUBLIC_PORT': str(free_port()),
        'DOTHI_WORKERS': '1',
        'DOTHI_PUBLIC_ECHO': 'yes',
    }
    environment = {**environment, **ports}
    urls = {
        audience: f'http://127.0.0.1:{environment[name]}'
        for audience, name in (('internal', 'DOTHI_PORT'), ('public', 'DOTHI_PUBLIC_PORT'))
    }
    with ExitStack() as stack:
        log = stack.enter_context((folder / 'services.log').open('ab'))
        processes = [
            stack.enter_context(_running([sys.executable, '-m', 'dothi.cli', *SERVICES[name]], environment, log))
            for name in services
        ]
        # all at once, before each is waited for
        stack.callback(lambda: [process.terminate() for process in processes])
        for audience in urls.keys() & set(services):
            _wait_for(f'{urls[audience]}/health', folder / 'services.log')
        yield Province(urls['internal'], urls['public'], environment, folder / 'services.log')


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: object) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(  # type: ignore[call-overload]
        command, env={**os.environ, **environment}, stdout=log, stderr=log, cwd=PROJECT, stdin=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f'{url} does not answer:\n{log.read_text(encoding="utf-8")[-4000:]}')
