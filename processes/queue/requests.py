"""Jobs as a service sees them: it hands one in, waits for its end, and gets the result, on its reader's role."""

import math
import select
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json, RealDictCursor

from dothi import __version__
from dothi.core import errors
from dothi.core.database import READERS, database_url, no_database, role_name
from dothi.core.errors import Busy, DothiError, EnvironmentMissing, NotFound, TooMany
from dothi.core.layer import Audience
from dothi.core.settings import ClientSettings, JobSettings
from dothi.core.text import AdvisedText, Text, for_steward
from processes.queue.store import result_store

ENDED = ('successful', 'failed', 'dismissed')
# Without a notification the state is read this often, for a worker that died or a notification that was lost.
LOOK_S = 2.0
NO_WORKER = AdvisedText(
    vi='Không có tiến trình xử lý phân tích nào đang chạy. Hãy thử lại sau ít phút.',
    en='No worker is running to do the analysis. Try again in a few minutes.',
    steward=Text(vi='Khởi động bằng "dothi worker".', en='Start one with "dothi worker".'),
)

WORKER_LOST = Text(
    vi='Tiến trình đang chạy phân tích này không còn hoạt động. Tiến trình khác sẽ chạy lại từ đầu trong giây lát.',
    en='The worker that ran the analysis gives no sign of life. Another one runs it again in a moment.',
)
ALL_WORKERS_LOST = AdvisedText(
    vi='Tiến trình đang chạy phân tích này không còn hoạt động, và không có tiến trình nào khác. Phân tích sẽ được '
    'chạy lại khi có tiến trình mới.',
    en='The worker that ran the analysis gives no sign of life, and there is no other. It is run again as soon as one '
    'is started.',
    steward=NO_WORKER.steward,
)


class NoWorker(EnvironmentMissing):
    """No worker takes jobs from the queue."""


class StillRunning(Busy):
    """The result was not there within the time that a request waits."""


class TooManyJobs(TooMany):
    """As many jobs wait or run as may at once."""


class UnknownJob(NotFound):
    """No job of this audience has this id."""


class NoResult(NotFound):
    """The job waits, runs or was dismissed."""


class ResultGone(NotFound):
    """The job's result is not kept any more."""


class Dismissed(Busy):
    """Somebody dismissed the job while the request waited for it."""


@dataclass(frozen=True)
class Result:
    """An output of a job: a document, or a file in the store and what it is called when it is handed over."""

    media_type: str
    body: bytes | None
    file: Path | None
    name: str | None

    def content(self) -> bytes:
        """The document, or what is in the file."""
        return self.file.read_bytes() if self.file else self.body or b''


@contextmanager
def open_desk(audience: Audience, editor: str | None = None) -> Iterator[Connection]:
    """A connection on the audience's role, each statement a transaction of its own.

    editor: whose token came with the request, if any did; the jobs of other editors are as unknown as none.
    Not one of the pool: it listens for as long as a job runs, and the pool is for requests that last milliseconds.
    """
    url = database_url(READERS[audience]).set(drivername='postgresql').render_as_string(hide_password=False)
    try:
        db = psycopg2.connect(url, connect_timeout=10, application_name='dothi jobs')
    except psycopg2.OperationalError as error:
        raise no_database(error) from None
    try:
        db.autocommit = True
        fetch_rows(db, "select set_config('dothi.editor', %s, false)", [editor])
        yield db
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise no_database(error) from None
    finally:
        db.close()


@dataclass(frozen=True)
class JobRequest:
    """A request whose inputs were found good.

    asker: whose jobs are counted together, an editor's name or a client's address. editor: whose token it was, where
    the process is for editors only. cost_s: about how long it takes. request: its hash, None where no other answer
    will do. norms_version: of the norms' values. subscriber: whom to tell.
    """

    process_id: str
    inputs: dict[str, Any]
    asker: str = ''
    editor: str | None = None
    upload: bytes | None = None
    cost_s: float = 1.0
    request: str | None = None
    norms_version: str = ''
    subscriber: dict[str, str] | None = None


def submit_job(db: Connection, request: JobRequest) -> str:
    """Id of a new job, about whose changes the connection hears from now on.

    Raises NoWorker if none would take it, and TooManyJobs.
    """
    _worker_must_live(db)
    with db.cursor() as cursor:
        cursor.execute('listen dothi_job')
    limits = JobSettings()
    strangers = ClientSettings() if db.info.user == role_name(READERS['public']) else None
    most_each = strangers.client_open_jobs if strangers else limits.max_open_jobs_each
    values = {
        **vars(request),
        'inputs': Json(request.inputs),
        'upload': request.upload and psycopg2.Binary(request.upload),
        'subscriber': request.subscriber and Json(request.subscriber),
        'software': __version__,
        'each': most_each,
        'of_all': limits.max_open_jobs,
        'stored_bytes': strangers and strangers.client_stored_mb * 2**20,
    }
    (row,) = fetch_rows(
        db,
        """select id::text, refused from job.submit(%(process_id)s, %(inputs)s, %(software)s, %(norms_version)s,
               %(asker)s, %(cost_s)s, %(request)s, %(subscriber)s, %(editor)s, %(upload)s, %(each)s, %(of_all)s,
               %(stored_bytes)s)""",
        values,
    )
    if row['refused']:
        raise _too_many(row['refused'], most_each, limits)
    return str(row['id'])


