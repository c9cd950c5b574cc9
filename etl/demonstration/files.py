"""Files of the store that were demonstration data: removed once nothing speaks of them any more, and looked for."""

from contextlib import suppress
from pathlib import Path

from psycopg2.extensions import connection as Connection

from dothi.core.settings import PathSettings
from etl.demonstration.standing import Trace

IS_USED = """
    select exists (select from catalog.delivery where store_path = %(place)s and left_at is null)
        or exists (select from catalog.raster where store_path = %(place)s)
        or exists (select from catalog.download where file = %(place)s)
        or exists (select from job.output where file = %(place)s)
"""
LEFT_ORIGINALS = """
    select distinct store_path from catalog.delivery
    where left_at is not null and store_path not in (select store_path from catalog.delivery where left_at is null)
"""


def remove_forsaken(db: Connection) -> None:
    """Removes the files that are noted for it, and forgets each note when its file is gone.

    An original that came back under its old name, as from a backup of the store, is noted again.
    """
    with db, db.cursor() as cursor:
        cursor.execute(LEFT_ORIGINALS)
        again = [place for (place,) in cursor.fetchall() if (_store() / place).exists()]
        cursor.execute('select catalog.forsake(%s)', [again])
        cursor.execute('select place from catalog.forsaken_file order by place')
        places = [str(place) for (place,) in cursor.fetchall()]
    for place in places:
        with db, db.cursor() as cursor:
            _remove_file(db, place)
            cursor.execute('delete from catalog.forsaken_file where place = %s', [place])


def _remove_file(db: Connection, place: str) -> None:
    """Removes a file of the store unless it is used.

    It is put aside before it is asked for: an agency may deliver the very same file at this moment, and finds its
    original there or not there, but never sees it vanish.
    """
    path = _store() / place
    aside = path.with_name(f'{path.name}.forsaken')
    with suppress(FileNotFoundError):
        path.rename(aside)
    with db.cursor() as cursor:
        cursor.execute(IS_USED, {'place': place})
        (is_used,) = cursor.fetchone() or (False,)
    if is_used and aside.exists() and not path.exists():
        aside.rename(path)
    aside.unlink(missing_ok=True)
    with suppress(OSError):
        path.parent.rmdir()


def find_originals(db: Connection) -> list[Trace]:
    """The originals of demonstration deliveries that were left and are in the store all the same."""
    with db.cursor() as cursor:
        cursor.execute(LEFT_ORIGINALS)
        count = sum((_store() / place).exists() for (place,) in cursor.fetchall())
    return [Trace(kind='original', layer=None, count=count)] if count else []


def _store() -> Path:
    return Path(PathSettings().store)
