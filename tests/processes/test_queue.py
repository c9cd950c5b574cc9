"""The queue: whose turn it is, how much may wait, who is told what; seen without a worker, which would be too quick."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dothi.core.changes import ChangeListener
from dothi.core.database import connection
from dothi.core.errors import DothiError, http_status
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from processes.queue import records, requests
from processes.queue.child import FailedRun, FinishedRun, RunOutput, failure
from processes.queue.jobs import begin_job, expire_results, fail_lost, fail_waiting, finish_job
from processes.queue.manager import NoRerun, outcome_of, rerun_job, start_job
from processes.queue.preference import mode_of, parse_preference
from processes.queue.reasons import worker_lost
from processes.queue.records import JobFilter, NoResult, UnknownJob, list_jobs
from processes.queue.requests import JobRequest, NoWorker, TooManyJobs
from processes.queue.worker import _repeat
from tests.conftest import fresh
from tests.databases import Instance
from tests.etl.agency_words import OF_THE_PLATFORM
from tests.matrix import thorough
from tests.present import present
from tests.processes.town import Loader

INPUTS = {'facilities': 'health_facilities', 'distance_m': 1_000}


@pytest.fixture(scope='module')
def shared_database(
    instance: Instance, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """One that no worker works on."""
    with pytest.MonkeyPatch.context() as patch:
        yield from fresh(instance, template, tmp_path_factory.mktemp('state'), patch)


@pytest.fixture
def waiting(database: dict[str, str]) -> Iterator[None]:
    """Somebody gives signs of life for an hour and takes nothing."""
    run("insert into job.procrastinate_workers (last_heartbeat) values (now() + interval '1 hour')")
    yield
    run('truncate job.procrastinate_workers, job.procrastinate_jobs, job.job, job.asker cascade')
    run('update job.clock set turn = 0')


def run(query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
    with connection('admin') as db, db.cursor() as cursor:
        cursor.execute('set local search_path to job, public')
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def submitted(
    asker: str, cost_s: float = 1.0, number: int = 1, audience: Audience = 'internal', **more: Any
) -> list[str]:
    with records.open_desk(audience, more.get('editor')) as db:
        return [
            requests.submit_job(db, JobRequest('service-coverage', INPUTS, asker=asker, cost_s=cost_s, **more))
            for _ in range(number)
        ]


def taken() -> str | None:
    """The id of the job that a worker would take now; it is begun."""
    rows = run("select args ->> 'job_id' from procrastinate_fetch_job_v2(array['analyses'], null)")
    job_id = present(rows)[0][0]
    if job_id:
        begin_job(job_id, 100, Path())
    return job_id


def ended(job_id: str) -> None:
    finish_job(job_id, failure(worker_lost()))
    run("delete from procrastinate_jobs where args ->> 'job_id' = %s", [job_id])


def order(names: dict[str, str]) -> list[str]:
    """Whose jobs are taken, one after the other, until none is left."""
    found = []
    while job_id := taken():
        found.append(names[job_id])
        ended(job_id)
    return found


@thorough
def test_one_job_does_not_wait_behind_200_of_somebody_else(waiting: None) -> None:
    names = dict.fromkeys(submitted('busy', number=200), 'busy')
    ended(present(taken()))
    names |= dict.fromkeys(submitted('other'), 'other')
    assert order(names).index('other') <= 1


def test_turns_go_by_cost_and_not_by_number(waiting: None) -> None:
    """One's jobs take 3 s, the other's 1 s: in the time of one of the first, three of the second are begun.

    Turns, in tenths of a second: a 0, 30, 60; b 0, 10, 20, 30, 40, 50. What has the same turn goes as it came.
    """
    names = dict.fromkeys(submitted('a', cost_s=3, number=3), 'a') | dict.fromkeys(submitted('b', number=6), 'b')
    assert ''.join(order(names)) == 'abbbabbba'


def test_newcomers_pass_nobody_over_for_ever(waiting: None) -> None:
    """Before each turn somebody comes who has never been there; a third job of the first still gets its turn.

    With three askers at a time the queue's own time moves by a third of a job with each, so that the third of their
    jobs, two jobs later in that time, comes after some ten.
    """
    first = submitted('first', number=3)
    came, taken_of_first = 0, 0
    while taken_of_first < 3 and came < 20:
        submitted(f'newcomer {came}')
        came += 1
        job_id = taken()
        taken_of_first += job_id in first
        ended(present(job_id))
    assert came <= 12


def test_a_dismissed_job_that_never_began_does_not_cost_its_turn(waiting: None) -> None:
    """Who ends their 50 jobs and asks anew stands where everybody stands who asks now."""
    submitted('other', number=2)
    with records.open_desk('internal') as db:
        for job_id in submitted('regretful', number=50):
            assert requests.dismiss_job(db, job_id)
    names = dict.fromkeys(submitted('regretful'), 'regretful')
    assert 'regretful' in [names.get(present(taken())) for _ in range(2)]


def test_one_asker_has_so_many_open_jobs_and_another_still_gets_in(
    waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv('DOTHI_MAX_OPEN_JOBS_EACH', '3')
    monkeypatch.setenv('DOTHI_MAX_OPEN_JOBS', '5')
    mine = submitted('mine', number=3)
    with pytest.raises(TooManyJobs, match='You have 3 jobs') as refused:
        submitted('mine')
    assert http_status(refused.value) == 429
    submitted('another', number=2)
    with pytest.raises(TooManyJobs, match='There are 5 jobs') as refused:
        submitted('third')
    assert http_status(refused.value) == 429
    with records.open_desk('internal') as db:
        requests.dismiss_job(db, mine[0])
    assert submitted('mine')


def test_a_job_that_never_gets_its_turn_fails_with_a_reason(waiting: None) -> None:
    (job_id,) = submitted('a')
    fail_waiting(FailedRun('Busy', 'WaitedTooLong', worker_lost().text), longest_s=3_600)
    with pytest.raises(NoResult):
        outcome_of(job_id, 'internal')
    run("update job.job set updated_at = now() - interval '2 hours'")
    fail_waiting(FailedRun('Busy', 'WaitedTooLong', worker_lost().text), longest_s=3_600)
    with pytest.raises(DothiError, match='database was away') as refused:
        outcome_of(job_id, 'internal')
    assert (type(refused.value).__name__, http_status(refused.value)) == ('WaitedTooLong', 503)
    assert begin_job(job_id, 100, Path()) is None, 'what failed is not run'


def messages(job_id: str, audience: Audience = 'internal') -> list[tuple[str, str, str]]:
    """What the job itself and, for colleagues, the list of jobs say of its state."""
    with records.open_desk(audience) as db:
        job = records.state(db, job_id)
        rows = [row for row in list_jobs(db, JobFilter(), 100).jobs if str(row['id']) == job_id]
        assert len(rows) == (audience == 'internal')
        return [(row['status'], row['message_vi'], row['message_en']) for row in (job, *rows)]


@pytest.mark.parametrize('state', ['waits', 'lost its worker', 'lost all workers', 'follows a lost one'])
def test_the_list_of_jobs_says_what_each_job_says(waiting: None, state: str) -> None:
    """Also of a worker that died, and of a job that follows another one."""
    (job_id,) = submitted('a')
    (other,) = submitted('b')
    if state != 'waits':
        run('update job.procrastinate_workers set last_heartbeat = %s', ['2020-01-01'])
        run("insert into job.procrastinate_workers (last_heartbeat) values (now() + interval '1 hour')")
        taken()
        run(
            """update job.procrastinate_jobs set worker_id = (select min(id) from job.procrastinate_workers)
                where status = 'doing'"""
        )
    if state == 'follows a lost one':
        run('update job.job set follows = %s where id = %s', [job_id, other])
        job_id = other
    if state in ('waits', 'lost all workers'):
        run('delete from job.procrastinate_workers where last_heartbeat > now()')
    own, in_list = messages(job_id)
    assert own == in_list
    assert own[0] == ('accepted' if state == 'waits' else 'running')
    assert 'worker' in own[2]
    assert own[1]


@pytest.mark.parametrize('state', ['accepted', 'running'])
def test_strangers_hear_of_no_command_or_setting(waiting: None, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """They cannot start a worker or raise a limit; stewards are told how (tests/access/test_job_advice.py)."""
    monkeypatch.setenv('DOTHI_SYNC_WAIT_S', '0.1')
    audiences: tuple[Audience, ...] = ('public', 'internal')
    for audience in audiences:
        run('truncate job.procrastinate_workers, job.procrastinate_jobs, job.job cascade')
        run("insert into job.procrastinate_workers (last_heartbeat) values (now() + interval '1 hour')")
        (job_id,) = submitted('a', audience=audience)
        texts = [failed_by(lambda job_id=job_id, audience=audience: wait_for(job_id, audience))]
        (job_id,) = submitted('a', audience=audience)
        if state == 'running':
            taken()
        run('update job.procrastinate_workers set last_heartbeat = %s', ['2020-01-01'])
        texts += [' '.join(message[1:]) for message in messages(job_id, audience)]
        texts.append(failed_by(lambda audience=audience: submitted('b', audience=audience)))
        for text in texts:
            assert not OF_THE_PLATFORM.search(text), text


def wait_for(job_id: str, audience: Audience) -> None:
    with records.open_desk(audience) as db:
        requests.wait_for(db, job_id, 0.1)


def failed_by(work: Callable[..., Any]) -> str:
    with pytest.raises(DothiError) as refused:
        work()
    return f'{refused.value.text.vi} {refused.value.text.en}'


def test_a_job_without_a_worker_says_so_and_a_new_one_is_refused(waiting: None) -> None:
    (job_id,) = submitted('a')
    run('truncate job.procrastinate_workers cascade')
    with records.open_desk('internal') as db:
        assert records.state(db, job_id)['message_vi'] == records.NO_WORKER.vi
    with pytest.raises(NoWorker):
        submitted('a')


def test_the_same_request_follows_the_run_that_is_underway(waiting: None) -> None:
    """One run for both, as far as it is; its failure is that of both."""
    leader, follower = submitted('a', request='same') + submitted('b', request='same')
    other = submitted('b', request='other')[0]
    assert taken() == leader
    with records.open_desk('internal') as db:
        assert [records.state(db, job)['status'] for job in (follower, other)] == ['running', 'accepted']
    assert taken() == other
    assert taken() is None, 'nothing else is in the queue'
    fail_lost(failure(worker_lost()))
    ended(leader)
    assert run('select status, error_code from job where id = %s', [follower]) == [('failed', 'ChildDied')]


def test_a_follower_runs_when_its_run_is_dismissed(waiting: None) -> None:
    """The first of them, and the next follows it."""
    leader, first, second = [submitted(name, request='same')[0] for name in 'abc']
    assert taken() == leader
    with records.open_desk('internal') as db:
        requests.dismiss_job(db, leader)
    assert taken() == first
    assert run('select follows::text from job where id = %s', [second]) == [(first,)]


def test_what_is_asked_after_a_release_follows_no_run_that_began_before(waiting: None, loader: Loader) -> None:
    """That run may have read what there was before."""
    leader = submitted('a', request='same')[0]
    assert taken() == leader
    loader.load('markets', [])
    later = submitted('b', request='same')[0]
    assert run('select follows from job where id = %s', [later]) == [(None,)]
    assert taken() == later


@pytest.mark.parametrize(('others', 'told'), [(True, 'Another one'), (False, 'there is no other')])
def test_a_running_job_says_that_its_worker_is_lost(waiting: None, others: bool, told: str) -> None:
    """The worker's last sign of life is older than it may be silent; /health and the next request say the same."""
    (job_id,) = submitted('a')
    (worker_id,) = present(run('insert into procrastinate_workers default values returning id'))[0]
    run("select args from procrastinate_fetch_job_v2(array['analyses'], %s)", [worker_id])
    begin_job(job_id, 100, Path())
    with records.open_desk('internal') as db:
        assert 'sign of life' not in records.state(db, job_id)['message_en']
        dead = '' if not others else f' where id = {worker_id}'
        run(f"update procrastinate_workers set last_heartbeat = now() - interval '11 seconds'{dead}")
        assert told in records.state(db, job_id)['message_en']
        if not others:
            with pytest.raises(NoWorker):
                submitted('a')
    run('truncate job.procrastinate_workers cascade')


