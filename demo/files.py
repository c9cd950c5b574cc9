"""Writing layers in the formats that agencies use: the same content gives the same bytes, whatever the day."""

import csv
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from dothi.core.crs import proj_string, transformer
from dothi.core.gdal import pyogrio

FILE_DATE = '2024-08-31'
ZIP_DATE = (2024, 8, 31, 0, 0, 0)
# MapInfo stores whole steps of its bounds' 2^32nd part, and moves what lies outside onto them. Bounds on whole
# multiples of this, twice as long, keep centimetres exact.
TAB_STEP_M = 100_000


@dataclass(frozen=True)
class Table:
    """Features in one CRS: geometry of shape (n,), and columns of shape (n,) by name."""

    geometry: NDArray[np.object_]
    columns: dict[str, NDArray[np.generic]]
    srid: int

    def moved_to(self, srid: int) -> 'Table':
        """The same features in another CRS."""
        move = transformer(proj_string(self.srid), proj_string(srid))
        geometry = shapely.transform(self.geometry, lambda xy: np.column_stack(move.transform(*xy.T)))
        return Table(geometry, self.columns, srid)


def write_shapefile_zip(path: Path, table: Table) -> None:
    """Zipped Shapefile with .prj and .cpg, UTF-8."""
    with _workshop(path) as room:
        _write(room / f'{path.stem}.shp', table, 'ESRI Shapefile', DBF_DATE_LAST_UPDATE=FILE_DATE)
        (room / f'{path.stem}.prj').write_text(pyproj.CRS.from_epsg(table.srid).to_wkt('WKT1_ESRI'), encoding='ascii')
        _zip(sorted(room.iterdir()), path)


def write_old_shapefile_zip(path: Path, table: Table) -> None:
    """Zipped Shapefile of a program that knows no .cpg: text that is bytes seen as Latin-1."""
    with _workshop(path) as room:
        options = {'DBF_DATE_LAST_UPDATE': FILE_DATE}
        _write(room / f'{path.stem}.shp', table, 'ESRI Shapefile', encoding='ISO-8859-1', **options)
        (room / f'{path.stem}.cpg').unlink()
        (room / f'{path.stem}.prj').write_text(pyproj.CRS.from_epsg(table.srid).to_wkt('WKT1_ESRI'), encoding='ascii')
        _zip(sorted(room.iterdir()), path)


def write_mif_zip(path: Path, table: Table) -> None:
    """Zipped MapInfo interchange file, its CRS given as in `write_tab_zip`."""
    with _workshop(path) as room:
        crs = proj_string(table.srid).replace(' +type=crs', '')
        _write(room / f'{path.stem}.mif', table, 'MapInfo File', crs, BOUNDS=_tab_bounds(table), ENCODING='UTF-8')
        _zip(sorted(room.iterdir()), path)


def write_kml(path: Path, table: Table) -> None:
    """KML: longitude and latitude, the columns as extended data."""
    with _workshop(path) as room:
        _write(room / path.name, table.moved_to(4326), 'KML')
        _move(room / path.name, path)


def write_tab_zip(path: Path, table: Table) -> None:
    """Zipped MapInfo TAB. The CRS is given with its datum shift: by its EPSG code it would come back 224 m off."""
    with _workshop(path) as room:
        crs = proj_string(table.srid).replace(' +type=crs', '')
        _write(room / f'{path.stem}.tab', table, 'MapInfo File', crs, BOUNDS=_tab_bounds(table), ENCODING='UTF-8')
        _clear_name_padding(room / f'{path.stem}.dat')
        _zip(sorted(room.iterdir()), path)


def _tab_bounds(table: Table) -> str:
    """Bounds around the table, as wide as high; in a square of twice the step wherever it fits in."""
    west, south, east, north = shapely.total_bounds(table.geometry)
    left, low = (int(value // TAB_STEP_M) * TAB_STEP_M for value in (west, south))
    size = 2 * TAB_STEP_M
    while left + size <= east or low + size <= north:
        size *= 2
    return f'{left},{low},{left + size},{low + size}'


def write_geopackage(path: Path, table: Table) -> None:
    """GeoPackage with one layer named like the file, its date of change fixed."""
    with _workshop(path) as room, _gdal_date():
        _write(room / path.name, table, 'GPKG')
        _move(room / path.name, path)


def write_geojson(path: Path, table: Table) -> None:
    """GeoJSON as in RFC 7946: longitude, latitude, WGS 84, seven decimals."""
    with _workshop(path) as room:
        _write(room / path.name, table.moved_to(4326), 'GeoJSON', RFC7946='YES', COORDINATE_PRECISION='7')
        _move(room / path.name, path)


def write_csv(path: Path, table: Table, x: str, y: str, decimals: int) -> None:
    """Semicolon-separated text, UTF-8, the points' coordinates in the columns `x` and `y`, which may be empty."""
    places = {x: shapely.get_x(table.geometry), y: shapely.get_y(table.geometry)}
    texts = ([f'{v:.{decimals}f}' if np.isfinite(v) else '' for v in axis] for axis in places.values())
    columns = [*table.columns.values(), *texts]
    with _workshop(path) as room:
        with (room / path.name).open('w', encoding='utf-8', newline='') as lines:
            rows = csv.writer(lines, delimiter=';', lineterminator='\n')
            rows.writerow([*table.columns, *places])
            rows.writerows(zip(*columns, strict=True))
        _move(room / path.name, path)


def _write(
    path: Path, table: Table, driver: str, crs: str | None = None, encoding: str = 'UTF-8', **options: str
) -> None:
    kinds = sorted({geometry.geom_type for geometry in table.geometry}, key=len)
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(table.geometry),
        list(table.columns.values()),
        np.array(list(table.columns), dtype=object),
        driver=driver,
        geometry_type=kinds[-1],
        crs=crs or f'EPSG:{table.srid}',
        encoding=None if 'ENCODING' in options else encoding,
        layer_options=options or None,
    )


@contextmanager
def _workshop(path: Path) -> Iterator[Path]:
    """A folder beside the file, so that the finished file appears whole or not at all."""
    room = Path(tempfile.mkdtemp(prefix=f'.{path.stem}-', dir=path.parent))
    try:
        yield room
    finally:
        shutil.rmtree(room)


@contextmanager
def _gdal_date() -> Iterator[None]:
    """GDAL dates new GeoPackages by this option and not by the clock."""
    pyogrio.set_gdal_config_options({'OGR_CURRENT_DATE': f'{FILE_DATE}T00:00:00.000Z'})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({'OGR_CURRENT_DATE': None})


def _clear_name_padding(dat: Path) -> None:
    """Zeroes after each column name in a MapInfo .dat (dBase) header; GDAL leaves whatever was in memory there."""
    content = bytearray(dat.read_bytes())
    header_bytes = int.from_bytes(content[8:10], 'little')
    for start in range(32, header_bytes - 1, 32):
        content[start : start + 11] = content[start : start + 11].split(b'\0')[0].ljust(11, b'\0')
    dat.write_bytes(content)


def _move(source: Path, target: Path) -> None:
    source.replace(target)


def _zip(members: list[Path], target: Path) -> None:
    """Zip with fixed dates and rights, moved into place when complete."""
    archive = members[0].parent / 'archive.zip'
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as out:
        for member in members:
            info = zipfile.ZipInfo(member.name, ZIP_DATE)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            out.writestr(info, member.read_bytes())
    _move(archive, target)
