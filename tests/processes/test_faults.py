"""What breaks while jobs run: workers, the database, disks. No job is lost, and none says for ever that it waits."""

import contextlib
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

from dothi.core import database as core_database
from dothi.core.database import connection, database_url
from dothi.core.errors import http_status
from dothi.core.migrate import migrate
from dothi.core.postgis import THROWAWAY, LocalPostgis
from dothi.core.settings import PROJECT
from processes.outputs import ResultFile
from processes.queue import records, requests
from processes.queue.child import FinishedRun, RunOutput
from processes.queue.jobs import begin_job, finish_job, forget_orphans
from processes.queue.manager import outcome_of, start_job
from processes.queue.records import NoResult
from processes.queue.requests import ENDED, JobRequest
from processes.queue.store import RESULTS, result_store
from tests.conftest import Instance, fresh, use
from tests.matrix import number_of_examples
from tests.processes.conftest import Loader, ask, building, descendants, house, start_worker, stop_worker, wait_until
from tests.processes.test_deliver_layer import schools

EXPORT = {'collection': 'buildings', 'format': 'csv'}


@pytest.fixture
def houses(loader):
    return loader.load('buildings', [(house(10 * i, 0), building(i)) for i in range(200)])


class Held:
    """Nobody can use a table for as long as this lasts, so that what needs it stops in the middle."""

    def __init__(self, schema, table):
        self.table = sql.Identifier(schema, table)

    def __enter__(self):
        url = database_url('admin').set(drivername='postgresql').render_as_string(hide_password=False)
        self.lock = psycopg2.connect(url)
        with self.lock.cursor() as cursor:
            cursor.execute(sql.SQL('lock table {} in access exclusive mode').format(self.table))
        return self

    def __exit__(self, *_):
        self.lock.close()


def export(asker='a'):
    return start_job('export-features', EXPORT, 'internal', asker)


def status(job_id):
    return ask('select status from job.job where id = %s', [job_id])


def is_running(job_id):
    return status(job_id) == 'running'


def runs(pid):
    """Whether the process lives; a zombie does not."""
    with contextlib.suppress(OSError):
        return Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    return False


def all_ended(jobs):
    open_ = ask('select count(*) from job.job where status <> all(%s)', [list(ENDED)])
    return open_ == 0 and ask('select count(*) from job.job') == jobs


def test_a_running_job_is_dismissed_and_its_process_is_gone_whatever_it_waits_for(houses, worker):
    """While what the job waits for is still held."""
    export()
    wait_until(lambda: ask("select count(*) from job.job where status <> 'successful'") == 0)
    before = descendants(worker.pid)
    with Held('layer', 'buildings'):
        job_id = export()
        wait_until(lambda: is_running(job_id) and descendants(worker.pid) - before)
        with records.open_desk('internal') as db:
            assert requests.dismiss_job(db, job_id)
        assert status(job_id) == 'dismissed'
        wait_until(lambda: not descendants(worker.pid) - before)
    assert status(job_id) == 'dismissed'
    with pytest.raises(NoResult):
        outcome_of(job_id, 'internal')


def test_a_job_that_is_dismissed_while_it_finishes_stores_nothing(houses, worker, tmp_path):
    """Between the end of the run and the record of it: whichever comes first stays."""
    stop = "insert into job.procrastinate_workers (last_heartbeat) values (now() + interval '1 hour') returning id"
    ask(stop)
    with records.open_desk('internal') as db:
        (job_id,) = [requests.submit_job(db, JobRequest('export-features', EXPORT))]
        begin_job(job_id, 100, tmp_path)
        assert requests.dismiss_job(db, job_id)
    draft = tmp_path / 'houses.csv'
    draft.write_text('code\n', encoding='utf-8')
    finish_job(
        job_id,
        FinishedRun((RunOutput('result', 'text/csv', None, ResultFile(draft, 'text/csv', 'houses.csv', 0)),), {}),
    )
    assert status(job_id) == 'dismissed'
    assert ask('select count(*) from job.output where job_id = %s', [job_id]) == 0
    assert not [*(result_store() / RESULTS).glob(f'{job_id}*')]


