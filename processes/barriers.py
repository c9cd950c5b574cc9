"""Roads that a river interrupts: pure functions on arrays, metres in a metric plane."""

from dataclasses import replace

import numpy as np
import shapely

from processes.network import Bools, Floats, Geometries, Network, point_geometries

# Rivers are drawn by one agency and bridges by another: their crossing is matched to the bridge within this.
BRIDGE_NEAR_M = 30.0


def behind_barriers(network: Network, barriers: Geometries, bridges: Geometries) -> tuple[Network, int]:
    """The network without segments that cross a barrier where no bridge is near, and how many those are.

    barriers, bridges: shapely geometries. A segment stays where each of its crossings is within BRIDGE_NEAR_M of a
    bridge. The barriers become walls: no home reaches a road across them, bridge or not.
    """
    closed = interrupted(network, barriers, bridges)
    walls = shapely.get_parts(barriers)
    return replace(network, ends=network.ends[~closed], walls=walls), int(closed.sum())


def interrupted(network: Network, barriers: Geometries, bridges: Geometries) -> Bools:
    """Whether each segment crosses a barrier where no bridge is near, shape (m,)."""
    lines = network.lines
    segment, barrier = shapely.STRtree(barriers).query(lines, predicate='intersects')
    crossings, row = shapely.get_parts(shapely.intersection(lines[segment], barriers[barrier]), return_index=True)
    # a road may run in a river bed: then the farthest end of what they share counts
    places, of_crossing = shapely.get_coordinates(crossings, return_index=True)
    far = distance_to(places, bridges) > BRIDGE_NEAR_M
    closed = np.zeros(len(lines), dtype=bool)
    closed[segment[row[of_crossing[far]]]] = True
    return closed


def distance_to(points: Floats, shapes: Geometries) -> Floats:
    """Metres from each point to the nearest of the shapes, shape (n,); inf where there is none."""
    result = np.full(len(points), np.inf)
    if len(shapes) and len(points):
        tree = shapely.STRtree(shapes)
        (asked, _), far_m = tree.query_nearest(point_geometries(points), return_distance=True, all_matches=False)
        result[asked] = far_m
    return result