def test_a_job_that_waits_is_dismissed_and_leaves_the_queue(waiting: None) -> None:
    (job_id,) = submitted('a')
    with records.open_desk('internal') as db:
        assert requests.dismiss_job(db, job_id)
        assert records.state(db, job_id)['status'] == 'dismissed'
        assert not requests.dismiss_job(db, job_id)
    assert taken() is None
    with pytest.raises(NoResult):
        outcome_of(job_id, 'internal')


def test_start_keeps_who_asked_and_by_which_norms(waiting: None, loader: Loader, locality: Locality) -> None:
    loader.load('health_facilities', [])
    job_id = start_job('service-coverage', INPUTS, 'internal', '192.0.2.7')
    assert run('select id::text, asker, norms_version, status from job.job') == [
        (job_id, '192.0.2.7', locality.norms_version, 'accepted')
    ]


def test_a_request_that_is_wrong_is_refused_before_there_is_a_job(waiting: None) -> None:
    with pytest.raises(DothiError, match='distance_m') as refused:
        start_job('service-coverage', {**INPUTS, 'distance_m': -1}, 'internal', 'a')
    assert http_status(refused.value) == 400
    assert run('select count(*) from job.job') == [(0,)]


def test_a_job_is_run_again_with_its_own_inputs(waiting: None) -> None:
    job_id = start_job('service-coverage', INPUTS, 'internal', 'a')
    again = rerun_job(job_id, 'internal', 'b')
    assert again != job_id
    assert run('select count(distinct inputs), count(*) from job.job') == [(1, 2)]
    with pytest.raises(UnknownJob):
        rerun_job(job_id, 'public', 'b')


