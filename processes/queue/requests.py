"""Jobs as a service sees them: it hands one in, waits for its end, and gets the result, on its reader's role."""

import math
import select
import time
from dataclasses import dataclass
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extras import Json

from dothi import __version__
from dothi.core.database import READERS, role_name
from dothi.core.errors import Busy, DothiError, EnvironmentMissing, TooMany
from dothi.core.job_settings import JobSettings
from dothi.core.limit_settings import ClientSettings
from dothi.core.request_id import current_request_id
from dothi.core.text import AdvisedText, Text
from processes.queue.records import NO_WORKER, error_of, fetch_rows, job_status, state, text_for_reader, worker_lives

ENDED = ('successful', 'failed', 'dismissed')
# Without a notification the state is read this often, for a worker that died or a notification that was lost.
LOOK_S = 2.0


class NoWorker(EnvironmentMissing):
    """No worker takes jobs from the queue."""


class StillRunning(Busy):
    """The result was not there within the time that a request waits."""


class TooManyJobs(TooMany):
    """As many jobs wait or run as may at once."""


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
        # the column's default takes it from here
        cursor.execute("select set_config('dothi.request_id', %s, false)", [current_request_id()])
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


def _too_many(limit_kind: str, most: int, limits: JobSettings) -> TooManyJobs:
    if limit_kind == 'stored':
        return TooManyJobs(
            vi='Kết quả của bạn đang chiếm hết dung lượng được phép. Hủy bớt tác vụ cũ (DELETE /jobs/MÃ).',
            en='Your results take all the room that they may. Dismiss jobs that you need no more (DELETE /jobs/ID).',
        )
    if limit_kind == 'asker':
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
    while job_status(db, job_id) not in ENDED and (left_s := ends - time.monotonic()) > 0:
        _wait_for_notice(db, job_id, min(LOOK_S, left_s))
    return state(db, job_id)


def wait_for(db: Connection, job_id: str, limit_s: float) -> dict[str, Any]:
    """The state of the job once it succeeded; raises what made it fail.

    After `limit_s`, or when no worker comes to take it, the job is dismissed: nobody would fetch its result.
    """
    ends, loneliness = time.monotonic() + limit_s, Loneliness(JobSettings().worker_silent_s)
    try:
        while job_status(db, job_id) not in ENDED:
            # of one that runs too: its worker may have died, and then nobody works on it
            if loneliness.too_long(alone=not worker_lives(db)):
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
        """Whether no worker was seen at any look for longer than `longest_s`."""
        self.since = min(self.since, time.monotonic()) if alone else math.inf
        return time.monotonic() - self.since > self.longest_s


def _restore_error(db: Connection, kind: type[DothiError], text: Text) -> DothiError:
    message = text_for_reader(db, text)
    return kind(vi=message.vi, en=message.en)


def _still_running(limit_s: float) -> Text:
    return AdvisedText(
        vi=f'Chưa có kết quả sau {limit_s:g} giây. Thử lại sau, hoặc gửi với "Prefer: respond-async".',
        en=f'There is no result after {limit_s:g} s. Try again later, or send it with "Prefer: respond-async".',
        steward=Text(vi='Hoặc tăng DOTHI_SYNC_WAIT_S.', en='Or raise DOTHI_SYNC_WAIT_S.'),
    )


def dismiss_job(db: Connection, job_id: str) -> bool:
    """Whether there was such a job to dismiss: one that is open ends, one that has ended loses its result."""
    (row,) = fetch_rows(db, 'select job.dismiss(%s) as done', [job_id])
    return bool(row['done'])


def _wait_for_notice(db: Connection, job_id: str, within_s: float) -> None:
    """Returns when the job's state changed, or after `within_s`."""
    # not by select(): among thousands of connections of clients this one may have any number
    poller = select.poll()
    poller.register(db, select.POLLIN)
    ends = time.monotonic() + within_s
    while (left_s := ends - time.monotonic()) > 0:
        if not poller.poll(left_s * 1000):
            return
        db.poll()
        payloads = {notification.payload for notification in db.notifies}
        db.notifies.clear()
        if job_id in payloads:
            return


def _worker_must_live(db: Connection) -> None:
    if not worker_lives(db):
        raise _restore_error(db, NoWorker, NO_WORKER)
