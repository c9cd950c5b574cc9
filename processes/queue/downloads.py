"""Whole layers kept ready as files, for each audience its own, and made anew after each release."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg2.extensions import connection as Connection

from dothi.core.catalog import Release, current_releases
from dothi.core.database import connection
from dothi.core.export.download_faults import FaultReason, download_faults, forget_fault, limits_now, record_fault
from dothi.core.export.ready import Download, definition, downloads
from dothi.core.job_settings import JobSettings
from dothi.core.kept_file import file_sha256, is_intact
from dothi.core.layer import VISIBLE, Audience, Layer
from dothi.core.locality import Locality
from dothi.core.settings import PathSettings
from processes.outputs import ResultFile
from processes.queue.child import BrokenRun, FailedRun, FinishedRun, InterruptedRun, RunOrder, cached_locality
from processes.queue.store import DOWNLOADS, abandoned_downloads, draft_folder, forget_file, keep_draft, result_store

LOG = logging.getLogger('dothi.downloads')
# A delivery in parts makes several releases in a row: files are made when it has been quiet for so long.
SETTLED = timedelta(seconds=3)
# A large layer that is edited all day rests between two files for so many times as long as writing one takes.
REST, LARGE_BYTES = 20, 20 * 2**20
# By the class of the error that a run failed with.
REASONS: dict[str, FaultReason] = {'ChildDied': 'memory', 'TooLong': 'time', 'NotWritten': 'disk'}
# Class of the advisory locks that keep workers from writing the same file twice.
LOCK_CLASS = 920_902

type OrderResult = FinishedRun | FailedRun | InterruptedRun | BrokenRun | None
type Watch = Callable[[RunOrder, Callable[[object], None], Callable[[], bool]], OrderResult]


@dataclass(frozen=True)
class DueDownload:
    """A file that is to be written: of a layer, for an audience, in a format."""

    layer: Layer
    audience: Audience
    format: str

    @property
    def name(self) -> str:
        return f'{self.audience}/{self.layer.id}.{self.format}'


@dataclass
class Keeper:
    """Keeps the files of one worker's instance up to date. watch: runs an order in a child process."""

    watch: Watch

    def prepare(self, stopped: Callable[[], bool]) -> None:
        """Writes what is due, one file after the other, until nothing is or `stopped` says so."""
        with connection('worker') as db:
            waiting = list_due_downloads(db, cached_locality(PathSettings().locality))
            resting = _list_resting_files(db)
            _remove_unwanted(db, cached_locality(PathSettings().locality))
            _forget_mended_faults(db, waiting)
        for download in waiting:
            if stopped():
                return
            if download.name not in resting:
                self._prepare_file(download, stopped)

    def _prepare_file(self, due_file: DueDownload, stopped: Callable[[], bool]) -> None:
        with _claim_file(due_file) as mine, draft_folder() as folder:
            if not mine:
                return
            # what the file will be by at the latest: should the layer file change meanwhile, it is written once more
            by = definition(due_file.layer, cached_locality(PathSettings().locality), due_file.audience)
            begun = time.monotonic()
            ended = self.watch(_export_order(due_file, folder), _ignore_progress, stopped)
            if isinstance(ended, FinishedRun) and (file := ended.outputs[0].file):
                try:
                    _record_file(due_file, by, ended, file, time.monotonic() - begun)
                except OSError as error:
                    _report_failure(due_file, 'disk', str(error))
            elif isinstance(ended, FailedRun):
                _report_failure(due_file, REASONS.get(ended.code, 'other'), ended.message.en)
            elif isinstance(ended, InterruptedRun):
                _report_failure(due_file, 'database', ended.reason.en)
            elif isinstance(ended, BrokenRun):
                _report_failure(due_file, 'other', ended.trace)


def _report_failure(due_file: DueDownload, reason: FaultReason, detail: str) -> None:
    with connection('worker') as db:
        fault = record_fault(db, due_file.layer.id, due_file.audience, due_file.format, reason)
    LOG.error('%s could not be made ready, next try after %s: %s', due_file.name, fault.retry_at, detail)


def _list_resting_files(db: Connection) -> set[str]:
    """The names of files that failed under the limits that hold now, and are not tried again yet."""
    now, limits = datetime.now(UTC), limits_now()
    return {
        f'{fault.audience}/{fault.layer_id}.{fault.format}'
        for fault in download_faults(db)
        if fault.retry_at > now and fault.limits == limits
    }


def _forget_mended_faults(db: Connection, waiting: list[DueDownload]) -> None:
    """Forget the faults of files that are ready after all: the folder of the store was out of reach, and is back."""
    releases, due = current_releases(db), {file.name for file in waiting}
    ready = {
        (file.layer_id, file.audience, file.format)
        for file in downloads(db)
        if file.layer_id in releases and file.release == releases[file.layer_id].number
    }
    for fault in download_faults(db):
        is_due = f'{fault.audience}/{fault.layer_id}.{fault.format}' in due
        if not is_due and (fault.layer_id, fault.audience, fault.format) in ready:
            forget_fault(db, fault.layer_id, fault.audience, fault.format)


def list_due_downloads(db: Connection, locality: Locality) -> list[DueDownload]:
    """What has to be written now, small layers first."""
    return _keep_due(_list_offered_files(locality), db, locality)


def _keep_due(files: list[DueDownload], db: Connection, locality: Locality) -> list[DueDownload]:
    """Those of the files that have to be written now, small layers first."""
    releases, store = current_releases(db), result_store()
    ready = {(download.layer_id, download.audience, download.format): download for download in downloads(db)}
    due_files = [
        file
        for file in files
        if file.layer.id in releases
        and _is_due(
            file, releases[file.layer.id], ready.get((file.layer.id, file.audience, file.format)), locality, store
        )
    ]
    return sorted(due_files, key=lambda file: releases[file.layer.id].rows_total)


