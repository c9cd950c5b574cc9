"""The rows of jobs, as the worker writes them. What ended stays as it ended: a dismissed job gets no result."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import psycopg2
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import Json
from pydantic import BaseModel

from dothi.core.access.classes import class_of_claims
from dothi.core.access.signing import LASTS_S, sign, sign_author
from dothi.core.database import connection
from dothi.core.errors import EnvironmentMissing
from dothi.core.export.formats import not_written
from dothi.core.kept_file import file_sha256
from dothi.core.layer import Audience
from dothi.core.store_mark import StoreAway
from dothi.core.text import steward_advice
from processes.outputs import ResultFile
from processes.queue.child import FailedRun, FinishedRun, RunOrder, RunProgress, failure
from processes.queue.records import UnknownJob
from processes.queue.scenarios import changes_of
from processes.queue.store import (
    abandoned_results,
    forget_file,
    forget_folder,
    keep_draft,
    result_store,
    results_folder,
)
from processes.reading.readings import release_moments
from processes.registry import all_processes

LOG = logging.getLogger('dothi.jobs')
DAY_S = 86_400
# As in sql/functions/job.sql: who holds it may say that one job's result is another's, or that it goes.
QUEUE_LOCK = 'job.queue'
# An output is the result of the job that made it, and of those that were answered from it.
UNUSED_OUTPUTS = """
    delete from job.output where not exists (
        select from job.job
        where coalesce(job.result_of, job.id) = output.job_id
          and (job.status = 'successful' and job.gone_at is null or job.kept)
    ) returning file
"""
OLD_JOBS = """
    delete from job.job
    where finished_at < now() - make_interval(secs => %s) and not kept and not study.keeps(id)
      and not exists (select from job.output where output.job_id = job.id)
      and not exists (select from job.job other where other.result_of = job.id)
