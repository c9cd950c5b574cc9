"""The road network: trunk roads drawn by hand, roads between communes, and local streets, joined at junctions."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Delaunay
from scipy.spatial.distance import cdist
from shapely.geometry.base import BaseGeometry

from demo.chance import generator
from demo.curves import Points, smoothed, wiggled
from demo.outline import Outline
from demo.streets import Lines, Pattern, dike_roads, street_pattern
from demo.units import Place, Province

CLASSES = ('national', 'provincial', 'district', 'commune')
WIDTH_M = {'national': 12.0, 'provincial': 9.0, 'district': 6.0, 'commune': 3.5}
REACHED_M = 300.0
NODE_GRID_M = 0.01
SHORTEST_BLIND_END_M = 25.0
PARALLEL_M = 45.0


@dataclass(frozen=True)
class Roads:
    """Road segments between junctions, one connected graph: arrays of the same length.

    line: LineStrings whose ends are shared exactly. rank: index into CLASSES. town: whether the segment is in a town.
    """

    line: Lines
    rank: NDArray[np.intp]
    name: NDArray[np.object_]
    town: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.line)

    @property
    def width_m(self) -> NDArray[np.float64]:
        """The width of the carriageway in metres, by the road's class."""
        width = np.array([WIDTH_M[name] for name in CLASSES])[self.rank]
        return np.where(self.town & (self.rank == 3), 5.5, width)

    @property
    def surface(self) -> NDArray[np.object_]:
        """Asphalt on the larger roads, concrete in the villages."""
        return np.array(['asphalt', 'asphalt', 'asphalt', 'concrete'], dtype=object)[self.rank]

    def only(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> 'Roads':
        """The segments where `keep` is true, or at those indices."""
        return Roads(self.line[keep], self.rank[keep], self.name[keep], self.town[keep])


def draw_roads(province: Province, seed: int, denser: bool) -> Roads:
    """The whole network of the province, split at every junction, all of it reachable from anywhere."""
    towns = town_areas(province)
    source = _sources(province, towns, seed, denser)
    roads = _network(source, towns)
    if (cut_off := _cut_off(province, roads)).any():
        roads = _network(_with_bridges(source, province, cut_off, seed), towns)
    return _local_names(roads, province)


def _network(source: Roads, towns: BaseGeometry) -> Roads:
    noded = shapely.get_parts(shapely.union_all(source.line, grid_size=NODE_GRID_M))
    roads = _classified(noded, source, towns)
    roads = roads.only(~_parallel(roads))
    for _ in range(3):
        roads = roads.only(~_blind(roads))
    return roads.only(_largest_component(roads.line))


def _cut_off(province: Province, roads: Roads) -> NDArray[np.bool_]:
    """The communes whose centre no road reaches: those that rivers part from all others."""
    centres = [shapely.Point(place.centre) for place in province.communes]
    away_m = shapely.STRtree(roads.line).query_nearest(centres, return_distance=True, all_matches=False)[1]
    return np.asarray(away_m > REACHED_M)


def _with_bridges(source: Roads, province: Province, cut_off: NDArray[np.bool_], seed: int) -> Roads:
    """The roads, and those over rivers between communes that are cut off and their neighbours."""
    centres = np.array([place.centre for place in province.communes])
    pairs = neighbour_pairs(centres)
    pairs = pairs[cut_off[pairs].any(axis=1)]
    names = np.array([_pair_name(province.communes, pair) for pair in pairs], dtype=object)
    lines = np.array([_between(centres[pair], seed, name) for pair, name in zip(pairs, names, strict=True)])
    inside = shapely.intersection(lines, province.outline.province)
    keep = shapely.get_type_id(inside) == shapely.GeometryType.LINESTRING
    lines, names, count = inside[keep], names[keep], int(keep.sum())
    return Roads(
        np.concatenate([source.line, lines]),
        np.concatenate([source.rank, np.full(count, 2)]),
        np.concatenate([source.name, names]),
        np.concatenate([source.town, np.zeros(count, dtype=bool)]),
    )


def town_areas(province: Province) -> BaseGeometry:
    """Built-up areas with a street grid: around every town, wider around the seat of a city."""
    return shapely.intersection(_town_discs(province), province.outline.dry_land)


def towns_apart(province: Province) -> NDArray[np.object_]:
    """One polygon for each town, from west to east; a town on both banks of a river is one."""
    return np.array(sorted(shapely.get_parts(_town_discs(province)), key=lambda town: town.bounds), dtype=object)


def _town_discs(province: Province) -> BaseGeometry:
    wards = {place.region for place in province.communes if place.unit.is_ward}
    centres = province.outline.centres
    radius = {code: 2150.0 if code in wards else 560.0 for code in (*province.outline.towns, *wards)}
    return shapely.union_all([_blob(centres[code], radius[code], code) for code in radius])


def _blob(centre: Points, radius_m: float, name: str) -> BaseGeometry:
    """A disc with a lobed rim."""
    chance = generator(0, f'town {name}')
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    lobes = np.sum([0.13 / k * np.sin((k + 1) * angle + chance.uniform(0, 6.3)) for k in (1, 2, 3)], axis=0)
    return shapely.Polygon(centre + radius_m * (1 + lobes)[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))


def _sources(province: Province, towns: BaseGeometry, seed: int, denser: bool) -> Roads:
    """Lines before they are joined, in order of rank."""
    trunk = trunk_roads(province.outline)
    between = commune_roads(province, trunk, seed)
    local = local_streets(province, towns, seed, denser)
    line = np.concatenate([trunk.line, between.line, local])
    rank = np.concatenate([trunk.rank, between.rank, np.full(len(local), 3)])
    name = np.concatenate([trunk.name, between.name, np.full(len(local), '', dtype=object)])
    return Roads(line, rank, name, np.zeros(len(line), dtype=bool))


def trunk_roads(outline: Outline) -> Roads:
    """National and provincial roads as drawn, up to the border of the province."""
    lines = [_trunk(outline, item['via'], item['name']) for item in outline.data['roads']]
    parts, owner = shapely.get_parts(shapely.intersection(np.array(lines), outline.province), return_index=True)
    rank = np.array([CLASSES.index(item['class']) for item in outline.data['roads']])[owner]
    name = np.array([item['name'] for item in outline.data['roads']], dtype=object)[owner]
    return Roads(parts, rank, name, np.zeros(len(parts), dtype=bool))


def _trunk(outline: Outline, via: list[object], name: str) -> shapely.LineString:
    curve = smoothed(outline.way(via, outline.centres), 600)
    return shapely.LineString(np.round(wiggled(curve, generator(0, name), 0.008, 90), 2))


def commune_roads(province: Province, trunk: Roads, seed: int) -> Roads:
    """District roads between neighbouring commune centres that neither cross a river nor double a trunk road."""
    centres = np.array([place.centre for place in province.communes])
    pairs = neighbour_pairs(centres)
    names = np.array([_pair_name(province.communes, pair) for pair in pairs], dtype=object)
    lines = np.array([_between(centres[pair], seed, name) for pair, name in zip(pairs, names, strict=True)])
    beside = shapely.intersection(lines, shapely.union_all(trunk.line).buffer(220))
    keep = shapely.contains(province.outline.dry_land, lines) & (shapely.length(beside) < 0.6 * shapely.length(lines))
    count = int(keep.sum())
    return Roads(lines[keep], np.full(count, 2), names[keep], np.zeros(count, dtype=bool))


def neighbour_pairs(points: Points) -> NDArray[np.intp]:
    """Pairs of points with no third one nearer to both than they are to each other, shape (k, 2).

    The relative neighbourhood graph: it is connected, and sparse as country roads are.
    """
    triangles = Delaunay(points).simplices
    pairs = np.unique(np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1), axis=0)
    apart = cdist(points, points)
    farther = np.maximum(apart[pairs[:, 0]], apart[pairs[:, 1]])
    farther[np.arange(len(pairs))[:, None], pairs] = np.inf
    return np.asarray(pairs[farther.min(axis=1) >= apart[pairs[:, 0], pairs[:, 1]]])


