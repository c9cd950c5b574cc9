"""Polygons so thin that they are the rest of an overlay, not a feature."""

import numpy as np
import shapely
from numpy.typing import NDArray

from dothi.core.text import Text
from etl.formats.source import Geometries
from etl.report.problems import Finding


def slivers(geometry: Geometries, width_m: float | None) -> list[Finding]:
    """The polygons of which a part is thinner than `width_m`. geometry: in the working CRS, None where absent."""
    if width_m is None:
        return []
    widths = least_width(geometry)
    rows = np.flatnonzero(widths < width_m)
    return [Finding('sliver', rows, [_thin(width, width_m) for width in widths[rows]])] if rows.size else []


def mean_width(geometry: Geometries) -> NDArray[np.float64]:
    """Width of the rectangle with the same area A and perimeter P: (P − √(P² − 16 A)) / 4.

    Solves w + l = P / 2 and w l = A, so it is exact for rectangles, however thin. What is more compact than a
    square has no such rectangle, and gets 4 A / P: of a circle, its diameter. nan where there is no geometry.
    """
    area, perimeter = shapely.area(geometry), shapely.length(geometry)
    half = perimeter / 4
    # A / (larger root): the difference of two nearly equal numbers would lose the digits of a thin one
    root = half + np.sqrt(np.maximum(half**2 - area, 0))
    widths: NDArray[np.float64] = np.full(len(area), np.nan)
    np.divide(area, root, out=widths, where=root > 0)
    return widths


def least_width(geometry: Geometries) -> NDArray[np.float64]:
    """Mean width of each geometry's thinnest part."""
    widths = mean_width(geometry)
    several = np.flatnonzero(shapely.get_num_geometries(geometry) > 1)
    parts, owner = shapely.get_parts(geometry[several], return_index=True)
    np.minimum.at(widths, several[owner], mean_width(parts))
    return widths


def _thin(width: float, limit: float) -> Text:
    return Text(
        vi='có phần chỉ rộng {width:.3g} m (ngưỡng {limit:g} m). Gộp vào vùng bên cạnh, hoặc vẽ lại.',
        en='has a part only {width:.3g} m wide (limit {limit:g} m). Join it with its neighbour, or draw it again.',
    ).format(width=width, limit=limit)
