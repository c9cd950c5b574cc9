"""The worker: takes jobs from the queue and runs each in a child process, which it watches and may kill."""

import asyncio
import itertools
import logging
import multiprocessing
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import psycopg
import psycopg2
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job, Status

from dothi.core.allocator import return_large_blocks
from dothi.core.changes import ChangeListener
from dothi.core.database import NoDatabase, connection, database_url
from dothi.core.heartbeat import BEAT_S, beat
from dothi.core.job_settings import JobSettings
from dothi.core.locality import load_locality
from dothi.core.request_id import NO_REQUEST
from dothi.core.services import rotate_logs
from dothi.core.settings import PathSettings
from etl.citizen.photo import clear_photos
from etl.citizen.review import expire_reports
from etl.closed_room.fork_server import share
from etl.coverage.apart import put_rasters_apart
from etl.desk.uploads import expire_uploads
from processes.mail.rounds import Postman
from processes.queue.callbacks import call_back
from processes.queue.child import (
    BrokenRun,
    FailedRun,
    FinishedRun,
    InterruptedRun,
    RunOrder,
    RunProgress,
    failure,
    run_order,
)
from processes.queue.downloads import Keeper, OrderResult, forget_unlisted_downloads
from processes.queue.job_server import replace_job_server
from processes.queue.jobs import (
    begin_job,
    expire_results,
    fail_lost,
    fail_waiting,
    finish_job,
    forget_orphans,
    give_back,
    report_progress,
)
from processes.queue.patient_jobs import PatientJobs
from processes.queue.reasons import (
    MOST_ATTEMPTS,
    child_died,
    run_failed,
    too_long,
    waited_too_long,
    worker_gone,
    worker_lost,
)
from processes.queue.store import draft_folder, forget_abandoned, separate_results
from processes.queue.upkeep import Generaliser, record_service_answers, restyle_layers

type StoppableTask = Callable[[Callable[[], bool]], object]

LOG = logging.getLogger('dothi.worker')
QUEUE, TASK = 'analyses', 'processes.run'
# How often the watcher looks whether it should stop; a message from the child wakes it at once.
GLANCE_S = 0.2
# What runs at SIGTERM has this long to finish before it goes back to the queue.
GRACE_S = 5.0
# After which a job is tried again that lost its database.
AGAIN_S = 2
# A notification wakes the worker at once; after the database was away nobody hears them any more, and this counts.
LOOK_S = 5.0
# How often the worker looks for layers whose files are to be written, and for styles.
READY_LOOK_S, RESTYLE_LOOK_S = 3.0, 5.0
MAIL_LOOK_S = 10
# How often it looks for layers that are to be generalised: until then pictures of a province are slow.
GENERALISE_LOOK_S = 1.0
# How often the services are asked whether they are well.
PROBE_S = 60.0
# How often it looks for what dead workers left and what is old; and for subscribers who are to be told.
SWEEP_S, CALL_BACK_S = 3.0, 1.0
# Numbers in the queue of the jobs that threads of this process are at.
_JOBS_UNDERWAY: set[int | None] = set()
# Sweeps; it looks through folders that may hold many results and downloads.
ORPHANS_EVERY = 200


