"""The table of file formats, and writing a file whole or not at all.

Settings, parameters, negotiation, links, the OpenAPI document, inputs of processes, records and tests read this table:
a format is one row here and one function that writes it.
"""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from dothi.core.errors import EnvironmentMissing

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from dothi.core.export.extract import Extract, Headers, Tell

# They have errors of their own for a write that failed.
LIBRARIES = frozenset({'pyarrow', 'pyogrio', 'sqlite3', 'xlsxwriter'})
WGS84 = 4326


class NotWritten(EnvironmentMissing):
    """A file could not be written: the disk is full, or its folder may not be written to."""


@dataclass(frozen=True)
class FileFormat:
    """A format by the name that `f` gives it, which is also the ending of a file's name.

    writer: where the function is that writes a file, as `module:function` of this package; it is imported with the
    first file, because its libraries are large. has_title: whether the file has a place for the layer's title, which
    marks demonstration data; the header Dothi-Demo says it of every answer. paged: whether pages of items and single
    ones come in it; whole layers come in all. only_wgs84: whether its coordinates are longitude and latitude whatever
    is asked for. headings: what columns are called unless the client says otherwise. type_parameters: of its
    Content-Type. streamer: where the function is that gives a file piece by piece, for a format that can be sent while
    it is written.
    """

    name: str
    title: str
    media_type: str
    writer: str
    paged: bool = True
    only_wgs84: bool = False
    has_title: bool = True
    headings: 'Headers' = 'names'
    type_parameters: str = ''
    streamer: str | None = None

    @property
    def content_type(self) -> str:
        """The media type with its parameters."""
        return f'{self.media_type}{self.type_parameters}'

    def load(self) -> 'Callable[[Connection, Extract, Path, Tell], None]':
        """Import the function that writes the format, and the libraries that it needs."""
        write: Callable[[Connection, Extract, Path, Tell], None] = _import_function(self.writer)
        return write

    def write(self, db: 'Connection', extract: 'Extract', path: Path, tell: 'Tell') -> None:
        """The file at `path`, whole, from the open transaction of `db`; nothing of it is left where that fails.

        Raises NotWritten, TooLargeForExcel, and what the database refuses.
        """
        try:
            self.load()(db, self._place(extract), path, tell)
        except Exception as error:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            if _of_the_disk(error):
                raise not_written(path, error) from error
            raise

    def pieces(self, db: 'Connection', extract: 'Extract', tell: 'Tell') -> Generator[bytes, None, None]:
        """The file of a format with a `streamer`, piece by piece as the rows come from the database."""
        stream: Callable[[Connection, Extract, Tell], Generator[bytes, None, None]]
        stream = _import_function(str(self.streamer))
        return stream(db, self._place(extract), tell)

    def _place(self, extract: 'Extract') -> 'Extract':
        return replace(extract, srid=WGS84) if self.only_wgs84 else extract


ROWS = (
    FileFormat(
        'csv', 'CSV', 'text/csv', 'csv_file:write_csv', has_title=False, streamer='csv_file:lines',
        type_parameters='; charset=utf-8; header=present',
    ),
    FileFormat(
        'xlsx', 'Excel', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx_file:write_xlsx',
        headings='titles',
    ),
    FileFormat('gpkg', 'GeoPackage', 'application/geopackage+sqlite3', 'gdal_file:write_geopackage'),
    FileFormat('fgb', 'FlatGeobuf', 'application/flatgeobuf', 'gdal_file:write_flatgeobuf'),
    FileFormat('geojson', 'GeoJSON', 'application/geo+json', 'geojson_file:write_geojson', paged=False),
    FileFormat(
        'parquet', 'GeoParquet', 'application/vnd.apache.parquet', 'geoparquet:write_geoparquet', paged=False,
    ),
)  # fmt: skip
FORMATS = {row.name: row for row in ROWS}
PAGED = {row.name: row for row in ROWS if row.paged}
if TYPE_CHECKING:
    type FormatName = str
else:
    FormatName = Literal[tuple(FORMATS)]


def _import_function(where: str) -> Any:
    module, _, name = where.partition(':')
    return getattr(import_module(f'dothi.core.export.{module}'), name)


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
