"""What follows from a declaration and from how the candidates fit what is known.

- What a person gives by `--crs` is applied, with a warning where everything known speaks against it.
- A declaration that nothing contradicts is applied; the report names the rivals that nothing excludes. Two are held
  where nothing tells: WGS 84 / UTM on VN-2000's ground, as it is nearly always a lost datum, and a zone that nobody
  here uses, as it is nearly always the layer's own under a wrong name.
- A declaration that is contradicted gives way to a candidate that fits and has no rival left, loudly; but never
  to one that supposes a mistake, nor VN-2000 to WGS 84: then as likely the release before is the wrong one.
- Without a declaration a candidate is taken that fits and has no rival left. Everything else is held.
"""

from dataclasses import dataclass, field, replace
from typing import Protocol

from dothi.core.coverage import Coverage
from dothi.core.crs import VN2000_SRIDS, WGS84
from dothi.core.errors import DataRefused
from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.text import Text
from etl.doctor.coordinates import explanation
from etl.doctor.coordinates.candidates import on_vn2000
from etl.doctor.coordinates.case import Case, Weighed, heard
from etl.doctor.coordinates.reading import WGS84_TWINS, Reading, parse_reading
from etl.doctor.coordinates.references import Reference
from etl.doctor.coordinates.sample import Sample
from etl.doctor.coordinates.telling import held_report, report_of
from etl.doctor.declaration import vn2000_by_name, vn2000_by_parameters
from etl.report.model import CrsReport


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
class Decision:
    """The reading that was decided on, or None; what the report says about it."""

    reading: Reading | None
    report: CrsReport
    notes: list[Text] = field(default_factory=list)


def decide(
    source: Declaring,
    named_crs: str | None,
    layer: Layer | Coverage,
    locality: Locality,
    sample: Sample,
    references: list[Reference],
) -> Decision:
    """How the coordinates of `source` are to be read.

    named_crs: what the sender says, which counts before what the file says. references: what is known of the place.
    Raises UnknownCrs for a declaration that nobody knows, and NoPlaces where there is neither a declaration nor
    a place.
    """
    declared = named_crs or source.declared_crs or (None if _cannot_be_implied(source, sample) else source.implied_crs)
    if declared is None and not len(sample):
        raise _no_places(source)
    label = declared_label(named_crs, source)
    if declared is None:
        return _without_declaration(heard(None, label, layer, locality, sample, references))
    reading, notes = _as_meant(declared, named_crs)
    if not len(sample):
        return Decision(reading, CrsReport(declared=label, named=bool(named_crs), decided=reading.label), notes)
    case = heard(reading, label, layer, locality, sample, references)
    if not source.axes_known and case.of(reading).excluded:
        reading, notes = _turned(case, reading, notes)
    if named_crs:
        return _as_given(case, case.of(reading), notes)
    return _as_declared(case, case.of(reading), notes, layer, locality)


def declared_label(named_crs: str | None, source: Declaring) -> str | None:
    """What was declared, as short as it can be said; an implied system is no declaration."""
    declared = named_crs or source.declared_crs
    return parse_reading(declared).label if declared else None


def _cannot_be_implied(source: Declaring, sample: Sample) -> bool:
    """Whether the format says degrees, and the numbers are none."""
    return source.implied_crs is not None and len(sample) > 0 and not sample.are_degrees()


def _as_meant(declared: str, named_crs: str | None) -> tuple[Reading, list[Text]]:
    """The reading that a file's declaration means: one with VN-2000's parameters or name is VN-2000, WGS 84 or not."""
    reading = parse_reading(declared)
    if named_crs:
        return reading, []
    if meant := vn2000_by_parameters(reading.crs):
        return replace(reading, crs=meant), [explanation.by_parameters(meant.label)]
    if meant := vn2000_by_name(declared):
        return replace(reading, crs=meant), [explanation.by_name(meant.label)]
    return reading, []


def _without_declaration(case: Case) -> Decision:
    chosen = case.winner()
    if chosen is None:
        left = [each.reading for each in case.candidates if not each.excluded and each.score > 0.5]
        return _hold(case, explanation.which([reading.label for reading in left if not reading.supposes_a_mistake]))
    note = explanation.by_evidence(chosen.reading.label, chosen.weights[-1].evidence)
    return Decision(chosen.reading, report_of(case, chosen, case.candidates), [note])


