"""Whether the store is the one of this instance: a mark in it, which the secrets of the instance have as well.

An empty mount point in place of the store has no mark, the store of another instance another one. Secrets and store are
backed up, restored and copied to a standby together. A service that cannot read the mark among the secrets takes a
store that is there for its own.
"""

import os
import re
import uuid
from pathlib import Path

from dothi.core.errors import EnvironmentMissing
from dothi.core.private_files import replace_file
from dothi.core.settings import PathSettings
from dothi.core.text import Text

MARK, LONGEST_MARK = 'store_id', 100


class StoreAway(EnvironmentMissing):
    """The store is not there: its disk is not mounted, or somebody moved it."""


def require_store() -> None:
    """Raises StoreAway where an instance has lost its store: what were put in its place would be hidden by it later.

    `dothi up` makes the store before anything comes into it, and writes down where the database is.
    """
    if not is_store_own():
        raise store_away()


def is_store_own() -> bool:
    """Whether the store is there, and of this instance; so is one that no instance has come to yet."""
    paths = PathSettings()
    store, own_mark = Path(paths.store), own_store_mark()
    if own_mark is not None:
        return read_mark(store) == own_mark
    return store.is_dir() or not (paths.run / 'database_url').exists()


def store_away() -> StoreAway:
    """The error for a store that is not there."""
    paths = PathSettings()
    store, own = paths.store, paths.secrets / MARK
    # before the first `dothi up` of this version there is no mark to be copied
    empty_one = f'mkdir -p {store} && cp -p {own} {store}/' if own_store_mark() else 'dothi up'
    return StoreAway(
        vi='Kho tệp tạm thời không có. Hãy thử lại sau ít phút.',
        en='The store of files is not there at the moment. Try again in a few minutes.',
        steward=Text(
            vi=f'({store}) Gắn lại đĩa của nó, hoặc khôi phục: dothi restore. Bắt đầu với kho trống: {empty_one}.',
            en=f'({store}) Mount its disk again, or restore it: dothi restore. To begin with an empty one: '
            f'{empty_one}.',
        ),
    )


def own_store_mark() -> str | None:
    """The mark that the store of this instance has; None where it has none yet, or we may not read it."""
    return read_mark(PathSettings().secrets)


def read_mark(folder: Path) -> str | None:
    """The mark in a folder; None where there is none, or one that is damaged."""
    try:
        # a pipe of that name would keep whoever opens it
        with open(folder / MARK, encoding='ascii', opener=_open_at_once) as file:  # opener
            mark = file.read(LONGEST_MARK).strip()
    except (OSError, ValueError):
        return None
    return mark if re.fullmatch('[0-9a-f]{32}', mark) else None


def _open_at_once(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NONBLOCK)


def write_mark(folder: Path, mark: str) -> None:
    """Marks a folder, whatever mark it had. For its owner alone, as all that lies among the secrets."""
    replace_file(folder / MARK, f'{mark}\n')


def mark_store() -> None:
    """Marks store and secrets alike, where one of them has no mark; killed at any moment, it ends it the next time."""
    paths = PathSettings()
    mark = own_store_mark() or read_mark(Path(paths.store)) or uuid.uuid4().hex
    # the store first: it is taken for another one's as soon as the secrets have a mark
    for folder in (Path(paths.store), paths.secrets):
        if read_mark(folder) is None:
            write_mark(folder, mark)
