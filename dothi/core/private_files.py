"""Who may read what the platform writes: its user, and its group; no stranger of this machine."""

import os

# Of the state folder; files get the same without the right to run them.
STATE_MODE = 0o750
# Of folders above it that have to be made.
PASSAGE_MODE = 0o755


def close_new_files() -> None:
    """Makes this process and its children write files 0640 and folders 0750, whatever umask they were started with.

    Folders that others share (the inbox) get their mode when they are made.
    """
    os.umask(0o777 & ~STATE_MODE)
