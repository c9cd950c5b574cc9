"""Which lots are built on: villages around centres and hamlets, each commune with its share of the buildings."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from demo.chance import generator
from demo.curves import Points
from demo.lots import VILLAGE, WORKS, Lots, joined
from demo.roads import Roads, junctions
from demo.units import Province

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

HAMLETS_PER_COMMUNE = 7
POWER_CLEARANCE_M = 12.0
TOO_NEAR_M = 2.5
MOST_TOO_NEAR = 24
# Lots looked at per building wanted; about a tenth falls to neighbours, corners and roads.
SPARE = 1.5
SPARE_PER_COMMUNE = 30
# However few buildings, so many lots of each commune come first, so that people live in all of them.
FEWEST = 4
SITE, TOO_NEAR, ORDINARY = 0, 1, 2


@dataclass(frozen=True)
class Built:
    """Buildings: lot, footprint, commune (index into the province's), and why it stands there, each of shape (n,)."""

    lots: Lots
    footprint: NDArray[np.object_]
    commune: Ints
    reason: Ints

    def __len__(self) -> int:
        return len(self.commune)

    def only(self, keep: Bools | Ints) -> 'Built':
        """The buildings where `keep` is true, or at those indices."""
        return Built(self.lots.only(keep), self.footprint[keep], self.commune[keep], self.reason[keep])


def settle(
    province: Province, roads: Roads, lots: Lots, sites: Lots, power: NDArray[np.object_], count: int, seed: int
) -> Built:
    """At most `count` buildings, none touching another or a road, sorted by commune.

    First come public sites, then a few houses that stand too near a power line on purpose, then the likeliest lots
    of each commune in proportion to its population.
    """
    dry = dry_communes(province)
    near, clear = _by_power_lines(lots, power)
    likely = _likely(province, roads, lots.only(clear), dry, int(count * SPARE) + SPARE_PER_COMMUNE * len(dry), seed)
    parts = [sites.only(np.arange(min(len(sites), count // 20))), lots.only(near), likely]
    reason = np.repeat([SITE, TOO_NEAR, ORDINARY], [len(part) for part in parts])
    chosen = joined(parts)
    built = Built(chosen, chosen.footprint, commune_of(dry, chosen.centre), reason)
    built = built.only(built.commune >= 0)
    built = built.only(~_in_the_way(built, roads))
    turn = np.full(len(built), -1.0)
    turn[built.reason == ORDINARY] = _turns(province, built.commune[built.reason == ORDINARY])
    built = built.only(np.argsort(turn, kind='stable')[:count])
    return built.only(np.argsort(built.commune, kind='stable'))


def dry_communes(province: Province) -> NDArray[np.object_]:
    """The part of each commune where people build."""
    return shapely.intersection([place.polygon for place in province.communes], province.outline.dry_land)


def commune_of(dry: NDArray[np.object_], points: Points) -> Ints:
    """Index of the commune on whose dry land each point lies, or -1."""
    commune, index = shapely.STRtree(np.asarray(shapely.points(points))).query(dry, predicate='contains')
    owner = np.full(len(points), -1)
    owner[index] = commune
    return owner


def _by_power_lines(lots: Lots, power: NDArray[np.object_]) -> tuple[Ints, Bools]:
    """A few lots whose house would stand too near a line, spread over all such, and which lots keep clear of lines."""
    reach = np.hypot(lots.frontage_m, lots.depth_m) / 2
    line, lot = shapely.STRtree(np.asarray(shapely.points(lots.centre))).query(
        power, predicate='dwithin', distance=POWER_CLEARANCE_M + float(reach.max())
    )
    apart = shapely.distance(lots.only(lot).footprint, power[line])
    clear = np.ones(len(lots), dtype=bool)
    clear[lot[apart < POWER_CLEARANCE_M]] = False
    near = np.unique(lot[apart < TOO_NEAR_M])
    return near[:: max(1, len(near) // MOST_TOO_NEAR)][:MOST_TOO_NEAR], clear


def _likely(province: Province, roads: Roads, lots: Lots, dry: NDArray[np.object_], count: int, seed: int) -> Lots:
    """The `count` likeliest lots, likeliest first; communes get shares by population, as far as they have lots."""
    commune = commune_of(dry, lots.centre)
    score = _score(province, roads, lots, commune, seed)
    order = np.lexsort((-score, commune))
    order = order[commune[order] >= 0]
    turn = _turns(province, commune[order])
    return lots.only(order[np.argsort(turn, kind='stable')[:count]])


def _turns(province: Province, commune: Ints) -> Floats:
    """When each lot's turn comes: the first few of every commune at once, then in proportion to its population.

    commune: of each lot, the likelier lots of a commune before its less likely ones.
    """
    order = np.argsort(commune, kind='stable')
    rank = np.empty(len(commune))
    rank[order] = np.arange(len(commune)) - np.searchsorted(commune[order], commune[order])
    people = np.array([place.unit.population for place in province.communes], dtype=float)[commune]
    return np.where(rank < FEWEST, rank * 1e-9, (rank + 0.5) / people)


def _score(province: Province, roads: Roads, lots: Lots, commune: Ints, seed: int) -> Floats:
    """How likely a lot is built on: near its commune's centre, a hamlet, a larger road, together with neighbours."""
    centre = np.array([place.centre for place in province.communes])[commune]
    to_centre = np.hypot(*(lots.centre - centre).T)
    to_hamlet = cKDTree(_hamlets(province, roads, seed)).query(lots.centre)[0]
    chance = generator(seed, 'settlement')
    street = chance.random(int(lots.block.max()) + 1)[lots.block]
    larger = np.array([0.15, 0.2, 0.12, 0.0])[roads.rank[lots.segment]]
    village = lots.kind == VILLAGE
    return np.asarray(
        np.where(village, 0.8 * np.exp(-to_centre / 420), 0.5 * np.exp(-to_centre / 700))
        + np.where(village, 0.9, 0.25) * np.exp(-to_hamlet / 160)
        + np.where(lots.kind == WORKS, 0.5, 0.4 * street)
        + larger
        + 0.04 * chance.random(len(lots))
    )


def _hamlets(province: Province, roads: Roads, seed: int) -> Points:
    """Junctions of local streets around which houses gather."""
    ends = junctions(roads.line)
    points = np.vstack([shapely.get_coordinates(shapely.get_point(roads.line, i)) for i in (0, -1)])
    index = np.unique(ends.T.ravel(), return_index=True)[1]
    crossings = points[index][np.bincount(ends.ravel()) >= 3]
    hamlet_count = min(len(crossings), HAMLETS_PER_COMMUNE * len(province.communes))
    return np.asarray(crossings[generator(seed, 'hamlets').choice(len(crossings), hamlet_count, replace=False)])


def _in_the_way(built: Built, roads: Roads) -> Bools:
    """Buildings that touch an earlier one, and those that stand on a road or within a metre of its edge."""
    tree = shapely.STRtree(built.footprint)
    drop = np.zeros(len(built), dtype=bool)
    first, second = tree.query(built.footprint, predicate='intersects')
    drop[np.maximum(first, second)[first != second]] = True
    width = roads.width_m
    for each in np.unique(width):
        drop[tree.query(roads.line[width == each], predicate='dwithin', distance=each / 2 + 1)[1]] = True
    return drop
