"""Which coordinate system a file is in: declared, implied, or undecided with its candidates. Never a silent guess."""

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from dothi.core.coverage import Coverage
from dothi.core.crs import VN2000_SRIDS, Crs, parse_crs, proj_string
from dothi.core.errors import DataRefused
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.declaration import vn2000_by_parameters
from etl.formats.source import Geometries
from etl.moving import move
from etl.reference import Units, extent_polygon
from etl.report import Candidate, CrsReport

SAMPLE = 5_000
# A candidate is decided on without a declaration only where it explains nearly all points and no other comes near.
CONVINCING = 0.99
RIVAL = 0.90
FEWEST_POINTS = 5
SWAPPED = ',yx'


class NoPlaces(DataRefused):
    """No row has coordinates, so there is nothing to judge their system by."""


class Declaring(Protocol):
    """A file as far as it speaks of its coordinates; a `Source` does, and so does a raster."""

    @property
    def name(self) -> str: ...
    @property
    def declared_crs(self) -> str | None: ...
    @property
    def implied_crs(self) -> str | None: ...
    @property
    def axes_known(self) -> bool: ...


@dataclass(frozen=True)
class Reading:
    """A way to read the file's coordinates: a coordinate system, and whether they come as y before x."""

    crs: Crs
    swapped: bool = False

    @property
    def label(self) -> str:
        """`EPSG:9209`, or `EPSG:9209,yx` with the axes swapped; `--crs` takes the same."""
        return self.crs.label + (SWAPPED if self.swapped else '')

    def to(self, geometry: Geometries, srid: int) -> Geometries:
        """`geometry` in the system `srid`, untouched where it is in that system already."""
        if self.swapped:
            geometry = np.asarray(shapely.transform(geometry, lambda xy: xy[:, ::-1]))
        return move(geometry, self.crs.definition, proj_string(srid))


@dataclass(frozen=True)
class Decision:
    """The reading that was decided on, or None; what the report says about it."""

    reading: Reading | None
    report: CrsReport
    notes: list[Text] = field(default_factory=list)


def decide(
    source: Declaring,
    given: str | None,
    layer: Layer | Coverage,
    locality: Locality,
    geometry: Geometries,
    units: list[Units],
) -> Decision:
    """How the coordinates of `source` are to be read.

    given: what the sender says, which counts before what the file says. geometry: a sample of the file.
    units: released units, to judge candidates by. Raises UnknownCrs for a declaration that nobody knows,
    and NoPlaces where there is neither a declaration nor a place.
    """
    declared = given or source.declared_crs or source.implied_crs
    judge = Judge(locality, units, _points(geometry))
    if declared is None and not len(judge.points):
        raise _no_places(source, len(geometry))
    if declared is None:
        return _by_candidates(layer, judge)
    reading, notes = _as_meant(_parse(declared), given)
    decision = Decision(reading, CrsReport(declared=declared_label(given, source), decided=reading.label), notes)
    turned = replace(reading, swapped=not reading.swapped)
    if judge.in_extent(reading) >= RIVAL or not len(judge.points):
        return decision
    if judge.in_extent(turned) >= CONVINCING:
        return _swapped(source, turned, decision, judge)
    return _misfit(source, given, layer, decision, judge)


def _as_meant(reading: Reading, given: str | None) -> tuple[Reading, list[Text]]:
    """The reading that a file's declaration means: one with VN-2000's own parameters is VN-2000, WGS 84 or not."""
    meant = None if given else vn2000_by_parameters(reading.crs)
    if meant is None:
        return reading, []
    note = Text(
        vi=f'Tệp khai báo WGS 84 với tham số chỉ có ở VN-2000, nên hiểu là {meant.label} (nếu không sẽ lệch 224 m).',
        en=f'The file declares WGS 84 with parameters that only VN-2000 has: read as {meant.label} (else 224 m off).',
    )
    return Reading(meant, reading.swapped), [note]