"""


class NotStored(EnvironmentMissing):
    """There is a result, and no room for it."""


def begin_job(job_id: str, memory_mb: int, drafts: Path) -> RunOrder | None:
    """What is to be run, the job being marked as running; None when it needs no run.

    It was dismissed in the meantime, or the same was asked before and answered while it waited.
    """
    with connection('worker') as db, db.cursor() as cursor:
        if _answered_meanwhile(cursor, job_id):
            return None
        cursor.execute(
            """update job.job set status = 'running', progress = 0, started_at = now(), updated_at = now()
               where id = %s and status in ('accepted', 'running')
               returning process_id, inputs, audience, editor, upload, request_id, job.begun(turn, turn_lasts),
                   claims, asker""",
            [job_id],
        )
        row = cursor.fetchone()
        if row is None:
            return None
        process_id, inputs, audience, editor, upload, request_id, _, claims, asker = row
        signed_claims = sign(db, claims, LASTS_S['worker']) if claims else ''
        author = sign_author(db, editor, LASTS_S['worker']) if editor else ''
        reader = sign_author(db, asker, LASTS_S['worker']) if asker and audience == 'internal' else ''
        changes = changes_of(db, process_id, inputs)
    sent = None if upload is None else bytes(upload)
    return RunOrder(
        process_id, inputs, audience, memory_mb, drafts, editor=editor, upload=sent, request_id=request_id,
        access_class=class_of_claims(claims or {}), claims=signed_claims, author=author, reader=reader,
        changes=tuple(changes), job_id=job_id,
    )  # fmt: skip


def _answered_meanwhile(cursor: Cursor, job_id: str) -> bool:
    cursor.execute('select pg_advisory_xact_lock(hashtext(%s))', [QUEUE_LOCK])
    cursor.execute('select job.answered(request, audience, claims) from job.job where id = %s', [job_id])
    row = cursor.fetchone()
    if row is None or row[0] is None:
        return False
    cursor.execute('select job.answer_from(%s, %s)', [job_id, row[0]])
    return True


def report_progress(job_id: str, underway: RunProgress) -> None:
    """Stores how far a running job is."""
    percent = round(100 * min(max(underway.share, 0), 1))
    _execute(
        """update job.job set progress = %s, message_vi = %s, message_en = %s, updated_at = now()
           where id = %s and status = 'running'""",
        [percent, underway.doing.vi, underway.doing.en, job_id],
    )


def finish_job(job_id: str, ended: FinishedRun | FailedRun) -> None:
    """Stores the outputs of a job, or why it has none: it fails where there is no room for them.

    Files lie in a folder of this run's own. Should another worker have taken this one for dead and run the job too,
    the second to finish must not touch the files of the first.
    """
    folder = results_folder(_job_audience(job_id), f'{job_id}.{uuid.uuid4().hex[:8]}')
    try:
        stored = _mark_finished(job_id, ended, _store_files(folder, ended))
    except StoreAway as error:
        stored = False
        _mark_finished(job_id, failure(error), {})
    except OSError as error:
        stored = False
        _mark_finished(job_id, failure(not_written(Path(error.filename or ''), error)), {})
    except psycopg2.Error:
        LOG.exception('job %s: result not stored', job_id)
        stored = False
        _mark_finished(job_id, failure(_not_stored(job_id)), {})
    if not stored:
        forget_folder(folder)


def _job_audience(job_id: str) -> Audience:
    """The audience of the job; `internal` where the job is not known any more."""
    rows = _execute('select audience from job.job where id = %s', [job_id])
    return rows[0][0] if rows else 'internal'


def _store_files(folder: str, ended: FinishedRun | FailedRun) -> dict[str, str]:
    """Where in the store the files of the outputs lie now, by output; raises OSError."""
    files = (
        [(output.name, output.file) for output in ended.outputs if output.file]
        if isinstance(ended, FinishedRun)
        else []
    )
    places = {name: f'{folder}/{file.name}' for name, file in files}
    for name, file in files:
        keep_draft(file.path, places[name])
    return places


def _not_stored(job_id: str) -> NotStored:
    return NotStored(
        vi=f'Cơ sở dữ liệu không nhận kết quả, có thể do đầy đĩa. Báo quản trị viên mã {job_id}.',
        en=f'The database did not take the result, perhaps as its disk is full. Give its administrator {job_id}.',
    )


def _mark_finished(job_id: str, ended: FinishedRun | FailedRun, places: dict[str, str]) -> bool:
    """Whether the job was still open, and has ended so now, with its outputs.

    One that read demonstration data which was left meanwhile has none (job.refuse_left). One that failed does not say
    what it read, but its inputs and message may name it: it stays with who sees as much as whoever asked.
    """
    values, digests = _ending_columns(ended), _file_digests(places)
    assignments = ', '.join(f'{name} = %({name})s' for name in values)
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            f"""update job.job set {assignments}, finished_at = clock_timestamp(), updated_at = clock_timestamp(),
                    needed_claims = case when process_id = any(%(narrowed)s) and scenarios = '{{}}'
                        and %(releases)s::jsonb is not null then (
                        select coalesce(jsonb_object_agg(key, value), '{{}}') from jsonb_each(claims)
                        where %(releases)s::jsonb ? key
                    ) end
                where id = %(id)s and status in ('accepted', 'running')
                returning gone_at is not null""",  # noqa: S608  the names stand above
            {'releases': None, **values, 'id': job_id, 'narrowed': _answering_from_reads()},
        )
        if cursor.fetchone() != (False,):
            return False
        sizes = _output_sizes(ended, places)
        for position, output in enumerate(ended.outputs if isinstance(ended, FinishedRun) else ()):
            cursor.execute(
                'insert into job.output values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)',
                [
                    job_id,
                    output.name,
                    position,
                    output.media_type,
                    output.body,
                    places.get(output.name),
                    *_file_columns(output.file),
                    sizes[output.name],
                    digests.get(output.name),
                ],
            )
    return True


def _answering_from_reads() -> list[str]:
    """Of a run with a scenario the result names layers that the scenario changes and nobody has read."""
    return [name for name, process in all_processes().items() if process.answers_from_reads()]


def _output_sizes(ended: FinishedRun | FailedRun, places: dict[str, str]) -> dict[str, int]:
    """Size in bytes of each output, which is kept in the database or, under its place, in the store."""
    outputs = ended.outputs if isinstance(ended, FinishedRun) else ()
    return {
        output.name: (result_store() / places[output.name]).stat().st_size
        if output.name in places
        else len(output.body or b'')
        for output in outputs
    }


def _file_digests(places: dict[str, str]) -> dict[str, str]:
    """SHA-256 of each output that is a file of the store."""
    return {name: file_sha256(result_store() / place) for name, place in places.items()}


def _file_columns(file: ResultFile | None) -> list[Any]:
    return [file.name, file.rows] if file else [None, None]


def _ending_columns(ended: FinishedRun | FailedRun) -> dict[str, Any]:
    """The columns that tell how a job ended."""
    if isinstance(ended, FinishedRun):
        return {
            'status': 'successful',
            'progress': 100,
            'message_vi': 'Đã xong',
            'message_en': 'Done',
            'releases': Json(ended.releases),
            'read_at': Json(release_moments(ended.readings)),
            'copies': sorted(ended.copies),
            'media_type': ended.outputs[0].media_type,
        }
    advice = steward_advice(ended.message)
    return {
        'status': 'failed',
        'message_vi': ended.message.vi,
        'message_en': ended.message.en,
        'advice_vi': advice and advice.vi,
        'advice_en': advice and advice.en,
        'error_code': ended.code,
        'error_family': ended.family,
    }


class EndedJob(BaseModel):
    """What somebody is told of a job that has ended. asker: who asked for it, by name or address."""

    id: str
    process_id: str
    status: Literal['successful', 'failed']
    asker: str


def ended_job(job_id: str) -> EndedJob:
    """The job. Raises UnknownJob for one that is not there any more, or not at its end."""
    query = (
        "select id::text, process_id, status, asker from job.job where id = %s and status in ('successful', 'failed')"
    )
    rows = _execute(query, [job_id])
    if not rows:
        raise UnknownJob(vi=f'Không có tác vụ {job_id}.', en=f'There is no job {job_id}.')
    return EndedJob.model_validate(dict(zip(EndedJob.model_fields, rows[0], strict=True)))


def expire_results(result_days: float, job_days: float) -> None:
    """Removes results that are so old, and the rows of jobs that are older still; what is kept stays.

    In between, a job's row says that it had a result.
    """
    with connection('worker') as db, db.cursor() as cursor:
        # nobody may be answered from a result in the moment in which it goes
        cursor.execute('select pg_advisory_xact_lock(hashtext(%s))', [QUEUE_LOCK])
        cursor.execute(
            """update job.job set gone_at = now()
               where finished_at < now() - make_interval(secs => %s) and gone_at is null and not kept
                   and not study.keeps(id)""",
            [result_days * DAY_S],
        )
        cursor.execute(UNUSED_OUTPUTS)
        places = [file for (file,) in cursor.fetchall() if file]
        cursor.execute(OLD_JOBS, [job_days * DAY_S])
    for place in places:
        forget_file(place)


def forget_orphans() -> None:
    """Removes the files of workers that died before the result was written down, once nobody can be about to do so."""
    old = abandoned_results()
    if not old:
        return
    rows = _execute("select distinct regexp_replace(file, '/[^/]*$', '') from job.output where file is not null")
    for place in old - {place for (place,) in rows}:
        forget_folder(place)


def give_back(job_id: str) -> None:
    """Marks a running job as waiting again."""
    _execute(
        """update job.job set status = 'accepted', progress = 0, message_vi = '', message_en = '',
           started_at = null, updated_at = now() where id = %s and status = 'running'""",
        [job_id],
    )


def fail_lost(why: FailedRun) -> None:
    """Fails the jobs that have not ended and that the queue does not know any more: nobody would ever run them.

    Submitting writes both rows in one transaction, and the queue forgets a job only after it was finished here, so
    no job that somebody still works on is taken for lost.
    """
    _fail_open(
        """follows is null and not exists (
               select from job.procrastinate_jobs queued
               where queued.id = job.queue_id and queued.status in ('todo', 'doing')
           )""",
        why,
    )
    with connection('worker') as db, db.cursor() as cursor:
        # of jobs that were dismissed while a worker that died ran them; the queue's triggers look for its own schema
        cursor.execute('set local search_path to job')
        cursor.execute("delete from procrastinate_jobs where status not in ('todo', 'doing')")


def fail_waiting(why: FailedRun, longest_s: float) -> None:
    """Fails the jobs that have waited for their turn for so long; the queue then finds nothing to run."""
    _fail_open("status = 'accepted' and updated_at < now() - make_interval(secs => %(longest_s)s)", why, longest_s)


def _fail_open(which: str, why: FailedRun, longest_s: float = 0) -> None:
    values = {'vi': why.message.vi, 'en': why.message.en, 'code': why.code, 'family': why.family}
    _execute(
        f"""update job.job set status = 'failed', message_vi = %(vi)s, message_en = %(en)s, error_code = %(code)s,
                error_family = %(family)s, finished_at = clock_timestamp(), updated_at = clock_timestamp()
            where status in ('accepted', 'running') and {which}""",  # noqa: S608  the conditions stand above
        {**values, 'longest_s': longest_s},
    )


def _execute(query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """Runs one statement in a transaction of its own; its rows, none where it has no result."""
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall() if cursor.description else []
