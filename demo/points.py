"""Where a locality's units lie, for a demo province that is made up around them."""

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from scipy.spatial import cKDTree

from demo.curves import Points
from demo.register import Unit
from dothi.core.crs import WGS84, proj_string, srid_of, transformer
from dothi.core.errors import WrongUse

# What a locality's demo province is drawn on: an outline, or else points.
DRAWN, POINTS = Path('demo/outline.json'), Path('demo/points.csv')
LEAST_UNITS = 12
MOST_AREA_KM2 = 100_000.0
# Units closer than this have no room for a village each, and a narrower strip none for a region.
LEAST_APART_M, LEAST_WIDTH_M = 250.0, 3000.0


class NoOutline(WrongUse):
    """The locality has nothing that a demo province could be drawn on."""


@dataclass(frozen=True)
class Site:
    """A unit, where it lies in metres of the working CRS, and how large it is."""

    unit: Unit
    at: Points
    area_km2: float


def can_be_drawn(locality_path: Path) -> bool:
    """Whether the locality has what a demo province is drawn on."""
    return any((locality_path / name).exists() for name in (DRAWN, POINTS))


def read_sites(locality_path: Path, units: list[Unit], crs: str) -> list[Site]:
    """The place of each unit, in their order; raises NoOutline where one is missing or there are too few."""
    file = locality_path / POINTS
    if not file.exists():
        raise NoOutline(
            vi=f'Chưa có gì để vẽ tỉnh mẫu: cần {file} (code,lon,lat,area_km2). Hoặc dùng DEMO=no.',
            en=f'There is nothing to draw a demo province on: add {file} (code,lon,lat,area_km2), or use DEMO=no.',
        )
    with file.open(encoding='utf-8', newline='') as lines:
        rows = {row['code']: row for row in csv.DictReader(lines)}
    missing = [unit.code for unit in units if unit.code not in rows]
    if missing or len(units) < LEAST_UNITS:
        why_vi = f'thiếu điểm của {", ".join(missing[:5])}' if missing else f'cần ít nhất {LEAST_UNITS} đơn vị'
        why_en = f'no point for {", ".join(missing[:5])}' if missing else f'at least {LEAST_UNITS} units are needed'
        raise NoOutline(
            vi=f'{file}: {why_vi}. Bổ sung, hoặc dùng DEMO=no.', en=f'{file}: {why_en}. Add them, or use DEMO=no.'
        )
    sites = [_site(unit, rows[unit.code], file, crs) for unit in units]
    _require_room(sites, file)
    return sites


def _require_room(sites: list[Site], file: Path) -> None:
    """Raises NoOutline where points lie at one place, or all of them nearly in a line."""
    points = np.array([site.at for site in sites])
    apart, nearest = cKDTree(points).query(points, 2)
    closest = int(np.argmin(apart[:, 1]))
    if apart[closest, 1] < LEAST_APART_M:
        codes = ', '.join(sorted(sites[i].unit.code for i in {closest, *(int(i) for i in nearest[closest])}))
        raise NoOutline(
            vi=f'{file}: các điểm của {codes} cách nhau chưa đến {LEAST_APART_M:.0f} m. Sửa lại, hoặc dùng DEMO=no.',
            en=f'{file}: points of {codes} are less than {LEAST_APART_M:.0f} m apart. Correct them, or use DEMO=no.',
        )
    if _width_m(points) < LEAST_WIDTH_M:
        raise NoOutline(
            vi=f'{file}: các điểm gần như nằm trên một đường thẳng. Sửa lại, hoặc dùng DEMO=no.',
            en=f'{file}: the points lie nearly in a line. Correct them, or use DEMO=no.',
        )


def _width_m(points: Points) -> float:
    """The shorter side of the smallest rectangle around the points."""
    corners = shapely.get_coordinates(shapely.oriented_envelope(shapely.MultiPoint(points)))
    return float(np.hypot(*np.diff(corners[:3], axis=0).T).min()) if len(corners) > 2 else 0.0


def _site(unit: Unit, row: dict[str, str], file: Path, crs: str) -> Site:
    try:
        lon, lat, area_km2 = float(row['lon']), float(row['lat']), float(row['area_km2'])
    except (KeyError, TypeError, ValueError) as error:
        raise NoOutline(
            vi=f'{file}, {unit.code}: không đọc được lon, lat, area_km2 ({error}). Sửa hàng này, hoặc dùng DEMO=no.',
            en=f'{file}, {unit.code}: lon, lat, area_km2 are not readable ({error}). Correct them, or use DEMO=no.',
        ) from None
    east, north = transformer(proj_string(WGS84), proj_string(srid_of(crs))).transform(lon, lat)
    if not (np.isfinite([east, north]).all() and 0 < area_km2 < MOST_AREA_KM2):
        raise NoOutline(
            vi=f'{file}, {unit.code}: điểm {lon}, {lat} hoặc diện tích {area_km2} km² không thể có. Sửa hàng này.',
            en=f'{file}, {unit.code}: the point {lon}, {lat} or the area {area_km2} km² cannot be. Correct this row.',
        )
    return Site(unit, np.round([east, north], 2), area_km2)