def declared_label(given: str | None, source: Declaring) -> str | None:
    """What was declared, as short as it can be said; an implied system is no declaration."""
    declared = given or source.declared_crs
    return _parse(declared).label if declared else None


def _parse(text: str) -> Reading:
    swapped = text.lower().endswith(SWAPPED)
    return Reading(parse_crs(text[: -len(SWAPPED)] if swapped else text), swapped)


@dataclass(frozen=True)
class Judge:
    """Scores readings by how many of the points fall where the locality is known to be."""

    locality: Locality
    units: list[Units]
    points: Geometries

    def in_extent(self, reading: Reading) -> float:
        """Share of points inside the locality's extent."""
        return self._share(reading, extent_polygon(self.locality))

    def degrees(self) -> bool:
        """Whether the numbers can be longitudes and latitudes."""
        x, y = _coordinates(self.points)
        return bool((np.abs(x) <= 180).all() and (np.abs(y) <= 90).all())

    def candidate(self, reading: Reading) -> Candidate:
        """The reading with its score: share inside the units where any are released, else inside the extent."""
        in_extent = self.in_extent(reading)
        if not self.units:
            return Candidate(crs=reading.label, score=round(in_extent, 4), evidence=self._extent_evidence(in_extent))
        units = self.units[0]
        share = self._share(reading, shapely.union_all(units.polygons))
        return Candidate(crs=reading.label, score=round(share, 4), evidence=self._unit_evidence(units, share))

    def _share(self, reading: Reading, area: shapely.Geometry) -> float:
        if not len(self.points):
            return 0.0
        shapely.prepare(area)
        x, y = _coordinates(reading.to(self.points, self.locality.srid))
        finite = np.isfinite(x) & np.isfinite(y)
        return float(np.count_nonzero(shapely.intersects_xy(area, x[finite], y[finite])) / len(x))

    def _extent_evidence(self, share: float) -> Text:
        return Text(
            vi=f'{share:.1%} trong {len(self.points)} điểm nằm trong khung của địa phương; '
            'khung không phân biệt được múi chiếu',
            en=f'{share:.1%} of {len(self.points)} points lie in the extent of the locality, '
            'which does not tell zones apart',
        )

    def _unit_evidence(self, units: Units, share: float) -> Text:
        title, demo = units.layer.title, units.demo
        return Text(
            vi=f'{share:.1%} trong {len(self.points)} điểm nằm trong {title.vi.lower()} (phiên bản {units.release}'
            f'{", dữ liệu minh họa" if demo else ""})',
            en=f'{share:.1%} of {len(self.points)} points lie in {title.en.lower()} (release {units.release}'
            f'{", demonstration data" if demo else ""})',
        )


def _by_candidates(layer: Layer | Coverage, judge: Judge) -> Decision:
    """Decided only by real unit polygons that one reading fits and no other does; else undecided."""
    candidates = sorted((judge.candidate(r) for r in _readings(layer, judge)), key=lambda c: -c.score)
    best, others = candidates[0], candidates[1:]
    known = bool(judge.units) and not judge.units[0].demo and len(judge.points) >= FEWEST_POINTS
    sure = known and best.score >= CONVINCING and all(other.score < RIVAL for other in others)
    report = CrsReport(declared=None, decided=best.crs if sure else None, candidates=candidates)
    return Decision(_parse(best.crs) if sure else None, report, [] if sure else [_say_which(candidates)])


def _readings(layer: Layer | Coverage, judge: Judge) -> list[Reading]:
    """What is worth trying: what the layer expects, and the neighbours for which it is mistaken."""
    place = judge.locality.place
    systems = [layer.source.crs, place.crs, *place.served_crs, *(f'EPSG:{srid}' for srid in _neighbours(judge))]
    parsed = [parse_crs(system) for system in systems]
    by_label = {crs.label: crs for crs in parsed}
    return [Reading(crs, swapped) for crs in by_label.values() for swapped in (False, True)]