def _too_many(whose: str, most: int, limits: JobSettings) -> TooManyJobs:
    if whose == 'stored':
        return TooManyJobs(
            vi='Kết quả của bạn đang chiếm hết dung lượng được phép. Hủy bớt tác vụ cũ (DELETE /jobs/MÃ).',
            en='Your results take all the room that they may. Dismiss jobs that you need no more (DELETE /jobs/ID).',
        )
    if whose == 'asker':
        return TooManyJobs(
            vi=f'Bạn đã có {most} tác vụ đang chờ hoặc đang chạy. Đợi chúng xong, hoặc hủy bớt (DELETE /jobs/MÃ).',
            en=f'You have {most} jobs that wait or run. Wait for them, or dismiss some (DELETE /jobs/ID).',
        )
    most = limits.max_open_jobs
    return TooManyJobs(
        vi=f'Đã có {most} tác vụ đang chờ hoặc đang chạy. Hãy thử lại sau ít phút.',
        en=f'There are {most} jobs that wait or run. Try again in a few minutes.',
    )


def watch_job(db: Connection, job_id: str, limit_s: float) -> dict[str, Any]:
    """The state of the job as soon as it has ended, or as it is after `limit_s`; the job goes on then."""
    ends = time.monotonic() + limit_s
    with db.cursor() as cursor:
        cursor.execute('listen dothi_job')
    while _job_status(db, job_id) not in ENDED and (left_s := ends - time.monotonic()) > 0:
        _wait_for_notice(db, job_id, min(LOOK_S, left_s))
    return state(db, job_id)


def wait_for(db: Connection, job_id: str, limit_s: float) -> dict[str, Any]:
    """The state of the job once it succeeded; raises what made it fail.

    After `limit_s`, or when no worker comes to take it, the job is dismissed: nobody would fetch its result.
    """
    ends, lonely = time.monotonic() + limit_s, Loneliness(JobSettings().worker_silent_s)
    try:
        while _job_status(db, job_id) not in ENDED:
            # of one that runs too: its worker may have died, and then nobody works on it
            if lonely.too_long(alone=not _worker_lives(db)):
                raise _restore_error(db, NoWorker, NO_WORKER)
            if (left_s := ends - time.monotonic()) <= 0:
                raise _restore_error(db, StillRunning, _still_running(limit_s))
            _wait_for_notice(db, job_id, min(LOOK_S, left_s))
    except DothiError:
        dismiss_job(db, job_id)
        raise
    job = state(db, job_id)
    if job['status'] != 'successful':
        raise error_of(job)
    return job


class Loneliness:
    """For how long a job has waited without a worker: one that is started anew is away for a moment."""

    def __init__(self, longest_s: float) -> None:
        self.longest_s, self.since = longest_s, math.inf

    def too_long(self, *, alone: bool) -> bool:
        """Whether it was alone at every look for too long."""
        self.since = min(self.since, time.monotonic()) if alone else math.inf
        return time.monotonic() - self.since > self.longest_s


def state(db: Connection, job_id: str) -> dict[str, Any]:
    """One job without its result; raises UnknownJob, also for a job of another audience or editor."""
    (job,) = explain_silence(db, [_job_row(db, job_id, '*')])
    return job


