"""Workers, web processes and the database go while jobs run: no job is lost, and none says for ever that it waits."""

import asyncio
import base64
import errno
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock
from uuid import UUID

import pytest

from dothi.core import database as core_database
from dothi.core.database import connection
from dothi.core.errors import DothiError, http_status
from dothi.core.locality import Locality
from dothi.core.migrate import migrate
from dothi.core.postgis import THROWAWAY, LocalPostgis
from etl.desk.uploads import append_part, begin_upload
from processes.queue import worker as worker_module
from processes.queue.manager import outcome_of, start_job
from tests.conftest import Instance, fresh, use
from tests.forked import ForkedProcess, start_program
from tests.matrix import exhaustive, thorough
from tests.present import present
from tests.processes.conftest import Loader, ask, building, descendants, house, start_worker, stop_worker, wait_until
from tests.processes.exports import EXPORT, Held, all_ended, export, houses, is_running, runs, status
from tests.processes.test_deliver_layer import schools

__all__ = ['houses']


def test_a_web_process_that_dies_while_it_waits_costs_no_job(houses: int, worker: ForkedProcess) -> None:
    """The client lost its answer, and finds it under the job's address."""
    code = f"from processes.queue.manager import run_process; run_process('export-features', {EXPORT!r}, 'internal')"
    with Held('layer', 'buildings'):
        web = start_program(code, [], os.environ)
        wait_until(lambda: ask("select count(*) from job.job where status = 'running'") == 1)
        web.kill()
        web.wait()
    wait_until(lambda: ask("select count(*) from job.job where status = 'successful'") == 1)
    assert present(outcome_of(ask('select id::text from job.job'), 'internal').result.file).exists()


@pytest.mark.own_database
def test_kill_9_of_a_worker_and_another_takes_its_job_up(houses: int, new_worker: Callable[..., ForkedProcess]) -> None:
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
        wait_until(lambda: is_running(job_id) and (ask('select started_at from job.job') or started) > started)
        assert ask('select attempts from job.procrastinate_jobs') == 1
    wait_until(lambda: status(job_id) == 'successful')


@pytest.mark.own_database
def test_a_job_server_that_was_killed_is_followed_by_another(
    houses: int, new_worker: Callable[..., ForkedProcess]
) -> None:
    """The worker goes on: the next job starts another one, as a new program."""
    worker = new_worker()
    under = descendants(worker.pid)
    assert under
    for pid in under:
        os.kill(pid, signal.SIGKILL)
    job_id = export()
    wait_until(lambda: status(job_id) in {'successful', 'failed'})
    assert (status(job_id), worker.poll()) == ('successful', None)


@pytest.mark.own_database
def test_a_job_that_kills_its_workers_fails_with_a_reason(
    houses: int, new_worker: Callable[..., ForkedProcess]
) -> None:
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
    with pytest.raises(DothiError, match='3 times') as refused:
        outcome_of(job_id, 'internal')
    assert http_status(refused.value) == 500


@pytest.mark.own_database
@pytest.mark.parametrize('has_come_in_parts', [True, pytest.param(False, marks=exhaustive)])
def test_a_delivery_whose_worker_dies_after_its_release_is_not_released_twice(
    database: dict[str, str], new_worker: Callable[..., ForkedProcess], has_come_in_parts: bool
) -> None:
    """The release is there, the job has not been told: it is run again, and finds nothing to change."""
    ask("insert into access.person (name, title, role) values ('lan', 'Lan', 'editor') returning 1")
    first = new_worker(DOTHI_WORKER_SILENT_S='3')
    inputs = schools('a', 'b') | {'file': schools('a', 'b')['file']['value']}
    if has_come_in_parts:
        inputs['upload'] = str(sent_in_parts(inputs.pop('file')))
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
    assert ask('select count(*) from upload.file') == 0


def sent_in_parts(base64_text: str) -> UUID:
    """The id of the file, which has come as a whole and is nobody's delivery yet."""
    content = base64.b64decode(base64_text)
    upload = begin_upload('lan', 'truong.geojson', len(content), '')
    append_part(upload.id, 'lan', 0, content)
    return upload.id


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
@pytest.mark.parametrize(
    'losses',
    [pytest.param([LOST_WHILE_RECORDED], marks=exhaustive), [LOST_WHILE_RECORDED, LOST_WHILE_RUNNING]],
    ids=len,
)
def test_a_connection_that_is_lost_while_the_end_of_a_job_is_recorded_costs_no_job(
    houses: int, new_worker: Callable[..., ForkedProcess], losses: list[str]
) -> None:
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
def test_a_worker_that_lost_its_connection_while_it_showed_that_it_lives_goes_on_to_show_it(
    houses: int, new_worker: Callable[..., ForkedProcess]
) -> None:
    """Or it would count as dead for as long as it lives, and every request would be refused."""
    new_worker(DOTHI_WORKER_SILENT_S='2')
    ask(LOST_WHILE_BEATING)
    wait_until(lambda: ask('select last_value from job.beats') > 3)
    assert ask('select job.worker_alive(60)')


