"""Who may read what the platform writes: its user, and its group; no stranger of this machine."""

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
    draft.touch(mode=mode)
    draft.write_text(text, encoding='utf-8')
    draft.replace(file)


def write_once(file: Path, text: str) -> None:
    """Writes `file` whole and private, unless somebody else was quicker."""
    draft = file.with_name(f'{file.name}.{os.getpid()}')
    draft.touch(mode=0o600)
    draft.write_text(text, encoding='utf-8')
    with suppress(FileExistsError):
        os.link(draft, file)
    draft.unlink()
