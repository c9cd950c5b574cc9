"""The rows of jobs, as the worker writes them. What ended stays as it ended: a dismissed job gets no result."""

from pathlib import Path
from typing import Any

from psycopg2.extras import Json

from dothi.core.database import connection
from dothi.core.export.formats import not_written
from processes.base import ResultFile
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
    """Stores the outputs of a job, or why it has none."""
    places: dict[str, str] = {}
    if isinstance(ended, Done):
        try:
            places = _kept(job_id, ended)
        except OSError as error:
            ended = failure(not_written(Path(error.filename or ''), error))
    if not _finished(job_id, ended, places):
        for place in places.values():
            forget(place)


def _kept(job_id: str, ended: Done) -> dict[str, str]:
    """Where in the store the files of the outputs lie now, by output; raises OSError."""
    places = {}
    for made in ended.outputs:
        if made.file:
            places[made.name] = f'{RESULTS}/{job_id}/{made.file.name}'
            keep(made.file.path, places[made.name])
    return places


def _finished(job_id: str, ended: Done | Failed, places: dict[str, str]) -> bool:
    """Whether the job was still open, and has ended so now, with its outputs."""
    values = _ending(ended)
    assignments = ', '.join(f'{name} = %({name})s' for name in values)
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            f"""update job.job set {assignments}, finished_at = now(), updated_at = now()
                where id = %(id)s and status in ('accepted', 'running')""",  # noqa: S608  the names stand above
            {**values, 'id': job_id},
        )
        if not cursor.rowcount:
            return False
        for position, made in enumerate(ended.outputs if isinstance(ended, Done) else ()):
            cursor.execute(
                'insert into job.output values (%s, %s, %s, %s, %s, %s, %s, %s)',
                [job_id, made.name, position, made.media_type, made.body, places.get(made.name), *_named(made.file)],
            )
    return True


def _named(file: ResultFile | None) -> list[Any]:
    return [file.name, file.rows] if file else [None, None]


def _ending(ended: Done | Failed) -> dict[str, Any]:
    """The columns that tell how a job ended."""
    if isinstance(ended, Done):
        return {
            'status': 'successful',
            'progress': 100,
            'message_vi': 'Đã xong',
            'message_en': 'Done',
            'releases': Json(ended.releases),
            'media_type': ended.outputs[0].media_type,
        }
    return {
        'status': 'failed',
        'message_vi': ended.message.vi,
        'message_en': ended.message.en,
        'error_code': ended.code,
        'error_family': ended.family,
    }


def forget_old_files(days: float) -> None:
    """Removes the files of jobs that ended so long ago; their rows stay, and say that they had one."""
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            """with old as (
                   select o.job_id, o.name, o.file from job.output o join job.job j on j.id = o.job_id
                   where o.file is not null and j.finished_at < now() - make_interval(secs => %s) for update of o
               )
               update job.output o set file = null from old
               where old.job_id = o.job_id and old.name = o.name returning old.file""",
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