def _pair_name(communes: list[Place], pair: NDArray[np.intp]) -> str:
    return f'Đường {communes[pair[0]].unit.short_name} - {communes[pair[1]].unit.short_name}'


def _between(ends: Points, seed: int, name: str) -> shapely.LineString:
    bent = wiggled(ends, generator(seed, name), 0.06, 700)
    return shapely.LineString(np.round(smoothed(bent, 90), 2))


def local_streets(province: Province, towns: BaseGeometry, seed: int, denser: bool) -> Lines:
    """Ribbons in the country, grids in the towns, roads along the dikes."""
    land = province.outline.dry_land
    open_land = land.buffer(-14, quad_segs=2).difference(towns)
    lines = [dike_roads(land, province.outline.province)]
    for place in province.regions:
        code, grain = place.unit.code, province.outline.grain_rad(place.unit.code)
        country = _country(grain, denser)
        lines.append(street_pattern(open_land.intersection(place.polygon), country, seed, f'country {code}'))
        grid = Pattern(grain, *((105, 160) if denser else (165, 235)), lanes_per_km2=0, step_m=60, raggedness=0.22)
        for i, part in enumerate(shapely.get_parts(towns.intersection(place.polygon))):
            lines.append(street_pattern(part, grid, seed, f'town {code} {i}'))
    return np.concatenate(lines)


