"""Files that outlive the run that wrote them: drafts in a folder of the run's own, kept whole under their place."""

import logging
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from dothi.core.database import connection
from dothi.core.layer import VISIBLE, Audience
from dothi.core.settings import PathSettings
from dothi.core.store_mark import is_store_own, require_store
from etl.desk.archive import DRAFTS

RESULTS, DOWNLOADS = 'results', 'downloads'
# No run takes so long: what lies there was left by a worker that was killed.
ABANDONED_S = 24 * 3600
LOG = logging.getLogger('dothi.worker')
# Before 2026-11-28 the place was results/JOB.RUN/FILE; since then the audience comes after `results`.
IN_ONE_FOLDER = "file ~ '^results/[^/]+/[^/]+$'"


def result_store() -> Path:
    """The folder of the store."""
    return Path(PathSettings().store)


@contextmanager
def draft_folder() -> Iterator[Path]:
    """A folder for one run, made by who first writes into it, and gone afterwards with all that was not kept."""
    folder = result_store() / DRAFTS / uuid.uuid4().hex
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def keep_draft(draft: Path, place: str) -> Path:
    """The draft under its `place` in the store, on the disk, and never half of it; raises OSError and StoreAway."""
    require_store()
    target = result_store() / place
    target.parent.mkdir(parents=True, exist_ok=True)
    with draft.open('rb') as written:
        os.fsync(written.fileno())
    draft.replace(target)
    return target


def forget_file(place: str) -> None:
    """Removes a kept file, and its folder when that is empty then; whoever reads it now reads on."""
    path = result_store() / place
    with suppress(OSError):
        path.unlink(missing_ok=True)
        path.parent.rmdir()


def forget_folder(place: str) -> None:
    """Removes a folder of the store with all that is in it."""
    shutil.rmtree(result_store() / place, ignore_errors=True)


def results_folder(audience: Audience, run: str) -> str:
    """The place of one run's results: a service needs the folder of its audience alone."""
    return f'{RESULTS}/{audience}/{run}'


def abandoned_results() -> set[str]:
    """Places of the folders of results that are old enough to have been left by a worker that was killed.

    None while another instance's store is in the place of ours: what no record of ours names is theirs.
    """
    oldest = time.time() - ABANDONED_S
    if not is_store_own():
        return set()
    with suppress(OSError):
        # what lies beside the audiences' folders was left before there were any
        in_one = [folder for folder in (result_store() / RESULTS).glob('*/') if folder.name not in VISIBLE]
        folders = [*(result_store() / RESULTS).glob('*/*/'), *in_one]
        return {str(folder.relative_to(result_store())) for folder in folders if folder.stat().st_mtime < oldest}
    return set()


def abandoned_downloads() -> set[str]:
    """Places of the downloads that are old enough: whoever wrote them has entered them into the catalogue, or is dead.

    None while another instance's store is in the place of ours.
    """
    oldest = time.time() - ABANDONED_S
    if not is_store_own():
        return set()
    with suppress(OSError):
        # beside the audiences' folders lies what was fetched from open sources
        files = [file for audience in VISIBLE for file in (result_store() / DOWNLOADS / audience).glob('*/*')]
        return {str(file.relative_to(result_store())) for file in files if file.stat().st_mtime < oldest}
    return set()


def forget_abandoned() -> None:
    """Removes the drafts that killed workers have left in the store of this instance."""
    oldest = time.time() - ABANDONED_S
    if not is_store_own():
        return
    with suppress(OSError):
        for folder in (result_store() / DRAFTS).iterdir():
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def separate_results() -> None:
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
    require_store()
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
