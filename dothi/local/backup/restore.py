"""Restoring an instance: all is made ready and compared beside what is there, which is kept aside at the end."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from pydantic import BaseModel

from dothi.core.accounts import database_account, give_to_database_user
from dothi.core.backup_state import forget_backups
from dothi.core.clock import local_second
from dothi.core.locality import locality_zone
from dothi.core.postgis import LocalPostgis
from dothi.core.private_files import PASSAGE_MODE, STATE_MODE, close_new_files
from dothi.core.progress import Progress, silent
from dothi.core.settings import PathSettings
from dothi.core.store_mark import own_store_mark, write_mark
from dothi.core.text import Text
from dothi.local.backup.access import AccessAfterRestore, close_access
from dothi.local.backup.evidence import Evidence, EvidenceOrder, gather_elsewhere
from dothi.local.backup.instance import forget_ended_backups, instance_backup
from dothi.local.backup.log_handover import hand_over_log
from dothi.local.backup.plan import FolderInUse, RestoreOrder, RestorePlan, make_work_folder, not_backed_up
from dothi.local.backup.record import (
    BackupRecord,
    backup_folder,
    has_record,
    keep_key,
    readable_record,
    remove_record,
    write_record,
)  # fmt: skip
from dothi.local.backup.recover import LATEST, RecoveredDatabase, RecoveryTarget, clear_folder, recover_database
from dothi.local.backup.replacement import Replacement, replace_folders
from dothi.local.backup.run import back_up
from dothi.local.backup.scratch import evidence_environment, write_store
from dothi.local.backup.tools import BackupFailed, control_value
from dothi.local.database import private_database
from dothi.local.database_start import start_database
from dothi.local.locks import BACKUP_LOCK, alone
from dothi.local.systemd.running import START_COMMAND, is_run_by_systemd


class LayerRestored(BaseModel):
    """A layer as it is now: its last release, and its rows. is_whole: whether they are as many as released."""

    id: str
    release: int
    released_at: datetime
    rows: int
    is_whole: bool


class Restored(BaseModel):
    """What was restored. reached_at: the moment of the last change that is there; set_aside: what was there before.

    access: who is let in of those who were. commands: for the administrator now.
    """

    state: str
    reached_at: datetime
    layers: list[LayerRestored]
    files: int
    damaged_files: list[str]
    notes: list[Text]
    set_aside: list[str]
    access: AccessAfterRestore
    commands: list[str]


@contextmanager
def prepared_state(folder: Path) -> Iterator[None]:
    """Within, there is a state folder that the user who runs the database can pass through.

    Where something fails within, no empty folders are left that were made for it. Raises FolderInUse.
    """
    close_new_files()
    absent: list[Path] = []
    try:
        _make_state(folder, absent)
        yield
    except BaseException:
        with suppress(OSError):
            for each in absent:
                each.rmdir()
        raise


def _make_state(folder: Path, absent: list[Path]) -> None:
    """Makes the folder and those above it; `absent` has those that were not there, the innermost first."""
    try:
        absent += [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for above in absent[1:]:
            # the user who runs the database comes through
            above.chmod(PASSAGE_MODE)
        folder.chmod(STATE_MODE)
        account = database_account()
        if account:
            os.chown(folder, -1, account.pw_gid)
    except OSError as error:
        raise FolderInUse(
            vi=f'Không tạo được thư mục {folder}: {error.strerror}. Chọn thư mục khác, hoặc cấp quyền ghi.',
            en=f'The folder {folder} cannot be made: {error.strerror}. Choose another one, or allow writing there.',
        ) from None


def restore(plan: RestorePlan, order: RestoreOrder, progress: Progress = silent) -> Restored:
    """Restores what `plan` says, and starts it unless systemd does.

    What is there now stays as it is until all has been made ready.
    Raises BackupFailed, NoPostgis or what starting an instance raises.
    """
    with alone(BACKUP_LOCK, progress):
        clear_folder(order.work)
        make_work_folder(order)
        is_log_complete = _complete_log(order, progress)
        with _ended_server(order):
            write_store(order.store_backup, plan.snapshot, plan.contents, order.work, progress)
            surviving_log = _surviving_log(order)
            recovered = _recover(plan, order, surviving_log, progress)
            notes = recovered.notes + _end_of_log(recovered, is_log_complete or surviving_log is not None)
            notes += _end_of_backup(plan, order)
            evidence = _look(order, recovered, progress)
            access = close_access(recovered.server, revoke_keys=order.revoke_keys)
        with _cleared_after_failure(order):
            set_aside = _put_in_place(plan, order)
    _start(order, progress)
    return Restored(
        state=plan.state,
        reached_at=recovered.reached_at,
        layers=[_restored_layer(name, evidence) for name in evidence.layers],
        files=evidence.files,
        damaged_files=evidence.damaged_files,
        notes=notes,
        set_aside=set_aside,
        access=access,
        commands=[START_COMMAND] if _is_started_by_systemd(order) else [],
    )


def _complete_log(order: RestoreOrder, progress: Progress) -> bool:
    """Where the instance runs whose backup is restored, waits until its log up to now has come there.

    Whether it was waited for.
    """
    record = readable_record()
    if order.into is None or not record or record.place != order.place or not private_database().running():
        return False
    progress('check_backup', 0, None)
    backup = instance_backup()
    backup.database.write_config()
    backup.database.check()
    return True


@contextmanager
def _ended_server(order: RestoreOrder) -> Iterator[None]:
    """Afterwards no server runs in the work folder, which is removed where something failed."""
    with _cleared_after_failure(order):
        yield
    LocalPostgis(order.work / 'postgis').stop()


@contextmanager
def _cleared_after_failure(order: RestoreOrder) -> Iterator[None]:
    """Removes the work folder, which holds the key, where what is done within fails."""
    try:
        yield
    except BaseException:
        clear_folder(order.work)
        raise


def _recover(
    plan: RestorePlan, order: RestoreOrder, surviving_log: Path | None, progress: Progress
) -> RecoveredDatabase:
    target = LATEST
    if plan.to is not None:
        target = RecoveryTarget(moment=plan.to, timeline=order.database.timeline_at(plan.to))
    return recover_database(order.database, target, surviving_log, progress)


def _end_of_log(recovered: RecoveredDatabase, is_log_complete: bool) -> list[Text]:
    """A note where the log ends before the moment that was wanted, and more of it may have been lost."""
    if recovered.is_moment_passed or is_log_complete:
        return []
    end = local_second(recovered.reached_at, locality_zone())
    return [
        Text(
            vi=f'Nhật ký trong bản sao lưu kết thúc lúc {end}: thay đổi sau đó, nếu có, chưa kịp vào bản sao lưu.',
            en=f'The log in the backup ends at {end}: changes after it, if there were any, never came to the backup.',
        )
    ]


def _end_of_backup(plan: RestorePlan, order: RestoreOrder) -> list[Text]:
    """A note where what is restored in place of this instance is not backed up: its place is that of another one."""
    return [] if plan.goes_on or order.into is not None else [not_backed_up(plan.where)]


def _surviving_log(order: RestoreOrder) -> Path | None:
    """The log of the data folder that is replaced, where it is of the database whose backup is restored."""
    order.database.write_config()
    if order.into is not None:
        return None
    data = order.state / 'postgis' / 'data'
    is_same = control_value(data, 'Database system identifier') in map(str, order.database.system_ids())
    return data / 'pg_wal' if is_same and (data / 'pg_wal').is_dir() else None


def _look(order: RestoreOrder, recovered: RecoveredDatabase, progress: Progress) -> Evidence:
    """What the restored database and store hold.

    What came into the store of this instance after the last snapshot is taken from there.
    """
    progress('compare_layers', 0, None)
    environment = evidence_environment(recovered.server, order.work)
    evidence = gather_elsewhere(EvidenceOrder(files=True), environment)
    if not evidence.damaged_files:
        return evidence
    for place in evidence.damaged_files:
        target = order.work / 'store' / place
        with suppress(OSError):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(PathSettings().store) / place, target)
    return gather_elsewhere(EvidenceOrder(files=True), environment)


def _put_in_place(plan: RestorePlan, order: RestoreOrder) -> list[str]:
    """Moves what is ready to its place, and what was there aside; the folders that were set aside."""
    at = datetime.now(UTC).strftime('%Y%m%dT%H%M%SZ')
    postgis, secrets = order.state / 'postgis', order.state / 'secrets'
    if order.into is None:
        secrets = PathSettings().secrets
        hand_over_log(order.work / 'postgis' / 'data')
        with suppress(FileNotFoundError):
            # those who know the address of the database find it again
            shutil.copyfile(postgis / 'port', order.work / 'postgis' / 'port')
        mark = own_store_mark()
        if mark is not None:
            # a snapshot may be from before there were marks
            write_mark(order.work / 'store', mark)
    # the database first: whoever is killed in between finds a store that has all its files, and more
    replacements = [
        Replacement(order.work / 'postgis', postgis, at),
        Replacement(order.work / 'store', order.store, at),
    ]
    if not secrets.exists() or not any(secrets.iterdir()):
        replacements.append(Replacement(order.work / 'secrets', secrets, at))
    set_aside = replace_folders(replacements)
    if order.into is None:
        _keep_backup(order, plan)
    shutil.rmtree(order.work, ignore_errors=True)
    return [str(folder) for folder in set_aside if folder.name.partition('.')[0] != secrets.name]


def _keep_backup(order: RestoreOrder, plan: RestorePlan) -> None:
    """Whoever was restored goes on with its backup in the same place, where no other instance may do so."""
    keep_key(order.key)
    if not plan.goes_on:
        remove_record()
        return
    backup_folder().mkdir(parents=True, exist_ok=True, mode=0o750)
    give_to_database_user(backup_folder())
    write_record(BackupRecord(where=plan.where, set_up_at=datetime.now(UTC), is_taken_over=True))
    instance_backup().database.write_config()


def _start(order: RestoreOrder, progress: Progress) -> None:
    """Starts what was restored; in the place of this instance, with a backup from which the next restore begins."""
    progress('start', 0, None)
    if _is_started_by_systemd(order):
        _back_up_without_services(order, progress)
        return
    environment = {} if order.into is None else _environment_of_copy(order)
    if order.into is not None:
        _forget_backups(order)
    _run_command(order, ['up', '--demo', 'no'], environment)
    if order.into is None:
        _back_up_again(progress)


def _back_up_again(progress: Progress) -> None:
    """Makes the backup from which the next restore begins; where none is set up, the database forgets that one was."""
    if not has_record():
        forget_ended_backups()
        return
    with alone(BACKUP_LOCK, progress):
        back_up(instance_backup(), full=False, progress=progress)


def _is_started_by_systemd(order: RestoreOrder) -> bool:
    """Whether services are systemd's to start: those of `dothi up` would take their ports, without their walls."""
    return order.into is None and is_run_by_systemd()


