"""Geometry from one coordinate system to another, all vertices at once."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from dothi.core.crs import transformer
from etl.formats.source import Geometries


def move(geometry: Geometries, source: str, target: str) -> Geometries:
    """`geometry` from the system defined by `source` to `target`; the very same where they are one.

    What PROJ cannot project gets infinite coordinates.
    """
    if source == target:
        return geometry
    change = transformer(source, target)

    def columns(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    moved: Any = shapely.transform(geometry, columns)
    return np.asarray(moved)


def without(geometry: Geometries, bad: NDArray[np.bool_]) -> Geometries:
    """`geometry` with None where `bad`."""
    if not bad.any():
        return geometry
    remaining = geometry.copy()
    remaining[bad] = None
    return remaining
