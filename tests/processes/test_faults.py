"""What breaks while jobs run and their worker lives on: runs that are dismissed, disks that are full."""

import os
import resource
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dothi.core.errors import DothiError, http_status
from dothi.core.settings import PathSettings
from dothi.core.store_mark import write_mark
from processes.outputs import ResultFile
from processes.queue import records, requests
from processes.queue.child import FinishedRun, RunOutput
from processes.queue.downloads import forget_unlisted_downloads
from processes.queue.jobs import begin_job, finish_job, forget_orphans
from processes.queue.manager import outcome_of
from processes.queue.records import NoResult, ResultGone
from processes.queue.requests import ENDED, JobRequest
from processes.queue.store import RESULTS, forget_abandoned, result_store
from tests.forked import ForkedProcess
from tests.matrix import number_of_examples
from tests.present import present
from tests.processes.conftest import ask, descendants, wait_until
from tests.processes.exports import EXPORT, Held, all_ended, export, houses, is_running, status

__all__ = ['houses']


def test_a_running_job_is_dismissed_and_its_process_is_gone_whatever_it_waits_for(
    houses: int, worker: ForkedProcess
) -> None:
    """While what the job waits for is still held."""
    export()
    wait_until(lambda: ask("select count(*) from job.job where status <> 'successful'") == 0)
    before = descendants(worker.pid)
    with Held('layer', 'buildings'):
        job_id = export()
        wait_until(lambda: is_running(job_id) and descendants(worker.pid) > before)
        with records.open_desk('internal') as db:
            assert requests.dismiss_job(db, job_id)
        assert status(job_id) == 'dismissed'
        wait_until(lambda: not descendants(worker.pid) - before)
    assert status(job_id) == 'dismissed'
    with pytest.raises(NoResult):
        outcome_of(job_id, 'internal')


def test_a_job_that_is_dismissed_while_it_finishes_stores_nothing(
    houses: int, worker: ForkedProcess, tmp_path: Path
) -> None:
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
    assert not [*(result_store() / RESULTS).glob(f'*/{job_id}*')]


def test_a_run_that_was_taken_for_dead_leaves_the_result_of_its_successor_alone(
    houses: int, worker: ForkedProcess, tmp_path: Path
) -> None:
    job_id = export()
    wait_until(lambda: status(job_id) == 'successful')
    file = outcome_of(job_id, 'internal').result.file
    draft = tmp_path / present(file).name
    draft.write_text('late\n', encoding='utf-8')
    finish_job(
        job_id,
        FinishedRun((RunOutput('result', 'text/csv', None, ResultFile(draft, 'text/csv', present(file).name, 0)),), {}),
    )
    assert outcome_of(job_id, 'internal').result.content() != b'late\n'
    assert [one.parent for one in (result_store() / RESULTS).glob(f'internal/{job_id}*/*')] == [present(file).parent]


def test_files_without_a_record_go_after_a_day(houses: int, worker: ForkedProcess) -> None:
    job_id = export()
    wait_until(lambda: status(job_id) == 'successful')
    kept = outcome_of(job_id, 'internal').result.file
    left = result_store() / RESULTS / 'internal' / 'left' / 'x.csv'
    left.parent.mkdir()
    left.write_text('x', encoding='utf-8')
    forget_orphans()
    assert left.exists(), 'somebody may be about to write it down'
    for folder in (left.parent, present(kept).parent):
        os.utime(folder, (0, 0))
    forget_orphans()
    assert (left.exists(), present(kept).exists()) == (False, True)