def _list_offered_files(locality: Locality) -> list[DueDownload]:
    formats = JobSettings().downloads
    return [
        DueDownload(layer, audience, form)
        for audience in VISIBLE
        for layer in locality.layers_for(audience).values()
        if audience == 'public' or not locality.hides_rows(layer.id)
        for form in formats
    ]


def _is_offered(file: DueDownload, locality: Locality) -> bool:
    """Whether the layer is still as it was when the file was listed, and the format on offer."""
    return (
        locality.layers_for(file.audience).get(file.layer.id) == file.layer and file.format in JobSettings().downloads
    )


def _is_due(due_file: DueDownload, release: Release, ready: Download | None, locality: Locality, store: Path) -> bool:
    now = datetime.now(UTC)
    if ready is None or ready.definition != definition(due_file.layer, locality, due_file.audience):
        return release.released_at < now - SETTLED
    try:
        # as Paths the table of interned names grew by 3.7 MB, after some minutes of such rounds
        if not is_intact(os.path.join(store, ready.file), ready.size_bytes, ready.sha256):  # noqa: PTH118
            return True
    except FileNotFoundError:
        return True
    rests = timedelta(seconds=REST * ready.seconds if ready.size_bytes > LARGE_BYTES else 0)
    return ready.release != release.number and max(release.released_at + SETTLED, ready.made_at + rests) < now


def _export_order(due_file: DueDownload, folder: Path) -> RunOrder:
    inputs = {'collection': due_file.layer.id, 'format': due_file.format}
    return RunOrder('export-features', inputs, due_file.audience, JobSettings().job_memory_mb, folder, patient=True)


@contextmanager
def _claim_file(due_file: DueDownload) -> Iterator[bool]:
    """Whether this worker is the one to write the file, and it is still due."""
    with connection('worker') as db:
        with db.cursor() as cursor:
            cursor.execute('select pg_try_advisory_xact_lock(%s, hashtext(%s))', [LOCK_CLASS, due_file.name])
            (locked,) = cursor.fetchone() or (False,)
        # of this file alone: with a list of all for each of them, a first start spent half its time on listing
        locality = cached_locality(PathSettings().locality)
        yield locked and _is_offered(due_file, locality) and bool(_keep_due([due_file], db, locality))


def _record_file(due_file: DueDownload, by: str, ended: FinishedRun, file: ResultFile, seconds: float) -> None:
    """Puts the file in its place and into the catalogue, and then removes the one before it."""
    digest = file_sha256(file.path)
    size = file.path.stat().st_size
    place = f'{DOWNLOADS}/{due_file.audience}/{due_file.layer.id}/{file.path.stem}-{digest[:8]}{file.path.suffix}'
    keep_draft(file.path, place)
    download_entry = Download(
        layer_id=due_file.layer.id,
        audience=due_file.audience,
        format=due_file.format,
        release=ended.releases[due_file.layer.id],
        definition=by,
        file=place,
        rows_total=file.rows,
        size_bytes=size,
        sha256=digest,
        seconds=seconds,
        made_at=datetime.now(UTC),
    )
    with connection('worker') as db:
        before, is_entered = _replace_entry(db, download_entry)
        forget_fault(db, due_file.layer.id, due_file.audience, due_file.format)
    if not is_entered:
        forget_file(place)
    if before and before != place:
        forget_file(before)


def _replace_entry(db: Connection, download_entry: Download) -> tuple[str | None, bool]:
    """Where the file before this one lies, and whether this one was entered into the catalogue in its place."""
    values = download_entry.model_dump()
    with db.cursor() as cursor:
        cursor.execute(
            """delete from catalog.download
               where layer_id = %(layer_id)s and audience = %(audience)s and format = %(format)s returning file""",
            values,
        )
        before = cursor.fetchone()
        # a release that the demonstration has left meanwhile is offered to nobody
        cursor.execute(
            """insert into catalog.download select %(layer_id)s, %(audience)s, %(format)s, %(release)s,
                   %(definition)s, %(file)s, %(rows_total)s, %(size_bytes)s, %(sha256)s, %(seconds)s, %(made_at)s
               where not exists (select from catalog.release where number = %(release)s and left_at is not null)""",
            values,
        )
        return (str(before[0]) if before else None), cursor.rowcount == 1


def _remove_unwanted(db: Connection, locality: Locality) -> None:
    """Removes the files of layers and formats that are not on offer any more."""
    wanted_files = {
        (download.layer.id, download.audience, download.format) for download in _list_offered_files(locality)
    }
    for download in downloads(db):
        if (download.layer_id, download.audience, download.format) not in wanted_files:
            with db.cursor() as cursor:
                cursor.execute('delete from catalog.download where file = %s', [download.file])
            forget_file(download.file)
    for fault in download_faults(db):
        if (fault.layer_id, fault.audience, fault.format) not in wanted_files:
            forget_fault(db, fault.layer_id, fault.audience, fault.format)


def forget_unlisted_downloads() -> None:
    """Removes the files that the catalogue does not name, once nobody can be about to enter them.

    A worker that dies, or loses its database, between a file and its entry leaves one of them: the next worker writes
    the file anew, and under another name, as a GeoPackage has the time in it.
    """
    old = abandoned_downloads()
    if not old:
        return
    with connection('worker') as db:
        listed = {download.file for download in downloads(db)}
    for place in old - listed:
        forget_file(place)


def _ignore_progress(_underway: object) -> None:
    """Ignores how far the writing of a file is: nobody waits for it."""
