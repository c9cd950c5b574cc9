"""What only stewards can do about a job that failed is said to stewards and administrators, wherever a job is read."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from dothi.core.database import connection
from dothi.core.text import AdvisedText, Text
from processes.queue.child import FailedRun
from processes.queue.jobs import finish_job
from processes.queue.records import NO_WORKER, open_desk, text_for_reader
from tests.access.lagoon import PEOPLE, Lagoon, running_lagoon
from tests.conftest import Instance

ADVICE = 'Run "dothi accept 12".'
FAULT = AdvisedText(vi='Bị giữ.', en='It is held.', steward=Text(vi='Chạy "dothi accept 12".', en=ADVICE))
ADVISED = ('administrator', 'steward')
INTERFACES = {
    'state': '/api/jobs/{}?f=json&lang=en', 'page': '/api/jobs/{}?f=html&lang=en', 'list': '/api/jobs?f=json&lang=en',
    'results': '/api/jobs/{}/results?f=json&lang=en',
}  # fmt: skip


@pytest.fixture(scope='module')
def lagoon(instance: Instance, shared_folder: Path) -> Iterator[Lagoon]:
    folder = shared_folder / 'job-advice'
    folder.mkdir()
    with running_lagoon(instance, folder) as place:
        yield place


@pytest.fixture(scope='module')
def failed_job(lagoon: Lagoon) -> str:
    """Id of a job that everybody may read, and that failed with advice."""
    with connection('admin') as db, db.cursor() as cursor:
        # in a queue that nobody works on: else the worker may take a job that runs nowhere for lost, and fail it first
        cursor.execute('set local search_path to job')
        cursor.execute(
            """with queued as (
                   insert into procrastinate_jobs (queue_name, task_name) values ('nobody', 'none') returning id
               )
               insert into job (process_id, inputs, audience, software_version, asker, status, queue_id)
               select 'echo', '{}', 'internal', '1', '127.0.0.1', 'running', id from queued returning id::text"""
        )
        ((job_id,),) = cursor.fetchall()
    finish_job(job_id, FailedRun('HeldForDecision', 'Held', FAULT))
    return str(job_id)


@pytest.mark.parametrize('person', PEOPLE)
@pytest.mark.parametrize('interface', INTERFACES)
def test_advice_is_for_stewards(lagoon: Lagoon, failed_job: str, interface: str, person: str) -> None:
    answer = lagoon.client(person).get(INTERFACES[interface].format(failed_job))
    text = answer.get_data(as_text=True)
    assert FAULT.en in text
    assert ('dothi accept' in text) == (person in ADVISED), text


@pytest.mark.parametrize('person', PEOPLE)
@pytest.mark.parametrize('said_by', ['editor', 'reader'])
def test_that_no_worker_runs_is_told_with_its_command_to_stewards(lagoon: Lagoon, person: str, said_by: str) -> None:
    agency = PEOPLE[person][1]
    author = f'{agency}/lagoon-{person}'.removeprefix('None/').replace('focal_point', 'focal-point')
    with open_desk('internal', **{said_by: author}) as db:
        text = text_for_reader(db, NO_WORKER)
    assert ('dothi worker' in text.en) == (person in ADVISED)


def test_strangers_are_told_no_command(lagoon: Lagoon) -> None:
    for audience in ('internal', 'public'):
        with open_desk(audience) as db:
            assert text_for_reader(db, NO_WORKER) == NO_WORKER


def test_whoever_waited_for_the_same_run_fails_with_the_same_words(lagoon: Lagoon, failed_job: str) -> None:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute(
            """insert into job.job (process_id, inputs, audience, software_version, asker, status, follows)
               select process_id, inputs, audience, '1', asker, 'running', id from job.job where id = %s""",
            [failed_job],
        )
        cursor.execute("update job.job set status = 'running', finished_at = null where id = %s", [failed_job])
    finish_job(failed_job, FailedRun('HeldForDecision', 'Held', FAULT))
    listed = json.loads(lagoon.client('steward').get('/api/jobs?f=json&lang=en').get_data())['jobs']
    told = [job['message'] for job in listed if job['status'] == 'failed']
    assert told == [f'{FAULT.en} {ADVICE}'] * 2
