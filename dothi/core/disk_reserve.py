"""Some room on the disk of the private database, held by a file: a server that died on a full disk starts in it.

PostgreSQL cannot start, and lets nobody in, without room for a few small files and for its log. Reading goes on then,
where nothing would until a person came.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path

from dothi.core.disk_room import MB, is_full
from dothi.core.private_files import STATE_MODE
from dothi.core.settings import DatabaseSettings, PathSettings, ServerSettings

# Two segments of its log, and small files.
RESERVE_MB = 40


def keep_reserve() -> None:
    """Holds the reserve again, once there is room for it and for DOTHI_DISK_MIN_MB beside it."""
    file = _file()
    if DatabaseSettings().database_url or file.exists():
        return
    with suppress(OSError):
        if shutil.disk_usage(file.parent).free > (ServerSettings().disk_min_mb + RESERVE_MB) * MB:
            _write(file)


def give_reserve() -> bool:
    """Whether the disk was full, and has the room of the reserve now."""
    file = _file()
    if not file.exists() or not is_full(file.parent):
        return False
    file.unlink(missing_ok=True)
    return True


def _write(file: Path) -> None:
    opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, STATE_MODE & 0o666)
    try:
        # blocks that are there, not a length alone
        os.posix_fallocate(opened, 0, RESERVE_MB * MB)
    except OSError:
        file.unlink(missing_ok=True)
        raise
    finally:
        os.close(opened)


def _file() -> Path:
    return PathSettings().state / 'reserve'
