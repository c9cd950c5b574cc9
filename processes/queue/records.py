"""Jobs as a service reads them, on its reader's role: their state, their results, and what made them fail."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json, RealDictCursor

from dothi.core import errors
from dothi.core.access.claims import claimed
from dothi.core.access.signing import signed_author
from dothi.core.database import READERS, database_url, lock_options, no_database
from dothi.core.errors import Busy, DothiError, NotFound
from dothi.core.job_settings import JobSettings
from dothi.core.kept_file import is_intact
from dothi.core.layer import Audience
from dothi.core.store_mark import is_store_own, store_away
from dothi.core.text import AdvisedText, Text, for_steward
from processes.queue.store import RESULTS, result_store

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
def open_desk(audience: Audience, editor: str | None = None, reader: str | None = None) -> Iterator[Connection]:
    """A connection on the audience's role, each statement a transaction of its own.

    editor: whose token came with the request, if any did; the jobs of other editors are as unknown as none.
    reader: who has signed in, where that is not said by `editor`; what others share with them they see, no more.
    Not one of the pool: it listens for as long as a job runs, and the pool is for requests that last milliseconds.
    """
    author = signed_author(editor)
    signed_reader = author if reader is None or reader == editor else signed_author(reader)
    url = database_url(READERS[audience]).set(drivername='postgresql')
    address = url.render_as_string(hide_password=False)
    try:
        options: dict[str, Any] = {'connect_timeout': 10, 'application_name': 'dothi jobs', **lock_options(url)}
        db = psycopg2.connect(address, **options)
    except psycopg2.OperationalError as error:
        raise no_database(error) from None
    try:
        db.autocommit = True
        settings = """select set_config('dothi.author', %s, false), set_config('dothi.claims', %s, false),
            set_config('dothi.reader', %s, false)"""
        fetch_rows(db, settings, [author, claimed(), signed_reader])
        yield db
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise no_database(error) from None
    finally:
        db.close()


def state(db: Connection, job_id: str) -> dict[str, Any]:
    """One job without its result; raises UnknownJob, also for a job of another audience or editor."""
    (job,) = explain_silence(db, [_job_row(db, job_id, '*')])
    return job


def copies_of(job: Mapping[str, Any]) -> frozenset[str]:
    """Ids of the layers of which the result of a job, as `state` gives it, holds rows as they are.

    Of one that a worker of an earlier version ended nobody knows: it may have rows of all that it read.
    """
    if job['copies'] is not None:
        return frozenset(job['copies'])
    return frozenset(job['releases'] or ()) if job['status'] == 'successful' else frozenset()


def explain_silence(db: Connection, jobs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The jobs, each open one that nobody works on with the reason for its message.

    It waits for somebody to start a worker, and whoever waits for it should know.
    """
    running = [str(job['id']) for job in jobs if job['status'] == 'running']
    if not running and all(job['status'] != 'accepted' for job in jobs):
        return jobs
    lives, silent_s = worker_lives(db), JobSettings().worker_silent_s
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
    message = text_for_reader(db, text)
    return job | {'message_vi': message.vi, 'message_en': message.en}


def text_for_reader(db: Connection, text: Text) -> Text:
    """The text as whoever asks reads it: stewards and administrators with what they can do, everybody else without."""
    (row,) = fetch_rows(db, 'select job.reads_advice() as reads_advice', [])
    return for_steward(text) if row['reads_advice'] else text


def open_run(db: Connection, process_id: str, inputs: dict[str, Any]) -> str | None:
    """Id of the run with these inputs that waits or runs for whoever asks; None where there is none."""
    (row,) = fetch_rows(db, 'select job.open_run(%s, %s)::text as id', [process_id, Json(inputs)])
    return None if row['id'] is None else str(row['id'])


def run_of_upload(db: Connection, upload_id: str) -> dict[str, Any] | None:
    """Id, status and inputs of the run that delivers a file in parts for whoever asks; None where there is none."""
    return next(iter(fetch_rows(db, 'select * from job.run_of_upload(%s)', [upload_id])), None)


def job_status(db: Connection, job_id: str) -> str:
    """The state in one word: whoever waits asks often, and the inputs may be megabytes."""
    return str(_job_row(db, job_id, 'status')['status'])


