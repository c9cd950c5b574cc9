"""docker/postgis.sh makes a database at the first start, keeps it at the next, and survives an interrupted one."""

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


class Container:
    """The image's script run on this machine: the same program, in folders of its own and on loopback only."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        as_postgres = ['runuser', '-u', 'postgres', '--'] if os.geteuid() == 0 else []
        where = [f'PGDATA={self.folder}/data', f'ADMIN_FOLDER={self.folder}']
        settings = ['-c', f'port={self.port}', '-c', 'listen_addresses=127.0.0.1']
        settings += ['-c', f'unix_socket_directories={self.folder}']
        command = [*as_postgres, 'env', *where, str(self.folder / 'postgis.sh'), *settings]
        log = (self.folder / 'log').open('ab')
        self.process = subprocess.Popen(command, cwd='/', stdout=log, stderr=log, start_new_session=True)

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
    shutil.copy(PROJECT / 'docker' / 'postgis.sh', folder)
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
