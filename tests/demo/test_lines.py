"""Rivers and power lines of the demo."""

from itertools import pairwise

import numpy as np
import shapely

from demo.drawing import Demo


def test_rivers_reach_the_sea(demo: Demo) -> None:
    """Every river but the one that joins another ends beyond the coast; parts follow each other without a break."""
    for river in demo.outline.rivers:
        parts = list(river.line.geoms)
        for before, after in pairwise(parts):
            assert before.coords[-1] == after.coords[0]
        mouth = shapely.Point(parts[-1].coords[-1])
        joins = [other for other in demo.outline.rivers if other is not river and other.line.distance(mouth) == 0]
        assert joins or not demo.outline.province.contains(mouth)


def test_towers_stand_about_300_m_apart(demo: Demo) -> None:
    """Each vertex of a power line is a tower; spans are 100 to 330 m."""
    for line in demo.power_lines:
        spans = np.hypot(*np.diff(shapely.get_coordinates(line.line), axis=0).T)
        assert spans.max() <= 330
        assert spans.min() > 100


def test_lines_of_110_and_220_kv_are_bare(demo: Demo) -> None:
    """Only the city's 22 kV line is insulated."""
    assert {line.voltage_kv for line in demo.power_lines} == {22.0, 35.0, 110.0, 220.0}
    assert {line.voltage_kv for line in demo.power_lines if line.insulated} == {22.0}
