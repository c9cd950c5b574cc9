"""Rows that wait for their place, as a GeoPackage: moved to where they are in QGIS, and read back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.errors import WrongUse
from dothi.core.gdal import pyogrio
from dothi.core.layer import ColumnType
from etl.desk.placed_rows import ChosenPlace, PlaceShown, RowShown
from etl.geopackage import add_layer

# Vietnamese names, as in the file of rows to be corrected.
ROWS, PLACES = 'hang_cho_vi_tri', 'cac_noi_co_the'
ROW_COLUMNS: dict[str, ColumnType] = {'hang': 'integer', 'dia_chi': 'text', 'noi_so': 'integer', 'cac_noi': 'text'}
PLACE_COLUMNS: dict[str, ColumnType] = {
    'hang': 'integer', 'noi_so': 'integer', 'ten_noi': 'text', 'do_chinh_xac': 'text', 'ban_kinh_m': 'number',
}  # fmt: skip
# What a file rounds or a change of CRS shifts is less than this, and what a hand moves is more.
MOVED_DEGREES = 1e-5


class NoPlacesFile(WrongUse):
    """A file that `write_places` has not written, or not for this delivery."""


@dataclass(frozen=True)
class FiledRow:
    """A row as it stands in the file. number: of the place that was chosen. point: longitude and latitude."""

    row_number: int
    address: str
    number: int | None
    point: tuple[float, float] | None


def write_places(path: Path, rows: list[RowShown]) -> None:
    """Writes a layer of the rows, each at the likeliest of its places, and one of all their places."""
    path.unlink(missing_ok=True)
    add_layer(path, ROWS, ROW_COLUMNS, [_row_values(row) for row in rows], [_likeliest(row) for row in rows], WGS84)
    places = [(row, number, place) for row in rows for number, place in enumerate(row.places, start=1)]
    points = [shapely.Point(place.lon, place.lat) for _, _, place in places]
    add_layer(path, PLACES, PLACE_COLUMNS, [_place_values(*place) for place in places], points, WGS84)


def read_places(path: Path, rows: Iterable[RowShown]) -> dict[int, ChosenPlace]:
    """By row, the place whose number stands in the file, else the point that the row was moved to.

    A row that has neither stays open. rows: of the delivery. Raises NoPlacesFile.
    """
    by_number = {row.row_number: row for row in rows}
    chosen = ((filed.row_number, _chosen(filed, by_number, path)) for filed in _filed_rows(path))
    return {number: place for number, place in chosen if place is not None}


def _row_values(row: RowShown) -> dict[str, Any]:
    named = '; '.join(f'({number}) {place.label}' for number, place in enumerate(row.places, start=1))
    return {'hang': row.row_number, 'dia_chi': row.address, 'cac_noi': named}


def _likeliest(row: RowShown) -> shapely.Point | None:
    return shapely.Point(row.places[0].lon, row.places[0].lat) if row.places else None


def _place_values(row: RowShown, number: int, place: PlaceShown) -> dict[str, Any]:
    return {
        'hang': row.row_number,
        'noi_so': number,
        'ten_noi': place.label,
        'do_chinh_xac': place.precision,
        'ban_kinh_m': place.radius_m,
    }


def _chosen(filed: FiledRow, rows: Mapping[int, RowShown], path: Path) -> ChosenPlace | None:
    row = rows.get(filed.row_number)
    if row is None or row.address != filed.address:
        raise NoPlacesFile(
            vi=f'{path}: hàng {filed.row_number} ("{filed.address}") không phải hàng chờ vị trí của đợt giao này.',
            en=f'{path}: row {filed.row_number} ("{filed.address}") is none that waits for a place in this delivery.',
        )
    likeliest = _likeliest(row)
    if filed.number is not None or filed.point is None:
        return filed.number
    moved = likeliest is None or not likeliest.dwithin(shapely.Point(filed.point), MOVED_DEGREES)
    return filed.point if moved else None


def _filed_rows(path: Path) -> Iterator[FiledRow]:
    try:
        meta, _, geometry, values = pyogrio.raw.read(path, layer=ROWS, columns=list(ROW_COLUMNS))
        columns = dict(zip(meta['fields'], values, strict=True))
        rows = zip(columns['hang'], columns['dia_chi'], columns['noi_so'], shapely.from_wkb(geometry), strict=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, shapely.GEOSException):
        raise NoPlacesFile(
            vi=f'{path}: không phải tệp do `dothi places … --output` viết, hoặc lớp {ROWS} thiếu cột.',
            en=f'{path}: no file that `dothi places … --output` wrote, or columns of its layer {ROWS} are missing.',
        ) from None
    change = transformer(meta['crs'], proj_string(WGS84))
    for row_number, address, number, shape in rows:
        at = None if shape is None or shape.is_empty else change.transform(shape.centroid.x, shape.centroid.y)
        # a column with empty cells comes as numbers with NaN
        yield FiledRow(int(row_number), str(address), None if np.isnan(number) else int(number), at)
