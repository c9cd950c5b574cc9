"""The rows of jobs, as the worker writes them. What ended stays as it ended: a dismissed job gets no result."""

from psycopg2.extras import Json

from dothi.core.database import connection
from processes.child import Done, Failed, Order, Underway

# Workers show that they live this often; one silent for STALLED_S is taken for dead.
HEARTBEAT_S, STALLED_S = 3.0, 15.0


def begin(job_id: str, memory_mb: int) -> Order | None:
    """What is to be run, the job being marked as running; None when it was dismissed in the meantime."""
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            """update job.job set status = 'running', progress = 0, started_at = now(), updated_at = now()
               where id = %s and status in ('accepted', 'running') returning process_id, inputs, audience""",
            [job_id],
        )
        row = cursor.fetchone()
    return Order(row[0], row[1], row[2], memory_mb) if row else None


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
    if isinstance(ended, Done):
        values = {
            'status': 'successful',
            'progress': 100,
            'message_vi': 'Đã xong',
            'message_en': 'Done',
            'releases': Json(ended.releases),
            'result': ended.body,
            'media_type': ended.media_type,
        }
    else:
        values = {
            'status': 'failed',
            'message_vi': ended.message.vi,
            'message_en': ended.message.en,
            'error_code': ended.code,
            'error_family': ended.family,
        }
    assignments = ', '.join(f'{name} = %({name})s' for name in values)
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            f"""update job.job set {assignments}, finished_at = now(), updated_at = now()
                where id = %(id)s and status in ('accepted', 'running')""",  # noqa: S608  the names stand above
            {**values, 'id': job_id},
        )


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
