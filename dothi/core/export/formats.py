"""The file formats on offer, and writing one of them whole or not at all."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psycopg2.extensions import connection as Connection

from dothi.core.errors import EnvironmentMissing
from dothi.core.export.extract import Extract, Tell

# They have errors of their own for a write that failed.
LIBRARIES = frozenset({'pyarrow', 'pyogrio', 'sqlite3', 'xlsxwriter'})

type Write = Callable[[Connection, Extract, Path, Tell], None]


class NotWritten(EnvironmentMissing):
    """A file could not be written: the disk is full, or its folder may not be written to."""


@dataclass(frozen=True)
class FileFormat:
    """A format by the name that `f` gives it, which is also the end of a file's name."""

    name: str
    media_type: str
    title: str

    def write(self, db: Connection, extract: Extract, path: Path, tell: Tell) -> None:
        """The file at `path`, whole, from the open transaction of `db`; nothing of it is left where that fails.

        Raises NotWritten, TooLargeForExcel, and what the database refuses.
        """
        try:
            _writer(self.name)(db, extract, path, tell)
        except Exception as error:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            if _of_the_disk(error):
                raise not_written(path, error) from error
            raise


FORMATS: dict[str, FileFormat] = {
    one.name: one
    for one in (
        FileFormat('csv', 'text/csv', 'CSV'),
        FileFormat('xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'Excel'),
        FileFormat('gpkg', 'application/geopackage+sqlite3', 'GeoPackage'),
        FileFormat('fgb', 'application/flatgeobuf', 'FlatGeobuf'),
        FileFormat('geojson', 'application/geo+json', 'GeoJSON'),
        FileFormat('parquet', 'application/vnd.apache.parquet', 'GeoParquet'),
    )
}


def _writer(name: str) -> Write:
    """The function that writes a format; its libraries are loaded with its first file, and not at every start."""
    if name == 'csv':
        from dothi.core.export.csv_file import write_csv as write
    elif name == 'xlsx':
        from dothi.core.export.xlsx_file import write_xlsx as write
    elif name == 'gpkg':
        from dothi.core.export.gdal_file import write_geopackage as write
    elif name == 'fgb':
        from dothi.core.export.gdal_file import write_flatgeobuf as write
    elif name == 'parquet':
        from dothi.core.export.geoparquet import write_geoparquet as write
    else:
        from dothi.core.export.geojson_file import write_geojson as write
    return write


def _of_the_disk(error: Exception) -> bool:
    """Whether it is what the libraries say when a file cannot be written; want of memory is another matter."""
    library = type(error).__module__.partition('.')[0]
    return isinstance(error, OSError) or (library in LIBRARIES and not isinstance(error, MemoryError))


def not_written(path: Path, error: Exception) -> NotWritten:
    """The error for a file that could not be written, or not be put in its place."""
    reason = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
    return NotWritten(
        vi=f'Không ghi được tệp {path.name} ({reason}). Báo quản trị viên kiểm tra dung lượng và quyền ghi.',
        en=f'The file {path.name} could not be written ({reason}). Its administrator should look at space and rights.',
    )
