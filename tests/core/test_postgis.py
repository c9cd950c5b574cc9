"""The private server starts on an empty folder, survives what machines do to it, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.extras import wait_select

from dothi.core.accounts import give_to_database_user
from dothi.core.errors import DiskFull
from dothi.core.postgis import THROWAWAY, LocalPostgis, NoPostgis
from dothi.core.process_table import start_time
from tests.conftest import PATIENCE_S
from tests.matrix import thorough


@pytest.fixture
def careful_server(shared_folder: Path) -> Iterator[LocalPostgis]:
    """One whose log reaches the disk at each commit, as that of `make up`."""
    server = LocalPostgis(shared_folder / 'careful')
    yield server
    server.stop()


@pytest.fixture
def server(shared_folder: Path, request: pytest.FixtureRequest) -> Iterator[LocalPostgis]:
    server = LocalPostgis(shared_folder / f'own-{abs(hash(request.node.name))}', settings=dict(THROWAWAY))
    yield server
    server.stop()


def rows(server: LocalPostgis, query: str) -> list[tuple[Any, ...]]:
    url = server.url.set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def answer(server: LocalPostgis) -> int:
    return int(rows(server, 'select 41 + 1')[0][0])


def test_it_starts_twice_and_stops_twice(server: LocalPostgis) -> None:
    server.start()
    port = server.url.port
    server.start()
    assert (server.url.port, answer(server)) == (port, 42)
    server.stop()
    server.stop()
    assert not server.running()


def test_a_new_session_has_postgis_loaded_before_its_first_shape(server: LocalPostgis) -> None:
    server.start()
    url = server.url.set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url)) as connection:
        assert 'postgis-3.so' in Path(f'/proc/{connection.info.backend_pid}/maps').read_text()


@pytest.fixture
def small_disk(shared_folder: Path) -> Iterator[Path]:
    """The folder of a disk that takes half of a new server."""
    disk = shared_folder / 'small-disk'
    disk.mkdir()
    disk.chmod(0o755)
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=30m,mode=755', 'tmpfs', disk], check=False).returncode:
        pytest.skip('only root may mount a disk')
    yield disk
    subprocess.run(['umount', disk], check=True)


def test_a_new_server_that_has_no_room_says_so_and_leaves_none_behind(small_disk: Path) -> None:
    """initdb makes room again before it ends, and its last words are of that."""
    with pytest.raises(DiskFull, match='No room'):
        LocalPostgis(small_disk / 'postgis').start()
    assert not (small_disk / 'postgis' / 'data').exists()
    assert shutil.disk_usage(small_disk).used < 2**20


def test_a_server_that_was_stopped_by_a_signal_is_adopted_and_ends_when_told_to(server: LocalPostgis) -> None:
    """`dothi up` waited for it without end, and `dothi down` for a minute, in vain."""
    server.start()
    _suspend(server)
    server.start()
    assert answer(server) == 42
    _suspend(server)
    server.stop()
    assert not server.running()


def _suspend(server: LocalPostgis) -> None:
    pid = server.pid() or 0
    # the server first: it begins no other one meanwhile
    os.kill(pid, signal.SIGSTOP)
    children = Path(f'/proc/{pid}/task/{pid}/children').read_text(encoding='utf-8').split()
    for child in map(int, children):
        os.kill(child, signal.SIGSTOP)
    # a signal is sent at once, and heeded when the process has a turn
    while _is_going(pid) or any(map(_is_going, map(int, children))):
        time.sleep(0.01)


def _is_going(pid: int) -> bool:
    try:
        stat = Path(f'/proc/{pid}/stat').read_text(encoding='utf-8')
    except FileNotFoundError:
        return False
    return stat.rpartition(') ')[2][0] not in 'TZ'


def test_a_log_that_was_deleted_is_written_again(server: LocalPostgis) -> None:
    """Also what sessions write that were there before; it was lost until the next start."""
    server.collects_log = True
    server.start()
    log = server.folder / 'server.log'
    url = server.url.set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url)) as session:
        server.keep_log()
        log.unlink()
        server.keep_log()
        _wait_until(log.exists)
        with pytest.raises(psycopg2.Error), session.cursor() as cursor:
            cursor.execute('select no_such_column')
        _wait_until(lambda: 'no_such_column' in log.read_text(encoding='utf-8'))


def _wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_other_machines_reach_it_only_from_the_networks_named_and_only_as_gis_staff(server: LocalPostgis) -> None:
    server.start()
    alone = rows(server, 'show listen_addresses')
    server.stop()
    server.networks = ('10.20.0.0/16',)
    server.start()
    assert (alone, rows(server, 'show listen_addresses')) == ([('127.0.0.1',)], [('*',)])
    rules = 'select database, user_name, address, auth_method, error from pg_hba_file_rules order by rule_number'
    assert rows(server, rules) == [
        (['all'], ['all'], '127.0.0.1', 'scram-sha-256', None),
        (['all'], ['all'], '::1', 'scram-sha-256', None),
        (['dothi'], ['dothi_gis_public', 'dothi_gis_internal'], '10.20.0.0', 'scram-sha-256', None),
    ]


def test_a_killed_server_is_adopted_at_the_next_start(server: LocalPostgis) -> None:
    """kill -9 leaves a lock file; the next start must not stumble over it."""
    server.start()
    pid = int((server.data / 'postmaster.pid').read_text(encoding='utf-8').splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    _wait_until_gone(pid)
    assert not server.running()
    server.start()
    assert answer(server) == 42


def test_a_server_that_somebody_else_is_starting_is_waited_for(server: LocalPostgis) -> None:
    """`dothi up` while what a killed instance had begun to start still read its log: it failed."""
    _read_log_slowly_next_time(server)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(server.start)
        while not server.running():
            time.sleep(0.01)
        server.start()
        assert answer(server) == 42
        first.result()


def test_a_server_that_reads_its_log_for_longer_than_a_start_may_take_is_left_at_it(server: LocalPostgis) -> None:
    """It was ended, and began again from the beginning."""
    _read_log_slowly_next_time(server)
    replace(server, patience_s=1).start()
    assert answer(server) == 42
    assert (server.folder / 'server.log').read_text(encoding='utf-8').count('starting archive recovery') == 1


def _read_log_slowly_next_time(server: LocalPostgis) -> None:
    """Each file of the log that the server looks for takes a second, of which it needs a few."""
    server.start()
    server.stop()
    (server.data / 'recovery.signal').touch()
    give_to_database_user(server.data / 'recovery.signal')
    server.settings['restore_command'] = 'sleep 1; false'


def test_a_server_that_is_killed_in_the_middle_of_a_delivery_starts_again(careful_server: LocalPostgis) -> None:
    """An unlogged table (staging) is open: its backend outlives the server and unlinks what the log still creates."""
    server = careful_server
    server.start()
    url = server.url.set(drivername='postgresql').render_as_string(hide_password=False)
    delivery, other = psycopg2.connect(url), psycopg2.connect(url)
    cursor = delivery.cursor()
    cursor.execute('create unlogged table staging as select generate_series(1, 1000) as id')
    cursor.execute('select pg_backend_pid()')
    (backend,) = cursor.fetchone() or (0,)
    with other, other.cursor() as writer:
        # a commit, after which the log up to here is on the disk
        writer.execute('create table logged ()')
    pid = int((server.data / 'postmaster.pid').read_text(encoding='utf-8').splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    for gone in (pid, backend):
        _wait_until_gone(gone)
    server.start()
    assert answer(server) == 42
    delivery.close()
    other.close()


@thorough
def test_an_interrupted_creation_is_made_anew(server: LocalPostgis) -> None:
    (server.folder / 'data.new' / 'half').mkdir(parents=True)
    server.start()
    assert answer(server) == 42


def test_a_port_that_somebody_took_meanwhile_is_replaced(server: LocalPostgis) -> None:
    server.start()
    server.stop()
    with socket.socket() as other:
        # connections that the server closed still wait on the port for a minute
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(('127.0.0.1', server.url.port or 0))
        other.listen()
        server.start()
        assert answer(server) == 42


def test_a_wanted_port_that_is_taken_is_named(shared_folder: Path) -> None:
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(NoPostgis, match=f'Port {port} is taken'):
            LocalPostgis(shared_folder / 'wanted', port).start()


def test_it_listens_on_loopback_only_and_asks_for_a_password(server: LocalPostgis) -> None:
    server.start()
    with pytest.raises(psycopg2.OperationalError, match='password'):
        psycopg2.connect(host='127.0.0.1', port=server.url.port, user=server.url.username, password='wrong')
    with psycopg2.connect(server.url.set(drivername='postgresql').render_as_string(hide_password=False)) as connection:
        cursor = connection.cursor()
        cursor.execute('show listen_addresses')
        assert cursor.fetchone() == ('127.0.0.1',)
    connection.close()


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while Path(f'/proc/{pid}').exists() and time.monotonic() < deadline:
        time.sleep(0.05)


@pytest.mark.parametrize('name', ['sleep', 'postgres'])
def test_a_number_that_another_process_has_by_now_is_not_the_servers(server: LocalPostgis, name: str) -> None:
    """After a reboot any process of the same user may have the number that a dead server left, another server too."""
    server.start()
    pid = int((server.data / 'postmaster.pid').read_text(encoding='utf-8').splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    _wait_until_gone(pid)
    program = server.folder / name
    shutil.copy('/bin/sleep', program)
    other = subprocess.Popen(server._as_server_user([str(program), '600']), cwd='/')
    try:
        lock = server.data / 'postmaster.pid'
        lock.write_text(lock.read_text(encoding='utf-8').replace(str(pid), str(other.pid), 1), encoding='utf-8')
        assert not server.running()
        server.start()
        assert answer(server) == 42
        server.stop()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_killed_server_is_replaced_although_a_query_of_it_runs_on(server: LocalPostgis) -> None:
    """Who only computes does not notice that its server is dead, and keeps the next one out until its query ends."""
    server.start()
    url = server.url.set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url, async_=True)) as connection:
        wait_select(connection)
        connection.cursor().execute('select count(*) from generate_series(1, 100000000000)')
        busy = connection.info.backend_pid
        time.sleep(0.5)
        dead = server.pid()
        assert dead is not None
        os.kill(dead, signal.SIGKILL)
        while start_time(dead) is not None:
            time.sleep(0.01)
        began_s = time.monotonic()
        server.start()
        assert answer(server) == 42
        # by its query it would be there for hours
        assert time.monotonic() - began_s < PATIENCE_S
        assert not Path(f'/proc/{busy}').exists() or start_time(busy) is None


def test_a_killed_server_that_its_parent_has_not_noticed_keeps_no_other_out(server: LocalPostgis) -> None:
    """Its number is in the lock file, and there is a process of that number still."""
    server.start()
    server.stop()
    owner = (server.data / 'PG_VERSION').owner()
    remains = subprocess.Popen(['/bin/true'], user=owner if os.geteuid() == 0 else None)
    while start_time(remains.pid) is not None:
        time.sleep(0.01)
    lines = [remains.pid, server.data, int(time.time()), server.url.port, '', '127.0.0.1', '', 'ready']
    (server.data / 'postmaster.pid').write_text('\n'.join(map(str, lines)) + '\n', encoding='utf-8')
    shutil.chown(server.data / 'postmaster.pid', owner)
    server.start()
    assert answer(server) == 42
    remains.wait()


def test_a_server_that_runs_is_where_it_says_whatever_the_file_of_its_port_holds(server: LocalPostgis) -> None:
    """Backups and `dothi up` went to the number in the file, and said that the connection was refused."""
    server.start()
    file = server.folder / 'port'
    port = file.read_text(encoding='utf-8')
    for text in ('1', 'no number', ''):
        file.write_text(text, encoding='utf-8')
        assert server.url.port == int(port)
    server.start()
    assert file.read_text(encoding='utf-8') == port
