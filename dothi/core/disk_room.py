"""A disk that is full, in words: which one, how much is free on it and how much it takes, and what to do."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from dothi.core.errors import DiskFull
from dothi.core.settings import DatabaseSettings, PathSettings, ServerSettings
from dothi.core.text import Text

MB = 2**20
LOG_SEGMENT_MB = 16
NO_ROOM = frozenset((errno.ENOSPC, errno.EDQUOT))
# In the words of PostgreSQL and of programs, which speak English to us.
NO_ROOM_WORDS = ('No space left on device', 'Disk quota exceeded')
# The SQLSTATE of a change for which the disk of the database has no room.
DATABASE_FULL = '53100'


def is_full(folder: Path) -> bool:
    """Whether nothing can be written to the disk of `folder` any more."""
    return shutil.disk_usage(_nearest(folder)).free < MB


def database_room() -> Text | None:
    """What to say of the disk of the private database where that cannot go on; None where it has room, or is none.

    It ends where it has no room for another segment of its log, and leaves some MB free.
    """
    state = PathSettings().state
    if DatabaseSettings().database_url or shutil.disk_usage(_nearest(state)).free >= LOG_SEGMENT_MB * MB:
        return None
    return room_text(state)


def is_no_room(error: Exception) -> bool:
    """Whether an error says that a disk is full: of this machine, or of the database."""
    is_of_machine = isinstance(error, OSError) and error.errno in NO_ROOM
    return is_of_machine or getattr(getattr(error, 'orig', error), 'pgcode', None) == DATABASE_FULL


def disk_full(error: Exception) -> DiskFull:
    """The error for whoever types a command that met a full disk."""
    if not isinstance(error, OSError) and DatabaseSettings().database_url:
        return DiskFull(
            vi='Hết chỗ trên đĩa của máy chủ cơ sở dữ liệu. Dọn chỗ ở đó rồi chạy lại; dữ liệu đã phát hành vẫn còn.',
            en='No room is left on the disk of the database server. Make room there and run this again; what was '
            'released is still there.',
        )
    return full_disk(_fullest(_folders_of(error)))


def full_disk(folder: Path) -> DiskFull:
    """The error for a disk that is full: that of `folder`."""
    room = room_text(folder)
    return DiskFull(
        vi=f'Hết chỗ trên đĩa. {room.vi} Dọn chỗ rồi chạy lại; dữ liệu đã phát hành vẫn còn.',
        en=f'No room is left on the disk. {room.en} Make room and run this again; what was released is still there.',
    )


def room_text(folder: Path) -> Text:
    """How much is free on the disk of `folder`, how much has to be, and how to see what takes it."""
    free_mb, least_mb = shutil.disk_usage(_nearest(folder)).free // MB, ServerSettings().disk_min_mb
    look = f'du -xhd2 {folder} | sort -h | tail'
    return Text(
        vi=f'Đĩa của {folder} còn {free_mb} MB, cần ít nhất {least_mb} MB. Xem gì chiếm chỗ: {look}.',
        en=f'The disk of {folder} has {free_mb} MB left and needs {least_mb} at least. To see what takes it: {look}.',
    )


def _folders_of(error: Exception) -> Iterator[Path]:
    """Folders of which one has no room."""
    # of a copy it is the second that is written
    name = getattr(error, 'filename2', None) or getattr(error, 'filename', None)
    if name is not None:
        yield Path(os.fsdecode(name)).parent
        return
    paths = PathSettings()
    yield paths.state
    if isinstance(error, OSError):
        yield from (Path(paths.store), paths.scratch, Path(os.environ.get('TMPDIR') or '/tmp'))  # noqa: S108


def _fullest(folders: Iterator[Path]) -> Path:
    return min(folders, key=lambda folder: shutil.disk_usage(_nearest(folder)).free)


def _nearest(folder: Path) -> Path:
    return next(part for part in (folder, *folder.parents) if part.exists())