def explain_silence(db: Connection, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The jobs, each open one that nobody works on with the reason for its message.

    It waits for somebody to start a worker, and whoever waits for it should know.
    """
    running = [str(job['id']) for job in jobs if job['status'] == 'running']
    if not running and all(job['status'] != 'accepted' for job in jobs):
        return jobs
    lives, silent_s = _worker_lives(db), JobSettings().worker_silent_s
    query = 'select id from unnest(%s::uuid[]) as id where job.worker_lost(id, %s)'
    lost = {row['id'] for row in fetch_rows(db, query, [running, silent_s])}
    waiting, running_text = None if lives else NO_WORKER, WORKER_LOST if lives else ALL_WORKERS_LOST
    return [
        _with_message(db, job, running_text if job['id'] in lost else waiting if job['status'] == 'accepted' else None)
        for job in jobs
    ]


def _with_message(db: Connection, job: dict[str, Any], text: Text | None) -> dict[str, Any]:
    if text is None:
        return job
    message = text_for_audience(db, text)
    return job | {'message_vi': message.vi, 'message_en': message.en}


def text_for_audience(db: Connection, text: Text) -> Text:
    """The text as the connection's audience reads it: colleagues with what a steward can do, strangers without."""
    (row,) = fetch_rows(db, 'select job.audience() as audience', [])
    return for_steward(text) if row['audience'] == 'internal' else text


def _restore_error(db: Connection, kind: type[DothiError], text: Text) -> DothiError:
    message = text_for_audience(db, text)
    return kind(vi=message.vi, en=message.en)


def _still_running(limit_s: float) -> Text:
    return AdvisedText(
        vi=f'Chưa có kết quả sau {limit_s:g} giây. Thử lại sau, hoặc gửi với "Prefer: respond-async".',
        en=f'There is no result after {limit_s:g} s. Try again later, or send it with "Prefer: respond-async".',
        steward=Text(vi='Hoặc tăng DOTHI_SYNC_WAIT_S.', en='Or raise DOTHI_SYNC_WAIT_S.'),
    )


def _job_status(db: Connection, job_id: str) -> str:
    """The state in one word: whoever waits asks often, and the inputs may be megabytes."""
    return str(_job_row(db, job_id, 'status')['status'])


def _job_row(db: Connection, job_id: str, columns: Literal['*', 'status']) -> dict[str, Any]:
    query = f'select {columns} from job.state(%s)'  # noqa: S608  one of two
    job_rows = fetch_rows(db, query, [job_id]) if _is_uuid(job_id) else []
    if not job_rows:
        raise UnknownJob(vi=f'Không có tác vụ "{job_id[:60]}".', en=f'There is no job "{job_id[:60]}".')
    return job_rows[0]


def dismiss_job(db: Connection, job_id: str) -> bool:
    """Whether there was such a job to dismiss: one that is open ends, one that has ended loses its result."""
    (row,) = fetch_rows(db, 'select job.dismiss(%s) as done', [job_id])
    return bool(row['done'])


def job_results(db: Connection, job_id: str) -> dict[str, Result]:
    """A successful job's outputs by name, the main one first; none for any other job.

    Raises ResultGone for a file that is not there any more.
    """
    return {row['name']: _result_of_row(row) for row in fetch_rows(db, 'select * from job.results(%s)', [job_id])}


def media_types(db: Connection, job_id: str) -> dict[str, str]:
    """What the outputs of a successful job are, by name."""
    return {
        row['name']: row['media_type']
        for row in fetch_rows(db, 'select name, media_type from job.results(%s)', [job_id])
    }


def _result_of_row(row: dict[str, Any]) -> Result:
    if row['body'] is not None:
        return Result(row['media_type'], bytes(row['body']), None, None)
    if row['file'] is None or not (result_store() / row['file']).exists():
        raise result_gone()
    return Result(row['media_type'], None, result_store() / row['file'], row['file_name'])


def fetch_rows(db: Connection, query: str, values: Sequence[Any] | Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a query."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(query, values)
        return [dict(row) for row in cursor.fetchall()]


def error_of(job: dict[str, Any]) -> DothiError:
    """The error that ended the job in the child, of the same class name and family, hence the same HTTP status."""
    if job['status'] == 'dismissed':
        return Dismissed(vi='Tác vụ đã bị hủy.', en='The job was dismissed.')
    family: type[DothiError] = getattr(errors, job['error_family'])
    error_class: type[DothiError] = type(job['error_code'], (family,), {})
    return error_class(vi=job['message_vi'], en=job['message_en'])


def no_result(job: dict[str, Any]) -> NoResult:
    """The error for a job that has no result: it waits, runs, or was dismissed."""
    return NoResult(
        vi=f'Tác vụ chưa có kết quả (trạng thái: {job["status"]}, {job["progress"]} %).',
        en=f'The job has no result (status: {job["status"]}, {job["progress"]} %).',
    )


def result_gone() -> ResultGone:
    """The error for a successful job whose result was kept for long enough."""
    return ResultGone(
        vi=f'Kết quả đã bị xóa sau {JobSettings().result_days:g} ngày. Hãy chạy lại.',
        en=f'The result was removed after {JobSettings().result_days:g} days. Run the job again.',
    )


def _is_uuid(text: str) -> bool:
    """Whether it is one as PostgreSQL writes it; Python takes more for one."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _wait_for_notice(db: Connection, job_id: str, within_s: float) -> None:
    """Returns when the job's state changed, or after `within_s`."""
    ends = time.monotonic() + within_s
    while (left_s := ends - time.monotonic()) > 0:
        if not select.select([db], [], [], left_s)[0]:
            return
        db.poll()
        payloads = {notification.payload for notification in db.notifies}
        db.notifies.clear()
        if job_id in payloads:
            return


def _worker_must_live(db: Connection) -> None:
    if not _worker_lives(db):
        raise _restore_error(db, NoWorker, NO_WORKER)


def _worker_lives(db: Connection) -> bool:
    (row,) = fetch_rows(db, 'select job.worker_alive(%s) as alive', [JobSettings().worker_silent_s])
    return bool(row['alive'])
