"""The demo's road network."""

import numpy as np
import pytest
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from demo.drawing import Demo
from demo.roads import CLASSES, junctions, neighbour_pairs


def test_every_place_can_be_reached_from_every_other(demo: Demo) -> None:
    """One connected graph over exactly shared ends."""
    ends = junctions(demo.roads.line)
    size = int(ends.max()) + 1
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
    assert connected_components(graph, directed=False)[0] == 1


def test_roads_are_split_at_every_junction(demo: Demo) -> None:
    """Segments meet at their ends only: none crosses or touches another inside."""
    roads = demo.roads.line
    first, second = shapely.STRtree(roads).query(roads, predicate='intersects')
    pairs = first < second
    met = shapely.intersection(roads[first[pairs]], roads[second[pairs]])
    ends = shapely.union(shapely.boundary(roads[first[pairs]]), shapely.boundary(roads[second[pairs]]))
    assert shapely.covers(ends, met).all()


def test_the_network_reaches_every_commune_by_every_class(demo: Demo) -> None:
    """Every commune has roads within 1 km of its centre, and all four classes exist."""
    centres = shapely.points([place.centre for place in demo.province.communes])
    assert shapely.STRtree(demo.roads.line).query_nearest(centres, return_distance=True)[1].max() < 1_000
    assert set(demo.roads.rank) == set(range(len(CLASSES)))
    assert {'QL 10', 'QL 21', 'ĐT 490C'} <= set(demo.roads.name)
    assert (demo.roads.name != '').all()


def test_only_large_roads_cross_rivers(demo: Demo) -> None:
    """Bridges belong to national and provincial roads."""
    water = [river.water for river in demo.outline.rivers]
    over = shapely.STRtree(demo.roads.line).query(water, predicate='intersects')[1]
    assert len(over) > 10
    assert demo.roads.rank[over].max() <= CLASSES.index('provincial')


@pytest.mark.parametrize(
    ('third', 'joined'), [((50.0, 40.0), False), ((50.0, 90.0), True)], ids=['a way over the third', 'no third near']
)
def test_neighbours_are_pairs_without_a_nearer_third(third: tuple[float, float], joined: bool) -> None:
    """Of three points the two 100 m apart are joined unless the third is nearer than 100 m to both."""
    points = np.array([(0.0, 0.0), (100.0, 0.0), third])
    pairs = {tuple(pair) for pair in neighbour_pairs(points).tolist()}
    assert ((0, 1) in pairs) is joined
