"""The backup goes on with the promoted standby, where it can be reached from here."""

import shutil

from dothi.core.accounts import give_to_database_user
from dothi.core.errors import DothiError
from dothi.core.progress import Progress, silent
from dothi.core.text import Text
from dothi.local.backup.instance import forget_ended_backups, instance_backup
from dothi.local.backup.record import backup_folder, has_record, read_record, record_file, write_record
from dothi.local.backup.run import back_up
from dothi.local.locks import BACKUP_LOCK, alone
from dothi.local.standby.roots import handover_folder


def take_over_backup() -> list[Text]:
    """From its next start the database sends its log where the primary sent it; a note where that cannot be.

    A folder of the old primary is lost with it, or is another one here.
    """
    handover_record = handover_folder() / record_file().name
    if has_record() or not handover_record.exists():
        # a promotion that was killed has done it already
        return []
    shutil.copytree(
        handover_folder(), backup_folder(), dirs_exist_ok=True, ignore=lambda *_: [handover_record.name]
    )  # fmt: skip
    give_to_database_user(backup_folder(), *backup_folder().glob('sftp_*'))
    record = read_record(handover_record)
    if record is None or (record.place.host is None and not record.place.database.is_dir()):
        where = record.where if record else '?'
        return [
            Text(
                vi=f'Nơi lưu bản sao lưu {where} không có trên máy này: từ giờ KHÔNG có sao lưu. Đặt lại ngay: dothi '
                'backup setup NƠI-LƯU',
                en=f'The place of the backup, {where}, is not on this machine: from now on there is NO backup. Set one '
                'up now: dothi backup setup WHERE',
            )
        ]
    # the old primary may live on behind a cut cable
    write_record(record.model_copy(update={'is_taken_over': True}))
    instance_backup().database.write_config()
    return []


def back_up_again(progress: Progress = silent) -> list[Text]:
    """A backup from which moments after the promotion can be restored; a note where it cannot be made."""
    if read_record() is None:
        forget_ended_backups()
        return []
    try:
        with alone(BACKUP_LOCK, progress):
            back_up(instance_backup(), full=False, progress=progress)
    except DothiError as error:
        return [
            Text(
                vi=f'Chưa sao lưu được từ máy này ({error.text.vi}). Xem nơi lưu, rồi: dothi backup run',
                en=f'No backup could be made from this machine ({error.text.en}). Look at its place, then: '
                'dothi backup run',
            )
        ]
    return []
