"""How well each candidate fits what is known: one function per kind of reference, over all candidates at once.

A candidate *fits*, is *excluded* (another fits, and this one does so much worse that chance does not explain it),
is *refuted* (excluded, and by so much that a declaration does not stand either), or is left *open*. The thresholds:

- NEAR_M 75 m: a third of the smallest mistake that matters, the lost datum (224 m), and above what redrawing a
  boundary or surveying a place again moves the middle of all rows. The middle is a median of displacements as
  vectors: noise cancels out in it and a mistake does not, and up to half of the rows may have moved.
- SIMPLIFIED_M 150 m: boundaries are simplified by up to some 100 m, so a row is outside of a unit only beyond that.
- A row may be wrong: of those that name a unit, one in twenty may lie elsewhere (MISPLACED), of those that must
  lie in any unit, one in fifty (the rest of CONVINCING).
- FEWEST 5 rows: fewer may lie by chance where they fit. Rows known by their key are an exception where they
  coincide, as no chance does that.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from dothi.core.text import Text
from etl.doctor.coordinates import explanation
from etl.doctor.coordinates.reading import Reading
from etl.doctor.coordinates.sample import Floats, Sample
from etl.formats.source import Geometries

NEAR_M = 75.0
SIMPLIFIED_M = 150.0
MISPLACED = 0.05
CONVINCING = 0.98
RIVAL = 0.90
FEWEST = 5
# Without keys: as many nearest neighbours tell apart what a handful does not.
FEWEST_NEIGHBOURS = 20
# Polygons whose overlap is computed, which is slow and only shown, and candidates too far off to overlap.
OVERLAPS = 20
FAR_M = 2_000.0
Standing = Literal['fits', 'open', 'excluded', 'refuted']


@dataclass(frozen=True)
class Placed:
    """The sample as one candidate places it, in the working CRS `srid`."""

    reading: Reading
    sample: Sample
    srid: int

    @cached_property
    def inside(self) -> Geometries:
        """A point inside each row's geometry."""
        return self.reading.to(self.sample.inside, self.srid)

    @cached_property
    def centres(self) -> Geometries:
        """The centroids of the sampled shapes."""
        return self.reading.to(self.sample.centres, self.srid)

    def shapes(self, rows: NDArray[np.intp]) -> Geometries:
        """The geometry of some rows."""
        return self.reading.to(self.sample.shapes[rows], self.srid)


@dataclass(frozen=True)
class Weight:
    """What one reference says of one candidate. score: share of the rows that fit, 0 to 1."""

    score: float
    standing: Standing
    evidence: Text


def share_inside(area: shapely.Geometry, points: Geometries) -> float:
    """Share of the points in `area`; those that a projection cannot place are outside."""
    if not len(points):
        return 0.0
    shapely.prepare(area)
    x, y = shapely.get_x(points), shapely.get_y(points)
    finite = np.isfinite(x) & np.isfinite(y)
    return float(np.count_nonzero(shapely.intersects_xy(area, x[finite], y[finite])) / len(x))


def by_extent(extent: shapely.Geometry, placed: list[Placed]) -> list[Weight]:
    """The locality's extent fits nobody, as it does not tell zones apart, but refutes what lies elsewhere."""
    shares = np.array([share_inside(extent, each.inside) for each in placed])
    rows = len(placed[0].inside)
    best = shares.max()
    worse = (best >= 0.8) & (shares <= best - 0.1) & (((best - shares) * rows >= 3) | (shares == 0))
    standings: list[Standing] = ['refuted' if bad else 'open' for bad in worse]
    return [
        Weight(float(share), standing, explanation.in_extent(float(share), rows))
        for share, standing in zip(shares, standings, strict=True)
    ]


def by_units(area: shapely.Geometry, what: Text, placed: list[Placed]) -> list[Weight]:
    """All units together: nearly all rows lie in them for a candidate that fits, and clearly fewer for a rival."""
    shapely.prepare(area)
    shares = np.array([_within(each.inside, area).mean() for each in placed])
    rows = len(placed[0].inside)
    decisive = rows >= FEWEST and shares.max() >= CONVINCING
    standings: list[Standing] = [
        'open' if not decisive else 'fits' if share >= CONVINCING else 'refuted' if share < RIVAL else 'open'
        for share in shares
    ]
    return [
        Weight(float(share), standing, explanation.in_units(float(share), rows, what))
        for share, standing in zip(shares, standings, strict=True)
    ]


def by_named_units(rows: NDArray[np.intp], units: Geometries, what: Text, placed: list[Placed]) -> list[Weight]:
    """Each of `rows` must lie in its own one of `units`, which its code names (same length)."""
    far = np.array([np.count_nonzero(~_within(each.inside[rows], units)) for each in placed])
    count, best = len(rows), int(far.min())
    fits = far <= MISPLACED * count
    # five rows more than the best, or all of fewer rows
    excluded = far - best >= min(count, max(FEWEST, 0.02 * count))
    standings: list[Standing] = [
        _standing_by_rows(bool(fit), bool(out), int(outside) / count, bool(fits.any()), count)
        for fit, out, outside in zip(fits, excluded, far, strict=True)
    ]
    return [
        Weight(1 - int(outside) / count, standing, explanation.in_named_units(int(outside), count, what))
        for outside, standing in zip(far, standings, strict=True)
    ]


