"""Repairs that change nothing that anybody meant: done only where the layer file allows them, and always told."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from dothi.core.layer import GeometryType, Layer, Repair
from dothi.core.text import Text
from etl.formats.source import Geometries, RawBatch
from etl.moving import without
from etl.report.problems import Finding
from etl.shape import fit, invalid

# A repair that moves more than a thousandth of the area is a change of the feature, and its sender's to make.
AREA_KEPT = 0.001
SAYS: dict[Repair, Text] = {
    'close_rings': Text(vi='đã khép kín đường bao.', en='its ring was closed.'),
    'make_valid': Text(vi='đã sửa hình tự chạm, diện tích giữ nguyên.', en='it touched itself; made valid, area kept.'),
    'drop_repeated_points': Text(vi='đã bỏ đỉnh lặp lại.', en='repeated points were dropped.'),
}


@dataclass(frozen=True)
class Mended:
    """One repair of one row of a batch. before: the geometry as it came, None where it could not be built at all."""

    row: int
    repair: Repair
    before: shapely.Geometry | None
    after: shapely.Geometry


@dataclass(frozen=True)
class Repaired:
    """Geometries of a batch in the file's coordinates after the repairs; what was done; what the reader still finds."""

    geometry: Geometries
    findings: list[Finding]
    done: list[Mended] = field(default_factory=list)


def repaired(batch: RawBatch, layer: Layer) -> Repaired:
    """The batch's geometry with the vertices put right as the layer allows.

    Shapes are made valid later, where they are found invalid: looking for them twice would cost as much as a COPY.
    """
    allowed = layer.checks.repair
    state = Repaired(batch.geometry, batch.findings)
    if 'close_rings' in allowed and batch.unbuilt:
        state = _close_rings(state, batch.unbuilt)
    if 'drop_repeated_points' in allowed:
        state = _drop_repeated(state)
    return state


def repeats_points(geometry: Geometries) -> NDArray[np.bool_]:
    """Which lines and polygons have a vertex twice in a row, or seem to where two parts meet."""
    xy, owner = shapely.get_coordinates(geometry, return_index=True)
    again = (xy[1:] == xy[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    repeating = np.zeros(len(geometry), dtype=bool)
    repeating[owner[1:][again]] = True
    return repeating & (shapely.get_dimensions(geometry) > 0)


def valid(geometry: Geometries, target_type: GeometryType) -> Geometries:
    """Polygons made valid; None where that would change the area by more than a thousandth, or the kind.

    By structure, not by lines: two parts that overlap are joined and do not leave a hole.
    """
    finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
    made = shapely.make_valid(without(geometry, ~finite), method='structure', keep_collapsed=False)
    made = fit(made, target_type).geometry
    before, after = shapely.area(geometry), shapely.area(made)
    keeps_area = (after > 0) & (np.abs(after - before) <= AREA_KEPT * before)
    return without(made, ~keeps_area | invalid(made))


def replaced(
    geometry: Geometries, rows: NDArray[np.intp], after: Geometries, repair: Repair
) -> tuple[Geometries, list[Mended]]:
    """`geometry` with `after` at `rows`, where that is something else than before; and what was done."""
    before = geometry[rows]
    changed = ~shapely.is_missing(after) & ~shapely.equals_identical(before, after)
    new = geometry.copy()
    new[rows[changed]] = after[changed]
    trios = zip(rows[changed], before[changed], after[changed], strict=True)
    return new, [Mended(int(row), repair, old, mended) for row, old, mended in trios]


def _close_rings(state: Repaired, unbuilt: dict[int, bytes]) -> Repaired:
    """Rings that lack their last point, closed; what is broken otherwise stays broken."""
    rows = np.array(sorted(unbuilt), dtype=np.intp)
    built = shapely.from_wkb([unbuilt[int(row)] for row in rows], on_invalid='fix')
    closed = ~shapely.is_missing(built)
    rows, built = rows[closed], built[closed]
    geometry = state.geometry.copy()
    geometry[rows] = built
    done = [Mended(int(row), 'close_rings', None, after) for row, after in zip(rows, built, strict=True)]
    broken = shapely.is_missing(geometry)
    # a reader calls a geometry broken that it could not build, and here it is
    findings = [f.only(broken) if f.code == 'geometry_invalid' else f for f in state.findings]
    return Repaired(geometry, [finding for finding in findings if finding.rows.size], state.done + done)


def _drop_repeated(state: Repaired) -> Repaired:
    rows = np.flatnonzero(repeats_points(state.geometry))
    if not rows.size:
        return state
    before = state.geometry[rows]
    geometry, done = replaced(state.geometry, rows, shapely.remove_repeated_points(before, 0), 'drop_repeated_points')
    return Repaired(geometry, state.findings, state.done + done)
