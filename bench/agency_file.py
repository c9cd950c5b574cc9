"""A large file of buildings as an agency would send it, and the same with one row in a hundred changed."""

from pathlib import Path

import numpy as np
import shapely

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.gdal import pyogrio
from dothi.core.locality import Locality

# One building of 8 × 10 m in every cell of 12 × 15 m: small polygons, none of which touches another.
CELL_M, SIZE_M = (12.0, 15.0), (8.0, 10.0)
ROWS_AT_ONCE = 500_000


def buildings_file(folder: Path, locality: Locality, rows: int, *, changed_every: int | None = None) -> Path:
    """A GeoPackage of `rows` buildings in the locality's working CRS, under their agency's column names.

    changed_every: each building of this number has another number of floors: every hundredth, or with 1 all.
    A file that is there already stays.
    """
    path = folder / f'buildings-{rows}{f"-changed-{changed_every}" if changed_every else ""}.gpkg'
    if path.exists():
        return path
    draft = path.with_suffix('.part.gpkg')
    draft.unlink(missing_ok=True)
    for first in range(0, rows, ROWS_AT_ONCE):
        _append(draft, locality, np.arange(first, min(first + ROWS_AT_ONCE, rows)), changed_every)
    draft.rename(path)
    return path


def _append(path: Path, locality: Locality, number: np.ndarray, changed_every: int | None) -> None:
    east, north = _corner(locality, number)
    outlines = shapely.multipolygons(
        shapely.box(east, north, east + SIZE_M[0], north + SIZE_M[1]), indices=np.arange(len(number))
    )
    floors = number % 5 + 1
    changed = number % changed_every == 0 if changed_every else np.zeros(len(number), dtype=bool)
    floors = np.where(changed, floors + 1, floors).astype(np.int32)
    columns = {
        'MA_CT': np.array([f'B{n:08d}' for n in number], dtype=object),
        'CONG_NANG': np.array(['residential', 'commercial', 'industrial', 'public'], dtype=object)[number % 4],
        'SO_TANG': floors,
        'SO_NGUOI': (number % 9).astype(np.int32),
    }
    pyogrio.raw.write(
        str(path),
        shapely.to_wkb(outlines),
        list(columns.values()),
        np.array(list(columns), dtype=object),
        driver='GPKG',
        geometry_type='MultiPolygon',
        crs=locality.place.crs,
        layer='buildings',
        encoding='UTF-8',
        append=path.exists(),
    )


def _corner(locality: Locality, number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """South-west corners, row after row of a square of cells around the locality's centre."""
    per_row = 1_500
    lon, lat = locality.place.centre_wgs84
    east, north = transformer(proj_string(WGS84), proj_string(locality.srid)).transform(lon, lat)
    column, row = number % per_row, number // per_row
    return east - per_row * CELL_M[0] / 2 + column * CELL_M[0], north - 10_000 + row * CELL_M[1]