def _neighbours(judge: Judge) -> list[int]:
    """VN-2000 systems in which at least some points fall into the extent."""
    found = [Reading(parse_crs(f'EPSG:{srid}')) for srid in VN2000_SRIDS]
    near = [r for r in found if max(judge.in_extent(r), judge.in_extent(replace(r, swapped=True))) > 0]
    return [reading.crs.srid for reading in near if reading.crs.srid]


def _say_which(candidates: list[Candidate]) -> Text:
    likely = ', '.join(candidate.crs for candidate in candidates if candidate.score > 0.5) or '–'
    return Text(
        vi=f'Tệp không nói hệ tọa độ và bằng chứng chưa đủ để quyết định (có thể: {likely}). Cho biết bằng --crs.',
        en=f'The file names no coordinate system, and the evidence does not decide (possible: {likely}). '
        'Name it with --crs.',
    )


def _swapped(source: Declaring, turned: Reading, decision: Decision, judge: Judge) -> Decision:
    """Columns called X and Y may be either way round, and the place decides; elsewhere a person must say so."""
    candidates = [judge.candidate(turned)]
    if not source.axes_known:
        note = Text(
            vi='Cột X là tọa độ bắc, cột Y là tọa độ đông: chỉ như vậy các điểm mới nằm trong địa phương.',
            en='The column X is the northing and Y the easting: only so do the points lie in the locality.',
        )
        report = CrsReport(declared=decision.report.declared, decided=turned.label, candidates=candidates)
        return Decision(turned, report, [*decision.notes, note])
    note = Text(
        vi=f'Các điểm chỉ nằm trong địa phương khi đổi chỗ x và y. Sửa tệp, hoặc dùng --crs {turned.label}.',
        en=f'The points lie in the locality only with x and y swapped. Correct the file, or use --crs {turned.label}.',
    )
    return Decision(None, CrsReport(declared=decision.report.declared, candidates=candidates), [note])


def _misfit(
    source: Declaring, given: str | None, layer: Layer | Coverage, decision: Decision, judge: Judge
) -> Decision:
    """Few points fit what was declared: it is kept with a warning, but for an implication that cannot be true."""
    if not (given or source.declared_crs) and not judge.degrees():
        return _by_candidates(layer, judge)
    share = judge.in_extent(_parse(decision.report.decided or ''))
    candidates = sorted((judge.candidate(r) for r in _readings(layer, judge)), key=lambda c: -c.score)
    better = [candidate for candidate in candidates if candidate.score > share][:5]
    note = Text(
        vi=f'Chỉ {share:.0%} điểm nằm trong địa phương theo {decision.report.decided}. Kiểm tra hệ tọa độ.',
        en=f'Only {share:.0%} of the points lie in the locality in {decision.report.decided}. '
        'Check the coordinate system.',
    )
    report = decision.report.model_copy(update={'candidates': better})
    return Decision(decision.reading, report, [*decision.notes, note])


def _no_places(source: Declaring, rows: int) -> NoPlaces:
    return NoPlaces(
        vi=f'{source.name}: {rows} hàng đầu không hàng nào có hình học hoặc tọa độ. Gửi tệp có vị trí của đối tượng.',
        en=f'{source.name}: none of the first {rows} rows has a geometry or coordinates. '
        'Send a file with the places of its features.',
    )


def _points(geometry: Geometries) -> Geometries:
    """One point inside each geometry, at most SAMPLE of them, spread over all."""
    usable = geometry[~(shapely.is_missing(geometry) | shapely.is_empty(geometry))]
    step = max(1, len(usable) // SAMPLE)
    return np.asarray(shapely.point_on_surface(usable[::step][:SAMPLE]))


def _coordinates(points: Geometries) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return shapely.get_x(points), shapely.get_y(points)
