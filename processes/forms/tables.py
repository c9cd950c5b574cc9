"""A result as a table: its properties as columns, written as CSV and as GeoPackage."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from dothi.core.export.csv_file import BYTE_ORDER_MARK, END_OF_LINE, FORMULA, NUMBER, quoted_heading
from dothi.core.layer import ColumnType
from etl.geopackage import add_layer
from processes.reading.geojson_layers import cell_of, column_types

type Feature = dict[str, Any]
# As many as the features have themselves: about a centimetre.
DIGITS = 7


def properties_of(features: Sequence[Feature]) -> list[dict[str, Any]]:
    """The properties of each feature; none where they are no object, which only an echo can have."""
    members = [feature.get('properties') for feature in features]
    return [properties if isinstance(properties, dict) else {} for properties in members]


def columns_of(features: Sequence[Feature]) -> dict[str, ColumnType]:
    """Type of every property, in the order in which they appear; what has no value anywhere is text."""
    return column_types(properties_of(features))


def rows_of(features: Sequence[Feature], columns: dict[str, ColumnType]) -> list[dict[str, Any]]:
    """The features' values by column; what is nested becomes JSON."""
    return [{name: cell_of(row.get(name), kind) for name, kind in columns.items()} for row in properties_of(features)]


SUMMARY_COLUMNS: dict[str, ColumnType] = {'name': 'text', 'value': 'text'}


def write_geopackage(
    features: Sequence[Feature],
    shapes: Sequence[BaseGeometry | None],
    path: Path,
    *,
    name: str,
    srid: int,
    summary: Mapping[str, str],
) -> None:
    """The layer `name` with the features' ids as `feature_id`, and `summary` as lines of the table `about`.

    shapes: the geometries in the system `srid`.
    """
    columns: dict[str, ColumnType] = {'feature_id': 'text', **columns_of(features)}
    rows = [
        {'feature_id': None if feature.get('id') is None else str(feature['id']), **row}
        for feature, row in zip(features, rows_of(features, columns_of(features)), strict=True)
    ]
    add_layer(path, name, columns, rows, shapes, srid)
    add_layer(
        path, 'about', SUMMARY_COLUMNS, [{'name': key, 'value': value} for key, value in summary.items()], None, srid
    )


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