def test_a_web_process_that_dies_while_it_waits_costs_no_job(houses, worker):
    """The client lost its answer, and finds it under the job's address."""
    code = f"from processes.queue.manager import run_process; run_process('export-features', {EXPORT!r}, 'internal')"
    with Held('layer', 'buildings'):
        web = subprocess.Popen([sys.executable, '-c', code], cwd=PROJECT)
        wait_until(lambda: ask("select count(*) from job.job where status = 'running'") == 1)
        web.kill()
        web.wait()
    wait_until(lambda: ask("select count(*) from job.job where status = 'successful'") == 1)
    assert outcome_of(ask('select id::text from job.job'), 'internal').result.file.exists()


def test_a_run_that_was_taken_for_dead_leaves_the_result_of_its_successor_alone(houses, worker, tmp_path):
    job_id = export()
    wait_until(lambda: status(job_id) == 'successful')
    file = outcome_of(job_id, 'internal').result.file
    draft = tmp_path / file.name
    draft.write_text('late\n', encoding='utf-8')
    finish_job(
        job_id, FinishedRun((RunOutput('result', 'text/csv', None, ResultFile(draft, 'text/csv', file.name, 0)),), {})
    )
    assert outcome_of(job_id, 'internal').result.content() != b'late\n'
    assert [one.parent for one in (result_store() / RESULTS).glob(f'internal/{job_id}*/*')] == [file.parent]


def test_files_without_a_record_go_after_a_day(houses, worker):
    job_id = export()
    wait_until(lambda: status(job_id) == 'successful')
    kept = outcome_of(job_id, 'internal').result.file
    left = result_store() / RESULTS / 'internal' / 'left' / 'x.csv'
    left.parent.mkdir()
    left.write_text('x', encoding='utf-8')
    forget_orphans()
    assert left.exists(), 'somebody may be about to write it down'
    for folder in (left.parent, kept.parent):
        os.utime(folder, (0, 0))
    forget_orphans()
    assert (left.exists(), kept.exists()) == (False, True)


@pytest.mark.own_database
def test_kill_9_of_a_worker_and_another_takes_its_job_up(houses, new_worker):
    """As soon as it has been silent for so long as is allowed; the child of the dead one is gone, and it counts."""
    first = new_worker(DOTHI_WORKER_SILENT_S='3')
    with Held('layer', 'buildings'):
        job_id = export()
        wait_until(lambda: is_running(job_id))
        started, under = ask('select started_at from job.job'), descendants(first.pid)
        new_worker(DOTHI_WORKER_SILENT_S='3')
        first.kill()
        first.wait()
        wait_until(lambda: not any(map(runs, under)))
        wait_until(lambda: is_running(job_id) and ask('select started_at from job.job') > started)
        assert ask('select attempts from job.procrastinate_jobs') == 1
    wait_until(lambda: status(job_id) == 'successful')


@pytest.mark.own_database
def test_a_job_that_kills_its_workers_fails_with_a_reason(houses, new_worker):
    """Two have died of it before, and a third does."""
    with Held('layer', 'buildings'):
        worker = new_worker(DOTHI_WORKER_SILENT_S='2')
        job_id = export()
        wait_until(lambda: is_running(job_id))
        ask('update job.procrastinate_jobs set attempts = 2 returning id')
        worker.kill()
        worker.wait()
        new_worker(DOTHI_WORKER_SILENT_S='2')
        wait_until(lambda: status(job_id) == 'failed')
    with pytest.raises(Exception, match='3 times') as refused:
        outcome_of(job_id, 'internal')
    assert http_status(refused.value) == 500


def test_many_jobs_at_once_all_end_well(houses, worker):
    """Handed in by 20 threads for four askers, to one worker with two places."""
    count = number_of_examples(40, 200)
    with ThreadPoolExecutor(20) as pool:
        jobs = [*pool.map(lambda i: export(f'asker {i % 4}'), range(count))]
    assert len(set(jobs)) == count
    wait_until(lambda: all_ended(count), patience_s=240)
    assert ask("select count(*) from job.job where status = 'successful'") == count
    wait_until(lambda: ask('select count(*) from job.procrastinate_jobs') == 0)