def _as_given(case: Case, weighed: Weighed, notes: list[Text]) -> Decision:
    if not weighed.excluded:
        decision = _applied(case, weighed, notes)
    else:
        warning = explanation.against_the_given(weighed.reading.label, case.better(weighed))
        decision = Decision(weighed.reading, report_of(case, weighed, case.candidates), [*notes, warning])
    return replace(decision, report=decision.report.model_copy(update={'named': True}))


def _as_declared(
    case: Case, declared: Weighed, notes: list[Text], layer: Layer | Coverage, locality: Locality
) -> Decision:
    if not declared.excluded:
        doubted = _lost_datum(case, declared, layer, locality) or _unused_zone(case, declared, layer, locality)
        return _hold(case, doubted, notes) if doubted else _applied(case, declared, notes)
    chosen = case.winner()
    if chosen is None or not declared.refuted or not _may_replace(chosen.reading, declared.reading):
        return _hold(case, explanation.contradicted(declared.reading.label, case.better(declared)), notes)
    off = explanation.distance_text(chosen.distance_m(declared))
    note = explanation.overruled(declared.reading.label, chosen.reading.label, off)
    report = report_of(case, chosen, case.candidates).model_copy(update={'overruled': True})
    return Decision(chosen.reading, report, [*notes, note])


def _lost_datum(case: Case, declared: Weighed, layer: Layer | Coverage, locality: Locality) -> Text | None:
    """That a declared WGS 84 / UTM may be VN-2000, where nothing tells; of a raster WGS 84 is the rule."""
    expected = parse_reading(layer.source.crs).crs == declared.reading.crs
    if isinstance(layer, Coverage) or expected or not on_vn2000(locality):
        return None
    srids = [vn2000 for vn2000, wgs84 in WGS84_TWINS.items() if wgs84 == declared.reading.crs.srid != WGS84]
    twin = next((each for each in case.rivals(declared) if each.reading.crs.srid in srids), None)
    return explanation.lost_datum(*_apart(declared, twin)) if twin else None


def _unused_zone(case: Case, declared: Weighed, layer: Layer | Coverage, locality: Locality) -> Text | None:
    """That a declared zone that nobody here uses may be the one that the layer expects, where nothing tells."""
    place, expected = locality.place, parse_reading(layer.source.crs)
    used = {parse_reading(label).crs.srid for label in (place.crs, *place.served_crs)} | {expected.crs.srid}
    if declared.reading.crs.srid not in {*VN2000_SRIDS} - used:
        return None
    own = next((each for each in case.rivals(declared) if each.reading == expected), None)
    return explanation.unused_zone(*_apart(declared, own)) if own else None


def _apart(declared: Weighed, other: Weighed) -> tuple[str, str, Text]:
    return declared.reading.label, other.reading.label, explanation.distance_text(other.distance_m(declared))


def _may_replace(chosen: Reading, declared: Reading) -> bool:
    """Not a supposed mistake, and not VN-2000 by WGS 84."""
    to_wgs84 = declared.crs.srid in VN2000_SRIDS and chosen.crs.srid in WGS84_TWINS.values()
    return not chosen.supposes_a_mistake and not to_wgs84


def _turned(case: Case, reading: Reading, notes: list[Text]) -> tuple[Reading, list[Text]]:
    """Columns called X and Y may be either way round, and the place decides."""
    turned = next((each for each in case.candidates if each.reading == reading.turned()), None)
    if turned is None or turned.excluded:
        return reading, notes
    return turned.reading, [*notes, explanation.northing_first(turned.reading.label)]


def _applied(case: Case, chosen: Weighed, notes: list[Text]) -> Decision:
    return Decision(chosen.reading, report_of(case, chosen, [chosen, *case.rivals(chosen)]), notes)


def _hold(case: Case, note: Text, notes: list[Text] | None = None) -> Decision:
    return Decision(None, held_report(case), [*(notes or []), note])


def _no_places(source: Declaring) -> NoPlaces:
    return NoPlaces(
        vi=f'{source.name}: các hàng đầu không hàng nào có hình học hoặc tọa độ. Gửi tệp có vị trí của đối tượng.',
        en=f'{source.name}: none of the first rows has a geometry or coordinates. '
        'Send a file with the places of its features.',
    )
