"""What of the demonstration lies in the state folder: its own files, and tiles and pictures that show it."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal

from psycopg2.extensions import connection as Connection

from dothi.api.tiles.cache import FileCache
from dothi.core.settings import PathSettings
from etl.demonstration.standing import Trace

type Drawn = Literal['tile', 'picture']
CACHES: dict[str, Drawn] = {'tiles': 'tile', 'pictures': 'picture'}
# left_at: null for a release whose demonstration data is still served
RELEASES = 'select number, left_at from catalog.release where demo or demo_rows > 0 or left_at is not null'
type Releases = dict[int, datetime | None]


def sketch_folder() -> Path:
    """Where the demo's files are written before they are delivered."""
    return PathSettings().state / 'demo'


def find_files(db: Connection) -> list[Trace]:
    """What shows demonstration data in the state folder of this machine."""
    releases = _demo_releases(db)
    counts = {drawn: sum(1 for _ in _demo_drawings(drawn, releases, before=True)) for drawn in CACHES.values()}
    traces = [Trace(kind=drawn, layer=None, count=count) for drawn, count in counts.items() if count]
    sketches = sum(1 for file in sketch_folder().rglob('*') if file.is_file())
    return traces + ([Trace(kind='sketch', layer=None, count=sketches)] if sketches else [])


def remove_drawings(db: Connection) -> None:
    """Removes the tiles and pictures that show a release which was left; others are kept.

    They would not be served any more, as another release is; but they would lie there until others need their room.
    """
    releases: Releases = {number: left_at for number, left_at in _demo_releases(db).items() if left_at is not None}
    for drawn in CACHES.values():
        for file in _demo_drawings(drawn, releases, before=False):
            file.unlink(missing_ok=True)


def remove_sketches() -> None:
    """Removes the demo's files."""
    shutil.rmtree(sketch_folder(), ignore_errors=True)


def _demo_releases(db: Connection) -> Releases:
    with db.cursor() as cursor:
        cursor.execute(RELEASES)
        return dict(cursor.fetchall())


def _demo_drawings(drawn: Drawn, releases: Releases, *, before: bool) -> Iterator[Path]:
    """Kept drawings of these releases; before: only those that were written while the demonstration was there.

    What shows several layers names only the newest release: it counts as demonstration data.
    """
    newest = max((left_at for left_at in releases.values() if left_at is not None), default=None)
    is_there = any(left_at is None for left_at in releases.values())
    folder = next(name for name, kind in CACHES.items() if kind == drawn)
    for cache in (PathSettings().state / 'cache' / folder).glob('*/'):
        for file, version, written_at in FileCache(cache, 0).versions():
            number, is_of_several = _read_label(version)
            if number not in releases and not is_of_several:
                continue
            left_at = newest if is_of_several else releases[number]
            is_after = left_at is not None and written_at > left_at.timestamp()
            if not (before and is_after and not (is_of_several and is_there)):
                yield file


def _read_label(version: str) -> tuple[int, bool]:
    """The newest release that a drawing shows, and whether it shows several layers (dothi.api.tiles.changes)."""
    number, *more = version.split('-')
    return (int(number) if number.isdigit() else -1), len(more) > 1
