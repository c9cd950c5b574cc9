"""Jobs: a run is killed, fails, grows or hangs, and the worker, the queue and the client all know what happened."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, Self

import psycopg2
import pytest
from psycopg2 import sql

from dothi.core.database import READERS, NoDatabase, connection, database_url
from dothi.core.errors import Defect, DothiError, http_status
from dothi.core.layer import Audience
from dothi.core.settings import PROJECT
from processes.queue import records
from processes.queue.manager import QueueManager, run_process
from processes.queue.reasons import worker_lost
from processes.queue.records import UnknownJob
from processes.queue.requests import NoWorker, StillRunning
from tests.conftest import PATIENCE_S
from tests.forked import ForkedProcess
from tests.matrix import thorough
from tests.present import present
from tests.processes.conftest import descendants
from tests.processes.executing import execute
from tests.processes.town import Loader, Town

INPUTS = {'facilities': 'health_facilities', 'distance_m': 1_000}


@pytest.fixture
def town(grid_town: Callable[..., Town], loader: Loader) -> None:
    zones = {'1': (0, 0, 500, 500)}
    loader.town(grid_town(blocks=1, side_m=500, homes=[(250, 10)], facilities=[(0, 0)], zones=zones))


@contextlib.contextmanager
def held(table: str = 'buildings') -> Iterator[None]:
    """Nobody can read the layer meanwhile, so that a run that needs it waits in the middle of its work."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(sql.SQL('lock table {} in access exclusive mode').format(sql.Identifier('layer', table)))
        yield


class Request:
    """An execution in a thread of its own."""

    def __init__(self) -> None:
        self.result: Any = None
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            self.result = json.loads(execute('service-coverage', INPUTS, 'internal'))
        except Exception as error:
            self.error = error

    def ended(self) -> Self:
        self.thread.join(PATIENCE_S)
        return self


def child_of(worker: ForkedProcess, before: set[int]) -> int | None:
    return next(iter(descendants(worker.pid) - before), None)


def status(one: Callable[..., Any]) -> str | None:
    return one('select status from job.job order by created_at desc limit 1')


def test_kill_9_of_a_run_fails_its_job_with_a_reason_and_the_worker_goes_on(
    town: None, worker: ForkedProcess, one: Callable[..., Any], until: Callable[..., None]
) -> None:
    execute('service-coverage', INPUTS, 'internal')
    before = descendants(worker.pid)
    with held():
        request = Request()
        until(lambda: child_of(worker, before) is not None and status(one) == 'running')
        os.kill(present(child_of(worker, before)), signal.SIGKILL)
        error = request.ended().error
    assert isinstance(error, Defect)
    assert type(error).__name__ == 'ChildDied'
    assert 'signal 9' in error.text.vi
    assert status(one) == 'failed'
    assert worker.poll() is None
    assert execute('service-coverage', INPUTS, 'internal')


@pytest.fixture
def no_roads(town: None) -> Iterator[None]:
    """The table of the roads has another name while the test runs."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('alter table layer.roads rename to moved_away')
    yield
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('alter table layer.moved_away rename to roads')


def test_a_fault_of_ours_is_told_by_reference_and_never_by_its_words(
    no_roads: None, worker: ForkedProcess, one: Callable[..., Any]
) -> None:
    """The message of the database names a table; the client gets the job's id, by which the log can be searched."""
    with pytest.raises(Defect) as refused:
        execute('service-coverage', INPUTS, 'internal')
    told = refused.value.text.vi + refused.value.text.en
    assert http_status(refused.value) == 500
    assert one('select id::text from job.job') in told
    assert 'layer.roads' not in told
    assert 'Undefined' not in told


def test_a_layer_without_data_is_named_with_what_to_do(database: dict[str, str], worker: ForkedProcess) -> None:
    with pytest.raises(DothiError, match='has no data yet') as refused:
        execute('service-coverage', INPUTS, 'internal')
    assert type(refused.value).__name__ == 'NotDelivered'
    assert http_status(refused.value) == 503


