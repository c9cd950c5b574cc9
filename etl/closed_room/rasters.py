"""A delivered raster as a clean copy: the delivered file itself is read in the closed room only."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import rasterio
from pydantic import ValidationError
from rasterio.errors import RasterioError

from dothi.core.coverage import Coverage
from dothi.core.settings import PathSettings
from etl.closed_room.delivered import delivered_parts
from etl.closed_room.reading import Reading
from etl.closed_room.refusals import crashed
from etl.coverage.file import Raster
from etl.coverage.transport import RasterHeader, create_copy, strip_from_arrow, write_strip

JOB = 'etl.closed_room.jobs:read_raster'


@contextmanager
def clean_copy(file: Path, coverage: Coverage | None) -> Iterator[Raster]:
    """The raster in `file`, which can be a delivery of `coverage`, as a GeoTIFF that the platform itself wrote.

    coverage: None for any raster. It has the cells, nodata, mask, grid, system and tags of the delivered one, and lives
    as long as the context. Raises the DataRefused that says what is wrong with the file.
    """
    scratch = PathSettings().scratch
    scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix='raster-', dir=scratch) as folder:
        target = Path(folder) / 'copy.tif'
        _write_copy(file, coverage, target)
        with rasterio.open(target, driver='GTiff') as raster:
            yield raster


def must_fit(file: Path, coverage: Coverage) -> None:
    """Raises the DataRefused of a file that cannot be a delivery of `coverage`; no cell is read."""
    reading = _start(file, coverage)
    try:
        reading.document()
    finally:
        reading.close()


def _start(file: Path, coverage: Coverage | None) -> Reading:
    return Reading(file.name, delivered_parts(file), JOB, {'coverage': coverage})


def _write_copy(file: Path, coverage: Coverage | None, target: Path) -> None:
    reading = _start(file, coverage)
    try:
        header = RasterHeader.model_validate(reading.document().get('raster'))
        with create_copy(target, header) as copy:
            while 'end' not in (document := reading.document()):
                write_strip(copy, strip_from_arrow(int(document['first_row']), header, reading.batch()))
    except (ValidationError, RasterioError, KeyError, TypeError, ValueError):
        raise crashed(file.name, 0) from None
    finally:
        reading.close()
