"""Roads that a river interrupts: pure functions on arrays, metres in a metric plane."""

from dataclasses import replace

import numpy as np
import shapely

from dothi.core.arrays import Floats, Geometries, Ints, point_geometries, segments_between
from processes.ways.network import Network, network_of

# Rivers are drawn by one agency and bridges by another: a crossing is matched to a bridge within this.
BRIDGE_NEAR_M = 30.0
# How far from the river's line an interrupted road ends.
BANK_M = 0.5


def behind_barriers(network: Network, barriers: Geometries, bridges: Geometries) -> tuple[Network, int]:
    """The network cut wherever it crosses a barrier and no bridge is near, and at how many places that is.

    barriers, bridges: shapely geometries. A crossing stays where all of it is within BRIDGE_NEAR_M of a bridge.
    The barriers become walls: nobody walks across them to a road, bridge or not.
    """
    lines, walls = network.lines, straight_pieces(barriers)
    segment, crossing = _unbridged_crossings(lines, shapely.get_parts(barriers), bridges)
    if not len(segment):
        return replace(network, walls=walls), 0
    cut, first = np.unique(segment, return_index=True)
    gaps = [shapely.union_all(strips) for strips in np.split(shapely.buffer(crossing, BANK_M), first[1:])]
    pieces = shapely.get_parts(shapely.difference(lines[cut], gaps))
    return replace(network_of(np.concatenate([np.delete(lines, cut), pieces])), walls=walls), len(segment)


def _unbridged_crossings(lines: Geometries, barriers: Geometries, bridges: Geometries) -> tuple[Ints, Geometries]:
    """Number of the line and what it shares with a barrier, for each crossing without a bridge, by line."""
    line, barrier = shapely.STRtree(barriers).query(lines, predicate='intersects')
    crossings, row = shapely.get_parts(shapely.intersection(lines[line], barriers[barrier]), return_index=True)
    # a road may run in a river bed: then every corner of what they share needs a bridge beside it
    places, of_crossing = shapely.get_coordinates(crossings, return_index=True)
    far = np.unique(of_crossing[distance_to(places, bridges) > BRIDGE_NEAR_M])
    far = far[np.argsort(line[row[far]], kind='stable')]
    return line[row[far]], crossings[far]


def straight_pieces(shapes: Geometries) -> Geometries:
    """The straight pieces of lines and outlines: each has a small box of its own, so few are looked at twice."""
    parts = shapely.get_parts(shapes)
    areas = shapely.get_dimensions(parts) == 2
    lines = shapely.get_parts(np.concatenate([parts[~areas], shapely.get_rings(parts[areas])]))
    xy, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[1:] == line[:-1]
    return segments_between(xy[:-1][joined], xy[1:][joined])


def distance_to(points: Floats, shapes: Geometries) -> Floats:
    """Metres from each point to the nearest of the shapes, shape (n,); inf where there is none."""
    result = np.full(len(points), np.inf)
    if len(shapes) and len(points):
        tree = shapely.STRtree(shapes)
        (point_index, _), far_m = tree.query_nearest(point_geometries(points), return_distance=True, all_matches=False)
        result[point_index] = far_m
    return result