@pytest.mark.own_database
def test_without_a_worker_the_request_is_refused_at_once_and_nothing_is_queued(
    town: None, one: Callable[..., Any]
) -> None:
    with pytest.raises(NoWorker, match='No worker is running'):
        execute('service-coverage', INPUTS, 'internal')
    assert one('select count(*) from job.job') == 0


def test_a_request_that_waited_long_enough_is_refused_and_its_run_ended(
    town: None,
    worker: ForkedProcess,
    one: Callable[..., Any],
    until: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    execute('service-coverage', INPUTS, 'internal')
    monkeypatch.setenv('DOTHI_SYNC_WAIT_S', '1')
    before = descendants(worker.pid)
    with held():
        with pytest.raises(StillRunning):
            execute('service-coverage', INPUTS, 'internal')
        # less than the 5 s after which the worker would look for itself, were it not told
        until(lambda: not descendants(worker.pid) - before, patience_s=4)
    assert status(one) == 'dismissed'
    until(lambda: one('select count(*) from job.procrastinate_jobs') == 0)


@pytest.mark.own_database
def test_a_run_beyond_the_time_limit_is_ended(
    town: None, new_worker: Callable[..., ForkedProcess], one: Callable[..., Any]
) -> None:
    new_worker(DOTHI_JOB_TIME_LIMIT_S='1')
    with held(), pytest.raises(DothiError) as refused:
        execute('service-coverage', INPUTS, 'internal')
    assert http_status(refused.value) == 503
    assert 'DOTHI_JOB_TIME_LIMIT_S' in one('select advice_en from job.job')
    assert status(one) == 'failed'


@pytest.mark.own_database
def test_a_run_beyond_the_memory_limit_is_ended(
    town: None, new_worker: Callable[..., ForkedProcess], one: Callable[..., Any]
) -> None:
    """200,000 houses and 50 MB. Libraries in C may crash when memory is refused: that is an answer too."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into layer.buildings (code, use, population, geom, geom_wgs84, release_from)
               select 'M' || i, 'residential', 1, geom, geom_wgs84, release_from
               from layer.buildings, generate_series(1, 200000) i"""
        )
    new_worker(DOTHI_JOB_MEMORY_MB='50')
    with pytest.raises(DothiError) as refused:
        execute('service-coverage', INPUTS, 'internal')
    assert type(refused.value).__name__ in ('TooLarge', 'ChildDied')
    assert 'DOTHI_JOB_MEMORY_MB' in one('select advice_en from job.job')
    assert status(one) == 'failed'


REFUSED_STACK = """
import threading
from pathlib import Path
from processes.queue.child import RunOrder, _fault_of, _limit_memory
order = RunOrder('service-coverage', {}, 'internal', 50, Path('.'))
threading.stack_size(200 * 2**20)
_limit_memory(order.memory_mb)
try:
    threading.Thread(target=print).start()
except RuntimeError as error:
    print(_fault_of(order, error).code)
"""


