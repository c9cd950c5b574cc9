"""Shapefile, GeoPackage, GeoJSON and MapInfo TAB: described by fiona, read in bulk as Arrow by pyogrio."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import pyarrow as pa
import pyproj
import shapely
from fiona.errors import FionaError
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError
from pyogrio.raw import open_arrow

from dothi.core.text import Text
from etl.formats.errors import UnreadableFile
from etl.formats.source import BATCH_ROWS, Geometries, RawBatch, Source
from etl.problems import Finding

DRIVERS = {
    '.shp': 'ESRI Shapefile',
    '.gpkg': 'GPKG',
    '.geojson': 'GeoJSON',
    '.json': 'GeoJSON',
    '.tab': 'MapInfo File',
}
# dBASE cuts the names of columns.
SHAPEFILE_NAME_LENGTH = 10


@dataclass(frozen=True, kw_only=True)
class OgrSource(Source):
    """One layer of a file that GDAL reads."""

    path: str
    layer: str | None
    # a shapefile counts its deleted rows too
    counts_exactly: bool

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[RawBatch]:
        """All rows as Arrow, without row-by-row work."""
        # ISO-8859-1 gives every byte back; told another code page, GDAL drops the last character of a value.
        encoding = 'ISO-8859-1' if self.read_as == 'latin-1' else None
        try:
            with open_arrow(
                self.path, layer=self.layer, encoding=encoding, columns=self.columns, batch_size=rows, use_pyarrow=True
            ) as (meta, reader):
                last = 0
                for batch in _batches(reader, meta['geometry_name'] or 'wkb_geometry'):
                    yield batch
                    last = batch.first_row + len(batch) - 1
                self._must_be_whole(last)
        except (DataSourceError, DataLayerError, FeatureError, CRSError, pa.ArrowException, OSError) as error:
            raise unreadable(self.name, error) from None

    def _must_be_whole(self, last: int) -> None:
        """Raises where fewer rows came than the file says it has: GDAL ends quietly at a damaged page of SQLite."""
        if self.counts_exactly and last < (self.rows or 0):
            raise UnreadableFile(
                vi=f'{self.name} hỏng: chỉ đọc được {last} trong {self.rows} hàng. Xuất lại và gửi lại.',
                en=f'{self.name} is damaged: only {last} of {self.rows} rows can be read. Export it again and resend.',
            )


def ogr_sources(path: str, suffix: str, name: str) -> list[OgrSource]:
    """The layers of the file at `path`, opened only as the format that its `suffix` promises.

    Raises UnreadableFile for anything else: a file may not pose as a format that reads other files.
    """
    driver = DRIVERS[suffix]
    try:
        # Each look into a GeoJSON file reads all of it; only a GeoPackage has several layers.
        names = fiona.listlayers(path) if driver == 'GPKG' else [None]
        return [_describe(path, layer, driver, name) for layer in names]
    except (FionaError, DataSourceError, DataLayerError) as error:
        raise unreadable(name, error) from None


def in_zip(archive: Path, member: str) -> str:
    """GDAL's path of `member` in `archive`; the braces allow any name for both."""
    return f'/vsizip/{{{archive.absolute()}}}/{member}'


def is_wgs84(wkt: str) -> bool:
    """Whether a file's declaration is plain longitude and latitude."""
    return pyproj.CRS.from_user_input(wkt).equals('OGC:CRS84', ignore_axis_order=True)


def unreadable(name: str, error: Exception) -> UnreadableFile:
    """The error for a file that GDAL gives up on."""
    # GDAL's messages name paths of this machine: only the file's own name is the sender's business.
    reason = re.sub(r"'?/\S*'?", name, str(error).splitlines()[0].split('; It might')[0])
    why = '' if reason.startswith('Failed to open dataset') else f' ({reason})'
    return UnreadableFile(
        vi=f'Không đọc được {name}: tệp hỏng, thiếu phần kèm theo hoặc sai định dạng{why}. Xuất lại và gửi lại.',
        en=f'{name} cannot be read: damaged, a part missing, or another format{why}. Export it again and resend.',
    )


