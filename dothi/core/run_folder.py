"""Whether what the folder `run` says is about this instance, or was copied with the state folder of another one.

A copy (`cp -a`) has the records of the processes of the first instance, which may live, and the address of its
database. The folder has a mark that names its place and inode. A copy beside it has neither, a folder that was moved
the inode, and one whose file system numbers anew (FUSE) the place.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from dothi.core.private_files import STATE_MODE, replace_file_without_room

MARK = 'folder'
# Of processes and of the database: in a copy they are those of the first instance.
RECORDS = ('*.pid', '*.foreground', '*.alive', 'database_url')


@dataclass(frozen=True)
class FolderMark:
    """A folder by its place and its inode."""

    inode: int
    folder: Path


def is_copied_run_folder(run: Path) -> bool:
    """Whether the folder was copied from another place; False where it has no mark, as before its first start."""
    mark = _read_mark(run)
    return mark is not None and mark.inode != _inode(run) and mark.folder != run.resolve()


def first_run_folder(run: Path) -> Path | None:
    """The folder that this one was copied from, where it is there still; None where it was moved, or is no copy."""
    mark = _read_mark(run)
    if mark is None or not is_copied_run_folder(run) or mark.inode != _inode(mark.folder):
        return None
    return mark.folder


def claim_run_folder(run: Path) -> None:
    """Makes the folder where it is not there, and marks it; in a copy the records of the first instance are removed."""
    run.mkdir(parents=True, exist_ok=True)
    if is_copied_run_folder(run):
        for pattern in RECORDS:
            for record in run.glob(pattern):
                record.unlink(missing_ok=True)
    mark = FolderMark(run.stat().st_ino, run.resolve())
    if _read_mark(run) != mark:
        replace_file_without_room(run / MARK, f'{mark.inode} {mark.folder}', STATE_MODE & 0o666)


def _read_mark(run: Path) -> FolderMark | None:
    try:
        inode, _, folder = os.fsdecode((run / MARK).read_bytes()).strip().partition(' ')
        return FolderMark(int(inode), Path(folder))
    except (OSError, ValueError):
        return None


def _inode(folder: Path) -> int | None:
    try:
        return folder.stat().st_ino
    except (OSError, ValueError):
        return None
