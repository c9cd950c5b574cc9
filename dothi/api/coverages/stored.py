"""The raster of a coverage that a request is answered from: that of the current release, or of an earlier one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg2 import sql

from dothi.api.http.service import NoRelease, service
from dothi.api.http.snapshot import Snapshot, snapshot
from dothi.core.catalog import Release
from dothi.core.coverage import Coverage
from dothi.core.grid import Grid
from dothi.core.layer_source import Times
from dothi.core.locality import UnknownLayer
from dothi.core.released_raster import MissingRaster, require_intact
from dothi.core.settings import PathSettings
from dothi.core.text import Text

COLUMNS = 'store_path, size_bytes, file_sha256, bands, srid, width, height, west, north, cell_width, cell_height'


@dataclass(frozen=True)
class StoredCoverage:
    """A released raster. figures: for each band the number of cells with a value, their min, max and mean."""

    coverage: Coverage
    release: Release
    grid: Grid
    path: Path
    size_bytes: int
    file_sha256: str | None
    figures: dict[str, dict[str, Any]]

    def must_be_there(self) -> None:
        """Raises MissingRaster where the store is not the one that the raster was released into, and DamagedRaster."""
        if not self.path.exists():
            raise MissingRaster(
                vi=f'Kho lưu trữ không có {self.path.name} của "{self.coverage.id}". Báo cho quản trị viên.',
                en=f'The store lacks {self.path.name} of "{self.coverage.id}". Tell the administrator.',
                steward=Text(vi='Kiểm tra DOTHI_STORE của dịch vụ.', en="Check the service's DOTHI_STORE."),
            )
        require_intact(self.coverage, self.path, self.size_bytes, self.file_sha256)


def coverage_of(collection_id: str) -> Coverage:
    """The coverage; one that the audience may not see is as unknown as one that is not there."""
    coverages = service().coverages
    if collection_id not in coverages:
        raise UnknownLayer.with_suggestion(
            collection_id,
            coverages,
            vi=f'"{collection_id}" không phải là raster.',
            en=f'"{collection_id}" is no coverage.',
        )
    return coverages[collection_id]


def stored_coverage(coverage: Coverage, times: Times | None = None) -> StoredCoverage:
    """What `coverage` held at the end of `times`, or holds now; raises NoRelease."""
    with snapshot() as db:
        return stored_in(db, coverage, times)


def stored_in(db: Snapshot, coverage: Coverage, times: Times | None = None) -> StoredCoverage:
    """What `stored_coverage` returns, read in the snapshot `db`."""
    condition = sql.SQL('r.number = (select current_release from catalog.layer where id = {})')
    parts = [condition.format(sql.Literal(coverage.id))]
    if times is not None and times.end is not None:
        condition = sql.SQL('r.layer_id = {} and r.released_at <= {}')
        parts = [condition.format(sql.Literal(coverage.id), sql.Literal(times.end))]
    statement = sql.SQL(
        'select to_jsonb(r), {} from catalog.seen_release r join catalog.raster on release = number'
    ).format(sql.SQL(COLUMNS))
    rows = db.rows(statement + sql.SQL(' where {} order by number desc limit 1').format(*parts))
    if not rows:
        raise NoRelease(
            vi=f'"{coverage.id}" chưa có dữ liệu vào lúc đó.', en=f'"{coverage.id}" has no data at that time.'
        )
    ((release, path, size_bytes, file_sha256, bands, *grid),) = rows
    figures = {band['name']: band for band in bands}
    file = Path(PathSettings().store) / path
    return StoredCoverage(coverage, Release(**release), Grid(*grid), file, size_bytes, file_sha256, figures)


def stored_all(db: Snapshot) -> list[StoredCoverage]:
    """The current rasters of all coverages that have one and that the audience may see."""
    releases = db.releases()
    return [stored_in(db, coverage) for name, coverage in service().coverages.items() if name in releases]