def test_the_list_has_filters_and_pages_newest_first(waiting: None) -> None:
    jobs = submitted('a', number=5)
    for i, job_id in enumerate(jobs):
        run(
            """update job.job set created_at = '2026-01-01'::timestamptz + %s * interval '1 day',
                   started_at = '2026-01-09', finished_at = '2026-01-09'::timestamptz + %s * interval '1 minute',
                   process_id = %s, status = %s where id = %s""",
            [
                i,
                i,
                'corridor-conflicts' if i == 1 else 'service-coverage',
                'failed' if i == 2 else 'successful',
                job_id,
            ],
        )

    def found(limit: int = 10, offset: int = 0, **wanted: Any) -> tuple[list[int], int]:
        with records.open_desk('internal') as db:
            page = list_jobs(db, JobFilter(**wanted), limit, offset)
        return [jobs.index(str(job['id'])) for job in page.jobs], page.matched

    assert found() == ([4, 3, 2, 1, 0], 5)
    assert found(limit=2, offset=1) == ([3, 2], 5)
    assert found(limit=2, offset=5) == ([], 5)
    assert found(statuses=('failed',)) == ([2], 1)
    assert found(processes=('corridor-conflicts', 'none')) == ([1], 1)
    assert found(min_s=120, max_s=180) == ([3, 2], 2)
    day = [row[0] for row in run('select created_at from job.job order by 1')]
    assert found(created_from=day[1], created_to=day[3]) == ([3, 2, 1], 3)