def _describe(path: str, layer: str | None, driver: str, name: str) -> OgrSource:
    with fiona.open(path, layer=layer, enabled_drivers=[driver]) as collection:
        kind, fields, rows = collection.schema['geometry'], list(collection.schema['properties']), len(collection)
        wkt = collection.crs_wkt
    # A system without a place on earth is what programs write when they know none.
    declared = None if not wkt or wkt.startswith(('LOCAL_CS', 'ENGCRS')) else wkt
    implied = 'OGC:CRS84' if driver == 'GeoJSON' and (declared is None or is_wgs84(declared)) else None
    return OgrSource(
        name=f'{name}:{layer}' if driver == 'GPKG' else name,
        path=path,
        layer=layer,
        counts_exactly=driver == 'GPKG',
        columns=fields,
        kind=None if kind in ('Unknown', 'GeometryCollection') else kind,
        rows=rows if rows >= 0 else None,
        declared_crs=None if implied else declared,
        implied_crs=implied,
        declared_encoding=_code_page(path) if driver == 'ESRI Shapefile' else None,
        unicode=driver in ('GPKG', 'GeoJSON'),
        read_as=_read_as(path, driver),
        names_cut_at=SHAPEFILE_NAME_LENGTH if driver == 'ESRI Shapefile' else None,
    )


def _code_page(path: str) -> str | None:
    """What a shapefile's .cpg says. The language byte of a .dbf is wrong too often to count."""
    for suffix in ('.cpg', '.CPG'):
        text = _read_text(path[:-4] + suffix)
        if text:
            return re.sub(r'^(ANSI\s*)?(125\d)$', r'cp\2', text.strip())
    return None


def _read_as(path: str, driver: str) -> str | None:
    if driver == 'ESRI Shapefile':
        return 'latin-1'
    if driver != 'MapInfo File':
        return None
    # MapInfo names the code page in the first lines; GDAL decodes the Windows ones and leaves "Neutral" alone.
    charset = re.search(r'windows(latin1|vietnamese)', _read_text(path).lower()[:400])
    return {'latin1': 'cp1252', 'vietnamese': 'cp1258'}[charset[1]] if charset else None


def _read_text(path: str) -> str:
    """The text of a small file, also inside an archive, or nothing where there is none."""
    if path.startswith('/vsizip/'):
        archive, _, member = path.removeprefix('/vsizip/{').partition('}/')
        with zipfile.ZipFile(archive) as opened:
            return opened.read(member)[:1_000].decode('latin-1') if member in opened.namelist() else ''
    try:
        with Path(path).open(encoding='latin-1') as opened:
            return opened.read(1_000)
    except OSError:
        return ''


def _batches(reader: Any, geometry_name: str) -> Iterator[RawBatch]:
    first_row = 1
    while (batch := _next(reader)) is not None:
        columns = {name: batch.column(name) for name in batch.schema.names}
        wkb = columns.pop(geometry_name, None)
        geometry, findings = _geometry(wkb, batch.num_rows)
        yield RawBatch(first_row, columns, geometry, findings)
        first_row += batch.num_rows


def _next(reader: Any) -> Any:
    """The next batch, or None; what GDAL warns of, such as a ring that is not closed, is told as a fault of its row."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore', RuntimeWarning)
        return next(reader, None)


def _geometry(wkb: Any, rows: int) -> tuple[Geometries, list[Finding]]:
    """Shapely geometries, and the rows whose geometry is there but cannot be built (such as a ring of two points)."""
    if wkb is None:
        return np.full(rows, None), []
    raw = wkb.to_numpy(zero_copy_only=False)
    geometry = shapely.from_wkb(raw, on_invalid='ignore')
    broken = np.flatnonzero(shapely.is_missing(geometry) & np.asarray(wkb.is_valid()))
    says = Text(
        vi='hình học hỏng, không dựng được (chẳng hạn đường bao không khép kín). Vẽ lại.',
        en='the geometry is damaged (a ring is not closed, say). Draw it again.',
    )
    return geometry, [Finding('geometry_invalid', broken, says)] if broken.size else []
