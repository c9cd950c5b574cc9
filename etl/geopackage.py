"""Small GeoPackages for people: a layer from rows of values and their geometries."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from dothi.core.export.arrow import TYPES
from dothi.core.export.gdal_file import names_in_sqlite
from dothi.core.gdal import pyogrio
from dothi.core.layer import ColumnType


def add_layer(
    path: Path,
    name: str,
    columns: Mapping[str, ColumnType],
    rows: Sequence[Mapping[str, Any]],
    geometry: Sequence[Any] | None,
    srid: int,
) -> None:
    """Adds a layer to the GeoPackage `path`, which is made where there is none.

    rows: values by column. geometry: one for each row, None for a table without places. srid: of the geometries.
    Points, lines and polygons may be mixed only where the layer is to have no type of its own.
    """
    spelled = names_in_sqlite(columns)
    arrays = {
        spelled[column]: pa.array([row.get(column) for row in rows], TYPES[kind]) for column, kind in columns.items()
    }
    shape: dict[str, Any] = {}
    if geometry is not None:
        arrays['geom'] = pa.array(shapely.to_wkb(np.array(geometry, dtype=object)), pa.binary())
        shape = {'geometry_name': 'geom', 'geometry_type': _type_of(geometry), 'crs': f'EPSG:{srid}'}
    pyogrio.write_arrow(pa.table(arrays), path, driver='GPKG', layer=name, append=path.exists(), **shape)


def _type_of(geometry: Sequence[Any]) -> str:
    kinds = {shape.geom_type for shape in geometry if shape is not None}
    return kinds.pop() if len(kinds) == 1 else 'Unknown'
