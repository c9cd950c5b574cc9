"""The database copied from the primary, into a folder beside that of the one it replaces."""

import re
import shutil
from pathlib import Path

from dothi.core.accounts import give_to_database_user
from dothi.core.errors import DiskFull, EnvironmentMissing
from dothi.core.postgis import BINARIES
from dothi.core.progress import Progress, silent
from dothi.core.standby_state import SLOT
from dothi.local.backup.tools import BackupFailed, ToolRun, as_database_user, run_tool
from dothi.local.standby.record import StandbyRecord, standby_folder
from dothi.local.standby.replication import connection_text

# `  6789/45678 kB (14%), 0/1 tablespace`
SHARE = re.compile(r'(\d+)/(\d+) kB')
# Log that is written while the copy is made comes with it.
ROOM_FOR_LOG_BYTES = 256 * 2**20


class CopyFailed(EnvironmentMissing):
    """The database could not be copied from the primary."""


def copy_folder() -> Path:
    """Where the copy is made; it moves to its place when it is whole."""
    return standby_folder() / 'copy'


def require_room(database_bytes: int) -> None:
    """Raises DiskFull where a copy of that size has no room here."""
    free = shutil.disk_usage(standby_folder()).free
    if free < database_bytes + ROOM_FOR_LOG_BYTES:
        raise DiskFull(
            vi=f'Bản sao cần {(database_bytes + ROOM_FOR_LOG_BYTES) >> 20} MB, chỉ còn {free >> 20} MB.',
            en=f'The copy takes {(database_bytes + ROOM_FOR_LOG_BYTES) >> 20} MB, and {free >> 20} MB are free.',
        )


def copy_database(record: StandbyRecord, progress: Progress = silent) -> Path:
    """The data folder of a copy that follows the primary once it is started. Raises CopyFailed."""
    data = copy_folder()
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(mode=0o700)
    give_to_database_user(data)

    def read_share(line: str) -> None:
        share = SHARE.search(line)
        if share:
            progress('copy_database', min(int(share[1]), int(share[2])) >> 10, int(share[2]) >> 10)

    words = ['-D', str(data), '-d', connection_text(record), '-S', SLOT, '-X', 'stream', '-c', 'fast', '-P', '-w']
    try:
        run_tool(ToolRun(as_database_user([str(BINARIES / 'pg_basebackup'), *words]), {}), read_share)
    except BackupFailed as error:
        shutil.rmtree(data, ignore_errors=True)
        raise CopyFailed(vi=error.text.vi, en=error.text.en) from None
    signal_file = data / 'standby.signal'
    signal_file.touch(mode=0o600)
    give_to_database_user(signal_file)
    return data