@pytest.fixture
def own_server(
    shared_folder: Path, tmp_path: Path, locality: Locality
) -> Iterator[tuple[LocalPostgis, dict[str, Any]]]:
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


@thorough
def test_a_restart_of_the_database_in_the_middle_costs_no_job(
    own_server: tuple[LocalPostgis, dict[str, str]], locality: Locality, monkeypatch: pytest.MonkeyPatch
) -> None:
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


@pytest.mark.own_database
def test_a_job_server_whose_address_was_removed_is_followed_by_another(
    houses: int, new_worker: Callable[..., ForkedProcess]
) -> None:
    """Somebody has cleared the folder of temporary files, where it lies."""
    worker = new_worker()
    folders = listening_folders(worker.pid)
    assert folders
    for folder in folders:
        shutil.rmtree(folder)
    job_id = export()
    wait_until(lambda: status(job_id) in {'successful', 'failed'})
    assert (status(job_id), worker.poll()) == ('successful', None)


def listening_folders(pid: int) -> set[Path]:
    """The folders of multiprocessing in which the process, or one below it, has a socket."""
    files = [file for process in (pid, *descendants(pid)) for file in Path(f'/proc/{process}/fd').iterdir()]
    sockets = {str(file.readlink()).removeprefix('socket:[').removesuffix(']') for file in files}
    lines = [line.split() for line in Path('/proc/net/unix').read_text(encoding='utf-8').splitlines()]
    folders = {Path(fields[7]).parent for fields in lines if len(fields) > 7 and fields[6] in sockets}
    return {folder for folder in folders if folder.name.startswith('pymp-')}


@pytest.mark.own_database
def test_a_worker_does_not_take_up_what_it_is_at_itself(houses: int, new_worker: Callable[..., ForkedProcess]) -> None:
    """The database stood still for longer than a worker may be silent, and the worker's last sign of life is old."""
    new_worker(DOTHI_WORKER_SILENT_S='3')
    with Held('layer', 'buildings'):
        job_id = export()
        wait_until(lambda: is_running(job_id))
        ends = time.monotonic() + 10
        while time.monotonic() < ends and begun_runs() == 1:
            ask("update job.procrastinate_workers set last_heartbeat = '2020-01-01' returning id")
            time.sleep(0.02)
        assert begun_runs() == 1
    wait_until(lambda: status(job_id) == 'successful')


def begun_runs() -> int:
    return int(ask("select count(*) from job.procrastinate_events where type = 'started'"))


def test_a_round_that_fails_does_not_end_the_care_for_abandoned_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one that sets a log aside on a full disk."""
    rounds: list[int] = []

    class Changes:
        changes = 0

        def wait(self, *_: object) -> None:
            pass

        def idle_s(self) -> float:
            return 0.0

    async def nothing(_app: object) -> None:
        pass

    def fail_once() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise OSError(errno.ENOSPC, 'full')

    async def look() -> None:
        task = asyncio.create_task(worker_module._sweep_stalled(Any, Changes()))  # type: ignore[arg-type]
        while len(rounds) < 3 and not task.done():
            await asyncio.sleep(0.01)
        task.cancel()

    monkeypatch.setattr(worker_module, 'SWEEP_S', 0)
    monkeypatch.setattr(worker_module, 'take_up_abandoned', nothing)
    monkeypatch.setattr(worker_module, '_tidy_store', fail_once)
    monkeypatch.setattr(worker_module, 'forget_orphans', lambda: None)
    monkeypatch.setattr(worker_module, 'forget_unlisted_downloads', lambda: None)
    asyncio.run(look())
    assert len(rounds) >= 3


def test_a_job_for_which_there_is_no_process_goes_back_to_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Descriptors, processes or memory of the machine are used up: it was acknowledged, and is no fault of its own."""
    back: list[str] = []

    def fail(*_: object) -> None:
        raise OSError(errno.EMFILE, 'no descriptor')

    monkeypatch.setattr(worker_module, 'watch_child', fail)
    monkeypatch.setattr(worker_module, 'give_back', back.append)
    with pytest.raises(OSError, match='no descriptor') as shortage:
        worker_module._work_on(MagicMock(), 'job', MagicMock())
    assert back == ['job']
    assert worker_module.Again().get_retry_decision(exception=shortage.value, job=MagicMock(attempts=0)) is not None
