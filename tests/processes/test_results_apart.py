"""Results of the public and of the internal service lie apart, so that a service can be shown its own alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dothi.core.database import READERS
from dothi.core.layer import Audience
from processes.outputs import ResultFile
from processes.queue.child import FinishedRun, RunOutput
from processes.queue.jobs import begin_job, finish_job
from processes.queue.manager import outcome_of, start_job
from processes.queue.store import RESULTS, result_store, separate_results
from tests.conftest import fresh
from tests.databases import Instance
from tests.present import present
from tests.processes.conftest import ask, building, house
from tests.processes.town import Loader

EXPORT = {'collection': 'buildings', 'format': 'csv'}


@pytest.fixture(scope='module')
def shared_database(
    instance: Instance, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """One that no worker works on: its jobs are begun and finished here."""
    with pytest.MonkeyPatch.context() as patch:
        yield from fresh(instance, template, tmp_path_factory.mktemp('state'), patch)


@pytest.fixture
def finished(loader: Loader, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Runs a job of an audience without a worker: its result is a file that holds the audience's name."""
    loader.load('buildings', [(house(0, 0), building(1))])
    # as a worker would show that it lives
    ask('insert into job.procrastinate_workers default values returning id')

    def run(audience: Audience) -> str:
        job_id = start_job('export-features', EXPORT, audience, 'a')
        assert begin_job(job_id, 100, tmp_path) is not None
        draft = tmp_path / f'{audience}.csv'
        draft.write_text(audience, encoding='utf-8')
        file = ResultFile(draft, 'text/csv', draft.name, 1)
        finish_job(job_id, FinishedRun((RunOutput('result', 'text/csv', None, file),), {}))
        return job_id

    yield run
    ask('truncate job.procrastinate_workers, job.procrastinate_jobs, job.job, job.asker cascade; select 1')


def result_file(job_id: str, audience: Audience) -> Path:
    return present(outcome_of(job_id, audience).result.file)


def test_each_audience_has_a_folder_of_its_own(finished: Callable[..., str]) -> None:
    for audience in ('public', 'internal'):
        file = result_file(finished(audience), audience)
        assert file.is_relative_to(result_store() / RESULTS / audience)
        assert file.read_text(encoding='utf-8') == audience


def test_results_from_before_are_moved_and_still_answered(finished: Callable[..., str]) -> None:
    """As the folder was, `results/JOB.RUN/FILE`; a second worker that does it again changes nothing."""
    jobs = {audience: finished(audience) for audience in READERS}
    for audience, job_id in jobs.items():
        file = result_file(job_id, audience)
        old = result_store() / RESULTS / file.parent.name / file.name
        old.parent.mkdir()
        file.rename(old)
        ask(
            'update job.output set file = %s where job_id = %s returning 1',
            [str(old.relative_to(result_store())), job_id],
        )
    for _ in range(2):
        separate_results()
        for audience, job_id in jobs.items():
            file = result_file(job_id, audience)
            assert file.is_relative_to(result_store() / RESULTS / audience)
            assert file.read_text(encoding='utf-8') == audience
    assert sorted(folder.name for folder in (result_store() / RESULTS).iterdir()) == ['internal', 'public']


def test_a_result_that_is_gone_keeps_no_worker_from_starting(finished: Callable[..., str]) -> None:
    job_id = finished('internal')
    result_file(job_id, 'internal').unlink()
    ask("update job.output set file = 'results/gone.1/x.csv' returning 1")
    separate_results()
    assert ask('select file from job.output') == 'results/internal/gone.1/x.csv'