@pytest.mark.parametrize('place', ['drafts/a/x.csv', 'results/internal/a/x.csv', 'downloads/public/houses/x.csv'])
def test_what_is_old_in_the_store_of_another_instance_stays(
    houses: int, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was mounted in place of ours: none of our records names what is there, and all of it is somebody's."""
    file = tmp_path / 'store' / place
    file.parent.mkdir(parents=True)
    file.write_text('x', encoding='utf-8')
    for path in (file, file.parent):
        os.utime(path, (0, 0))
    shutil.copytree(PathSettings().secrets, tmp_path / 'secrets')
    monkeypatch.setenv('DOTHI_STORE', str(tmp_path / 'store'))
    monkeypatch.setenv('DOTHI_SECRETS', str(tmp_path / 'secrets'))
    for folder, mark in (('secrets', 'a' * 32), ('store', 'b' * 32)):
        write_mark(tmp_path / folder, mark)
    sweep_store()
    assert file.exists()
    write_mark(tmp_path / 'store', 'a' * 32)
    sweep_store()
    assert not file.exists(), 'in our own store nobody needs it'


def sweep_store() -> None:
    forget_abandoned()
    forget_orphans()
    forget_unlisted_downloads()


def test_many_jobs_at_once_all_end_well(houses: int, worker: ForkedProcess) -> None:
    """Handed in by 20 threads for four askers, to one worker with two places."""
    count = number_of_examples(20, 200)
    with ThreadPoolExecutor(20) as pool:
        jobs = [*pool.map(lambda i: export(f'asker {i % 4}'), range(count))]
    assert len(set(jobs)) == count
    wait_until(lambda: all_ended(count), patience_s=240)
    assert ask("select count(*) from job.job where status = 'successful'") == count
    wait_until(lambda: ask('select count(*) from job.procrastinate_jobs') == 0)


@pytest.fixture
def small_files(worker: ForkedProcess) -> Iterator[None]:
    """The worker and all under it may write files of 2 kB."""
    family = [worker.pid, *descendants(worker.pid)]
    before = [resource.prlimit(pid, resource.RLIMIT_FSIZE, (2_048, resource.RLIM_INFINITY)) for pid in family]
    yield
    for pid, limits in zip(family, before, strict=True):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_fails_the_job_with_a_reason_and_not_the_worker(
    houses: int, worker: ForkedProcess, small_files: None
) -> None:
    job_id = export()
    wait_until(lambda: status(job_id) in ENDED)
    with pytest.raises(DothiError, match='could not be written') as refused:
        outcome_of(job_id, 'internal')
    assert (type(refused.value).__name__, http_status(refused.value)) == ('NotWritten', 503)
    assert worker.poll() is None


@pytest.fixture
def blocked_store(worker: ForkedProcess) -> Iterator[None]:
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


def test_a_store_that_takes_no_result_fails_the_job_with_a_reason(houses: int, blocked_store: None) -> None:
    job_id = export()
    wait_until(lambda: status(job_id) in ENDED)
    with pytest.raises(Exception, match='could not be written'):
        outcome_of(job_id, 'internal')


@pytest.fixture
def full_database(worker: ForkedProcess) -> Iterator[None]:
    """As PostgreSQL says it when the disk is full, at the same place."""
    ask(
        """create function job.full() returns trigger language plpgsql as $$
           begin raise disk_full using message = 'could not extend file "base/1/2": No space left'; end $$;
           create trigger full_disk before insert on job.output for each row execute function job.full();
           grant execute on function job.full() to dothi_worker; select 1"""
    )
    yield
    ask('drop function job.full() cascade; select 1')


def test_a_database_without_room_for_the_result_fails_the_job_with_a_reason(houses: int, full_database: None) -> None:
    job_id = export()
    wait_until(lambda: status(job_id) in ENDED)
    with pytest.raises(Exception, match='disk is full') as refused:
        outcome_of(job_id, 'internal')
    assert 'base/1/2' not in str(refused.value), 'no internals'
    assert not [*(result_store() / RESULTS).glob(f'*/{job_id}*')]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    'empty': lambda _: b'',
    'cut off': lambda content: content[: len(content) // 2],
    'zeros': lambda content: bytes(len(content)),
}


@pytest.mark.parametrize('damage', [*DAMAGES.values(), None], ids=[*DAMAGES, 'gone'])
def test_a_result_that_is_not_what_was_kept_is_computed_anew(
    houses: int, worker: ForkedProcess, monkeypatch: pytest.MonkeyPatch, damage: Callable[[bytes], bytes] | None
) -> None:
    """Nobody is handed it, also not as the answer to the same request again."""
    monkeypatch.setenv('DOTHI_RESULT_STORE', 'on')
    job_id = finished_export()
    file = present(outcome_of(job_id, 'internal').result.file)
    content = file.read_bytes()
    if damage is None:
        file.unlink()
    else:
        file.write_bytes(damage(content))
    with pytest.raises(ResultGone):
        outcome_of(job_id, 'internal')
    again = outcome_of(finished_export(), 'internal').result
    assert present(again.file).read_bytes() == content


def test_a_store_that_is_away_loses_no_result(houses: int, worker: ForkedProcess) -> None:
    """Whoever asks meanwhile comes again."""
    job_id = finished_export()
    results = result_store() / RESULTS
    away = results.rename(results.with_name('away'))
    try:
        with pytest.raises(DothiError) as told:
            outcome_of(job_id, 'internal')
        assert http_status(told.value) == 503
    finally:
        away.rename(results)
    assert present(outcome_of(job_id, 'internal').result.file).exists()


def finished_export() -> str:
    job_id = export()
    wait_until(lambda: status(job_id) in ENDED)
    assert status(job_id) == 'successful'
    return job_id
