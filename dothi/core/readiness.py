"""Whether an instance can do its work: each thing that it needs, and what is the matter with it."""

import os
import shutil
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.backup_state import backup_times
from dothi.core.changes import is_present
from dothi.core.foreground import foreground_pid
from dothi.core.heartbeat import last_sign
from dothi.core.job_settings import JobSettings
from dothi.core.settings import PathSettings, ServerSettings
from dothi.core.standby_state import standby_state
from dothi.core.stillness import Unchanged
from dothi.core.store_mark import is_store_own

OK = 'ok'
# What gave no answer in time.
SILENT = 'silent'
MB = 2**20
INBOX_SIGN = Unchanged()


def files_readiness() -> dict[str, str]:
    """Store, disk, and an inbox that is silent: `ok`, or what is the matter; asked of the system, not of a database."""
    return {'store': _store_state(), 'disk': disk_state(), **_silent_inbox()}


def _silent_inbox() -> dict[str, str]:
    """That an inbox which runs on this machine gives no sign of life: the session by which it is known stays.

    Nothing of one that gives signs, and of one elsewhere.
    """
    pid = foreground_pid('inbox')
    sign = None if pid is None else last_sign(PathSettings().run, 'inbox', pid)
    if sign is None or INBOX_SIGN.seconds(sign) < JobSettings().worker_silent_s:
        return {}
    return {'inbox': SILENT}


def _store_state() -> str:
    """`foreign` where the folder has not the mark of this instance: that of another one, or an empty mount point."""
    store = Path(PathSettings().store)
    # a service of strangers reads the store and writes nothing
    if not (store.is_dir() and os.access(store, os.R_OK | os.X_OK)):
        return 'unreachable'
    return OK if is_store_own() else 'foreign'


def database_readiness(db: Connection) -> dict[str, str]:
    """Worker, inbox and backup: `ok`, or what is the matter. Raises where the database is away.

    Nothing is said of a backup where none is set up: whoever makes it in another way knows better.
    """
    with db.cursor() as cursor:
        cursor.execute(sql.SQL('select job.worker_alive({})').format(sql.Literal(JobSettings().worker_silent_s)))
        ((is_working,),) = cursor.fetchall()
    return {
        'database': OK,
        'worker': OK if is_working else 'silent',
        'inbox': OK if is_present(db, 'inbox') else 'absent',
        **_backup_readiness(db),
    }


def database_warnings(db: Connection) -> dict[str, str]:
    """What is wrong and keeps nobody from working: a standby that is away or behind. Raises without a database."""
    state = standby_state(db)
    return {'standby': state.fault} if state and state.fault else {}


def _backup_readiness(db: Connection) -> dict[str, str]:
    backups = backup_times(db)
    if not backups.is_set_up:
        return {}
    if backups.is_record_unreadable:
        return {'backup': 'unreadable'}
    if backups.is_old():
        return {'backup': 'old'}
    return {'backup': 'behind' if backups.is_behind() else OK}


def disk_state() -> str:
    """`full` where a folder that the instance writes to has less room than DOTHI_DISK_MIN_MB."""
    paths, least = PathSettings(), ServerSettings().disk_min_mb * MB
    folders = [folder for folder in (paths.state, Path(paths.store)) if folder.is_dir()]
    return OK if all(shutil.disk_usage(folder).free >= least for folder in folders) else 'full'