class Again(BaseRetryStrategy):
    """A job goes back to the queue when its worker is asked to stop, and for a few times when the database was away.

    Or the machine had nothing for its child process.
    """

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When the job is to be run again, if at all."""
        if isinstance(exception, JobAborted):
            return RetryDecision(retry_in={'seconds': 0})
        is_passing = isinstance(exception, NoDatabase | psycopg2.Error | OSError)
        return RetryDecision(retry_in={'seconds': AGAIN_S}) if is_passing and job.attempts + 1 < MOST_ATTEMPTS else None


def run_worker(concurrency: int = 1) -> None:
    """Works on jobs, `concurrency` of them at a time, until SIGTERM or SIGINT."""
    logging.basicConfig(stream=sys.stderr, format='%(asctime)s %(name)s %(message)s', level=logging.WARNING)
    logging.getLogger('dothi').setLevel(logging.INFO)
    # the server that jobs are forked from was forked before
    return_large_blocks()
    # says plainly that there is no database, where a pool would try again for half a minute
    with connection('worker'):
        share(load_locality(PathSettings().locality).place.crs)
    separate_results()
    put_rasters_apart()
    asyncio.run(_run_worker(concurrency))


async def _run_worker(concurrency: int) -> None:
    """Works until it is asked to stop; a worker that ended because the database was away is followed by another."""
    loop, asked_to_stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop.set)
    # every job keeps a thread while its child runs
    loop.set_default_executor(ThreadPoolExecutor(concurrency + 9))
    beating = asyncio.create_task(_beat())
    while not asked_to_stop.is_set():
        try:
            await _work_while_connected(concurrency, asked_to_stop)
        except (ConnectorException, psycopg.Error):
            LOG.warning('no database', exc_info=True)
            await asyncio.sleep(LOOK_S)
    beating.cancel()


async def _beat() -> None:
    """Gives signs of life for as long as the loop turns that takes the jobs."""
    while True:
        beat(PathSettings().run, 'worker')
        await asyncio.sleep(BEAT_S)


async def _work_while_connected(concurrency: int, asked_to_stop: asyncio.Event) -> None:
    app = queue_app()
    with ChangeListener('worker', 'worker') as changes:
        await _work_and_listen(app, concurrency, asked_to_stop, changes)


async def _work_and_listen(app: App, concurrency: int, asked_to_stop: asyncio.Event, changes: ChangeListener) -> None:
    async with app.open_async():
        silent_s = JobSettings().worker_silent_s
        stopped = threading.Event()
        sweeping = asyncio.create_task(_sweep_stalled(app, changes))
        beside = asyncio.gather(*(_repeat(*task, stopped, changes) for task in tasks_beside_jobs()))
        working = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE],
                concurrency=concurrency,
                fetch_job_polling_interval=LOOK_S,
                abort_job_polling_interval=LOOK_S,
                update_heartbeat_interval=silent_s / 5,
                stalled_worker_timeout=silent_s,
                shutdown_graceful_timeout=GRACE_S,
                install_signal_handlers=False,
                delete_jobs='always',
            )
        )
        stopping = asyncio.create_task(asked_to_stop.wait())
        try:
            await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
            if stopping.done():
                working.cancel()
            with suppress(asyncio.CancelledError):
                await working
        finally:
            stopping.cancel()
            sweeping.cancel()
            stopped.set()
            changes.wake()
            await beside


def queue_app() -> App:
    """The queue of procrastinate on our database, with the worker's role."""
    url = database_url('worker').set(drivername='postgresql').render_as_string(hide_password=False)
    app = App(connector=PsycopgConnector(conninfo=url, kwargs={'options': '-c search_path=job'}))
    app.job_manager = PatientJobs(app.connector)
    app.task(name=TASK, queue=QUEUE, pass_context=True, retry=Again())(work_on)
    return app


async def _sweep_stalled(app: App, changes: ChangeListener) -> None:
    """Takes up what dead workers left, and ends what got lost, now and again and again."""
    for number in itertools.count():
        seen = changes.changes
        try:
            await take_up_abandoned(app)
            await asyncio.to_thread(_tidy_store)
            if number % ORPHANS_EVERY == 0:
                await asyncio.to_thread(forget_orphans)
                await asyncio.to_thread(forget_unlisted_downloads)
        except Exception:
            # whatever it is, such as a disk without room for a log that is set aside: nobody else would look again
            LOG.exception('could not look for abandoned jobs')
        await asyncio.sleep(SWEEP_S)
        await asyncio.to_thread(changes.wait, seen, changes.idle_s())


def _tidy_store() -> None:
    settings = JobSettings()
    rotate_logs()
    fail_lost(failure(worker_lost()))
    fail_waiting(failure(waited_too_long(settings.job_wait_s)), settings.job_wait_s)
    expire_results(settings.result_days, settings.job_days)
    expire_uploads()
    expire_reports()
    clear_photos()
    forget_abandoned()


def tasks_beside_jobs() -> list[tuple[str, float, StoppableTask]]:
    """What the worker does beside its jobs: what to log should it fail, how often to do it, and what it is."""
    downloads, generaliser = Keeper(watch_child), Generaliser()
    return [
        ('could not tell a subscriber', CALL_BACK_S, call_back),
        ('could not record whether the services answer', PROBE_S, lambda _stopped: record_service_answers()),
        ('could not look for files to make ready', READY_LOOK_S, downloads.prepare),
        ('could not look for layers to generalise', GENERALISE_LOOK_S, generaliser.prepare),
        ('could not write styles for GIS staff', RESTYLE_LOOK_S, restyle_layers),
        ('could not send mails', MAIL_LOOK_S, Postman().do_round),
    ]


async def _repeat(
    failure_text: str, every_s: float, task: StoppableTask, stopped: threading.Event, changes: ChangeListener
) -> None:
    """Does a task again and again until the worker stops. What fails is due again later: nothing else must wait."""
    while not stopped.is_set():
        seen = changes.changes
        try:
            await asyncio.to_thread(task, stopped.is_set)
        except Exception:
            LOG.exception(failure_text)
        await asyncio.to_thread(stopped.wait, every_s)
        await asyncio.to_thread(changes.wait, seen, max(0.0, changes.idle_s() - every_s))


