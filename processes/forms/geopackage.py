"""A result as a GeoPackage: its features in the working CRS, and a table that says what they are and where from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from dothi.core.layer import ColumnType
from etl.geopackage import add_layer
from processes.forms.columns import Feature, columns_of, rows_of

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
