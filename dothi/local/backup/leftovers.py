"""What a proof or a restore that was killed left: a server that runs, a copy of the data, and the key."""

from dothi.core.settings import PathSettings
from dothi.local.backup.record import backup_folder
from dothi.local.backup.recover import clear_folder
from dothi.local.backup.scratch import PROOF_FOLDER, RESTORE_LOCK, WORK_FOLDER
from dothi.local.locks import BACKUP_LOCK, alone_at_once


def clear_leftovers() -> None:
    """Ends and removes what is left of a proof and of a restore; nothing of one that is under way."""
    folders = {BACKUP_LOCK: backup_folder() / PROOF_FOLDER, RESTORE_LOCK: PathSettings().state / WORK_FOLDER}
    for lock, folder in folders.items():
        if folder.exists():
            with alone_at_once(lock) as is_alone:
                if is_alone:
                    clear_folder(folder)
