"""A released raster whose file was damaged in the store: the same delivery makes the file anew."""

from pathlib import Path

from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.grid import Grid
from dothi.core.kept_file import file_sha256, is_intact
from dothi.core.settings import PathSettings
from dothi.core.text import Text
from etl.coverage.cells import Scan
from etl.coverage.cog import store_path, write
from etl.coverage.file import Raster

MENDED = Text(
    vi='Tệp đang phục vụ trong kho bị hỏng hoặc mất; đã tạo lại từ tệp này. Nội dung không đổi.',
    en='The served file in the store was damaged or gone; it was made anew from this one. The contents are the same.',
)


def is_damaged(db: Connection, coverage: Coverage) -> bool:
    """Whether the file of the current release is gone from the store, or is not the one that was recorded."""
    with db.cursor() as cursor:
        cursor.execute(
            """select store_path, size_bytes, file_sha256 from catalog.raster
                where release = (select current_release from catalog.layer where id = %s)""",
            [coverage.id],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    try:
        return not is_intact(Path(PathSettings().store) / row[0], row[1], row[2])
    except FileNotFoundError:
        return True


def mend(db: Connection, raster: Raster, coverage: Coverage, grid: Grid, scan: Scan, file: Path) -> None:
    """Writes the served `file` anew from a raster with the same cells, and records what it is now.

    Its name tells the release that first had it; later ones, after a rollback, share it.
    """
    release = int(file.stem)
    size_bytes = write(raster, coverage, grid, scan, release)
    before, place = file.relative_to(PathSettings().store).as_posix(), store_path(coverage, release)
    with db.cursor() as cursor:
        cursor.execute(
            'update catalog.raster set store_path = %s, size_bytes = %s, file_sha256 = %s where store_path = %s',
            [place, size_bytes, file_sha256(Path(PathSettings().store) / place), before],
        )
