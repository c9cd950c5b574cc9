"""Sites with ground of their own in the open land: cemeteries, landfills, wastewater works; and parks inside blocks."""

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from demo.chance import generator
from demo.curves import Points
from demo.drawing import Demo
from demo.files import Table
from demo.outline import metres
from demo.roads import town_areas
from demo.tables import multi, text
from demo.units import Place

TRIES = 60
ROADSIDE_M = 12.0
# Houses stand up to here from the edge of a block; what a park may be.
BUILT_DEPTH_M = 32.0
PARK_M2 = (900.0, 40_000.0)
PARKS_PER_TOWN = 3
CITY_M2 = 4e6
LITRES_A_PERSON = 0.1


def cemeteries(demo: Demo) -> Table:
    """A public cemetery in the open land of every rural commune, a cemetery of martyrs in every region."""
    chance = generator(demo.seed, 'cemeteries')
    rural = [place for place in demo.province.communes if not place.unit.is_ward]
    places = [*rural, *(_largest_commune(demo, region) for region in demo.province.regions)]
    martyrs = np.arange(len(places)) >= len(rural)
    names = [
        f'Nghĩa trang {"liệt sĩ" if of_martyrs else "nhân dân"} {place.unit.short_name}'
        for place, of_martyrs in zip(places, martyrs, strict=True)
    ]
    area_m2 = np.where(martyrs, 6_000.0, 16_000.0) * chance.uniform(0.6, 1.5, len(places))
    columns = {
        'MA_NT': text([f'{demo.prefix}-NT-{number:03d}' for number in range(1, len(places) + 1)]),
        'TEN_NT': text(names),
        'LOAI_NT': np.where(martyrs, 'martyrs', 'people').astype(object),
        'XU_LY': martyrs | (chance.random(len(places)) < 0.3),
    }
    return Table(multi(open_sites(demo, places, area_m2, 'cemeteries')), columns, demo.srid)


def _largest_commune(demo: Demo, region: Place) -> Place:
    communes = demo.province.communes_of(region)
    rural = [place for place in communes if not place.unit.is_ward]
    return max(rural or communes, key=lambda place: place.polygon.area)


def landfills(demo: Demo) -> Table:
    """One landfill for every region, far from houses; the smallest third is closed."""
    chance = generator(demo.seed, 'landfills')
    regions = demo.province.regions
    amount = np.round([place.unit.population * 0.0005 for place in regions])
    columns = {
        'MA_BCL': text([f'{demo.prefix}-BCL-{number:02d}' for number in range(1, len(regions) + 1)]),
        'TEN_BCL': text([f'Khu xử lý rác {place.unit.short_name}' for place in regions]),
        'LOAI': chance.choice(['sanitary', 'sanitary', 'inorganic', 'incinerator'], len(regions)).astype(object),
        'KHOI_LUONG': amount,
        'HOAT_DONG': amount > np.quantile(amount, 0.3),
    }
    return Table(multi(open_sites(demo, regions, np.full(len(regions), 45_000.0), 'landfills')), columns, demo.srid)


def wastewater_plants(demo: Demo) -> Table:
    """Works for every industrial zone, as near to it as open land is, and for every region's seat."""
    zones = demo.outline.data['industry']
    near = [*metres([zone['at'] for zone in zones]), *(place.centre for place in demo.province.regions)]
    names = [*(f'KCN {zone["name"]}' for zone in zones), *(p.unit.short_name for p in demo.province.regions)]
    people = [p.unit.population for p in demo.province.regions]
    capacity = [*(zone['radius_km'] * 6000 for zone in zones), *(n * LITRES_A_PERSON for n in people)]
    places = [_region_at(demo, point) for point in near]
    area_m2 = np.clip(np.array(capacity) * 1.5, 4_000, 30_000)
    columns = {
        'MA_TXL': text([f'{demo.prefix}-TXL-{number:02d}' for number in range(1, len(names) + 1)]),
        'TEN_TXL': text([f'Trạm xử lý nước thải {name}' for name in names]),
        'CONG_SUAT': np.round(np.array(capacity, dtype=float), -2),
        'KHEP_KIN': np.arange(len(names)) % 3 == 0,
    }
    sites = open_sites(demo, places, area_m2, 'wastewater', np.array(near))
    return Table(multi(sites), columns, demo.srid)


def _region_at(demo: Demo, point: Points) -> Place:
    return next(place for place in demo.province.regions if place.polygon.intersects(shapely.Point(point)))


