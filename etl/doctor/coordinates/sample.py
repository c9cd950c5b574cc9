"""The rows of a file by which its coordinates are judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from etl.formats.source import Geometries

# More rows say no more: the share of 2,000 is known to 1 %, a median among them to a tenth of the rows' noise.
ROWS = 2_000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """Rows with a place, spread over what was read of the file.

    shapes: their geometry, in the file's coordinates. inside: a point inside each. centres: their centroids.
    columns: values by the file's names, None where a row has none; of a raster there are none.
    """

    shapes: Geometries
    inside: Geometries
    centres: Geometries
    columns: Mapping[str, list[str | None]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.shapes)

    @classmethod
    def of(cls, geometry: Geometries, columns: Mapping[str, Any] | None = None) -> Self:
        """A sample of at most ROWS rows. columns: Arrow arrays of those columns that may hold keys or codes."""
        usable = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
        if len(usable) > ROWS:
            usable = usable[np.linspace(0, len(usable) - 1, ROWS).astype(int)]
        shapes = geometry[usable]
        values = {name: _texts(column.take(pa.array(usable))) for name, column in (columns or {}).items()}
        return cls(shapes, np.asarray(shapely.point_on_surface(shapes)), np.asarray(shapely.centroid(shapes)), values)

    def are_degrees(self) -> bool:
        """Whether the numbers can be longitudes and latitudes, in either order; a bad row may have others."""
        return bool((np.abs(shapely.get_coordinates(self.inside)) <= 180).mean() > 0.9)


def _texts(values: Any) -> list[str | None]:
    """Values as the text of a code: 356 also where a spreadsheet made it 356.0; bytes that are no text as they come."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = values.cast(pa.binary() if pa.types.is_string(values.type) else pa.large_binary())
    return [_text(value) for value in values.to_pylist()]


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode('utf-8', 'replace')
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value).strip() or None
