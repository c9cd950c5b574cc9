"""How well each cell suits, by weighted criteria, and the best areas: pure functions on tiles of a grid.

A tile can be computed anywhere from a `Search` alone. Method and sources: docs/explanation/site-suitability.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from dothi.core.arrays import Floats, Geometries, Ints
from dothi.core.grid import Grid
from processes.ground.criterion_values import Limits, Values
from processes.ground.geotiff import Heights
from processes.ground.tiles import Rim, Tile, join_tiles, label_patches, mask_of, numbers_in, rim_of


@dataclass(frozen=True)
class Factor:
    """A criterion with all that it needs. share: of the weights, 0 for one that only allows or forbids.

    The score is 0 at `worst`, 1 at `best` and linear between. A cell that is anywhere below `at_least` or above
    `at_most` is out.
    """

    name: str
    values: Values
    share: float
    worst: float
    best: float
    at_least: float = -math.inf
    at_most: float = math.inf


@dataclass(frozen=True)
class Search:
    """Where to look: within these areas, by these factors, for areas whose cells all score `threshold` or more."""

    grid: Grid
    within: Geometries
    factors: list[Factor]
    threshold: float
    # cells that the outer border of these areas passes through, which lie in them in part only
    border: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    # the same factors with other weights or limits, by which the areas that are good are scored too
    varied: Sequence[Sequence[Factor]] = ()


@dataclass(frozen=True)
class ScoredTile:
    """A tile: its scores (NaN where nothing may be built), the rim of its good areas, and sums by label of these.

    sums: cells, score, value and score of each factor, then of each variation the score, and the cells that it would
    leave good; shape (2 + 2 * factors + 2 * variations, labels + 1).
    """

    scores: Heights
    rim: Rim
    sums: Floats


@dataclass(frozen=True)
class Site:
    """A good area. number: in the numbering of `joined`; values, scores: means of each factor over its cells.

    varied: by variation its mean score, and the share of its cells that still are good.
    """

    number: int
    cells: int
    score: float
    values: list[float]
    scores: list[float]
    varied: list[tuple[float, float]] = field(default_factory=list)


def score_tile(search: Search, tile: Tile) -> ScoredTile:
    """The scores of a tile, and its areas that reach the threshold."""
    wide = tile.overlapping(search.grid)
    values = [factor.values.on(search.grid, wide) for factor in search.factors]
    parts = [
        fuzzy_scores(value, factor.worst, factor.best) for value, factor in zip(values, search.factors, strict=True)
    ]
    total = _weighted_scores(parts, search.factors, wide)
    total[~allowed_cells(search, wide, values)] = np.nan
    labels = label_patches(total >= np.float32(search.threshold), 4)
    core = slice(0, tile.height), slice(0, tile.width)
    rim = rim_of(labels)
    layers = [total, *(array for pair in zip(values, parts, strict=True) for array in pair)]
    for factors in search.varied:
        varied = _varied_scores(values, factors, wide)
        layers += [varied, (varied >= np.float32(search.threshold)).astype(np.float32)]
    return ScoredTile(total[core], rim, _sums_by_label(labels[core], [array[core] for array in layers], rim.count))


def _varied_scores(values: list[Heights], factors: Sequence[Factor], tile: Tile) -> Heights:
    parts = [fuzzy_scores(value, factor.worst, factor.best) for value, factor in zip(values, factors, strict=True)]
    return _weighted_scores(parts, factors, tile)


def _weighted_scores(parts: list[Heights], factors: Sequence[Factor], tile: Tile) -> Heights:
    """The scores by their shares, to a millionth: 0.7 twice is 0.7, and not a hair less, which would miss a threshold.

    Where criteria only allow or forbid, what is allowed suits fully.
    """
    if not any(factor.share for factor in factors):
        return np.ones(tile.shape, dtype=np.float32)
    total = np.zeros(tile.shape, dtype=np.float32)
    for part, factor in zip(parts, factors, strict=True):
        total += part * np.float32(factor.share)
    return np.round(total, 6, out=total)


def allowed_cells(search: Search, tile: Tile, values: list[Heights]) -> NDArray[np.bool_]:
    """The cells that lie wholly within the area, that no hard limit forbids anywhere, and of which all is known."""
    is_allowed = numbers_in(search.within, search.grid, tile) > 0
    is_allowed &= ~mask_of(search.border, search.grid, tile)
    for value, factor in zip(values, search.factors, strict=True):
        is_allowed &= ~np.isnan(value)
        limits = Limits(factor.at_least, factor.at_most)
        if limits.any:
            is_allowed &= factor.values.keeps(search.grid, tile, limits)
    return np.asarray(is_allowed)


def fuzzy_scores(values: Heights, worst: float, best: float) -> Heights:
    """0 at `worst` and beyond, 1 at `best` and beyond, linear between them; which of them is greater does not matter.

    Where both are one, 1 from there on upwards.
    """
    if worst == best:
        return np.where(values >= best, np.float32(1), np.float32(0))
    return np.asarray(np.clip((values - np.float32(worst)) / np.float32(best - worst), 0, 1))


def best_sites(
    tiles: list[Tile], scored_parts: list[tuple[Rim, Floats]], least_cells: float, most: int, variations: int = 0
) -> tuple[list[Site], list[Ints]]:
    """The best areas of at least so many cells, best mean score first, then the largest; and `joined` of the tiles."""
    areas = join_tiles(tiles, [rim for rim, _ in scored_parts])
    count = max((int(area.max(initial=0)) for area in areas), default=0)
    sums = np.zeros((len(scored_parts[0][1]) if scored_parts else 2, count + 1))
    for area, (_, part) in zip(areas, scored_parts, strict=True):
        sums += np.stack([np.bincount(area, weights=row, minlength=count + 1) for row in part])
    large = np.flatnonzero(sums[0] >= max(least_cells, 1))
    large = large[large > 0]
    mean = sums[:, large] / sums[0, large]
    # means that differ by rounding are one
    order = np.lexsort([large, -sums[0, large], -np.round(mean[1], 6)])[:most]
    return [_summarise_site(int(large[i]), int(sums[0, large[i]]), mean[1:, i], variations) for i in order], areas


def number_sites(scores: Heights, threshold: float, ranks: Ints, tile: Tile) -> NDArray[np.int32]:
    """The rank of the site that each cell of the tile belongs to, 0 for none.

    scores: of the tile as it overlaps the next ones, so that its areas get the numbers that they had. ranks: by label.
    """
    labels = label_patches(scores >= np.float32(threshold), 4)[: tile.height, : tile.width]
    return np.asarray(ranks[labels], dtype=np.int32)


def _summarise_site(number: int, cells: int, means: Floats, variations: int) -> Site:
    own, varied = means[: len(means) - 2 * variations], means[len(means) - 2 * variations :].reshape(-1, 2)
    pairs = [(float(score), float(good)) for score, good in varied]
    return Site(number, cells, float(own[0]), own[1::2].tolist(), own[2::2].tolist(), pairs)


def _sums_by_label(labels: NDArray[np.int32], arrays: list[Heights], count: int) -> Floats:
    """Cells and sums of the arrays by label; what has no label is not looked at."""
    good = labels > 0
    label = labels[good]
    weights = [None, *(array[good].astype(np.float64) for array in arrays)]
    return np.stack([np.bincount(label, weights=weight, minlength=count + 1).astype(np.float64) for weight in weights])
