"""Changes held against the layers, rasters and norms that they name, when a version is stored.

Each fault names its change by number. What the author may not see is absent here too: there is no such layer.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.coverage import Coverage
from dothi.core.errors import did_you_mean
from dothi.core.layer import Audience
from dothi.core.locality import Locality
from dothi.core.shape_flaws import flaw_in_words
from dothi.core.text import Text
from etl.editing.checks import Fault, Unfit
from processes.scenario.changes import (
    OF_FEATURES,
    Change,
    Dike,
    FeatureChange,
    NormValue,
    RasterChange,
    documents_of,
)
from processes.scenario.feature_checking import check_features
from processes.scenario.norm_values import rows_meant
from processes.scenario.numbered import NumberedChange, read_shape, unreadable


def check_changes(
    changes: Sequence[Change], db: Connection, locality: Locality, audience: Audience
) -> list[dict[str, Any]]:
    """The changes in the form in which they are stored; raises Unfit with every fault.

    db: a connection that reads as their author does.
    """
    checked, faults = [*changes], list[Fault]()
    by_layer: dict[str, list[NumberedChange[FeatureChange]]] = {}
    for number, change in enumerate(changes, start=1):
        if isinstance(change, OF_FEATURES):
            by_layer.setdefault(change.layer, []).append(NumberedChange(number, change))
        elif isinstance(change, NormValue):
            faults += norm_faults(NumberedChange(number, change), locality)
        else:
            faults += raster_faults(NumberedChange(number, change), locality, audience)
    for layer_id, of_layer in by_layer.items():
        stored, layer_faults = check_features(layer_id, of_layer, db, locality, audience)
        faults += layer_faults
        for numbered in stored:
            checked[numbered.number - 1] = numbered.change
    if faults:
        raise Unfit(sorted(faults, key=lambda fault: int(fault.pointer.split('/')[2])))
    return documents_of(checked)


def norm_faults(numbered: NumberedChange[NormValue], locality: Locality) -> Iterator[Fault]:
    """A fault unless the change means a row that is in force."""
    change, on = numbered.change, locality.place.reference_date
    norms = locality.norms(change.norm, on)
    if not norms:
        hint = did_you_mean(change.norm, {norm.norm for norm in locality.norm_values if norm.in_force(on)})
        says = Text(vi='không có quy chuẩn "{norm}". {hint}', en='there is no norm "{norm}". {hint}')
        yield numbered.fault('/norm', 'unknown_norm', says.format(norm=change.norm, hint=hint))
    elif not rows_meant(norms, change):
        rows = '; '.join(
            ', '.join([norm.subject, norm.condition, *([norm.class_range] if norm.classed else [])]) for norm in norms
        )
        says = Text(
            vi='quy chuẩn "{norm}" có các dòng (subject, condition, class): {rows}.',
            en='the rows of "{norm}" are (subject, condition, class): {rows}.',
        )
        yield numbered.fault('/subject', 'unknown_norm_row', says.format(norm=change.norm, rows=rows))


def raster_faults(numbered: NumberedChange[RasterChange], locality: Locality, audience: Audience) -> Iterator[Fault]:
    """What is wrong with a dike or with ground."""
    change, coverages = numbered.change, locality.coverages_for(audience)
    if change.coverage not in coverages:
        hint = did_you_mean(change.coverage, coverages)
        says = Text(vi='không có raster "{name}". {hint}', en='there is no coverage "{name}". {hint}')
        yield numbered.fault('/coverage', 'unknown_coverage', says.format(name=change.coverage, hint=hint))
        return
    yield from _height_faults(numbered, coverages[change.coverage])
    yield from _shape_faults(numbered, locality)


def _height_faults(numbered: NumberedChange[RasterChange], coverage: Coverage) -> Iterator[Fault]:
    """What is wrong with the height: the coverage holds none, or it is none that the coverage can hold."""
    band = next(iter(coverage.bands.values()))
    if band.unit != 'm':
        says = Text(vi='raster "{name}" không phải là độ cao (m).', en='the coverage "{name}" holds no heights in m.')
        yield numbered.fault('/coverage', 'no_heights', says.format(name=coverage.id))
        return
    change = numbered.change
    place, height_m = ('/crest_m', change.crest_m) if isinstance(change, Dike) else ('/level_m', change.level_m)
    if not band.inside(height_m):
        says = Text(
            vi='{height} m nằm ngoài khoảng của raster, {range} m.',
            en='{height} m is outside the range of the coverage, {range} m.',
        )
        yield numbered.fault(place, 'height', says.format(height=height_m, range=f'{band.min} – {band.max}'))


def _shape_faults(numbered: NumberedChange[RasterChange], locality: Locality) -> Iterator[Fault]:
    """What is wrong with the place of a dike, a line, or of ground, an area."""
    kind = 'LineString' if isinstance(numbered.change, Dike) else 'Polygon'
    shape = read_shape(numbered.change.geometry)
    if shape is None or shape.is_empty:
        yield unreadable(numbered)
    elif shape.geom_type != kind:
        says = Text(vi='hình học phải là {kind}.', en='the geometry must be a {kind}.')
        yield numbered.fault('/geometry', 'geometry_type', says.format(kind=kind))
    elif not shapely.is_valid(shape):
        flaw = flaw_in_words(shapely.is_valid_reason(shape))
        says = Text(vi=f'hình học không hợp lệ ({flaw.vi}).', en=f'the geometry is not valid ({flaw.en}).')
        yield numbered.fault('/geometry', 'geometry_invalid', says)
    elif not shapely.box(*locality.place.extent_wgs84).intersects(shape):
        says = Text(vi='hình học nằm ngoài địa phương.', en='the geometry lies outside the locality.')
        yield numbered.fault('/geometry', 'outside_locality', says)
