"""The log that a server wrote while nobody took it, handed to the backup: after a restore, and after a promotion."""

import re
from pathlib import Path

from dothi.core.accounts import give_to_database_user
from dothi.local.backup.tools import control_value

SEGMENT, HISTORY = re.compile(r'[0-9A-F]{24}'), re.compile(r'[0-9A-F]{8}\.history')


def hand_over_promotion(data: Path) -> None:
    """Marks the log of a timeline for the backup that began while the server sent its log nowhere.

    A standby does not: without the history of its timeline no restore would find the way from a backup of before. The
    server is stopped.
    """
    log = data / 'pg_wal'
    newest = max((file.name for file in log.glob('*.history') if HISTORY.fullmatch(file.name)), default=None)
    if newest and not any((log / 'archive_status' / f'{newest}.{state}').exists() for state in ('ready', 'done')):
        hand_over_log(data)


def hand_over_log(data: Path) -> None:
    """Marks the log that was written since the recovery for the backup: nobody asked for it meanwhile.

    Without it a later restore would begin a timeline with the same number, and miss what came before its first backup.
    The server is stopped; the segment that it goes on with is not marked, as it is not full.
    """
    current = control_value(data, "Latest checkpoint's REDO WAL file")
    status = data / 'pg_wal' / 'archive_status'
    for file in (data / 'pg_wal').iterdir():
        is_full = SEGMENT.fullmatch(file.name) and file.name[:8] == current[:8] and file.name < current
        if is_full or file.name == f'{current[:8]}.history':
            mark = status / f'{file.name}.ready'
            mark.touch()
            give_to_database_user(mark)
