"""Databases of tests: a PostGIS of their own, and fresh databases in it, cleaned and used again where possible."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy
from psycopg2 import sql
from sqlalchemy import URL

from dothi.cartography.shared_styles import sync_styles
from dothi.core import database as core_database
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from dothi.core.postgis import THROWAWAY, LocalPostgis
from dothi.core.settings import PathSettings
from dothi.core.store_mark import MARK
from etl.closed_room import fork_server
from tests import sessions

RECYCLING = Path(__file__).parent / 'recycling.sql'
MIGRATED = 'template_migrated'
# Sessions of a renderer of maps are left alone: it is one of this process, and would have to be started again.
OTHERS_END = """select count(pg_terminate_backend(pid, 10000)) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and pid <> all (%s)
    and application_name <> 'dothi map'"""


@dataclass(frozen=True)
class CleanDatabase:
    """A database that a test has left as its template is, with the sessions on it that the next test gets.

    was_shared: others than this process had reached it, and may try again.
    """

    name: str
    engines: sessions.Engines
    was_shared: bool = False


class Instance:
    """Databases and state folders of the tests, one of each per test or group of tests."""

    def __init__(self, server: LocalPostgis, folder: Path) -> None:
        self.server, self.folder = server, folder
        # by template
        self._clean: dict[str, list[CleanDatabase]] = {}

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
        self._end_sessions(name)
        try:
            yield
        finally:
            self.open(name)

    def _end_sessions(self, name: str) -> None:
        ends = sql.SQL('select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = {}')
        self._admin(ends.format(sql.Literal(name)))

    def open(self, name: str) -> None:
        self._admin(sql.SQL('alter database {} allow_connections true').format(sql.Identifier(name)))

    def take(self, new_name: str, template: str) -> CleanDatabase:
        """A database like `template`: one that a test before has left clean, or a new copy.

        One that others had reached gets a name of its own, so that what a test left running does not find its way into
        the next one's.
        """
        if not (ready := self._clean.get(template)):
            self.create(new_name, template)
            return CleanDatabase(new_name, {})
        clean = ready.pop()
        if not clean.was_shared:
            return clean
        self._end_sessions(clean.name)
        rename = sql.SQL('alter database {} rename to {}')
        self._admin(rename.format(sql.Identifier(clean.name), sql.Identifier(new_name)))
        return CleanDatabase(new_name, {})

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
        engines = sessions.put_aside(name)
        url = self.server.url.set(database=name)
        try:
            others_than = sessions.backends(engines)
            with sessions.administrator(engines, url) as db, db.cursor() as cursor:
                cursor.execute(OTHERS_END, [others_than])
                others = cursor.fetchone()
                cursor.execute('select recycling.clean()')
                (clean,) = cursor.fetchone() or (False,)
        except (psycopg2.Error, sqlalchemy.exc.DBAPIError):
            clean, others = False, None
        if not clean or others != (0,):
            sessions.close(engines)
            engines = {}
        if clean:
            self._clean[template].append(CleanDatabase(name, engines, was_shared=others != (0,)))
        else:
            self.drop(name)

    def environment(self, url: URL, state: Path) -> dict[str, str]:
        """What makes `dothi`, here or in a child process, work on this database and state folder."""
        self.forget_store()
        return {
            'DOTHI_DATABASE_URL': url.render_as_string(hide_password=False),
            'DOTHI_STATE': str(state),
            # roles belong to the server, not to a database, so all databases share their passwords
            'DOTHI_SECRETS': str(self.folder / 'secrets'),
            # most tests are about what is served; tests/access is about to whom
            'DOTHI_SIGN_IN': 'to_change',
            # what a killed worker leaves behind goes with the folder; a socket's path must be short, unlike `state`
            'TMPDIR': str(self.folder),
        }

    def forbid_tokens(self) -> None:
        """Fail a test that made a token for the tests after it: all share their secrets, and services adopt it."""
        self.forget_store()
        token = self.folder / 'secrets' / 'edit_token'
        if token.exists():
            token.unlink()
            pytest.fail(f'A test made {token} for all tests: give what it runs a DOTHI_SECRETS of its own.')

    def forget_store(self) -> None:
        """Has the shared secrets belong to no store: each state folder has one of its own."""
        (self.folder / 'secrets' / MARK).unlink(missing_ok=True)

    def _admin(self, statement: sql.Composable) -> None:
        url = self.server.url.set(drivername='postgresql', database='postgres')
        connection = psycopg2.connect(url.render_as_string(hide_password=False))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


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
    if template and instance.is_recyclable(template):
        yield from _recycled(instance.take(name, template), instance, template, state, patch)
        return
    environment = instance.environment(instance.create(name, template), state)
    use(patch, environment)
    yield environment
    core_database.fresh()
    instance.drop(name)
    instance.forbid_tokens()


def _recycled(
    clean: CleanDatabase, instance: Instance, template: str, state: Path, patch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    environment = instance.environment(instance.server.url.set(database=clean.name), state)
    use(patch, environment)
    sessions.take_up(clean.engines)
    yield environment
    instance.give_back(clean.name, template)
    instance.forbid_tokens()