def open_sites(
    demo: Demo, places: list[Place], area_m2: NDArray[np.float64], purpose: str, near: Points | None = None
) -> NDArray[np.object_]:
    """A rectangle of the given area in each place, off every road and lot: the loneliest of some random ones.

    near: instead of the loneliest the one nearest to this point of those that are free, shape (places, 2).
    """
    chance = generator(demo.seed, f'sites {purpose}')
    lots, roads, land = cKDTree(demo.lots.centre), shapely.STRtree(demo.roads.line), demo.outline.dry_land
    shapely.prepare(land)
    sites = []
    for i, place in enumerate(places):
        reach = np.sqrt(area_m2[i] / 2)
        points = _inside(place, chance, None if near is None else near[i])
        free_m = np.minimum(_distance_m(roads, points) - ROADSIDE_M, lots.query(points)[0] - 25) - 1.12 * reach
        boxes = _rectangles(points, reach, demo.outline.grain_rad(place.region))
        fits = shapely.contains(place.polygon, boxes) & shapely.contains(land, boxes)
        rank = free_m if near is None else np.where(free_m > 0, -np.hypot(*(points - near[i]).T), free_m - 1e6)
        sites.append(boxes[np.argmax(np.where(fits, rank, -np.inf))])
    return np.array(sites, dtype=object)


def _inside(place: Place, chance: np.random.Generator, near: Points | None) -> Points:
    """Random points in the place, around `near` if there is one."""
    west, south, east, north = place.polygon.bounds
    if near is None:
        return chance.uniform((west, south), (east, north), (TRIES, 2))
    return np.asarray(near + chance.normal(0, 1500.0, (TRIES * 4, 2)))


def _distance_m(tree: shapely.STRtree, points: Points) -> NDArray[np.float64]:
    index, distance_m = tree.query_nearest(shapely.points(points), return_distance=True, all_matches=False)
    return np.asarray(distance_m[np.argsort(index[0], kind='stable')])


def _rectangles(points: Points, reach_m: float, angle: float) -> NDArray[np.object_]:
    """Rectangles twice as long as wide around the points, turned by `angle`; half as wide as `reach_m`."""
    corners = np.array([(-1, -0.5), (1, -0.5), (1, 0.5), (-1, 0.5), (-1, -0.5)]) * reach_m
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(shapely.polygons(np.round(points[:, None, :] + corners @ turn, 2)))


def parks(demo: Demo) -> Table:
    """Green inside the blocks of the towns, behind the houses: three in each town, twelve in a city."""
    shapes = _greens(demo)
    area = shapely.area(shapes)
    chance = generator(demo.seed, 'parks')
    small = np.where(chance.random(len(shapes)) < 0.5, 'garden', 'playground')
    kind = np.where(area > 9000, 'park', np.where(chance.random(len(shapes)) < 0.12, 'square', small))
    label = {'park': 'Công viên', 'garden': 'Vườn hoa', 'square': 'Quảng trường', 'playground': 'Sân chơi'}
    owners = [demo.province.communes[i].unit.short_name for i in _owners(demo, shapes)]
    columns = {
        'MA_CV': text([f'{demo.prefix}-CV-{number:03d}' for number in range(1, len(shapes) + 1)]),
        'TEN_CV': text([f'{label[k]} {owner} {i}' for i, (k, owner) in enumerate(zip(kind, owners, strict=True), 1)]),
        'LOAI': kind.astype(object),
    }
    return Table(multi(shapes), columns, demo.srid)


def _greens(demo: Demo) -> NDArray[np.object_]:
    """What houses along the streets leave of a block: those nearest the middle of a town, every third in a city."""
    parks = []
    for town in sorted(shapely.get_parts(town_areas(demo.province)), key=lambda part: part.bounds):
        streets = demo.roads.line[shapely.intersects(town, demo.roads.line)]
        blocks = shapely.get_parts(shapely.polygonize(streets))
        inner = shapely.buffer(blocks, -BUILT_DEPTH_M, join_style='mitre')
        fits = (shapely.area(inner) > PARK_M2[0]) & (shapely.area(inner) < PARK_M2[1])
        inner = inner[fits & (shapely.get_type_id(inner) == 3) & shapely.contains(town, inner)]
        # a blind street may end inside a block
        inner = np.delete(inner, shapely.STRtree(inner).query(streets, 'dwithin', distance=ROADSIDE_M)[1])
        nearest = np.argsort(shapely.distance(inner, town.centroid), kind='stable')
        chosen = nearest[:PARKS_PER_TOWN] if town.area < CITY_M2 else nearest[: 12 * PARKS_PER_TOWN : 3]
        parks += list(inner[chosen])
    return np.array(parks, dtype=object)


def _owners(demo: Demo, shapes: NDArray[np.object_]) -> list[int]:
    """Index of the commune in which the middle of each shape lies."""
    tree = shapely.STRtree([place.polygon for place in demo.province.communes])
    return [int(tree.query(point, 'intersects')[0]) for point in shapely.point_on_surface(shapes)]