def test_the_list_is_empty_for_the_public_and_has_no_other_editors_jobs(waiting: None) -> None:
    submitted('a', audience='public')
    submitted('lan', editor='lan')
    askers: tuple[tuple[Audience, str | None, int], ...] = (
        ('public', None, 0),
        ('internal', None, 0),
        ('internal', 'lan', 1),
    )
    for audience, editor, expected in askers:
        with records.open_desk(audience, editor) as db:
            assert list_jobs(db, JobFilter(), 10).matched == expected


@pytest.mark.parametrize(
    ('header', 'cost_s', 'expected'),
    [
        (None, 1, 'sync'),
        (None, 21, 'async'),
        ('respond-async', 1, 'async'),
        ('Respond-Async; foo="bar"', 1, 'async'),
        ('wait=5', 500, 'sync'),
        ('wait', 500, 'sync'),
        ('respond-async, wait=5', 1, 'async'),
        ('return=minimal', 21, 'async'),
        ('handling=lenient', 1, 'sync'),
        ('', 1, 'sync'),
    ],
)
def test_the_mode_is_the_clients_wish_and_else_goes_by_cost(header: str | None, cost_s: int, expected: str) -> None:
    assert mode_of(header, cost_s, longest_s=20) == expected


@given(st.text())
def test_any_header_is_read(header: str) -> None:
    assert parse_preference(header).mode in (None, 'sync', 'async')


