"""The released raster of a coverage: that of the current release, or of an earlier one."""

from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.errors import EnvironmentMissing
from dothi.core.grid import Grid
from dothi.core.kept_file import is_intact
from dothi.core.layer_source import Times
from dothi.core.settings import PathSettings
from dothi.core.text import Text


class MissingRaster(EnvironmentMissing):
    """A released raster is not in the store."""


class DamagedRaster(EnvironmentMissing):
    """A released raster has another content than it had."""


@dataclass(frozen=True)
class Raster:
    """A released raster: its description (bands, nodata), its cells' places, the file (GeoTIFF), and the release."""

    coverage: Coverage
    grid: Grid
    path: Path
    release: int


def released_raster(db: Connection, coverage: Coverage, times: Times | None = None) -> Raster | None:
    """What `coverage` held at the end of `times`, or holds now; None for nothing. Raises MissingRaster."""
    condition = sql.SQL('release = (select current_release from catalog.layer where id = {})')
    values: list[object] = [coverage.id]
    if times is not None and times.end is not None:
        condition = sql.SQL(
            'release = (select max(number) from catalog.release where layer_id = {} and released_at <= {})'
        )
        values = [coverage.id, times.end]
    query = sql.SQL(
        'select release, store_path, size_bytes, file_sha256, '
        'srid, width, height, west, north, cell_width, cell_height from catalog.raster where {}'
    ).format(condition.format(*map(sql.Literal, values)))
    with db.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    if row is None:
        return None
    raster = Raster(coverage, Grid(*row[4:]), Path(PathSettings().store) / row[1], row[0])
    if not raster.path.exists():
        raise MissingRaster(
            vi=f'Kho lưu trữ không có {raster.path.name} của "{coverage.id}". Báo cho quản trị viên.',
            en=f'The store lacks {raster.path.name} of "{coverage.id}". Tell the administrator.',
            steward=Text(vi='Kiểm tra DOTHI_STORE của tiến trình.', en='Check the DOTHI_STORE of the process.'),
        )
    require_intact(coverage, raster.path, row[2], row[3])
    return raster


def require_intact(coverage: Coverage, path: Path, size_bytes: int, sha256: str | None) -> None:
    """Raises DamagedRaster where the file is not the one that was released."""
    if not is_intact(path, size_bytes, sha256):
        raise DamagedRaster(
            vi=f'Tệp của "{coverage.id}" trong kho không còn như khi phát hành. Báo quản trị viên: giao lại tệp gốc.',
            en=f'The file of "{coverage.id}" in the store is not as it was released. Its operator delivers it again.',
        )
