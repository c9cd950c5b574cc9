"""Geometry of a batch in the working CRS, and what is wrong with it."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray

from dothi.core.layer import Layer
from dothi.core.text import Text
from etl.doctor.coordinates import Reading
from etl.doctor.rows.repair import Mended, replaced, valid
from etl.formats.source import Geometries
from etl.moving import without
from etl.report.problems import Finding
from etl.shape import fit, invalid, invalid_finding


@dataclass(frozen=True)
class Area:
    """The area in which geometry may lie: the locality's extent, and the unit that the delivery is limited to."""

    extent: shapely.Geometry
    unit: shapely.Geometry | None = None
    unit_code: str | None = None


@dataclass(frozen=True)
class Placed:
    """Geometry in the working CRS, None where faulty or absent; faults; how many lost a Z or M; what was mended."""

    geometry: Geometries
    findings: list[Finding]
    flattened: int
    mended: list[Mended] = field(default_factory=list)


def place(
    geometry: Geometries,
    layer: Layer,
    reading: Reading,
    srid: int,
    area: Area,
    earlier_findings: list[Finding],
    mend: bool = False,
) -> Placed:
    """`geometry` of the layer's kind, valid, in the system `srid` and inside `area`.

    earlier_findings: faults that the reader found in the same rows, which are not told a second time. mend: whether
    what is invalid is to be made valid where that keeps the area.
    """
    shaped = fit(geometry, layer.geometry)
    findings = [_without(finding, earlier_findings, len(geometry)) for finding in shaped.findings]
    usable = shaped.geometry
    bad = invalid(usable)
    mended: list[Mended] = []
    if mend and bad.any():
        rows = np.flatnonzero(bad)
        usable, mended = replaced(usable, rows, valid(usable[rows], layer.geometry), 'make_valid')
        bad[[repair.row for repair in mended]] = False
    if bad.any():
        findings.append(invalid_finding(usable, bad))
        usable = without(usable, bad)
    moved = _move(usable, reading, srid)
    outside = _outside(moved, area.extent)
    findings.append(Finding('outside_locality', np.flatnonzero(outside), _OUTSIDE))
    moved = without(moved, outside)
    if area.unit is not None:
        elsewhere = ~shapely.is_missing(moved) & ~_inside(moved, area.unit)
        findings.append(Finding('outside_scope', np.flatnonzero(elsewhere), _elsewhere(area.unit_code)))
    return Placed(moved, [finding for finding in findings if finding.rows.size], shaped.flattened, mended)


def _without(finding: Finding, earlier_findings: list[Finding], rows: int) -> Finding:
    new = np.ones(rows, dtype=bool)
    for other in earlier_findings:
        new[other.rows] = False
    return finding.only(new)


def _move(geometry: Geometries, reading: Reading, srid: int) -> Geometries:
    moved = np.full(len(geometry), None)
    present = ~shapely.is_missing(geometry)
    moved[present] = reading.to(geometry[present], srid)
    return moved


def _outside(geometry: Geometries, extent: shapely.Geometry) -> NDArray[np.bool_]:
    """Which geometries are not wholly inside `extent`; one vertex at 0 0 is enough to be outside."""
    shapely.prepare(extent)
    covered = shapely.covers(extent, without(geometry, ~_finite(geometry)))
    return np.asarray(~shapely.is_missing(geometry) & ~covered)


def _finite(geometry: Geometries) -> NDArray[np.bool_]:
    """Which geometries have only finite coordinates: PROJ gives infinity for a place that it cannot project."""
    return np.asarray(np.isfinite(shapely.bounds(geometry)).all(axis=1))


def _inside(geometry: Geometries, unit: shapely.Geometry) -> NDArray[np.bool_]:
    shapely.prepare(unit)
    points = shapely.point_on_surface(geometry)
    return np.asarray(shapely.intersects(unit, points))


_OUTSIDE = Text(
    vi='nằm ngoài khung của địa phương. Kiểm tra hệ tọa độ, thứ tự trục và vị trí.',
    en="lies outside the locality's extent. Check the coordinate system, the order of axes and the place.",
)


def _elsewhere(code: str | None) -> Text:
    return Text(
        vi=f'nằm ngoài đơn vị {code} mà đợt giao này giới hạn. Bỏ hàng này, hoặc gửi tệp là của cả địa phương.',
        en=f'lies outside the unit {code} to which this delivery is limited. Remove it, or send the file as one of '
        'the whole locality.',
    )