def _back_up_without_services(order: RestoreOrder, progress: Progress) -> None:
    """Makes the backup from which the next restore begins, while nothing but the database runs, and ends that too."""
    start_database()
    try:
        _run_command(order, ['migrate'], {})
        _back_up_again(progress)
    finally:
        private_database().stop()


def _run_command(order: RestoreOrder, words: list[str], environment: dict[str, str]) -> None:
    """Runs a command of what was restored. Raises BackupFailed."""
    command = [sys.executable, '-m', 'dothi.cli', *words]
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=os.environ | environment
    )
    if ended.returncode:
        raise BackupFailed(
            vi=f'Đã phục hồi vào {order.state}, nhưng chưa khởi động được: {ended.stderr.strip()}',
            en=f'Restored into {order.state}, but it does not start: {ended.stderr.strip()}',
        )


def _environment_of_copy(order: RestoreOrder) -> dict[str, str]:
    ports = {'DOTHI_PORT': str(order.port), 'DOTHI_PUBLIC_PORT': str(order.port + 1)} if order.port else {}
    folders = {f'DOTHI_{name.upper()}': str(order.state / name) for name in ('store', 'secrets', 'inbox')}
    return {'DOTHI_STATE': str(order.state), 'DOTHI_DATABASE_PORT': '0', **folders, **ports}


def _forget_backups(order: RestoreOrder) -> None:
    """Nobody makes backups of a copy, whatever its database says."""
    server = LocalPostgis(order.state / 'postgis')
    server.start()
    url = server.url.set(drivername='postgresql').render_as_string(hide_password=False)
    with closing(psycopg2.connect(url)) as db:
        forget_backups(db)
        db.commit()
    server.stop()


def _restored_layer(name: str, evidence: Evidence) -> LayerRestored:
    layer = evidence.layers[name]
    return LayerRestored(
        id=name,
        release=layer.release,
        released_at=datetime.fromisoformat(layer.released_at),
        rows=layer.rows,
        is_whole=layer.rows == layer.rows_total,
    )