def _job_row(db: Connection, job_id: str, columns: Literal['*', 'status']) -> dict[str, Any]:
    query = f'select {columns} from job.state(%s)'  # noqa: S608  one of two
    job_rows = fetch_rows(db, query, [job_id]) if is_uuid(job_id) else []
    if not job_rows:
        raise unknown_job(job_id)
    return job_rows[0]


def unknown_job(job_id: str) -> UnknownJob:
    """The error for a job that is not there for whoever asks."""
    return UnknownJob(vi=f'Không có tác vụ "{job_id[:60]}".', en=f'There is no job "{job_id[:60]}".')


def job_results(db: Connection, job_id: str) -> dict[str, Result]:
    """A successful job's outputs by name, the main one first; none for any other job.

    Raises ResultGone for a file that is not there any more, or is not what was kept; whoever asks for the same then has
    it computed anew. Raises StoreAway.
    """
    rows = fetch_rows(db, 'select * from job.results(%s)', [job_id])
    if not all(map(_is_whole, rows)):
        fetch_rows(db, 'select job.lose_result(%s)', [job_id])
        raise result_lost()
    return {row['name']: _result_of_row(row) for row in rows}


def media_types(db: Connection, job_id: str) -> dict[str, str]:
    """What the outputs of a successful job are, by name."""
    return {
        row['name']: row['media_type']
        for row in fetch_rows(db, 'select name, media_type from job.results(%s)', [job_id])
    }


def _result_of_row(row: dict[str, Any]) -> Result:
    if row['body'] is not None:
        return Result(row['media_type'], bytes(row['body']), None, None)
    return Result(row['media_type'], None, result_store() / row['file'], row['file_name'])


def _is_whole(row: dict[str, Any]) -> bool:
    """Whether an output is what was kept. Of files before 0050 nobody knows the size."""
    if row['body'] is not None:
        return True
    if not is_store_own() or not (result_store() / RESULTS).is_dir():
        # not lost: its disk is not there
        raise store_away()
    path = result_store() / (row['file'] or '')
    try:
        return path.is_file() and is_intact(path, row['stored_bytes'] or path.stat().st_size, row['sha256'])
    except OSError:
        return False


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


def result_lost() -> ResultGone:
    """The error for a successful job whose file is gone, or is another one."""
    return ResultGone(
        vi='Tệp kết quả bị mất hoặc bị hỏng. Hãy chạy lại.',
        en='The file of the result is gone or damaged. Run it again.',
    )


def is_uuid(text: str) -> bool:
    """Whether it is one as PostgreSQL writes it; Python takes more for one."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def worker_lives(db: Connection) -> bool:
    (row,) = fetch_rows(db, 'select job.worker_alive(%s) as alive', [JobSettings().worker_silent_s])
    return bool(row['alive'])


@dataclass(frozen=True)
class JobFilter:
    """Which jobs are listed; None lets all pass. created_*: both ends belong to it. *_s: from start to end, or now.

    started_by: `me`, or `group`, by whoever asks.
    """

    statuses: tuple[str, ...] | None = None
    processes: tuple[str, ...] | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    min_s: float | None = None
    max_s: float | None = None
    started_by: str | None = None


@dataclass(frozen=True)
class JobPage:
    """A page of jobs, newest first, and how many there are in all."""

    jobs: list[dict[str, Any]]
    matched: int


def list_jobs(db: Connection, job_filter: JobFilter, limit: int | None, offset: int = 0) -> JobPage:
    """Jobs that the connection's audience may list: none of the public service, no other editor's.

    Each says what `state` says of it.
    """
    values = vars(job_filter) | {'limit': limit, 'offset': offset}
    values |= {name: list(values[name]) for name in ('statuses', 'processes') if values[name] is not None}
    query = """select * from job.list(%(statuses)s::text[], {}, {}, %(processes)s::text[], %(created_from)s,
                   %(created_to)s, %(min_s)s, %(max_s)s, %(started_by)s)"""
    job_rows = explain_silence(db, fetch_rows(db, query.format('%(limit)s', '%(offset)s'), values))
    return JobPage(job_rows, job_rows[0]['matched'] if job_rows else _count_matched(db, query, values))


def _count_matched(db: Connection, query: str, values: dict[str, Any]) -> int:
    """How many jobs there are before a page that is empty."""
    first = fetch_rows(db, query.format('1', '0'), values)
    return int(first[0]['matched']) if first else 0
