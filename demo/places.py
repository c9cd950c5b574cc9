"""Schools and health facilities: on large lots by the road, near the middle of their commune."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points
from demo.lots import WORKS, Lots
from demo.register import Unit
from demo.roads import Roads, straight_pieces
from demo.units import Place, Province
from dothi.core.errors import WrongUse

SCHOOLS = {
    'kindergarten': 'Trường Mầm non',
    'primary': 'Trường Tiểu học',
    'secondary': 'Trường THCS',
    'high': 'Trường THPT',
}
# Share of the population of that age, and how far from the middle the site is looked for (metres).
PLACES_SHARE = {'kindergarten': 0.055, 'primary': 0.085, 'secondary': 0.06, 'high': 0.035}
AWAY_M = {
    'kindergarten': 350.0,
    'primary': 260.0,
    'secondary': 420.0,
    'station': 180.0,
    'high': 900.0,
    'hospital': 700.0,
}
PEOPLE_PER_HIGH_SCHOOL = 38_000
REGION_BEDS = 150
CITY_BEDS = (700, 400, 300, 250)
SITE_FRONTAGE_M = 34.0
SITE_DEPTH_M = 16.0
SITES_APART_M = 60.0
# Every so manyth lot will do, and makes the candidates reach farther.
LOTS_STEP = 7
CANDIDATES = 400
NEAREST = 30


class NoRoom(WrongUse):
    """A facility of the demo finds no site inside its unit."""


@dataclass(frozen=True)
class Facility:
    """A school (`kind` is its level, `size` its places) or a health facility (`size` is its beds).

    Its site is looked for near the point `near`, within the polygon `within`.
    """

    code: str
    name: str
    kind: str
    size: int
    region: str
    near: Points
    within: BaseGeometry


@dataclass(frozen=True)
class Facilities:
    """Facilities with the lot that each stands on, in the same order; no lot is used twice."""

    items: list[Facility]
    lots: Lots

    @property
    def points(self) -> NDArray[np.object_]:
        """Point of each facility: the middle of its building, off the road."""
        return np.asarray(shapely.points(np.round(self.lots.centre, 2)))

    def among(self, kinds: tuple[str, ...]) -> NDArray[np.intp]:
        """Indices of the facilities of these kinds."""
        return np.flatnonzero([item.kind in kinds for item in self.items])


def place_facilities(province: Province, lots: Lots, roads: Roads, power: NDArray[np.object_], seed: int) -> Facilities:
    """All schools and health facilities of the province, hospitals first."""
    items = [*_hospitals(province, seed), *_high_schools(province, seed), *_in_communes(province, seed)]
    return Facilities(items, _nearest_free(items, lots, roads, power, province.outline.dry_land))


def _near(place: Place, kind: str, seed: int, name: str) -> Points:
    """Where to look for a site: a random way from the centre, about as far as its kind is used to, in the unit."""
    chance = generator(seed, f'{kind} {name}')
    angle, distance_m = chance.uniform(0, 2 * np.pi, 20), AWAY_M[kind] * chance.uniform(0.6, 1.4)
    points = place.centre + distance_m * np.column_stack([np.cos(angle), np.sin(angle)])
    inside = points[shapely.contains_xy(place.polygon, *points.T)]
    return np.asarray(inside[0] if len(inside) else place.centre)


def _in_communes(province: Province, seed: int) -> list[Facility]:
    """A kindergarten, a primary and a secondary school and a health station for every commune."""
    return [
        facility
        for place in province.communes
        for facility in (
            *(_school(place, level, seed) for level in ('kindergarten', 'primary', 'secondary')),
            _station(place, seed),
        )
    ]


def _school(place: Place, level: str, seed: int) -> Facility:
    unit = place.unit
    chance = generator(seed, f'places {level} {unit.code}')
    seats = round(unit.population * PLACES_SHARE[level] * chance.uniform(0.8, 1.2), -1)
    name = f'{SCHOOLS[level]} {unit.short_name}'
    near = _near(place, level, seed, unit.code)
    return Facility(f'{unit.code}-{level[0].upper()}', name, level, int(seats), place.region, near, place.polygon)


def _station(place: Place, seed: int) -> Facility:
    unit = place.unit
    name = f'Trạm Y tế {unit.name[0].lower()}{unit.name[1:]}'
    near = _near(place, 'station', seed, unit.code)
    return Facility(f'{unit.code}-YT', name, 'station', 5, place.region, near, place.polygon)


def _high_schools(province: Province, seed: int) -> list[Facility]:
    """High schools of each region by population, lettered A, B, C as is the custom, in its larger communes."""
    return [
        school
        for region in province.regions
        for school in _high_schools_of(region.unit, province.communes_of(region), seed)
    ]


def _high_schools_of(region: Unit, communes: list[Place], seed: int) -> list[Facility]:
    count = max(2, round(region.population / PEOPLE_PER_HIGH_SCHOOL))
    seats = round(region.population * PLACES_SHARE['high'] / count, -1)
    largest = sorted(communes, key=lambda place: -place.unit.population)[:count]
    return [_high_school(region, place, number, int(seats), seed) for number, place in enumerate(largest)]


def _high_school(region: Unit, place: Place, number: int, seats: int, seed: int) -> Facility:
    name = f'{SCHOOLS["high"]} {region.short_name} {chr(ord("A") + number)}'
    near = _near(place, 'high', seed, place.unit.code)
    return Facility(f'{region.code}-H{number + 1:02d}', name, 'high', seats, region.code, near, place.polygon)


def _hospitals(province: Province, seed: int) -> list[Facility]:
    """A general hospital in each region, several in the city."""
    return [
        hospital
        for region in province.regions
        for hospital in _hospitals_of(region, any(p.unit.is_ward for p in province.communes_of(region)), seed)
    ]


def _hospitals_of(region: Place, is_city: bool, seed: int) -> list[Facility]:
    unit = region.unit
    label = f'{unit.name[0].lower()}{unit.name[1:]}'
    return [
        Facility(
            f'{unit.code}-BV{number}',
            f'Bệnh viện Đa khoa {label}' + (f' số {number}' if is_city else ''),
            'hospital',
            beds,
            unit.code,
            _near(region, 'hospital', seed, f'{unit.code} {number}'),
            region.polygon,
        )
        for number, beds in enumerate(CITY_BEDS if is_city else (REGION_BEDS,), 1)
    ]


def _nearest_free(
    items: list[Facility], lots: Lots, roads: Roads, power: NDArray[np.object_], dry_land: BaseGeometry
) -> Lots:
    """The lot of each facility, enlarged: the nearest in its unit that is dry and clear of roads, lines and others."""
    lots = lots.only(np.arange(0, len(lots), LOTS_STEP))
    large = _enlarged(lots)
    shapely.prepare(dry_land)
    large = large.only(_clear(large, roads, power) & shapely.contains_xy(dry_land, *large.centre.T))
    order = cKDTree(large.centre).query(np.array([item.near for item in items]), k=CANDIDATES)[1]
    used_lots: list[int] = []
    for item, candidates in zip(items, order, strict=True):
        used_lots.append(_first_free(item, candidates, large, used_lots))
    return large.only(np.array(used_lots))


def _first_free(item: Facility, candidates: NDArray[np.intp], large: Lots, used_lots: list[int]) -> int:
    """Index of the first candidate in the facility's unit and apart from the taken ones."""
    inside = candidates[shapely.contains_xy(item.within, *large.centre[candidates].T)][:NEAREST]
    if not len(inside):
        inside = _nearest_within(item, large)
    if not len(inside):
        raise NoRoom(
            vi=f'Tỉnh mẫu không có chỗ cho {item.name}. Dùng DEMO=no.',
            en=f'The demo has no room for {item.name}. Use DEMO=no.',
        )
    used_centres = large.centre[used_lots]
    apart = (int(i) for i in inside if not (np.abs(used_centres - large.centre[i]) < SITES_APART_M).all(axis=1).any())
    return next(apart, int(inside[0]))


