"""Places with a house of their own: commune offices, markets, substations, water plants."""

from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from demo.chance import generator
from demo.curves import Points
from demo.drawing import Demo
from demo.files import Table
from demo.outline import metres
from demo.tables import text
from demo.units import Place

OFFICE_AWAY_M, MARKET_AWAY_M = 120.0, 300.0
CAPACITY_MVA = {22: (6.3, 10.0), 35: (10.0, 16.0), 110: (40.0, 63.0, 126.0), 220: (250.0, 375.0, 500.0)}
# A plant stands so far from the middle of its river that the bank is between them.
INTAKE_M = 140.0
WATER_A_PERSON_M3_D = 0.12


def commune_offices(demo: Demo) -> Table:
    """The office of every commune, on a lot near the middle of it."""
    communes = demo.province.communes
    columns = {
        'Mã xã': text([place.unit.code for place in communes]),
        'Tên xã': text([place.unit.name for place in communes]),
    }
    return Table(_on_lots(demo, 'commune offices', OFFICE_AWAY_M), columns, demo.srid)


def markets(demo: Demo) -> Table:
    """A market for every commune; those of wards and towns are larger and held daily."""
    chance = generator(demo.seed, 'markets')
    units = [place.unit for place in demo.province.communes]
    urban = np.array([unit.is_ward or unit.name.startswith('Thị trấn') for unit in units])
    grade = np.where(urban, np.where(chance.random(len(units)) < 0.2, '1', '2'), '3')
    size = np.select([grade == '1', grade == '2'], [9000.0, 4200.0], 1600.0)
    columns = {
        'MA_CHO': text([f'{unit.code}-CHO' for unit in units]),
        'TEN_CHO': text([f'Chợ {unit.short_name}' for unit in units]),
        'HANG_CHO': text(list(grade)),
        'DIEN_TICH': np.round(size * chance.uniform(0.6, 1.4, len(units))),
        'HANG_NGAY': urban | (chance.random(len(units)) < 0.6),
    }
    return Table(_on_lots(demo, 'markets', MARKET_AWAY_M), columns, demo.srid)


def _on_lots(demo: Demo, purpose: str, distance_m: float) -> NDArray[np.object_]:
    """By commune: the point of a lot of its own, about `distance_m` from its centre."""
    chance = generator(demo.seed, purpose)
    angle = chance.uniform(0, 2 * np.pi, len(demo.province.communes))
    centres = np.array([place.centre for place in demo.province.communes])
    places = centres + distance_m * np.column_stack([np.cos(angle), np.sin(angle)])
    order = np.argsort(demo.lot_commune, kind='stable')
    limits = np.searchsorted(demo.lot_commune[order], np.arange(len(places) + 1))
    centres = demo.lots.centre[order]
    own = (centres[first:end] for first, end in pairwise(limits))
    nearest = [lots[np.argmin(np.hypot(*(lots - point).T))] for lots, point in zip(own, places, strict=True)]
    return np.asarray(shapely.points(np.round(nearest, 2)))


def substations(demo: Demo) -> Table:
    """The stations between which the power lines run, each with the highest voltage that reaches it."""
    chance = generator(demo.seed, 'substations')
    places = demo.outline.data['substations']
    voltages = {name: _highest_voltage(demo, name) for name in places}
    columns: dict[str, NDArray[np.generic]] = {
        'MA_TBA': text([f'{demo.prefix}-TBA-{number:02d}' for number in range(1, len(places) + 1)]),
        'TEN_TBA': text([f'Trạm biến áp {name}' for name in places]),
        'DIEN_AP': np.array(list(voltages.values())),
        'CONG_SUAT': np.array([chance.choice(CAPACITY_MVA[int(voltage)]) for voltage in voltages.values()]),
    }
    return Table(np.asarray(shapely.points(metres(list(places.values())))), columns, demo.srid)


def _highest_voltage(demo: Demo, station: str) -> float:
    lines = demo.outline.data['power_lines']
    return max(float(line['voltage_kv']) for line in lines if station in line['via'])


def water_plants(demo: Demo) -> Table:
    """A plant for every region, on the bank of the river nearest to its seat, as large as its people need."""
    regions = demo.province.regions
    columns = {
        'MA_NMN': text([plant_node(place) for place in regions]),
        'TEN_NMN': text([f'Nhà máy nước {place.unit.short_name}' for place in regions]),
        'NGUON_NUOC': text(['river'] * len(regions)),
        'CONG_SUAT': np.array([_capacity(place) for place in regions]),
    }
    return Table(np.asarray(shapely.points(plant_sites(demo))), columns, demo.srid)


def plant_node(region: Place) -> str:
    """Code of the water plant of a region, and of the node of the network that it is."""
    return f'{region.unit.code}-NMN'


def plant_sites(demo: Demo) -> Points:
    """Where the plants stand, one for each region: the lot nearest to the intake, shape (regions, 2)."""
    owner = np.array([place.region for place in demo.province.communes])[demo.lot_commune]
    sites = []
    for place in demo.province.regions:
        own = demo.lots.centre[(owner == place.unit.code) & (demo.lot_commune >= 0)]
        sites.append(own[cKDTree(own).query(_intake(demo, place))[1]])
    return np.round(np.array(sites), 2)


def _intake(demo: Demo, place: Place) -> Points:
    """A point on the bank between the region's seat and the river nearest to it."""
    river = min(demo.outline.rivers, key=lambda river: river.line.distance(shapely.Point(place.centre)))
    way = shapely.shortest_line(river.line, shapely.Point(place.centre))
    return np.asarray(shapely.get_coordinates(way.interpolate(min(river.width_m / 2 + INTAKE_M, way.length)))[0])


def _capacity(place: Place) -> float:
    return float(round(place.unit.population * WATER_A_PERSON_M3_D, -3))
