"""A result as CSV, written as the files of layers are: a mark for Excel, RFC 4180, nothing that a spreadsheet runs."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from dothi.core.export.csv_file import BYTE_ORDER_MARK, END_OF_LINE, FORMULA, NUMBER, quoted_heading
from processes.forms.columns import Feature, columns_of, rows_of

# As many as the features have themselves: about a centimetre.
DIGITS = 7


def write_csv(features: Sequence[Feature], shapes: Sequence[BaseGeometry | None], path: Path) -> None:
    """One line for each feature: id, properties, x and y of a point, and the geometry as WKT in longitude and latitude.

    features: of GeoJSON. shapes: their geometries in CRS84.
    """
    columns = columns_of(features)
    points = bool(shapes) and all(shape is not None and shape.geom_type == 'Point' for shape in shapes)
    has_xy = points and not {'x', 'y'} & columns.keys()
    names = [*(() if 'id' in columns else ('id',)), *columns, *(('x', 'y') if has_xy else ()), 'geom']
    with path.open('w', encoding='utf-8', newline='') as file:
        file.write(BYTE_ORDER_MARK + ','.join(quoted_heading(name) for name in names) + END_OF_LINE)
        for feature, row, shape in zip(features, rows_of(features, columns), shapes, strict=True):
            own = [] if 'id' in columns else [feature.get('id')]
            cells = [*own, *row.values(), *(_point_xy(shape) if has_xy else ()), _shape_wkt(shape)]
            file.write(','.join(map(_cell_text, cells)) + END_OF_LINE)


def _cell_text(value: Any) -> str:
    if value is None:
        return ''
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str):
        return _value_text(value)
    return str(value)


def _value_text(value: str) -> str:
    """A text in quotes; one that a spreadsheet would run gets an apostrophe in front."""
    runs = re.match(FORMULA, value) and not re.match(NUMBER, value)
    return '"' + ("'" if runs else '') + value.replace('"', '""') + '"'


def _point_xy(shape: BaseGeometry | None) -> tuple[float, ...]:
    return tuple(round(float(part), DIGITS) for part in shapely.get_coordinates(shape)[0])


def _shape_wkt(shape: BaseGeometry | None) -> str | None:
    return None if shape is None else shapely.to_wkt(shape, rounding_precision=DIGITS)