def _standing_by_rows(fits: bool, excluded: bool, outside: float, any_fits: bool, count: int) -> Standing:
    if count < 3:
        return 'open'
    if excluded and any_fits:
        return 'refuted' if outside >= 2 * MISPLACED else 'excluded'
    if count >= FEWEST and outside > 0.5:
        return 'refuted'
    return 'fits' if fits else 'open'


def by_release(
    rows: NDArray[np.intp], released: Floats, shapes: Geometries, what: Text, placed: list[Placed]
) -> list[Weight]:
    """The same features in the previous release. released: their centroids, shape (n, 2); shapes: of the first rows."""
    moved = [shapely.get_coordinates(each.centres[rows]) - released for each in placed]
    far = [np.nan_to_num(np.hypot(*each.T), nan=np.inf, posinf=np.inf) for each in moved]
    best = int(np.argmin([np.median(each) for each in far]))
    noise = _noise(moved[best], far[best])
    shift = [float(np.nan_to_num(np.hypot(*np.median(each, axis=0)), nan=np.inf, posinf=np.inf)) for each in moved]
    return [
        Weight(
            float((far_m <= NEAR_M).mean()),
            _standing_by_shift(shift_m, noise, min(shift)),
            explanation.moved(len(rows), *_quantiles(far_m), _overlap(each, rows, shapes, shift_m), what),
        )
        for each, far_m, shift_m in zip(placed, far, shift, strict=True)
    ]


def _noise(moved: Floats, far: Floats) -> float:
    """How far chance may move the median: three standard errors; for few rows ten times the farthest distance."""
    if len(moved) < FEWEST:
        return max(1.0, 10 * float(far.max()))
    around = np.hypot(*(moved - np.median(moved, axis=0)).T)
    return max(1.0, 3 * 1.2533 * 1.4826 * float(np.median(around)) / float(np.sqrt(len(moved))))


def _standing_by_shift(shift_m: float, noise_m: float, least_m: float) -> Standing:
    if shift_m <= NEAR_M:
        return 'fits'
    # where no candidate explains the shift, it is the features that moved: how far they may is the layer's matter
    return 'refuted' if least_m <= NEAR_M < shift_m - noise_m else 'open'


def by_neighbours(nearest: list[Floats], what: Text, placed: list[Placed]) -> list[Weight]:
    """Features without a shared key, each with the distance of the nearest one in the previous release.

    A file of the same features has a neighbour at no distance for the right candidate, and for any other at
    a distance like that between features: what is dense enough to hide 224 m does not hide this.
    """
    spacing_m = _spacing(placed[0].centres)
    medians = np.array([np.median(each) for each in nearest])
    best = medians.min()
    decisive = len(nearest[0]) >= FEWEST_NEIGHBOURS and best <= min(NEAR_M, spacing_m / 5)
    standings: list[Standing] = [
        'open' if not decisive else 'refuted' if m >= 5 * max(best, 1) else 'fits' if m <= max(best, 1) else 'open'
        for m in medians
    ]
    return [
        Weight(float((each <= max(best, 1)).mean()), standing, explanation.nearest(len(each), float(median), what))
        for each, standing, median in zip(nearest, standings, medians, strict=True)
    ]


def _spacing(points: Geometries) -> float:
    """Median distance of the points to their nearest other one; 0 where there is none."""
    points = points[np.isfinite(shapely.get_coordinates(points)).all(axis=1)]
    if len(points) < FEWEST_NEIGHBOURS:
        return 0.0
    _, distances = shapely.STRtree(points).query_nearest(
        points, exclusive=True, all_matches=False, return_distance=True
    )
    # points that all lie at one place have no other one
    return float(np.median(distances)) if len(distances) else 0.0


def _within(points: Geometries, area: shapely.Geometry | Geometries) -> NDArray[np.bool_]:
    """Which points are in `area` (one, or one each) or so near that a simplified boundary explains it."""
    return np.asarray(shapely.dwithin(points, area, SIMPLIFIED_M))


def _quantiles(distances: Floats) -> tuple[float, float]:
    """The median, and what 95 % are within."""
    return float(np.median(distances)), float(np.quantile(distances, 0.95))


def _overlap(placed: Placed, rows: NDArray[np.intp], released: Geometries, shift_m: float) -> float | None:
    """Median of intersection over union with the shapes `known` of the first rows; None where these are no polygons."""
    if not len(released) or (shapely.get_dimensions(released) < 2).any() or not shift_m < FAR_M:
        return None
    shapes = shapely.make_valid(placed.shapes(rows[: len(released)]))
    common = shapely.area(shapely.intersection(shapes, released))
    return float(np.median(common / (shapely.area(shapes) + shapely.area(released) - common)))
