"""The proof that the backup restores: done into a scratch folder, and compared with the instance as it was."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel

from dothi.core.accounts import give_to_database_user
from dothi.core.backup_state import record_success
from dothi.core.database import connection
from dothi.core.errors import DiskFull, DothiError
from dothi.core.progress import Progress, silent
from dothi.core.text import Text
from dothi.local.backup.evidence import Evidence, EvidenceOrder, gather_elsewhere
from dothi.local.backup.instance import InstanceBackup, instance_backup, newest_release, read_contents
from dothi.local.backup.pgbackrest import DatabaseBackup
from dothi.local.backup.record import (
    backup_folder,
    require_record,
    require_writable_place,
    undo_killed_setup_inside,
)  # fmt: skip
from dothi.local.backup.recover import RecoveredDatabase, RecoveryTarget, clear_folder, recover_database
from dothi.local.backup.run import back_up_store, note_failure
from dothi.local.backup.scratch import PROOF_FOLDER, contents_path, evidence_environment, write_store
from dothi.local.backup.tools import BackupFailed
from dothi.local.locks import BACKUP_LOCK, alone

# A release under way keeps the moment waiting, and those behind it wait for us.
LOCK_PATIENCE = '5min'


class NotRestorable(BackupFailed):
    """What was restored is not what was backed up."""


class BackupProof(BaseModel):
    """What was restored and compared. left_out: what could not be compared, as something was released meanwhile."""

    proven_at: datetime
    seconds: float
    layers: int
    rows: int
    files: int
    outputs: list[str]
    left_out: list[Text] = []
    # files of the instance's own store that are not what was kept; the backup has them whole
    damaged_files: list[str] = []


class SourceMoment(BaseModel):
    """The instance at a restore point: what it held, and the pictures made soon after."""

    restore_point: str
    release: int
    evidence: Evidence


def prove_backup(progress: Progress = silent) -> BackupProof:
    """Restores the backup into a scratch folder, compares it with this instance, and removes it.

    Raises NoBackup, PlaceAway, NotRestorable, BackupFailed or NoPostgis; the failure is recorded.
    """
    require_record()
    scratch = backup_folder() / PROOF_FOLDER
    with alone(BACKUP_LOCK, progress):
        # a setup that was waited for may have been killed, and its place is none
        undo_killed_setup_inside()
        try:
            proof = _prove(instance_backup(), scratch, progress)
        except DothiError as error:
            note_failure('proof', error)
            raise
        finally:
            clear_folder(scratch)
        with connection('owner') as db:
            record_success(db, 'proof')
        if proof.damaged_files:
            note_failure('proof', _damaged_store(proof.damaged_files))
    return proof


def _damaged_store(files: list[str]) -> DothiError:
    names = ', '.join(files)
    return BackupFailed(
        vi=f'Tệp trong kho hỏng, bản sao lưu còn nguyên: {names}. Lấy lại bằng dothi restore --into.',
        en=f'Damaged in the store, and whole in the backup: {names}. Bring them back by dothi restore --into.',
    )


def _prove(backup: InstanceBackup, scratch: Path, progress: Progress) -> BackupProof:
    began_s = time.monotonic()
    require_writable_place()
    clear_folder(scratch)
    scratch.mkdir(mode=0o750)
    give_to_database_user(scratch)
    backup.database.write_config()
    source = _look_at_source(backup.database, progress)
    back_up_store(backup.store, progress)
    recovered = _recover(backup, scratch, source.restore_point, progress)
    progress('compare_store', 0, None)
    order = EvidenceOrder(files=True, outputs=True)
    copy = gather_elsewhere(order, evidence_environment(recovered.server, scratch))
    left_out = _compare(source, copy)
    damaged = gather_elsewhere(EvidenceOrder(layers=False, files=True), {}).damaged_files
    return BackupProof(
        proven_at=datetime.now(UTC),
        seconds=time.monotonic() - began_s,
        layers=len(copy.layers),
        rows=sum(layer.rows + layer.history for layer in copy.layers.values()),
        files=copy.files,
        outputs=sorted(copy.outputs) if not left_out else [],
        left_out=left_out,
        damaged_files=damaged,
    )


def _look_at_source(database: DatabaseBackup, progress: Progress) -> SourceMoment:
    """What the instance holds at a restore point that is made now, whose log has come to the backup."""
    progress('compare_layers', 0, None)
    name = f'dothi_proof_{datetime.now(UTC):%Y%m%d%H%M%S}'
    with _snapshot_at(name) as (snapshot, release):
        evidence = gather_elsewhere(EvidenceOrder(snapshot=snapshot), {})
    evidence.outputs = gather_elsewhere(EvidenceOrder(layers=False, outputs=True), {}).outputs
    # waits until the log has come to the backup
    database.check()
    return SourceMoment(restore_point=name, release=release, evidence=evidence)


@contextmanager
def _snapshot_at(restore_point: str) -> Iterator[tuple[str, int]]:
    """A snapshot that shows what is released at the restore point, and its newest release; it ends with the `with`."""
    with connection('admin') as db:
        db.set_session(isolation_level='REPEATABLE READ')
        with _no_release(), db.cursor() as cursor:
            cursor.execute('select pg_export_snapshot()')
            ((snapshot,),) = cursor.fetchall()
            cursor.execute('select pg_create_restore_point(%s)', [restore_point])
        yield snapshot, newest_release(db)
        db.rollback()


@contextmanager
def _no_release() -> Iterator[None]:
    """Within, nobody releases anything: the snapshot and the restore point are of the same moment."""
    with connection('owner') as db, db.cursor() as cursor:
        cursor.execute('set local lock_timeout = %s', [LOCK_PATIENCE])
        cursor.execute('lock table catalog.release in share mode')
        yield


def _recover(backup: InstanceBackup, scratch: Path, restore_point: str, progress: Progress) -> RecoveredDatabase:
    snapshot = backup.store.snapshots()[-1]
    size_bytes = backup.database.copies()[-1].size_bytes + snapshot.size_bytes
    if shutil.disk_usage(scratch).free < size_bytes:
        raise DiskFull(
            vi=f'Phục hồi thử cần {size_bytes >> 20} MB trong {scratch}.',
            en=f'The proof needs {size_bytes >> 20} MB in {scratch}.',
        )
    contents = read_contents(backup.store.read_file(snapshot, contents_path(snapshot)))
    write_store(backup.store, snapshot, contents, scratch, progress)
    own = backup.database
    database = DatabaseBackup(scratch / 'pgbackrest', own.place, own.key, scratch / 'postgis' / 'data')
    database.write_config()
    return recover_database(database, RecoveryTarget(restore_point=restore_point), progress=progress)


def _compare(source: SourceMoment, copy: Evidence) -> list[Text]:
    """What could not be compared. Raises NotRestorable where something differs."""
    wrong = [name for name, layer in source.evidence.layers.items() if copy.layers.get(name) != layer]
    wrong += sorted(set(copy.layers) - set(source.evidence.layers))
    if wrong or copy.damaged_files:
        names = ', '.join([*wrong, *copy.damaged_files])
        raise NotRestorable(
            vi=f'Bản phục hồi khác với hệ thống: {names}.', en=f'What was restored differs from the instance: {names}.'
        )
    if source.evidence.outputs == copy.outputs:
        return []
    with connection('owner') as db:
        if newest_release(db) == source.release:
            raise NotRestorable(
                vi='Ảnh bản đồ hoặc kết quả phân tích của bản phục hồi khác với hệ thống.',
                en='The picture or the analysis of what was restored differs from that of the instance.',
            )
    return [
        Text(
            vi='Có bản phát hành mới trong lúc thử: ảnh và phân tích không đối chiếu được.',
            en='Something was released meanwhile: picture and analysis could not be compared.',
        )
    ]
