"""What watches the province: cameras and what they see, air stations and what they measure, reports of citizens."""

from datetime import datetime, timedelta, timezone

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points
from demo.drawing import Demo
from demo.files import Table
from demo.outline import metres
from demo.roads import CLASSES, junctions
from demo.tables import multi, text

Floats = NDArray[np.float64]
CAMERA_CELL_M, REPORT_CELL_M = 50.0, 100.0
FEWEST_CAMERAS, BUILDINGS_PER_CAMERA = 60, 600
NOW = datetime(2024, 8, 31, tzinfo=timezone(timedelta(hours=7)))
REPORT_DAYS = 90
HOURS, HOURS_OF_A_SMALL_DEMO, SMALL_BELOW = 168, 24, 10_000
# Hours until a report is dealt with, as a median; what share is never taken up.
CATEGORIES = {'road': 96.0, 'lighting': 30.0, 'waste': 12.0, 'flooding': 20.0, 'water': 16.0, 'order': 48.0}
REFUSED_SHARE = 0.05


def cameras(demo: Demo) -> Table:
    """Cameras at junctions in towns, each looking down one of the streets."""
    chance = generator(demo.seed, 'cameras')
    points, azimuth = _views(demo, chance)
    count = len(points)
    traffic = chance.random(count) < 0.6
    columns = {
        'MA_CAM': text([f'{demo.prefix}-CAM-{number:04d}' for number in range(1, count + 1)]),
        'MUC_DICH': np.where(traffic, 'traffic', 'security').astype(object),
        'HUONG': np.round(azimuth, 1),
        'GOC_MO': np.where(traffic, 60.0, 90.0),
        'TAM_NHIN': np.where(traffic, 120.0, 60.0),
    }
    return Table(np.asarray(shapely.points(points)), columns, demo.srid)


