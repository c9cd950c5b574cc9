"""Buildings: footprint, use, floors, and people so that the census figures come out exactly.

A demo building stands for several houses: with 60,000 buildings for 1.78 million people, some thirty live in one.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from demo.chance import generator
from demo.curves import Points
from demo.lots import TOWN, WORKS, Lots, lots_along
from demo.roads import Roads
from demo.settlement import SITE, Built, settle
from demo.units import Place, Province

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
COMMERCIAL_SHARE = np.array([0.22, 0.14, 0.06, 0.02])
TOWN_COMMERCIAL_SHARE = 0.09
PUBLIC_SHARE = 0.008
# A building houses at most this many times as many as its commune's middle one. Where homes are so few that this many
# live in each, all houses are homes and share evenly: the layer takes no more than 5,000 people in a building.
UNEVENNESS = 2.0
CROWDED = 1200


@dataclass(frozen=True)
class Buildings:
    """Buildings sorted by commune: arrays of the same length.

    population: 0 where nobody lives. plot: number of the lot on which each stands.
    """

    code: NDArray[np.object_]
    use: NDArray[np.object_]
    floors: Ints
    population: Ints
    commune: Ints
    footprint: NDArray[np.object_]
    plot: Ints

    def __len__(self) -> int:
        return len(self.code)


def lots_of(province: Province, roads: Roads, spread: float, seed: int) -> Lots:
    """All lots of the province, with factory lots in its industrial zones."""
    return lots_along(roads, province.outline.works, spread, generator(seed, 'lots'))


def draw_buildings(
    province: Province, roads: Roads, lots: Lots, sites: Lots, power: NDArray[np.object_], count: int, seed: int
) -> Buildings:
    """At most `count` buildings of the province, people included."""
    built = settle(province, roads, lots, sites, power, count, seed)
    use = _uses(built, roads, generator(seed, 'use'))
    use[_crowded(province, built.commune, use) & (built.reason != SITE)] = 'residential'
    floors = _floors(province, built, use, generator(seed, 'floors'))
    space = shapely.area(built.footprint) * floors
    return Buildings(
        code=_codes(province, built.commune),
        use=use,
        floors=floors,
        population=people_in(province, built.commune, np.where(use == 'residential', space, 0.0)),
        commune=built.commune,
        footprint=built.footprint,
        plot=built.lots.plot,
    )


def _codes(province: Province, commune: Ints) -> NDArray[np.object_]:
    """'ND-356-000001': the region, and a number inside it."""
    prefix, counted = province.outline.data['code_prefix'], dict[str, int]()
    codes = []
    for region in (province.communes[i].region for i in commune):
        counted[region] = counted.get(region, 0) + 1
        codes.append(f'{prefix}-{region}-{counted[region]:06d}')
    return np.array(codes, dtype=object)


def _uses(built: Built, roads: Roads, chance: np.random.Generator) -> NDArray[np.object_]:
    """Mostly homes; shops on larger roads and in towns, factories in their zones, public buildings on their sites."""
    rank = roads.rank[built.lots.segment]
    shops = np.where(
        built.lots.kind == TOWN, np.maximum(COMMERCIAL_SHARE[rank], TOWN_COMMERCIAL_SHARE), COMMERCIAL_SHARE[rank]
    )
    draw = chance.random(len(built))
    use = np.where(draw < shops, 'commercial', np.where(draw > 1 - PUBLIC_SHARE, 'public', 'residential')).astype(
        object
    )
    use[built.lots.kind == WORKS] = 'industrial'
    use[built.reason == SITE] = 'public'
    return np.asarray(use)


def _crowded(province: Province, commune: Ints, use: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether each building's commune has so few homes that too many people would live in one."""
    homes = np.bincount(commune[use == 'residential'], minlength=len(province.communes))
    people = np.array([place.unit.population for place in province.communes])
    return np.asarray((people > CROWDED * homes)[commune])


def _floors(province: Province, built: Built, use: NDArray[np.object_], chance: np.random.Generator) -> Ints:
    """1 to 9 floors: bungalows in the villages, tube houses in towns, towers in the middle of the city."""
    city = _city_seats(province)
    distance_m = np.min([np.hypot(*(built.lots.centre - seat).T) for seat in city], axis=0)
    town = built.lots.kind == TOWN
    mean = np.where(town, 1.0, 0.45) + np.where(town, 2.4 * np.exp(-distance_m / 1500), 0)
    floors = 1 + chance.poisson(mean)
    tower = town & (chance.random(len(built)) < 0.03 * np.exp(-distance_m / 900))
    floors = np.where(tower, chance.integers(6, 10, len(built)), np.minimum(floors, np.where(town, 7, 3)))
    return np.where(use == 'industrial', 1, np.where(use == 'public', np.minimum(floors, 4), floors))


def _city_seats(province: Province) -> list[Points]:
    """Seats of the regions that have wards, or of all where none has."""
    cities = {place.region for place in province.communes if place.unit.is_ward}
    return [province.outline.seats[code] for code in sorted(cities or province.outline.seats)]


def people_in(province: Province, commune: Ints, space_m2: Floats) -> Ints:
    """People per building, by floor space; they sum to the census figure of each commune and each region.

    space_m2: residential floor space, 0 where nobody lives, shape (n,). What a region's communes do not account
    for, and a commune without homes, goes to all homes of the region.
    """
    people = np.zeros(len(commune), dtype=np.intp)
    for region in province.regions:
        members = [i for i, place in enumerate(province.communes) if place.region == region.unit.code]
        people += _people_of_region(province, region, members, commune, space_m2)
    return people


def _people_of_region(province: Province, region: Place, members: list[int], commune: Ints, space_m2: Floats) -> Ints:
    people = np.zeros(len(commune), dtype=np.intp)
    for i in members:
        homes = np.flatnonzero((commune == i) & (space_m2 > 0))
        counted = province.communes[i].unit.population
        people[homes] = apportioned(counted, _evened(counted, space_m2[homes]))
    homes = np.flatnonzero(np.isin(commune, members) & (space_m2 > 0))
    left = region.unit.population - int(people.sum())
    people[homes] += apportioned(left, _evened(left, space_m2[homes]))
    return people


def _evened(people: int, space_m2: Floats) -> Floats:
    """Floor space without extremes; the same for all where homes are crowded."""
    if people > CROWDED * len(space_m2):
        return np.ones(len(space_m2))
    middle = np.median(space_m2) if len(space_m2) else 1.0
    return np.clip(space_m2, middle / UNEVENNESS, middle * UNEVENNESS)


def apportioned(total: int, weight: Floats) -> Ints:
    """Whole numbers in proportion to `weight` that sum to `total` (largest remainder); empty for no weights."""
    share = total * weight / weight.sum() if len(weight) else weight
    whole = np.floor(share).astype(np.intp)
    short = total - int(whole.sum()) if len(weight) else 0
    whole[np.argsort(whole - share, kind='stable')[:short]] += 1
    return whole
