"""Files of the store that are not what was put there: rasters that are served, and originals of deliveries."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.kept_file import is_intact
from dothi.core.settings import PathSettings
from dothi.core.store_mark import is_store_own
from dothi.core.text import Text
from etl.desk.archive import is_original

type Damage = Literal['missing', 'changed']

# For so long contents are read at most: after a restore every file is younger than its record.
READING_S = 30.0
# Linux dates a file by its last clock tick, 10 ms ago at most (100 Hz): what was written just after the record was
# made can bear an earlier time than the record.
CLOCK_TICK_S = 0.02
RASTERS = """
    select raster.store_path, raster.size_bytes, raster.file_sha256, release.released_at, release.layer_id,
        delivery.store_path
    from catalog.raster join catalog.release on release.number = raster.release
    left join catalog.delivery on delivery.release = release.number
    where release.number in (select current_release from catalog.layer)
"""
ORIGINALS = """
    select distinct on (store_path) store_path, file_name, sha256, coalesce(finished_at, received_at), id
    from catalog.delivery where (release is not null or status = 'undecided') and left_at is null
    order by store_path, id
"""
LETTERS = """
    select options -> 'letter' ->> 'stored' from catalog.delivery where options -> 'letter' ->> 'stored' is not null
    union select letter ->> 'stored' from catalog.data_request where letter ->> 'stored' is not null
    union select answer_letter ->> 'stored' from catalog.data_request where answer_letter ->> 'stored' is not null
"""


class DamagedFile(BaseModel):
    """One file: where it lies in the store, what happened to it, and what to do."""

    file: str
    damage: Damage
    advice: Text


class StoreCheck(BaseModel):
    """What is damaged, and how many files changed since they were kept and could not be read in time."""

    damaged: list[DamagedFile] = []
    unread: int = 0
    # the store as a whole: nothing is said of its files then
    is_away: bool = False


@dataclass(frozen=True)
class KeptFile:
    """A file of the store as it was recorded. size_bytes: None where what is recorded is the size of its contents."""

    place: str
    kept_at: datetime
    advice: Text
    is_intact: Callable[[], bool]
    size_bytes: int | None = None


def check_store(db: Connection) -> StoreCheck:
    """What is wrong in the store. Whole layers' files are left out: they are made again by themselves.

    A file that nobody wrote since it was kept is believed to be what it was: its content is read only where its
    change time, which no program sets back, is later. Reading everything would take minutes.
    """
    if not is_store_own():
        return StoreCheck(is_away=True)
    check, ends_s = StoreCheck(), time.monotonic() + READING_S
    for file in (*_rasters(db), *_originals(db)):
        damage = _damage(file, time.monotonic() > ends_s)
        if damage == 'unread':
            check.unread += 1
        elif damage is not None:
            check.damaged.append(DamagedFile(file=file.place, damage=damage, advice=file.advice))
    return check


def named_files(db: Connection) -> Iterator[tuple[str, int | None]]:
    """Files that cannot be made again, by their places in the store; with their sizes where these are recorded."""
    yield from ((file.place, file.size_bytes) for file in (*_rasters(db), *_originals(db)))
    with db.cursor() as cursor:
        cursor.execute(LETTERS)
        yield from ((place, None) for (place,) in cursor.fetchall())


def _damage(file: KeptFile, is_late: bool) -> Damage | Literal['unread'] | None:
    try:
        stat = _path(file.place).stat()
        if file.size_bytes not in (None, stat.st_size):
            return 'changed'
        if stat.st_ctime + CLOCK_TICK_S <= file.kept_at.timestamp():
            return None
        return 'unread' if is_late else None if file.is_intact() else 'changed'
    except FileNotFoundError:
        return 'missing'


def _rasters(db: Connection) -> Iterator[KeptFile]:
    with db.cursor() as cursor:
        cursor.execute(RASTERS)
        for place, size_bytes, sha256, kept_at, layer_id, original in cursor.fetchall():
            intact = partial(is_intact, _path(place), size_bytes, sha256)
            yield KeptFile(place, kept_at, _deliver_again(layer_id, original), intact, size_bytes)


def _originals(db: Connection) -> Iterator[KeptFile]:
    with db.cursor() as cursor:
        cursor.execute(ORIGINALS)
        for place, file_name, sha256, kept_at, number in cursor.fetchall():
            intact = partial(is_original, place, file_name, sha256)
            yield KeptFile(place, kept_at, _send_again(number, file_name), intact)


def _path(place: str) -> Path:
    return Path(PathSettings().store) / place


def _deliver_again(layer_id: str, original: str | None) -> Text:
    if original is None:
        return Text(
            vi=f'Giao lại tệp của "{layer_id}", hoặc khôi phục kho từ bản sao lưu.',
            en=f'Deliver the file of "{layer_id}" again, or restore the store from a backup.',
        )
    command = f'dothi deliver {Path(PathSettings().store) / original} --layer {layer_id}'
    return Text(vi=f'Tạo lại bằng "{command}".', en=f'Make it anew: "{command}".')


def _send_again(number: int, file_name: str) -> Text:
    return Text(
        vi=f'Bản gốc của đợt giao {number}: khôi phục kho từ bản sao lưu, hoặc giao lại {file_name}.',
        en=f'Original of delivery {number}: restore the store from a backup, or deliver {file_name} again.',
    )
