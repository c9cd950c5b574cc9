"""What stands and lies along the streets: lamps, drains, bus stops, bridges."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points
from demo.drawing import Demo
from demo.files import Table
from demo.roads import CLASSES, WIDTH_M
from demo.tables import text

Ints = NDArray[np.intp]
LAMP_EVERY_M, STOP_EVERY_M = 35.0, 1300.0
BUILDINGS_PER_LAMP, BUILDINGS_PER_DRAIN = 10, 25
DRAIN_ASIDE_M = 2.5
SHORTEST_DRAIN_M = 25.0
# A bridge begins and ends on land, so far beyond the water's edge.
BRIDGE_HEAD_M = 18.0
SHORTEST_BRIDGE_M = 40.0


def street_lights(demo: Demo) -> Table:
    """Lamps every 35 m on one side of the town streets, from the middle of the towns outwards."""
    chance = generator(demo.seed, 'street lights')
    points, rank = _beside(demo, _town_streets(demo), LAMP_EVERY_M, max(100, demo.count // BUILDINGS_PER_LAMP))
    lamp = chance.choice(['led', 'sodium', 'compact'], len(points), p=[0.6, 0.33, 0.07])
    large = rank < CLASSES.index('commune')
    columns = {
        'MA_COT': text([f'{demo.prefix}-COT-{number:06d}' for number in range(1, len(points) + 1)]),
        'LOAI_DEN': lamp.astype(object),
        'CONG_SUAT': np.where(lamp == 'compact', 40, np.where(large, 150, 90)).astype(np.int32),
        'CHIEU_CAO': np.where(large, 10.0, 7.0),
    }
    return Table(np.asarray(shapely.points(points)), columns, demo.srid)


def _town_streets(demo: Demo) -> Ints:
    """Indices of the streets in towns, those nearest to the middle of their town first."""
    town = np.flatnonzero(demo.roads.town)
    middles = shapely.line_interpolate_point(demo.roads.line[town], 0.5, normalized=True)
    centres = shapely.multipoints(np.array([place.centre for place in demo.province.regions]))
    return np.asarray(town[np.argsort(shapely.distance(middles, centres), kind='stable')])


def _beside(demo: Demo, segments: Ints, every_m: float, most: int) -> tuple[Points, Ints]:
    """Points along the segments, half a metre outside the carriageway, and the rank of their road."""
    lines, length = demo.roads.line[segments], shapely.length(demo.roads.line[segments])
    count = np.maximum(np.floor(length / every_m), 0).astype(int)
    owner = np.repeat(np.arange(len(segments)), count)[:most]
    first = np.repeat(np.cumsum(count) - count, count)[:most]
    at = (np.arange(len(owner)) - first + 0.5) * every_m
    centres = shapely.get_coordinates(shapely.line_interpolate_point(lines[owner], at))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines[owner], at + 0.5))
    along = (ahead - centres) / np.maximum(np.hypot(*(ahead - centres).T), 1e-9)[:, None]
    aside = demo.roads.width_m[segments][owner] / 2 + 0.5
    points = centres + np.column_stack([along[:, 1], -along[:, 0]]) * aside[:, None]
    return np.round(points, 2), demo.roads.rank[segments][owner]


def drainage(demo: Demo) -> Table:
    """Sewers under the larger town streets, covered gutters and ditches along the smaller ones."""
    chance = generator(demo.seed, 'drainage')
    streets = _town_streets(demo)
    streets = streets[shapely.length(demo.roads.line[streets]) > SHORTEST_DRAIN_M]
    streets = streets[: max(60, demo.count // BUILDINGS_PER_DRAIN)]
    lines = shapely.offset_curve(demo.roads.line[streets], -DRAIN_ASIDE_M, join_style='mitre')
    whole = shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING
    streets, lines = streets[whole], shapely.transform(lines[whole], lambda xy: np.round(xy, 2))
    small = np.where(chance.random(len(streets)) < 0.75, 'gutter', 'ditch')
    kind = np.where(demo.roads.rank[streets] < CLASSES.index('commune'), 'sewer', small)
    material = np.select([kind == 'sewer', kind == 'gutter'], ['concrete', 'brick'], 'earth')
    columns = {
        'LOAI': kind.astype(object),
        'BE_RONG': np.where(kind == 'sewer', chance.choice([600, 800, 1000, 1500], len(streets)), 400).astype(np.int32),
        'VAT_LIEU': material.astype(object),
    }
    return Table(np.asarray(lines), columns, demo.srid)


def bus_stops(demo: Demo) -> Table:
    """Stops every 1.3 km on the national and provincial roads, called after the commune; each road is a route."""
    roads = demo.roads
    names = sorted({str(name) for name in roads.name[roads.rank < CLASSES.index('district')]})
    stops = [(point, name) for name in names for point in _stops_of(demo, name)]
    points = np.array([point for point, _ in stops])
    owner = shapely.STRtree(np.asarray(shapely.points(points))).query(
        [p.polygon for p in demo.province.communes], 'intersects'
    )
    commune = dict(zip(owner[1].tolist(), owner[0].tolist(), strict=True))
    inside = sorted(commune)
    labels = [demo.province.communes[commune[i]].unit.short_name for i in inside]
    columns = {
        'MA_DIEM': text([f'{demo.prefix}-BUS-{number:04d}' for number in range(1, len(inside) + 1)]),
        'TEN_DIEM': text([f'{label} - {stops[i][1]}' for label, i in zip(labels, inside, strict=True)]),
        'TUYEN': text([f'{names.index(stops[i][1]) + 1:02d}' for i in inside]),
        'NHA_CHO': generator(demo.seed, 'bus stops').random(len(inside)) < 0.3,
    }
    return Table(np.asarray(shapely.points(points[inside])), columns, demo.srid)


def new_bus_stops(demo: Demo) -> Table:
    """Four stops more, at the seats of four regions."""
    regions = demo.province.regions[1:5]
    columns = {
        'MA_DIEM': text([f'{demo.prefix}-BUS-M{number}' for number in range(1, len(regions) + 1)]),
        'TEN_DIEM': text([f'Trung tâm {place.unit.name}' for place in regions]),
    }
    return Table(np.asarray(shapely.points([place.centre for place in regions])), columns, demo.srid)


def _stops_of(demo: Demo, road: str) -> Points:
    """Stops along all of one road, beside its carriageway."""
    segments = demo.roads.line[demo.roads.name == road]
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(segments)))
    parts = sorted(merged, key=lambda part: -part.length)
    at = [(part, metre) for part in parts for metre in np.arange(STOP_EVERY_M / 2, part.length, STOP_EVERY_M)]
    lines = np.array([part for part, _ in at], dtype=object)
    metre = np.array([metre for _, metre in at])
    at_stop = shapely.get_coordinates(shapely.line_interpolate_point(lines, metre))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, metre + 0.5))
    along = (ahead - at_stop) / np.maximum(np.hypot(*(ahead - at_stop).T), 1e-9)[:, None]
    return np.round(at_stop + np.column_stack([along[:, 1], -along[:, 0]]) * (WIDTH_M['national'] / 2 + 1), 2)


def bridges(demo: Demo) -> Table:
    """Every stretch of road over a river, with its heads on land, as far as the province goes."""
    crossings = [bridge for river in demo.outline.rivers for bridge in _bridges_over(demo, river.water, river.name)]
    chance = generator(demo.seed, 'bridges')
    lines = np.array([line for line, _, _ in crossings], dtype=object)
    ranks = [rank for _, _, rank in crossings]
    columns: dict[str, NDArray[np.generic]] = {
        'MA_CAU': text([f'{demo.prefix}-CAU-{number:02d}' for number in range(1, len(crossings) + 1)]),
        'TEN_CAU': text([name for _, name, _ in crossings]),
        'CHIEU_DAI': np.round(shapely.length(lines), 1),
        'BE_RONG': np.array([WIDTH_M[CLASSES[rank]] + 2 for rank in ranks]),
        'TAI_TRONG': np.array([30.0 if rank == 0 else 18.0 for rank in ranks]),
        'NAM_XD': chance.integers(1990, 2022, len(crossings)).astype(np.int32),
    }
    return Table(lines, columns, demo.srid)


def _bridges_over(demo: Demo, water: BaseGeometry, river: str) -> list[tuple[shapely.LineString, str, int]]:
    """Line, name and rank of road of each bridge over one river."""
    near = water.buffer(BRIDGE_HEAD_M)
    over = np.sort(shapely.STRtree(demo.roads.line).query(water, predicate='intersects'))
    bridges = []
    for name in sorted({str(demo.roads.name[i]) for i in over}):
        own = [i for i in over if demo.roads.name[i] == name]
        road = shapely.intersection(shapely.line_merge(shapely.multilinestrings(demo.roads.line[own])), near)
        for part in shapely.get_parts(shapely.line_merge(road)):
            if part.intersection(water).length > SHORTEST_BRIDGE_M:
                line = shapely.transform(part, lambda xy: np.round(xy, 2))
                bridges.append((line, f'Cầu {name} qua {river.lower()[:4]}{river[4:]}', int(demo.roads.rank[own[0]])))
    return bridges
