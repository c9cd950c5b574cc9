"""Polylines that look drawn by nature: smoothing, wiggling, resampling. Shapes (n, 2), metres."""

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


def smoothed(points: Points, step_m: float) -> Points:
    """Catmull-Rom curve through `points`, a vertex about every `step_m`; the given points stay vertices."""
    ends = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = [_span(ends[i : i + 4], step_m) for i in range(len(points) - 1)]
    return np.vstack([*pieces, points[-1:]])


def _span(four: Points, step_m: float) -> Points:
    """Vertices from the second of four points up to, not including, the third; tangents are as long as the span."""
    before, start, end, after = four
    length = np.hypot(*(end - start))
    t = np.arange(max(1, round(length / step_m)))[:, None] / max(1, round(length / step_m))
    leave, arrive = _tangent(before, start, end, length), _tangent(start, end, after, length)
    return np.asarray(
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * leave
        + (-2 * t**3 + 3 * t**2) * end
        + (t**3 - t**2) * arrive
    )


def _tangent(before: Points, at: Points, after: Points, length: float) -> Points:
    """Direction of the curve at a point, as long as the span: long neighbours make no loops."""
    ahead, behind = after - at, at - before
    direction = ahead / max(np.hypot(*ahead), 1e-9) + behind / max(np.hypot(*behind), 1e-9)
    return np.asarray(direction / 2 * length)


def wiggled(points: Points, chance: np.random.Generator, share: float, shortest_m: float) -> Points:
    """`points` with midpoints displaced sideways until no piece is longer than `shortest_m`.

    share: standard deviation of the displacement as a share of the piece's length. Ends stay put.
    """
    while (lengths := np.hypot(*np.diff(points, axis=0).T)).max() > shortest_m:
        points = _with_midpoints(points, lengths, chance, share, shortest_m)
    return points


def _with_midpoints(
    points: Points, lengths: NDArray[np.float64], chance: np.random.Generator, share: float, shortest_m: float
) -> Points:
    along = np.diff(points, axis=0)
    sideways = np.column_stack([-along[:, 1], along[:, 0]])
    shift = np.clip(chance.normal(0, share, len(along)), -2 * share, 2 * share)
    middle = (points[:-1] + points[1:]) / 2 + sideways * shift[:, None]
    long = lengths > shortest_m
    return np.insert(points, np.flatnonzero(long) + 1, middle[long], axis=0)
