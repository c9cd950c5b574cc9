"""Results of each audience in a folder of its own: what lay in one folder for both is moved."""

import logging
from contextlib import suppress

from dothi.core.database import connection
from processes.queue.store import RESULTS, result_store

LOG = logging.getLogger('dothi.worker')
# Before 2026-11-28 the place was results/JOB.RUN/FILE; since then the audience comes after `results`.
IN_ONE_FOLDER = "file ~ '^results/[^/]+/[^/]+$'"


def put_results_apart() -> None:
    """Moves the files of earlier results to their audience's folder; what is there already stays as it is."""
    with connection('worker') as db, db.cursor() as cursor:
        cursor.execute(
            f"""select o.job_id, o.name, o.file, j.audience from job.output as o join job.job as j on j.id = o.job_id
                where {IN_ONE_FOLDER}"""  # noqa: S608  the condition stands above
        )
        for job_id, name, place, audience in cursor.fetchall():
            moved = place.replace(f'{RESULTS}/', f'{RESULTS}/{audience}/', 1)
            if _move_file(place, moved):
                cursor.execute('update job.output set file = %s where job_id = %s and name = %s', [moved, job_id, name])


def _move_file(place: str, moved: str) -> bool:
    """Whether the file lies at its new place, or is gone from both."""
    source, target = result_store() / place, result_store() / moved
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            source.replace(target)
    except OSError:
        LOG.exception('%s could not be moved to %s', place, moved)
        return False
    with suppress(OSError):
        source.parent.rmdir()
    return True