def _country(grain_rad: float, denser: bool) -> Pattern:
    if denser:
        return Pattern(grain_rad, 440, 1050, lanes_per_km2=3, step_m=110, raggedness=0.55)
    return Pattern(grain_rad, 600, 1400, lanes_per_km2=0.8, step_m=120, raggedness=0.55)


def _classified(noded: Lines, source: Roads, towns: BaseGeometry) -> Roads:
    """Noded segments with the attributes of the highest road that they are part of."""
    middles = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    pieces, owner = straight_pieces(source.line)
    which, piece = shapely.STRtree(pieces).query(middles, predicate='dwithin', distance=0.05)
    origin = owner[piece]
    order = np.lexsort((source.rank[origin], which))
    segment, first = np.unique(which[order], return_index=True)
    origin = origin[order][first]
    shapely.prepare(towns)
    return Roads(noded[segment], source.rank[origin], source.name[origin], shapely.contains(towns, middles[segment]))


def straight_pieces(lines: Lines) -> tuple[Lines, NDArray[np.intp]]:
    """Every straight piece of the lines, and the index of its line: quick to search near."""
    points, line = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    pieces = shapely.linestrings(np.stack([points[first], points[first + 1]], axis=1))
    return np.asarray(pieces), line[first]


def _parallel(roads: Roads) -> NDArray[np.bool_]:
    """Local segments that run beside a higher road for their whole length and would only double it."""
    doubtful = np.flatnonzero((roads.rank == 3) & (shapely.length(roads.line) > PARALLEL_M * 1.2))
    tree = shapely.STRtree(straight_pieces(roads.line[roads.rank < 3])[0])
    beside = np.zeros(len(roads), dtype=bool)
    beside[doubtful] = True
    for share in (0.0, 0.5, 1.0):
        points = shapely.line_interpolate_point(roads.line[doubtful], share, normalized=True)
        near = np.zeros(len(doubtful), dtype=bool)
        near[tree.query(points, predicate='dwithin', distance=PARALLEL_M)[0]] = True
        beside[doubtful[~near]] = False
    return beside


def _blind(roads: Roads) -> NDArray[np.bool_]:
    """Which segments are short and lead nowhere."""
    ends = junctions(roads.line)
    degree = np.bincount(ends.ravel())
    return np.asarray((degree[ends].min(axis=1) == 1) & (shapely.length(roads.line) < SHORTEST_BLIND_END_M))


def junctions(lines: Lines) -> NDArray[np.intp]:
    """Number of the junction at either end of each line, shape (n, 2); equal coordinates are one junction."""
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(lines, i)) for i in (0, -1)])
    number = np.unique(ends, axis=0, return_inverse=True)[1]
    return np.asarray(number.reshape(2, -1).T)


def _largest_component(lines: Lines) -> NDArray[np.bool_]:
    ends = junctions(lines)
    size = int(ends.max()) + 1
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    label = connected_components(graph, directed=False)[1]
    return np.asarray(label[ends[:, 0]] == np.bincount(label[ends[:, 0]]).argmax())


def _local_names(roads: Roads, province: Province) -> Roads:
    """Local streets named after the commune or ward that they lie in."""
    middles = shapely.line_interpolate_point(roads.line, 0.5, normalized=True)
    commune, segment = shapely.STRtree(middles).query([place.polygon for place in province.communes], 'intersects')
    own = np.full(len(roads), '', dtype=object)
    own[segment] = np.array([_street_name(place) for place in province.communes], dtype=object)[commune]
    return Roads(roads.line, roads.rank, np.where(roads.name == '', own, roads.name), roads.town)


def _street_name(place: Place) -> str:
    kind = place.unit.name.removesuffix(place.unit.short_name).strip().lower() or 'xã'
    return f'Đường {kind} {place.unit.short_name}'
