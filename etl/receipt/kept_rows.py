"""The rows of a delivery that were kept with a reason, and where they lie."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from psycopg2.extensions import connection as Connection
from psycopg2.extras import RealDictCursor

from dothi.core.crs import UnknownCrs
from dothi.core.text import Text
from etl.doctor.coordinates.reading import parse_reading


@dataclass(frozen=True)
class KeptRow:
    """One fault of one row: attributes as the file gave them, geometry in the working CRS or None."""

    row: int
    severity: str
    code: str
    column: str | None
    value: str | None
    message: Text
    attributes: dict[str, Any]
    geometry: Any


def kept_rows(db: Connection, delivery: int, srid: int) -> list[KeptRow]:
    """The faults of a delivery in the order of its rows, errors first where a row has several."""
    with db.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(
            'select * from quarantine.row where delivery_id = %s order by row_number, severity, code', [delivery]
        )
        return [_kept_row(row, srid) for row in cursor.fetchall()]


def _kept_row(row: dict[str, Any], srid: int) -> KeptRow:
    message = Text(vi=row['message_vi'], en=row['message_en'])
    place = None if row['geom_wkb'] is None else placed(bytes(row['geom_wkb']), row['crs'], srid)
    head = (row['row_number'], row['severity'], row['code'], row['column_name'], row['value'])
    return KeptRow(*head, message, row['attributes'] or {}, place)


def placed(wkb: bytes, label: str | None, srid: int) -> Any:
    """The geometry in the working CRS; None where it is none, or its system has no name to find it by."""
    geometry = shapely.from_wkb(wkb, on_invalid='ignore')
    if geometry is None or geometry.is_empty or label is None:
        return None
    try:
        reading = parse_reading(label)
    except UnknownCrs:
        return None
    (moved,) = reading.to(np.array([shapely.force_2d(geometry)], dtype=object), srid)
    return moved if np.isfinite(shapely.get_coordinates(moved)).all() else None
