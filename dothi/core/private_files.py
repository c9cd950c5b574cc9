"""Who may read what the platform writes: its user, and its group; no stranger of this machine."""

import errno
import os
from contextlib import suppress
from pathlib import Path

# Of the state folder; files get the same without the right to run them.
STATE_MODE = 0o750
# Of folders above it that have to be made.
PASSAGE_MODE = 0o755


def close_new_files() -> None:
    """Makes this process and its children write files 0640 and folders 0750, whatever umask they were started with.

    Folders that others share (the inbox) get their mode when they are made.
    """
    os.umask(0o777 & ~STATE_MODE)


def replace_file(file: Path, text: str, mode: int = 0o600) -> None:
    """Writes `file` in place of what it held: who reads it meanwhile gets the old text or the new one, and whole.

    mode: of the file, for its owner alone where nothing else is said.

    Each service reads the address of the database once a second. One that met the file between its emptying and its
    writing ended, as an empty address is no address.
    """
    draft = file.with_name(f'{file.name}.{os.getpid()}')
    draft.unlink(missing_ok=True)
    try:
        draft.touch(mode=mode)
        draft.write_text(text, encoding='utf-8')
        draft.replace(file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def replace_file_without_room(file: Path, text: str, mode: int = 0o600) -> None:
    """The same, and on a full disk in place of what the file held, with blanks behind: for a few words or JSON.

    A file that is there has room for them, as it has a block of the disk.
    """
    try:
        replace_file(file, text, mode)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT) or not file.exists():
            raise
        _overwrite(file, text)


def _overwrite(file: Path, text: str) -> None:
    """Writes at once, so that who reads meanwhile gets the old text or the new one."""
    opened = os.open(file, os.O_WRONLY)
    try:
        os.pwrite(opened, text.encode().ljust(os.fstat(opened).st_size), 0)
    finally:
        os.close(opened)


def write_once(file: Path, text: str) -> None:
    """Writes `file` whole and private, unless somebody else was quicker."""
    draft = file.with_name(f'{file.name}.{os.getpid()}')
    try:
        draft.touch(mode=0o600)
        draft.write_text(text, encoding='utf-8')
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        # on a full disk, too: among the secrets it would be taken for one of them
        draft.unlink(missing_ok=True)
