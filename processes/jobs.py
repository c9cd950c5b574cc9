"""The rows of jobs, as the worker writes them. What ended stays as it ended: a dismissed job gets no result."""

from pathlib import Path
from typing import Any

from psycopg2.extras import Json

from dothi.core.database import connection
from dothi.core.export.formats import not_written
from processes.child import Done, Failed, Order, Underway, failure
from processes.store import RESULTS, forget, keep

# Workers show that they live this often; one silent for STALLED_S is taken for dead.
HEARTBEAT_S, STALLED_S = 3.0, 15.0


def begin(job_id: str, memory_mb: int, drafts: Path) -> Order | None:
    """What is to be run, the job being marked as running; None when it was dismissed in the meantime."""
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            """update job.job set status = 'running', progress = 0, started_at = now(), updated_at = now()
               where id = %s and status in ('accepted', 'running') returning process_id, inputs, audience,
                   editor, upload""",
            [job_id],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    upload = None if row[4] is None else bytes(row[4])
    return Order(row[0], row[1], row[2], memory_mb, drafts, editor=row[3], upload=upload)


def report(job_id: str, underway: Underway) -> None:
    """Stores how far a running job is."""
    percent = round(100 * min(max(underway.share, 0), 1))
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            """update job.job set progress = %s, message_vi = %s, message_en = %s, updated_at = now()
               where id = %s and status = 'running'""",
            [percent, underway.doing.vi, underway.doing.en, job_id],
        )


def give_back(job_id: str) -> None:
    """Marks a running job as waiting again."""
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            """update job.job set status = 'accepted', progress = 0, message_vi = '', message_en = '',
               started_at = null, updated_at = now() where id = %s and status = 'running'""",
            [job_id],
        )


def finish(job_id: str, ended: Done | Failed) -> None:
    """Stores the result of a job, or why it has none."""
    place = None
    if isinstance(ended, Done) and ended.file:
        try:
            place = f'{RESULTS}/{job_id}/{ended.file.name}'
            keep(ended.file.path, place)
        except OSError as error:
            ended = failure(not_written(ended.file.path, error))
    if not _finished(job_id, _ending(ended, place)) and place:
        forget(place)


def _ending(ended: Done | Failed, place: str | None) -> dict[str, Any]:
    """The columns that tell how a job ended. place: of its file in the store, if the result is one."""
    if isinstance(ended, Done):
        return {
            'status': 'successful',
            'progress': 100,
            'message_vi': 'Đã xong',
            'message_en': 'Done',
            'releases': Json(ended.releases),
            'result': ended.body,
            'result_file': place,
            'file_name': ended.file.name if ended.file else None,
            'media_type': ended.media_type,
        }
    return {
        'status': 'failed',
        'message_vi': ended.message.vi,
        'message_en': ended.message.en,
        'error_code': ended.code,
        'error_family': ended.family,
    }


def _finished(job_id: str, values: dict[str, Any]) -> bool:
    """Whether the job was still open and has these values now."""
    assignments = ', '.join(f'{name} = %({name})s' for name in values)
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            f"""update job.job set {assignments}, finished_at = now(), updated_at = now()
                where id = %(id)s and status in ('accepted', 'running')""",  # noqa: S608  the names stand above
            {**values, 'id': job_id},
        )
        return cursor.rowcount > 0


def forget_old_files(days: float) -> None:
    """Removes the files of jobs that ended so long ago; their rows stay, and say that they had one."""
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            """with old as (
                   select id, result_file from job.job
                   where result_file is not null and finished_at < now() - make_interval(secs => %s) for update
               )
               update job.job set result_file = null from old where old.id = job.id returning old.result_file""",
            [days * 86_400],
        )
        places = [row[0] for row in cursor.fetchall()]
    for place in places:
        forget(place)


def fail_lost(why: Failed) -> None:
    """Fails the jobs that have not ended and that the queue does not know any more: nobody would ever run them.

    Submitting writes both rows in one transaction, and the queue forgets a job only after it was finished here, so
    no job that somebody still works on is taken for lost.
    """
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            """update job.job set status = 'failed', message_vi = %s, message_en = %s, error_code = %s,
                   error_family = %s, finished_at = now(), updated_at = now()
               where status in ('accepted', 'running')
                 and not exists (select from job.procrastinate_jobs queued where queued.id = job.queue_id)""",
            [why.message.vi, why.message.en, why.code, why.family],
        )