def test_how_long_a_client_would_wait_is_read() -> None:
    assert parse_preference('respond-async, wait=10').wait_s == 10
    assert parse_preference('wait="2.5"').wait_s == 2.5
    assert parse_preference('wait=soon').wait_s is None


def finished(job_id: str, body: bytes = b'x' * 1_000) -> None:
    finish_job(job_id, FinishedRun((RunOutput('result', 'application/json', body, None),), {}))
    run("delete from procrastinate_jobs where args ->> 'job_id' = %s", [job_id])


def test_a_stranger_has_fewer_open_jobs_and_less_room_than_a_colleague(
    waiting: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room of 1 MB is used up by one result of that size, and free again when its job is dismissed."""
    monkeypatch.setenv('DOTHI_CLIENT_OPEN_JOBS', '2')
    monkeypatch.setenv('DOTHI_CLIENT_STORED_MB', '1')
    submitted('10.0.0.1', number=2, audience='public')
    with pytest.raises(TooManyJobs, match='You have 2 jobs'):
        submitted('10.0.0.1', audience='public')
    assert submitted('10.0.0.1', number=3), 'the internal service has limits of its own'
    (job_id,) = submitted('10.0.0.2', audience='public')
    begin_job(job_id, 100, Path())
    finished(job_id, body=b'x' * 2**20)
    with pytest.raises(TooManyJobs, match='all the room'):
        submitted('10.0.0.2', audience='public', request='another')
    assert submitted('10.0.0.3', audience='public')
    with records.open_desk('public') as db:
        assert requests.dismiss_job(db, job_id)
    assert submitted('10.0.0.2', audience='public')


def test_of_a_dismissed_job_neither_inputs_nor_results_are_left(waiting: None) -> None:
    """An answer that somebody else got from the same result stays theirs."""
    first, second = (submitted(name, audience='public', request='same')[0] for name in ('a', 'b'))
    begin_job(first, 100, Path())
    finished(first)
    assert begin_job(second, 100, Path()) is None, 'answered by the first'
    with records.open_desk('public') as db:
        assert requests.dismiss_job(db, first)
        assert records.job_results(db, second)['result'].body == b'x' * 1_000
        assert requests.dismiss_job(db, second)
    assert run("select count(*) from job.job where inputs <> '{}' or upload is not null") == [(0,)]
    expire_results(7, 90)
    assert run('select count(*) from job.output') == [(0,)]
    with pytest.raises(NoRerun, match='dismissed'):
        rerun_job(first, 'public', 'a')


def test_a_task_beside_the_jobs_that_fails_is_done_again(caplog: pytest.LogCaptureFixture) -> None:
    """A fault in one of them would otherwise end it silently, until the worker is started anew."""
    stopped, calls = threading.Event(), list[int]()

    def task(_stopped: Callable[[], bool]) -> None:
        calls.append(len(calls))
        if len(calls) == 1:
            raise TypeError('a fault of ours')
        stopped.set()

    asyncio.run(_repeat('could not look', 0.01, task, stopped, ChangeListener('worker', 'worker')))
    assert calls == [0, 1]
    assert 'could not look' in caplog.text