def _nearest_within(item: Facility, large: Lots) -> NDArray[np.intp]:
    """The nearest lots in the facility's unit, however far: where people live thinly, or a river is in between."""
    own = np.flatnonzero(shapely.contains_xy(item.within, *large.centre.T))
    return np.asarray(own[np.argsort(np.hypot(*(large.centre[own] - item.near).T))][:NEAREST])


def _clear(lots: Lots, roads: Roads, power: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Lots whose building stands off every road and well away from power lines; no factory lots."""
    tree, clear = shapely.STRtree(lots.footprint), lots.kind != WORKS
    clear[
        tree.query(straight_pieces(roads.line)[0], predicate='dwithin', distance=float(roads.width_m.max()) / 2 + 2)[1]
    ] = False
    clear[tree.query(power, predicate='dwithin', distance=25.0)[1]] = False
    return np.asarray(clear)


def _enlarged(lots: Lots) -> Lots:
    """The same lots with a public building each: a little farther from the road, wider and deeper."""
    shift = lots.outward * ((SITE_DEPTH_M - lots.depth_m) / 2 + 6)[:, None]
    count = len(lots)
    return replace(
        lots,
        centre=lots.centre + shift,
        frontage_m=np.full(count, SITE_FRONTAGE_M),
        depth_m=np.full(count, SITE_DEPTH_M),
    )