def _views(demo: Demo, chance: np.random.Generator) -> tuple[Points, Floats]:
    """Places and directions, in degrees clockwise from north: chosen street ends where three or more streets meet."""
    ends = junctions(demo.roads.line)
    busy = (np.bincount(ends.ravel())[ends[:, 0]] >= 3) & demo.roads.town & (shapely.length(demo.roads.line) > 40)
    large = np.flatnonzero(busy & (demo.roads.rank < CLASSES.index('commune')))
    streets = np.concatenate([large, np.setdiff1d(np.flatnonzero(busy), large)])
    _, first = np.unique(ends[streets, 0], return_index=True)
    streets = streets[np.sort(first)]
    camera_count = min(len(streets), FEWEST_CAMERAS + demo.count // BUILDINGS_PER_CAMERA)
    streets = np.sort(chance.choice(streets, camera_count, replace=False))
    start = shapely.get_coordinates(shapely.get_point(demo.roads.line[streets], 0))
    towards = shapely.get_coordinates(shapely.line_interpolate_point(demo.roads.line[streets], 30.0))
    east, north = (towards - start).T
    return np.round(start + 3.0, 2), np.degrees(np.arctan2(east, north)) % 360


def camera_coverage(demo: Demo) -> Table:
    """The cells that any camera sees, by purpose, cut at the commune borders."""
    views = cameras(demo)
    fields = fields_of_view(views)
    rows = []
    for purpose in ('traffic', 'security'):
        area = _cells(fields[views.columns['MUC_DICH'] == purpose])
        rows += [(code, purpose, part) for code, part in _by_commune(demo, area)]
    columns = {
        'MA_XA': text([code for code, *_ in rows]),
        'MUC_DICH': text([purpose for _, purpose, _ in rows]),
    }
    return Table(multi([part for *_, part in rows]), columns, demo.srid)


def fields_of_view(views: Table) -> NDArray[np.object_]:
    """The sector that each camera sees, its corner at the camera."""
    points, columns = shapely.get_coordinates(views.geometry), views.columns
    reach, half = columns['TAM_NHIN'].astype(float), columns['GOC_MO'].astype(float) / 2
    turn = np.radians(columns['HUONG'].astype(float)[:, None] + half[:, None] * np.linspace(-1, 1, 9))
    arc = points[:, None, :] + reach[:, None, None] * np.stack([np.sin(turn), np.cos(turn)], axis=2)
    return np.asarray(shapely.polygons(np.concatenate([points[:, None, :], arc, points[:, None, :]], axis=1)))


def _cells(fields: NDArray[np.object_]) -> BaseGeometry:
    """The whole cells that the fields touch, together."""
    west, south, east, north = shapely.bounds(fields).T // CAMERA_CELL_M
    cells = {
        (column, row)
        for w, s, e, n in zip(west, south, east, north, strict=True)
        for column in range(int(w), int(e) + 1)
        for row in range(int(s), int(n) + 1)
    }
    corner = np.array(sorted(cells)) * CAMERA_CELL_M
    boxes = np.asarray(shapely.box(*corner.T, *(corner + CAMERA_CELL_M).T))
    touched = np.unique(shapely.STRtree(boxes).query(fields, 'intersects')[1])
    return shapely.coverage_union_all(boxes[touched])


def _by_commune(demo: Demo, area: BaseGeometry) -> list[tuple[str, BaseGeometry]]:
    by_commune = []
    for commune in demo.province.communes:
        pieces = shapely.get_parts(shapely.intersection(area, commune.polygon))
        pieces = pieces[(shapely.get_dimensions(pieces) == 2) & (shapely.area(pieces) > 0.5)]
        if len(pieces):
            by_commune.append((commune.unit.code, shapely.multipolygons(pieces)))
    return by_commune


def air_stations(demo: Demo) -> Table:
    """An automatic station at each region's seat, a sensor in each industrial zone."""
    points, names = _stations(demo)
    seats = len(demo.province.regions)
    columns = {
        'MA_TRAM': station_codes(demo),
        'TEN_TRAM': text(names),
        'LOAI_TRAM': text(['reference'] * seats + ['sensor'] * (len(names) - seats)),
        'TU_NGAY': np.array([f'{2016 + i % 7}-01-01' for i in range(len(names))], dtype='datetime64[D]'),
    }
    return Table(np.asarray(shapely.points(points)), columns, demo.srid)


def _stations(demo: Demo) -> tuple[Points, list[str]]:
    zones = demo.outline.data['industry']
    points = [*(place.centre for place in demo.province.regions), *metres([zone['at'] for zone in zones])]
    names = [*(place.unit.name for place in demo.province.regions), *(f'KCN {zone["name"]}' for zone in zones)]
    return np.round(np.array(points), 2), names


def station_codes(demo: Demo) -> NDArray[np.generic]:
    """Codes of the air stations in their order."""
    return text([f'{demo.prefix}-KK-{number:02d}' for number in range(1, len(_stations(demo)[1]) + 1)])


def air_observations(demo: Demo) -> Table:
    """Hourly means of all stations up to the reference date: dust is high in the morning, ozone after noon."""
    chance = generator(demo.seed, 'air')
    points, codes = _stations(demo)[0], station_codes(demo)
    hours = HOURS_OF_A_SMALL_DEMO if demo.count < SMALL_BELOW else HOURS
    station, hour = (axis.ravel() for axis in np.meshgrid(np.arange(len(codes)), np.arange(hours), indexing='ij'))
    of_day = (hour - hours) % 24
    level = chance.uniform(0.8, 1.5, len(codes))[station] * chance.lognormal(0, 0.15, len(station))
    dust = 28 * level * (1 + 0.5 * np.cos((of_day - 7) / 24 * 2 * np.pi))
    sun = np.clip(np.sin((of_day - 6) / 12 * np.pi), 0, None)
    columns = {
        'MA_TRAM': codes[station],
        'THOI_GIAN': text([(NOW + timedelta(hours=int(h) - hours)).isoformat() for h in hour]),
        'PM25': np.round(dust, 1),
        'PM10': np.round(dust * chance.uniform(1.4, 1.8, len(station)), 1),
        'NO2': np.round(14 * level * (1.6 - sun), 1),
        'O3': np.round(20 + 70 * sun * chance.uniform(0.8, 1.2, len(station)), 1),
    }
    return Table(np.asarray(shapely.points(points[station])), columns, demo.srid)


def citizen_reports(demo: Demo) -> Table:
    """Reports of the last 90 days, on the middle of their cell of 100 m; the younger ones are more often open."""
    chance = generator(demo.seed, 'citizen reports')
    lots = np.flatnonzero((demo.lot_commune >= 0) & (demo.lots.kind > 0))
    lots = chance.choice(lots, 150 + demo.count // 25, replace=False)
    points = (np.floor(demo.lots.centre[lots] / REPORT_CELL_M) + 0.5) * REPORT_CELL_M
    polygons = [place.polygon for place in demo.province.communes]
    commune, index = shapely.STRtree(np.asarray(shapely.points(points))).query(polygons, 'contains')
    points, commune = points[index], commune[np.arange(len(index))]
    return Table(np.asarray(shapely.points(points)), _reported(demo, commune, chance), demo.srid)


def _reported(demo: Demo, commune: NDArray[np.intp], chance: np.random.Generator) -> dict[str, NDArray[np.generic]]:
    """The reports' columns, by the commune of each."""
    count = len(commune)
    category = chance.choice(list(CATEGORIES), count, p=[0.25, 0.15, 0.3, 0.1, 0.08, 0.12])
    age_h = np.sort(chance.uniform(1, REPORT_DAYS * 24, count))[::-1]
    took_h = np.array([CATEGORIES[name] for name in category]) * chance.lognormal(0, 0.9, count)
    done = took_h <= age_h
    status = np.where(~done, 'open', np.where(chance.random(count) < REFUSED_SHARE, 'refused', 'closed'))
    return {
        'MA_PA': text([f'PA-{number:06d}' for number in range(1, count + 1)]),
        'NHOM_VIEC': category.astype(object),
        'TINH_TRANG': status.astype(object),
        'TIEP_NHAN': text([_moment(-age) for age in age_h]),
        'HOAN_THANH': text([_moment(at) if at <= 0 else '' for at in took_h - age_h]),
        'MA_XA': text([demo.province.communes[i].unit.code for i in commune]),
    }


def _moment(hours: float) -> str:
    """A minute, so many hours after the reference date began."""
    return (NOW + timedelta(minutes=round(hours * 60))).isoformat()
