"""Small rasters that a person can work out, and a locality of nothing but coverages that they are delivered to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import Affine, from_origin

WEST, NORTH, CELL = 570_000.0, 2_240_000.0, 100.0
NODATA = -99
# Four columns, three rows; one cell in the middle has no value.
HEIGHTS = [[1, 2, 3, 4], [5, NODATA, 7, 8], [9, 10, 11, 12]]
PEOPLE = [[10, 20, 30, 40], [50, NODATA, 70, 80], [90, 100, 110, 120]]
USES = [[1, 1, 2, 2], [1, NODATA, 2, 3], [3, 3, 3, 3]]

PLACE = """
id: somewhere
title: {vi: Nơi nào đó, en: Somewhere}
unit_code: "1"
crs: EPSG:9209
served_crs: [EPSG:4326, OGC:CRS84, EPSG:3857, EPSG:3405, EPSG:9209]
extent_wgs84: [105, 19, 107, 21]
centre_wgs84: [106, 20]
zoom: 9
reference_date: 2024-08-31
attribution: {vi: Ai đó, en: Somebody}
"""
AGENCIES = """
office: {title: {vi: Văn phòng, en: Office}, focal_point: {vi: Ai đó, en: Somebody}}
"""
HEAD = """
theme: water
agency: office
licence: CC-BY-4.0
update_cycle: P1Y
"""
COVERAGES = {
    'heights': """
id: heights
title: {vi: Độ cao, en: Heights}
description: {vi: Độ cao của mặt đất, en: Heights of the ground}
access: public
bands:
  height: {type: float32, unit: m, nodata: -99, min: -10, max: 50, title: {vi: Độ cao, en: Height}}
source: {crs: EPSG:9209}
publish: {band: height, ramp: [[0, "#000000"], [10, "#ff0000"], [20, "#ffff00"]]}
""",
    'two': """
id: two
title: {vi: Hai dải, en: Two bands}
description: {vi: Số người và loại đất, en: People and kind of land}
access: internal
bands:
  people: {type: int16, unit: person, nodata: -99, min: 0, max: 1000, kind: count, title: {vi: Số người, en: People}}
  use:
    type: int16
    nodata: -99
    min: 1
    max: 3
    kind: category
    categories: {1: {vi: Lúa, en: Rice}, 2: {vi: Nhà, en: Homes}, 3: {vi: Nước, en: Water}}
    title: {vi: Loại đất, en: Land use}
source: {crs: EPSG:9209}
checks: {bad_cells_share: 0.1, lost_cells_share: 0.25}
publish: {band: people, ramp: [[0, "#000000"], [100, "#0000ff"]]}
""",
}


def write_locality(folder: Path, place: str = PLACE, **more: str) -> Path:
    """The folder, with these coverage files and `more` by name."""
    (folder / 'coverages').mkdir(parents=True, exist_ok=True)
    (folder / 'layers').mkdir(exist_ok=True)
    (folder / 'locality.yml').write_text(place, encoding='utf-8')
    (folder / 'agencies.yml').write_text(AGENCIES, encoding='utf-8')
    for name, text in {**COVERAGES, **more}.items():
        (folder / 'coverages' / f'{name}.yml').write_text(text + HEAD, encoding='utf-8')
    return folder


def write_raster(
    path: Path,
    *bands: Sequence[Sequence[float]] | NDArray[Any],
    dtype: str = 'float32',
    crs: str | None = 'EPSG:9209',
    nodata: float | None = NODATA,
    place: Affine | None = None,
    **how: Any,
) -> Path:
    """A GeoTIFF of these bands, of which the first cell lies at (WEST, NORTH)."""
    values = np.array(bands, dtype=dtype)
    profile = {'driver': 'GTiff', 'dtype': dtype, 'nodata': nodata, 'crs': crs}
    profile |= {'count': values.shape[0], 'height': values.shape[1], 'width': values.shape[2]}
    if place != Affine.identity():  # a place that is written counts before a .tfw
        profile['transform'] = place or from_origin(WEST, NORTH, CELL, CELL)
    with rasterio.open(path, 'w', **profile, **how) as file:
        file.write(values)
    return path
