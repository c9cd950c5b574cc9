"""The store of an instance marked as its own: that of a new instance, and one from before there were marks."""

import uuid
from itertools import islice
from pathlib import Path

from dothi.core.database import connection
from dothi.core.settings import PathSettings
from dothi.core.store_mark import mark_store, own_store_mark, read_mark, write_mark
from etl.desk.store_check import named_files

# One of them that is there tells a store from an empty folder; some may have been lost.
MOST_LOOKED_FOR = 100


def adopt_store() -> bool:
    """Whether the store is that of this instance; one without a mark that holds what the database names becomes so."""
    paths = PathSettings()
    store, own_mark = Path(paths.store), own_store_mark()
    mark = read_mark(store)
    if own_mark is not None and mark is not None:
        return mark == own_mark
    if store.is_dir() and _holds_files(store, is_new=own_mark is None):
        mark_store()
        return True
    if own_mark is None:
        # from now on nothing is put into a folder that is not the store
        write_mark(paths.secrets, uuid.uuid4().hex)
    return False


def _holds_files(store: Path, *, is_new: bool) -> bool:
    """Whether a folder has any of the files that the database names; is_new: whether it may name none."""
    with connection('loader') as db:
        places = [place for place, _ in islice(named_files(db), MOST_LOOKED_FOR)]
    return any((store / place).exists() for place in places) or (is_new and not places)
