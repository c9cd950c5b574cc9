"""The released raster of a coverage, for an analysis to read in windows."""

from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.errors import EnvironmentMissing, did_you_mean
from dothi.core.grid import Grid
from dothi.core.layer import Audience
from dothi.core.locality import Locality, UnknownLayer
from dothi.core.settings import PathSettings
from processes.reading.layers import not_delivered


class MissingRaster(EnvironmentMissing):
    """A released raster is not in the store."""


@dataclass(frozen=True)
class Raster:
    """A released raster: its description (bands, nodata), its cells' places, the file (GeoTIFF), and the release."""

    coverage: Coverage
    grid: Grid
    path: Path
    release: int


def raster(db: Connection, coverage_id: str, locality: Locality, audience: Audience) -> Raster:
    """What the coverage holds now; raises UnknownLayer, NotDelivered, MissingRaster."""
    coverages = locality.coverages_for(audience)
    if coverage_id not in coverages:
        hint = did_you_mean(coverage_id, coverages)
        raise UnknownLayer(
            vi=f'"{coverage_id}" không phải là raster. {hint.vi}', en=f'"{coverage_id}" is no coverage. {hint.en}'
        )
    query = sql.SQL("""
        select release, store_path, srid, width, height, west, north, cell_width, cell_height from catalog.raster
        where release = (select current_release from catalog.layer where id = {})
    """)
    with db.cursor() as cursor:
        cursor.execute(query.format(sql.Literal(coverage_id)))
        row = cursor.fetchone()
    if row is None:
        raise not_delivered(coverage_id)
    found = Raster(coverages[coverage_id], Grid(*row[2:]), Path(PathSettings().store) / row[1], row[0])
    if not found.path.exists():
        raise MissingRaster(
            vi=f'Kho lưu trữ không có {found.path.name} của "{coverage_id}". Kiểm tra DOTHI_STORE của tiến trình.',
            en=f'The store lacks {found.path.name} of "{coverage_id}". Check the DOTHI_STORE of the worker.',
        )
    return found