@thorough
def test_a_run_whose_threads_get_no_memory_is_too_large() -> None:
    """Python says that it cannot start a thread: no word of memory, and no fault of the platform."""
    run = subprocess.run([sys.executable, '-c', REFUSED_STACK], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == 'TooLarge'


@pytest.mark.own_database
def test_a_worker_that_is_asked_to_stop_gives_its_job_back(
    town: None, new_worker: Callable[..., ForkedProcess], one: Callable[..., Any], until: Callable[..., None]
) -> None:
    first = new_worker()
    with held():
        request = Request()
        until(lambda: status(one) == 'running')
        second = new_worker()
        first.terminate()
        first.wait(PATIENCE_S)
        until(lambda: one("select count(*) from job.procrastinate_jobs where status = 'doing'") == 1)
    assert request.ended().result['summary']['population'] == 1
    assert second.poll() is None


def cut_connections(role: str) -> int:
    """Ends all connections of a role to this database, as a restart of the server does."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """select count(pg_terminate_backend(pid)) from pg_stat_activity
               where usename = %s and datname = current_database()""",
            [role],
        )
        return present(cursor.fetchone())[0]


def test_a_restart_of_the_database_costs_the_worker_no_job(town: None, worker: ForkedProcess) -> None:
    """Its connections are dead, and the next job is run all the same."""
    execute('service-coverage', INPUTS, 'internal')
    assert cut_connections('dothi_worker') > 0
    assert execute('service-coverage', INPUTS, 'internal')
    assert execute('service-coverage', INPUTS, 'internal')
    assert worker.poll() is None


@pytest.mark.own_database
def test_a_request_whose_database_goes_away_is_told_so(
    town: None, worker: ForkedProcess, one: Callable[..., Any], until: Callable[..., None]
) -> None:
    with held():
        request = Request()
        until(lambda: status(one) == 'running')
        assert cut_connections('dothi_reader_internal') > 0
        assert isinstance(request.ended().error, NoDatabase)


def test_a_job_that_the_queue_has_forgotten_fails_with_a_reason(
    town: None, worker: ForkedProcess, one: Callable[..., Any], until: Callable[..., None]
) -> None:
    """Nobody would ever run it, and its row would say for ever that it waits. The worker looks for such rows."""
    execute('service-coverage', INPUTS, 'internal')
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute("update job.job set status = 'running'")
    until(lambda: status(one) == 'failed')
    assert one('select message_en from job.job') == worker_lost().text.en


def test_a_worker_that_the_database_has_forgotten_signs_on_again(
    town: None, worker: ForkedProcess, one: Callable[..., Any], until: Callable[..., None]
) -> None:
    """Another worker that starts deletes those that were silent, as all are after the machine has slept."""
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('truncate job.procrastinate_workers cascade')
    until(lambda: one('select count(*) from job.procrastinate_workers') == 1)
    assert execute('service-coverage', INPUTS, 'internal')
    assert worker.poll() is None


def test_the_public_service_cannot_reach_a_job_of_the_internal_one(town: None, worker: ForkedProcess) -> None:
    """By role, not by manners: the reader may not even look at the table."""
    job_id = run_process('service-coverage', INPUTS, 'internal').job_id
    with records.open_desk('public') as db:
        with pytest.raises(UnknownJob):
            records.state(db, job_id)
        assert records.job_results(db, job_id) == {}
        assert records.fetch_rows(db, 'select * from job.list(null, 10, 0)', []) == []
        assert records.fetch_rows(db, 'select job.dismiss(%s) as done', [job_id]) == [{'done': False}]


@pytest.mark.parametrize('audience', READERS)
@pytest.mark.parametrize('table', ['job', 'procrastinate_jobs', 'procrastinate_events'])
def test_services_cannot_read_the_tables_of_jobs(database: dict[str, str], audience: Audience, table: str) -> None:
    url = database_url(READERS[audience]).set(drivername='postgresql').render_as_string(hide_password=False)
    with contextlib.closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        query = sql.SQL('select * from {}').format(sql.Identifier('job', table))
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(query)


def test_the_manager_lists_a_job_with_inputs_times_and_result(town: None, worker: ForkedProcess) -> None:
    """What pygeoapi shows under /jobs."""
    manager = QueueManager({'name': 'processes.queue.manager.QueueManager', 'audience': 'internal', 'processes': {}})
    outcome = run_process('service-coverage', INPUTS, 'internal')
    assert manager.get_jobs()['numberMatched'] == 1
    job = manager.get_job(outcome.job_id)
    assert (job['status'], job['progress']) == ('successful', 100)
    assert job['parameters']['distance_m'] == 1_000
    assert job['finished'] >= job['started'] >= job['created']
    assert manager.get_job_result(outcome.job_id) == ('application/geo+json', outcome.result.body)


def test_a_job_keeps_the_releases_and_the_version_it_was_computed_with(
    town: None, worker: ForkedProcess, one: Callable[..., Any]
) -> None:
    result = json.loads(execute('service-coverage', INPUTS, 'internal'))
    assert one('select releases from job.job') == result['summary']['releases']
    assert set(result['summary']['releases']) == {'buildings', 'communes', 'health_facilities', 'roads'}
    assert one('select software_version from job.job')


def test_many_requests_at_once_all_get_their_answer(town: None, worker: ForkedProcess) -> None:
    """More than the worker has places; nothing is lost, and no notification wakes the wrong one for ever."""
    ended = [request.ended() for request in [Request() for _ in range(8)]]
    assert [request.error for request in ended] == [None] * 8