async def take_up_abandoned(app: App) -> None:
    """Puts the jobs of workers without a sign of life back into the queue; one that was tried often enough fails.

    Not those of this worker: after a database that stood still its own last sign is old, and its jobs go on.
    """
    silent_s = JobSettings().worker_silent_s
    for job in await app.job_manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=silent_s):
        if job.id in _JOBS_UNDERWAY:
            continue
        if job.attempts + 1 < MOST_ATTEMPTS:
            await asyncio.to_thread(give_back, str(job.task_kwargs['job_id']))
            await app.job_manager.retry_job(job)
        else:
            await asyncio.to_thread(finish_job, str(job.task_kwargs['job_id']), failure(worker_gone()))
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


def work_on(context: JobContext, job_id: str) -> None:
    """Runs one job to its end; raises JobAborted when it was dismissed, or the worker has to stop."""
    with _underway(context.job.id), draft_folder() as folder:
        order = begin_job(job_id, JobSettings().job_memory_mb, folder)
        if order is not None:
            _work_on(context, job_id, order)


@contextmanager
def _underway(queue_id: int | None) -> Iterator[None]:
    """Within, this process does not take the job for one that nobody is at."""
    _JOBS_UNDERWAY.add(queue_id)
    try:
        yield
    finally:
        _JOBS_UNDERWAY.discard(queue_id)


def _work_on(context: JobContext, job_id: str, order: RunOrder) -> None:
    request_id = order.request_id or NO_REQUEST
    LOG.info('job %s of request %s begins: %s', job_id, request_id, order.process_id)
    try:
        ended = watch_child(order, lambda underway: report_progress(job_id, underway), context.should_abort)
    except (NoDatabase, psycopg2.Error):
        raise
    except OSError:
        # no descriptor, process or memory for the child, which has not begun
        give_back(job_id)
        raise
    except Exception:
        ended = BrokenRun(traceback.format_exc())
    if ended is None:
        if context.abort_reason() == AbortReason.SHUTDOWN:
            give_back(job_id)
        raise JobAborted
    if isinstance(ended, InterruptedRun):
        give_back(job_id)
        raise NoDatabase(vi=ended.reason.vi, en=ended.reason.en)
    if isinstance(ended, BrokenRun):
        LOG.error('job %s of request %s failed:\n%s', job_id, request_id, ended.trace)
        ended = failure(run_failed(job_id))
    finish_job(job_id, ended)
    LOG.info('job %s of request %s ended: %s', job_id, request_id, type(ended).__name__)


def watch_child(order: RunOrder, tell: Callable[[RunProgress], None], stopped: Callable[[], bool]) -> OrderResult:
    """How the run of `order` in a child process ended; None when `stopped` said so first. The child is gone then."""
    ours, child = _start_child(order)
    try:
        return _listen_to_child(ours, child, tell, stopped)
    finally:
        child.kill()
        child.join()
        child.close()
        ours.close()


def _start_child(order: RunOrder) -> tuple[Connection, BaseProcess]:
    """A child process at the run, and where it tells of it. Raises OSError."""
    context = multiprocessing.get_context('forkserver')
    for is_last in (False, True):
        ours, theirs = context.Pipe(duplex=False)
        child = context.Process(target=run_order, args=(order, theirs))
        try:
            child.start()
        except (FileNotFoundError, ConnectionRefusedError):
            ours.close()
            if is_last:
                raise
            LOG.warning('the server that runs are forked from cannot be reached, and is replaced')
            replace_job_server()
        else:
            return ours, child
        finally:
            # or the end of the child would never be seen, as this process held its side of the pipe open too
            theirs.close()
    raise AssertionError


def _listen_to_child(
    pipe: Connection, child: BaseProcess, tell: Callable[[RunProgress], None], stopped: Callable[[], bool]
) -> OrderResult:
    limit_s = JobSettings().job_time_limit_s
    ends = time.monotonic() + limit_s
    while not stopped():
        if time.monotonic() > ends:
            return failure(too_long(limit_s))
        if not pipe.poll(GLANCE_S):
            continue
        try:
            message: RunProgress | FinishedRun | FailedRun | BrokenRun | InterruptedRun = pipe.recv()
        except EOFError:
            child.join()
            return failure(child_died(child.exitcode))
        if not isinstance(message, RunProgress):
            return message
        tell(message)
    return None
