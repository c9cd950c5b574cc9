"""Codes of administrative units in rows: known on the day, and the row lies in the unit that it names."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from dothi.core.layer import Layer
from dothi.core.locality import Locality
from dothi.core.row_faults import FaultCode
from dothi.core.text import Text
from etl.doctor.columns import Matching
from etl.formats.source import Geometries
from etl.reference import Units
from etl.report.problems import Finding

# A wrong zone moves rows by 26 or 52 km, a simplified boundary by 150 m.
FAR_M = 2_000.0


@dataclass(frozen=True)
class Parent:
    """What is known of the units that the layer's `column` names.

    listed: what the register says of each; polygons: those that are released. One of the two may be empty.
    """

    column: str
    layer: str
    on: date
    listed: dict[str, dict[str, str]]
    polygons: dict[str, shapely.Geometry]
    title: Text

    @property
    def codes(self) -> list[str]:
        """The codes in force on the day."""
        return sorted(self.listed or self.polygons)


def parents(layer: Layer, locality: Locality, units: list[Units], on: date) -> list[Parent]:
    """The units behind each of the layer's columns with a `unit_layer` of which any unit is known on the day `on`.

    A layer with a period of validity has rows of other days too, whose units this day says nothing of: none then.
    """
    if layer.publish.validity is not None:
        return []
    unit_layer_of = {name: column.unit_layer for name, column in layer.columns.items() if column.unit_layer}
    candidates = [_parent(name, unit_layer, locality, units, on) for name, unit_layer in unit_layer_of.items()]
    return [parent for parent in candidates if parent.codes]


def unknown_units(typed: dict[str, Any], parents: list[Parent], matching: Matching) -> list[Finding]:
    """Rows whose code is no unit's on that day."""
    findings = []
    for parent in parents:
        codes = typed[parent.column]
        strange = pc.and_(pc.is_valid(codes), pc.invert(pc.is_in(codes, pa.array(parent.codes, pa.string()))))
        rows = np.flatnonzero(np.asarray(strange))
        if rows.size:
            findings.append(Finding('unknown_unit', rows, _unknown(parent), matching.source(parent.column)))
    return findings


def outside_parents(
    typed: dict[str, Any], geometry: Geometries, parents: list[Parent], matching: Matching, tolerance_m: float | None
) -> list[Finding]:
    """Rows that lie farther than `tolerance_m` outside the unit that they name, and those that lie FAR_M away or more.

    A row lies where its point on the surface is: a road or a parcel may cross the boundary. geometry: in the
    working CRS, None where absent. Only units with a known polygon can tell. tolerance_m: None for far ones only.
    """
    if not any(parent.polygons for parent in parents):
        return []
    points = shapely.point_on_surface(geometry)
    findings: list[Finding] = []
    for parent in parents:
        distances_m = distances_to_units(typed[parent.column], points, parent)
        near = (
            (distances_m > tolerance_m) & (distances_m < FAR_M)
            if tolerance_m is not None
            else np.zeros(len(distances_m), dtype=bool)
        )
        by_code: tuple[tuple[FaultCode, NDArray[np.bool_]], ...] = (
            ('outside_parent', near),
            ('far_from_unit', distances_m >= FAR_M),
        )
        for code, selected in by_code:
            rows = np.flatnonzero(selected)
            if rows.size:
                says = [_outside(distance, parent) for distance in distances_m[rows]]
                findings.append(Finding(code, rows, says, matching.source(parent.column)))
    return findings


def _parent(column: str, unit_layer: str, locality: Locality, units: list[Units], on: date) -> Parent:
    released = [units_release for units_release in units if units_release.layer.id == unit_layer]
    polygons = {code: units_release.polygon(code) for units_release in released for code in set(units_release.codes)}
    layer = locality.layers.get(unit_layer)
    listed = locality.register(layer.register_, on) if layer and layer.register_ else {}
    title = layer.title if layer else Text(vi=unit_layer, en=unit_layer)
    return Parent(column, unit_layer, on, listed, polygons or _above(unit_layer, listed, locality, units), title)


def _above(
    unit_layer: str, listed: dict[str, dict[str, str]], locality: Locality, units: list[Units]
) -> dict[str, shapely.Geometry]:
    """The polygons of the units above those of `unit_layer`, by the codes below, where only those are released."""
    layer = locality.layers.get(unit_layer)
    filled = layer.register_.fill if layer and layer.register_ else []
    above = {name: column.unit_layer for name, column in (layer.columns if layer else {}).items() if column.unit_layer}
    for name in (name for name in above if name in filled):
        upper_units = next((each for each in units if each.layer.id == above[name]), None)
        if upper_units is not None:
            polygons = {code: upper_units.polygon(code) for code in set(upper_units.codes)}
            return {code: polygons[row[name]] for code, row in listed.items() if row[name] in polygons}
    return {}


def distances_to_units(codes: Any, points: Geometries, parent: Parent) -> NDArray[np.float64]:
    """Metres from each point to the unit that its row names, 0 inside it, nan where either is unknown."""
    encoded = pc.dictionary_encode(codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes)
    index = np.asarray(pc.fill_null(encoded.indices, -1))
    distances_m = np.full(len(points), np.nan)
    for position, code in enumerate(encoded.dictionary.to_pylist()):
        polygon = parent.polygons.get(code)
        if polygon is not None:
            rows = np.flatnonzero(index == position)
            shapely.prepare(polygon)
            out = rows[~shapely.intersects(polygon, points[rows])]
            distances_m[rows] = 0
            distances_m[out] = shapely.distance(polygon, points[out])
    return distances_m


def _unknown(parent: Parent) -> Text:
    return Text(
        vi='không phải là mã đơn vị ({parent}) có hiệu lực ngày {on:%d/%m/%Y}. Sửa mã, hoặc cho biết dữ liệu là của '
        'ngày nào.',
        en='is not the code of a unit ({parent}) in force on {on}. Correct it, or say of which day the data is.',
    ).format(parent=parent.title, on=parent.on)


def _outside(distance: float, parent: Parent) -> Text:
    return Text(
        vi='là đơn vị ({parent}) mà đối tượng nằm cách {distance:.0f} m. Sửa mã hoặc vị trí.',
        en='is a unit ({parent}) from which the feature lies {distance:.0f} m away. Correct code or place.',
    ).format(parent=parent.title, distance=distance)
