"""Types of the arrays that analyses compute with, and arrays of shapely geometries."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Ints = NDArray[np.int64]
type Bools = NDArray[np.bool_]
type Geometries = NDArray[np.object_]


def no_geometries() -> Geometries:
    """An array of no geometries."""
    return np.empty(0, dtype=object)


def wkb_geometries(values: Sequence[bytes | memoryview]) -> Geometries:
    """The geometries of a column of WKB, shape (n,)."""
    return np.asarray(shapely.from_wkb([bytes(value) for value in values]), dtype=object)


def point_geometries(xy: Floats) -> Geometries:
    """Points, shape (n,), with coordinates of shape (n, 2)."""
    return np.asarray(shapely.points(xy), dtype=object)


def segments_between(starts: Floats, ends: Floats) -> Geometries:
    """LineStrings from each start to its end, both of shape (n, 2)."""
    return np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object)