@pytest.fixture
def small_files(worker):
    """The worker and all under it may write files of 2 kB."""
    family = [worker.pid, *descendants(worker.pid)]
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE, (2_048, resource.RLIM_INFINITY)) for pid in family]
    yield
    for pid, limits in zip(family, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_fails_the_job_with_a_reason_and_not_the_worker(houses, worker, small_files):
    job_id = export()
    wait_until(lambda: status(job_id) in ENDED)
    with pytest.raises(Exception, match='could not be written') as refused:
        outcome_of(job_id, 'internal')
    assert (type(refused.value).__name__, http_status(refused.value)) == ('NotWritten', 503)
    assert worker.poll() is None


@pytest.fixture
def blocked_store(worker):
    """A file lies where the folder of the results should be."""
    results = result_store() / RESULTS
    elsewhere = results.with_name('elsewhere')
    if results.exists():
        results.rename(elsewhere)
    results.parent.mkdir(exist_ok=True)
    results.write_text('where the results should be', encoding='utf-8')
    yield
    results.unlink()
    if elsewhere.exists():
        elsewhere.rename(results)


def test_a_store_that_takes_no_result_fails_the_job_with_a_reason(houses, blocked_store):
    job_id = export()
    wait_until(lambda: status(job_id) in ENDED)
    with pytest.raises(Exception, match='could not be written'):
        outcome_of(job_id, 'internal')


@pytest.fixture
def full_database(worker):
    """As PostgreSQL says it when the disk is full, at the same place."""
    ask(
        """create function job.full() returns trigger language plpgsql as $$
           begin raise disk_full using message = 'could not extend file "base/1/2": No space left'; end $$;
           create trigger full_disk before insert on job.output for each row execute function job.full();
           grant execute on function job.full() to dothi_worker; select 1"""
    )
    yield
    ask('drop function job.full() cascade; select 1')


def test_a_database_without_room_for_the_result_fails_the_job_with_a_reason(houses, full_database):
    job_id = export()
    wait_until(lambda: status(job_id) in ENDED)
    with pytest.raises(Exception, match='disk is full') as refused:
        outcome_of(job_id, 'internal')
    assert 'base/1/2' not in str(refused.value), 'no internals'
    assert not [*(result_store() / RESULTS).glob(f'{job_id}*')]


@pytest.mark.own_database
def test_a_delivery_whose_worker_dies_after_its_release_is_not_released_twice(database, new_worker):
    """The release is there, the job has not been told: it is run again, and finds nothing to change."""
    first = new_worker(DOTHI_WORKER_SILENT_S='3')
    inputs = schools('a', 'b') | {'file': schools('a', 'b')['file']['value']}
    with connection('admin') as db, db.cursor() as cursor:
        # whoever records a result stops there for as long as the test has this lock
        cursor.execute(
            """create function job.stop() returns trigger language plpgsql as $$
               begin perform pg_advisory_xact_lock(42); return new; end $$;
               create trigger stop before insert on job.output for each row execute function job.stop();
               grant execute on function job.stop() to dothi_worker"""
        )
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('select pg_advisory_xact_lock(42)')
        job_id = start_job('deliver-layer', inputs, 'internal', 'lan', 'lan')
        wait_until(lambda: ask('select count(*) from pg_locks where not granted and objid = 42') == 1)
        assert ask('select count(*) from catalog.release') == 1
        first.kill()
        first.wait()
        new_worker(DOTHI_WORKER_SILENT_S='3')
    wait_until(lambda: status(job_id) == 'successful')
    report = outcome_of(job_id, 'internal', 'lan').results['report'].content().decode()
    assert '"unchanged": true' in report
    assert ask('select count(*) from catalog.release') == 1
    assert ask('select count(*) from layer.schools') == 2


LOST_WHILE_RECORDED = """
    create sequence job.lost;
    create function job.lose() returns trigger language plpgsql as $$
      begin
        if old.status = 'doing' and nextval('job.lost') <= 3 then
          perform pg_terminate_backend(pg_backend_pid());
        end if;
        return coalesce(new, old);
      end $$;
    create trigger lose before update or delete on job.procrastinate_jobs for each row execute function job.lose();
    grant usage on sequence job.lost to dothi_worker; grant execute on function job.lose() to dothi_worker; select 1"""
LOST_WHILE_RUNNING = """
    create sequence job.lost_run;
    create function job.lose_run() returns trigger language plpgsql as $$
      begin
        if nextval('job.lost_run') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
        return new;
      end $$;
    create trigger lose_run before update on job.job for each row
      when (old.status = 'accepted' and new.status = 'running') execute function job.lose_run();
    grant usage on sequence job.lost_run to dothi_worker;
    grant execute on function job.lose_run() to dothi_worker; select 1"""


@pytest.mark.own_database
@pytest.mark.parametrize('losses', [[LOST_WHILE_RECORDED], [LOST_WHILE_RECORDED, LOST_WHILE_RUNNING]], ids=len)
def test_a_connection_that_is_lost_while_the_end_of_a_job_is_recorded_costs_no_job(houses, new_worker, losses):
    """Three times in a row, as the job ends or as it goes back to the queue; its worker lives on."""
    new_worker(DOTHI_WORKER_SILENT_S='60')
    for loss in losses:
        ask(loss)
    job_id = export()
    wait_until(lambda: status(job_id) == 'successful')
    wait_until(lambda: ask('select count(*) from job.procrastinate_jobs') == 0)
    assert ask('select last_value from job.lost') > 3


LOST_WHILE_BEATING = """
    create sequence job.beats;
    create function job.lose_beat() returns trigger language plpgsql as $$
      begin
        if nextval('job.beats') <= 2 then perform pg_terminate_backend(pg_backend_pid()); end if;
        return new;
      end $$;
    create trigger lose before update on job.procrastinate_workers for each row execute function job.lose_beat();
    grant usage on sequence job.beats to dothi_worker;
    grant execute on function job.lose_beat() to dothi_worker; select 1"""


@pytest.mark.own_database
def test_a_worker_that_lost_its_connection_while_it_showed_that_it_lives_goes_on_to_show_it(houses, new_worker):
    """Or it would count as dead for as long as it lives, and every request would be refused."""
    new_worker(DOTHI_WORKER_SILENT_S='2')
    ask(LOST_WHILE_BEATING)
    wait_until(lambda: ask('select last_value from job.beats') > 3)
    assert ask('select job.worker_alive(60)')


@pytest.fixture
def own_server(shared_folder, tmp_path, locality):
    """A PostGIS server that a test may stop and start, with a migrated database."""
    server = LocalPostgis(shared_folder / f'restarted-{os.getpid()}', settings=THROWAWAY)
    server.start()
    folder = shared_folder / f'secrets-{os.getpid()}'
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for environment in fresh(Instance(server, folder), None, tmp_path, patch):
            migrate(locality)
            yield server, environment
    server.stop()


def test_a_restart_of_the_database_in_the_middle_costs_no_job(own_server, locality, monkeypatch):
    """The server is stopped while jobs run and wait, is away for three seconds, and all of them end well."""
    server, environment = own_server
    use(monkeypatch, environment)
    Loader(locality).load('buildings', [(house(10 * i, 0), building(i)) for i in range(200)])
    worker = start_worker(environment)
    try:
        jobs = [export() for _ in range(12)]
        wait_until(lambda: ask("select count(*) from job.job where status = 'successful'") >= 3)
        server.stop()
        time.sleep(3)
        core_database.fresh()
        server.start()
        wait_until(lambda: all_ended(12), patience_s=120)
        failed = ask("select string_agg(message_en, '; ') from job.job where status <> 'successful'")
        assert failed is None
        assert {outcome_of(job_id, 'internal').result.content() for job_id in jobs}
        assert worker.poll() is None
    finally:
        stop_worker(worker)
