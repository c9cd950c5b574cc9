"""A layer or coverage put back to what it was after an earlier release: itself a release, in one transaction."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.cartography.generalised.refresh import refresh_with_release
from dothi.core.coverage import Coverage
from dothi.core.errors import DataRefused, EnvironmentMissing, NotFound, WrongUse
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.progress import Progress, silent
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from etl import stage
from etl.coverage import release as cells
from etl.coverage.cells import scan
from etl.coverage.file import opened
from etl.desk import deliveries
from etl.desk.options import DeliveryOptions
from etl.geocode.corrections import withdraw_corrections
from etl.release import Source, current_release, lock_layer, outcome_of_rollback, record, release, shape
from etl.report.model import DiffReport


class NoSuchRelease(NotFound):
    """The layer never had a release with this number."""


class DemonstrationLeft(WrongUse):
    """The release was demonstration data, which is gone."""


class OtherShape(DataRefused):
    """The layer file says other columns now than it did at the release."""


class RasterMissing(EnvironmentMissing):
    """The store does not hold the raster of a release."""


class Rollback(BaseModel):
    """What putting a layer back came to. release: the new one, or the current one where nothing differs or was done."""

    layer: str
    to: int
    release: int
    unchanged: bool
    dry_run: bool
    diff: DiffReport


@dataclass(frozen=True)
class Going:
    """What the steps of one rollback share."""

    db: Connection
    to: int
    by: str
    options: DeliveryOptions
    locality: Locality
    progress: Progress
    dry_run: bool


def rollback(
    layer_id: str,
    to: int,
    reason: str,
    by: str,
    locality: Locality,
    progress: Progress = silent,
    *,
    dry_run: bool = False,
) -> Rollback:
    """Makes the state after the release `to` the current one. dry_run: only says what that would change.

    Raises UnknownLayer, NoSuchRelease, DemonstrationLeft, OtherShape and, for a coverage, RasterMissing.
    """
    layer = locality.described(layer_id)
    note = f'Trở về bản phát hành {to} · back to release {to}: {reason}'
    options = DeliveryOptions(layer=layer_id, origin='rollback', note=note)
    with deliveries.loader_session('dothi rollback') as db:
        going = Going(db, to, by, options, locality, progress, dry_run)
        progress('lock', 0, None)
        back = _cells_back(going, layer) if isinstance(layer, Coverage) else _rows_back(going, layer)
        progress('finish', 0, None)
        db.commit()
        return back


def _must_fit(going: Going, layer: Layer | Coverage) -> int:
    """The layer's current release, once it is locked.

    Raises NoSuchRelease for a number that is not this layer's, DemonstrationLeft, and OtherShape where its rows do not
    fit any more.
    """
    to = going.to
    with going.db.cursor() as cursor:
        cursor.execute(
            'select layer_id, shape, demo and left_at is not null from catalog.release where number = %s', [to]
        )
        of, was, is_left = cursor.fetchone() or (None, None, False)
    if of != layer.id:
        # whose it is instead is not said: whoever asks may know of no such layer
        raise NoSuchRelease(
            vi=f'Lớp {layer.id} không có bản phát hành {to}.',
            en=f'The layer {layer.id} has no release {to}.',
            steward=Text(vi=f'Xem: dothi releases {layer.id}.', en=f'See: dothi releases {layer.id}.'),
        )
    if is_left:
        raise DemonstrationLeft(
            vi=f'Bản phát hành {to} là dữ liệu minh họa; dữ liệu đó đã được bỏ và không còn.',
            en=f'Release {to} was demonstration data, which was taken away and is not kept.',
        )
    if was is not None and was != shape(layer):
        raise OtherShape(
            vi=f'Tệp lớp {layer.id} đã đổi khóa, cột hoặc kiểu sau bản phát hành {to}; dữ liệu cũ không còn vừa. '
            'Trở về một bản mới hơn, hoặc giao lại tệp gốc của bản đó.',
            en=f'The layer file of {layer.id} has changed its key, columns or types since release {to}; data of then '
            'does not fit any more. Go back to a later release, or deliver the original of that one again.',
        )
    return current_release(going.db, layer) or to


def _rows_back(going: Going, layer: Layer) -> Rollback:
    db, staging = going.db, f'{layer.id}_rollback'
    lock_layer(db, layer)
    current = _must_fit(going, layer)
    going.progress('diff', 0, None)
    stage.create(db, layer, going.locality.srid, staging)
    demo, outcome = outcome_of_rollback(db, layer, staging, going.to)
    number = None
    if going.dry_run:
        db.rollback()
        return _came_to(going, layer, None, current, outcome.diff)
    if not outcome.diff.empty:
        going.progress('release', 0, None)
        source = Source(author=going.by, demo=demo, restores=going.to)
        number = release(db, layer, staging, outcome, going.options, source)
        going.progress('generalise', 0, None)
        refresh_with_release(db, layer, going.locality, outcome.diff.changes)
    stage.drop(db, staging)
    withdraw_corrections(db, layer.id, going.to)
    return _came_to(going, layer, number, current, outcome.diff)


def _cells_back(going: Going, coverage: Coverage) -> Rollback:
    """The raster of the release is served again: its file lies in the store, and nothing is written anew."""
    db = going.db
    served = cells.lock(db, coverage)
    current = _must_fit(going, coverage)
    then = cells.kept(db, going.to)
    if not then.file.is_file():
        raise _missing(then.file)
    going.progress('diff', 0, None)
    with opened(then.file, coverage) as raster:
        cell_scan = scan(raster, coverage, repr(then.grid), going.progress)
        diff = cells.compare(raster, coverage, then.grid, cell_scan, served)
    if going.dry_run or (served is not None and (served.sha256, served.demo) == (then.sha256, then.demo)):
        return _came_to(going, coverage, None, current, diff)
    going.progress('release', 0, None)
    # demonstration data stays that when it comes back
    as_it_was = going.options.model_copy(update={'origin': 'demo'}) if then.demo else going.options
    result = cells.outcome(then.grid, cell_scan, diff, as_it_was, going.locality.srid)
    source = Source(author=going.by, demo=then.demo, restores=going.to)
    number = record(db, coverage, result, going.options, source)
    cells.serve_again(db, coverage, number, going.to)
    return _came_to(going, coverage, number, current, diff)


def _came_to(going: Going, layer: Layer | Coverage, number: int | None, current: int, diff: DiffReport) -> Rollback:
    return Rollback(
        layer=layer.id, to=going.to, release=number or current, unchanged=number is None and not going.dry_run,
        dry_run=going.dry_run, diff=diff,
    )  # fmt: skip


def _missing(file: Path) -> RasterMissing:
    name: Any = file.relative_to(PathSettings().store)
    return RasterMissing(
        vi=f'Kho lưu không còn tệp {name}. Khôi phục kho từ bản sao lưu, hoặc giao lại tệp gốc.',
        en=f'The store has lost {name}. Restore the store from a backup, or deliver the original again.',
    )
