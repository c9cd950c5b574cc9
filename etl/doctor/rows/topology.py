"""How staged rows lie to each other: polygons that should tile the plane, and lines that should meet."""

from datetime import date
from typing import Any

from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.rows.duplicates import Fault
from etl.formats.source import family

PLACE = 'st_x(st_transform(place, 4326)), st_y(st_transform(place, 4326))'


def topology(db: Connection, layer: Layer, staging: str, on: date) -> list[Fault]:
    """Overlaps and gaps of a coverage, and ends of lines that fall short of another, where the layer file asks."""
    faults: list[Fault] = []
    if layer.checks.coverage and family(layer.geometry) == 'polygon':
        faults += _coverage(db, layer, staging, on)
    if layer.checks.snap_m and family(layer.geometry) == 'line':
        faults += _dangles(db, staging, layer.checks.snap_m)
    return faults


def _coverage(db: Connection, layer: Layer, staging: str, on: date) -> list[Fault]:
    begins, ends = layer.publish.validity or (None, None)
    statement = f'select row_number, other, code, size, {PLACE} from catalog.check_coverage(%s, %s, %s, %s, %s)'  # noqa: S608
    with db.cursor() as cursor:
        cursor.execute(statement, [staging, layer.checks.gap_width_m, begins, ends, on])
        return [_neighbours(*row) for row in cursor]


def _dangles(db: Connection, staging: str, snap_m: float) -> list[Fault]:
    statement = f'select row_number, other, size, {PLACE} from catalog.check_dangles(%s, %s)'  # noqa: S608
    with db.cursor() as cursor:
        cursor.execute(statement, [staging, snap_m])
        return [_falls_short(*row) for row in cursor]


def _neighbours(row: int, other: int, code: Any, size: float, lon: float, lat: float) -> Fault:
    if code == 'overlap':
        says = Text(
            vi='chồng lên hàng {other}: {size:.3g} m². Sửa ranh giới chung.',
            en='overlaps row {other}: {size:.3g} m². Correct the common boundary.',
        ).format(other=other, size=size)
    else:
        says = Text(
            vi='có khe hở dài {size:.3g} m với hàng {other}. Khép ranh giới chung.',
            en='leaves a gap {size:.3g} m long to row {other}. Close the common boundary.',
        ).format(size=size, other=other)
    return Fault(row, code, says, _rounded(lon, lat))


def _falls_short(row: int, other: int, distance: float, lon: float, lat: float) -> Fault:
    says = Text(
        vi='có đầu đường cách hàng {other} {distance:.3g} m mà không chạm. Nối lại, nếu trên thực địa chúng nối nhau.',
        en='ends {distance:.3g} m short of row {other}. Join them, if they meet on the ground.',
    ).format(other=other, distance=distance)
    return Fault(row, 'dangle', says, _rounded(lon, lat))


def _rounded(lon: float, lat: float) -> tuple[float, float]:
    return round(lon, 6), round(lat, 6)
