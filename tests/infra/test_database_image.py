"""docker/postgis.sh makes a database at the first start, keeps it at the next, and survives an interrupted one.

docker/standby.sh has another one follow it, which takes its place.
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from dothi.core.ports import free_port
from dothi.core.settings import PROJECT
from tests.conftest import PATIENCE_S
from tests.processes.workers import wait_until


class Container:
    """The image's script run on this machine: the same program, in folders of its own and on loopback only."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = ['-c', f'port={self.port}', '-c', 'listen_addresses=127.0.0.1']
        settings += ['-c', f'unix_socket_directories={self.folder}']
        command = self._command('postgis.sh', *settings)
        log = (self.folder / 'log').open('ab')
        self.process = subprocess.Popen(command, cwd='/', stdout=log, stderr=log, start_new_session=True)

    def _command(self, script: str, *words: str) -> list[str]:
        as_postgres = ['runuser', '-u', 'postgres', '--'] if os.geteuid() == 0 else []
        where = [f'PGDATA={self.folder}/data', f'ADMIN_FOLDER={self.folder}', f'PGPORT={self.port}']
        return [*as_postgres, 'env', *where, str(self.folder / script), *words]

    def standby(self, *words: str, typed: str = '') -> str:
        """What docker/standby.sh prints."""
        return subprocess.run(
            self._command('standby.sh', *words),
            input=typed, cwd='/', capture_output=True, text=True, check=True, timeout=PATIENCE_S,
        ).stdout.strip()  # fmt: skip

    def stop(self, sign: signal.Signals = signal.SIGINT) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, sign)
            self.process.wait(PATIENCE_S)

    def answer(self, question: str) -> object:
        """What the database `dothi` answers the administrator, whose password is in the file that migrate reads."""
        copy = self.folder / 'my-pgpass'
        shutil.copy(self.folder / 'pgpass', copy)
        copy.chmod(0o600)
        url = f'postgresql://dothi_admin@127.0.0.1:{self.port}/dothi?passfile={copy}'
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(question)
            row = cursor.fetchone()
            return row[0] if row else None

    def wait(self) -> None:
        for _ in range(10 * PATIENCE_S):
            try:
                self.answer('select 1')
            except (psycopg2.OperationalError, FileNotFoundError):
                time.sleep(0.1)
            else:
                return
        pytest.fail((self.folder / 'log').read_text())


@pytest.fixture
def container(shared_folder: Path) -> Iterator[Container]:
    with container_in(shared_folder / 'image') as new:
        yield new


@pytest.fixture(scope='module')
def running(shared_folder: Path) -> Iterator[Container]:
    """One that has started for the first time."""
    with container_in(shared_folder / 'running-image') as made:
        made.start()
        made.wait()
        yield made


@contextmanager
def container_in(folder: Path) -> Iterator[Container]:
    folder.mkdir()
    for script in ('postgis.sh', 'standby.sh'):
        shutil.copy(PROJECT / 'docker' / script, folder)
    if os.geteuid() == 0:
        shutil.chown(folder, pwd.getpwnam('postgres').pw_uid)
    made = Container(folder)
    yield made
    made.stop(signal.SIGKILL)
    shutil.rmtree(folder)


def test_the_database_is_kept_from_one_start_to_the_next(running: Container) -> None:
    running.answer("create table kept as select 'Nam Định' as name; select 1")
    assert running.answer("select datlocale from pg_database where datname = 'dothi'") == 'C.UTF-8'
    running.stop()
    running.start()
    running.wait()
    assert running.answer('select name from kept') == 'Nam Định'
    extensions = "select count(*) from pg_available_extensions where name in ('postgis', 'pgrouting')"
    assert running.answer(extensions) == 2


def test_a_first_start_that_was_killed_is_made_good_by_the_next(container: Container) -> None:
    container.start()
    while not (container.folder / 'data.new' / 'PG_VERSION').exists():
        time.sleep(0.01)
    container.stop(signal.SIGKILL)
    assert not (container.folder / 'data').exists()
    container.start()
    container.wait()
    assert not (container.folder / 'data.new').exists()


def test_nobody_enters_without_the_password(running: Container) -> None:
    with pytest.raises(psycopg2.OperationalError, match='password'):
        psycopg2.connect(f'postgresql://dothi_admin:wrong@127.0.0.1:{running.port}/dothi')


def test_a_standby_follows_and_takes_the_place_of_a_primary_that_is_lost(
    running: Container, container: Container
) -> None:
    running.answer('create table before_copy as select 1 as n; select 1')
    code = running.standby('allow', '127.0.0.1')
    container.standby('join', '127.0.0.1', str(running.port), typed=f'{code}\n')
    # the password of the administrator is a row of the primary's; the guide copies its file
    shutil.copy(running.folder / 'pgpass', container.folder)
    if os.geteuid() == 0:
        shutil.chown(container.folder / 'pgpass', 'postgres')
    container.start()
    container.wait()
    wait_until(lambda: '0 bytes behind' in running.standby('status'))
    running.answer('create table after_copy as select 2 as n; select 1')
    wait_until(lambda: container.answer("select to_regclass('after_copy') is not null") is True)
    assert 'follows' in container.standby('status')
    with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        container.answer('create table written_on_standby as select 3 as n; select 1')
    running.standby('forget')
    assert running.answer('select count(*) from pg_replication_slots') == 0
    running.stop(signal.SIGQUIT)
    assert 'primary' in container.standby('promote')
    container.answer('insert into after_copy select n + 1 from before_copy; select 1')
    assert container.answer('select sum(n) from after_copy') == 4
    running.start()
    running.wait()


def test_only_the_machine_that_was_named_follows_by_tls_with_the_code(running: Container, container: Container) -> None:
    running.standby('allow', '10.20.0.7')
    rules = """select string_agg(concat_ws(' ', type, user_name[1], address), ', ' order by rule_number)
        from pg_hba_file_rules where address not in ('127.0.0.1', '::1')"""
    assert running.answer(rules) == 'host all samenet, hostssl dothi_standby 10.20.0.7'
    running.standby('allow', '127.0.0.1')
    with pytest.raises(subprocess.CalledProcessError):
        container.standby('join', '127.0.0.1', str(running.port), typed='wrong\n')
    assert not (container.folder / 'data').exists()


def test_a_database_that_is_there_is_not_copied_over(running: Container) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        running.standby('join', '127.0.0.1', '1', typed='code\n')
