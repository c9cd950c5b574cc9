"""What is known of the place: the layer's previous release, the units that rows name, the units, the extent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from psycopg2.extensions import connection as Connection

from dothi.core.layer import Layer
from dothi.core.locality import Locality
from etl.doctor.columns import Matching
from etl.doctor.coordinates import explanation
from etl.doctor.coordinates.previous import centroids_in, nearest, same_features
from etl.doctor.coordinates.sample import Sample
from etl.doctor.coordinates.scoring import (
    FEWEST_NEIGHBOURS,
    Placed,
    Weight,
    by_extent,
    by_named_units,
    by_neighbours,
    by_release,
    by_units,
)
from etl.reference import Units, extent_polygon, release_of


@dataclass(frozen=True)
class Reference:
    """Something known, and how candidates are weighed by it. real: it decides; demonstration data only speaks."""

    weigh: Callable[[list[Placed]], list[Weight]]
    real: bool = True


def units_alone(units: list[Units], locality: Locality) -> list[Reference]:
    """What is known of a file without attributes: the units all together, and the extent."""
    extent = extent_polygon(locality)
    references = [Reference(lambda placed: by_extent(extent, placed))]
    if units:
        area, what = (
            shapely.union_all(units[0].polygons),
            explanation.release(units[0].layer.title, units[0].release, units[0].demo),
        )
        references.append(Reference(lambda placed: by_units(area, what, placed), not units[0].demo))
    return references


def known_of_units(
    layer: Layer, locality: Locality, matching: Matching, sample: Sample, units: list[Units], on: date
) -> list[Reference]:
    """What units and the extent say of the rows of `sample`, whose columns are those of `columns_of`."""
    columns = _layer_columns(matching, sample)
    named = (_units_named_in(columns, name, locality, units, on) for name in _codes(layer))
    return [*units_alone(units, locality), *(reference for reference in named if reference)]


def known_of_release(
    db: Connection, layer: Layer, matching: Matching, sample: Sample, on: date, within: shapely.Geometry | None
) -> list[Reference]:
    """What the layer's current release says of the rows; nothing before the first.

    within: the area whose features alone are asked; None for all of them. The evidence says how far they lie away.
    """
    previous = _previous(db, layer, _layer_columns(matching, sample), sample, on, within)
    return [previous] if previous else []


def _layer_columns(matching: Matching, sample: Sample) -> dict[str, list[str | None]]:
    return {name: sample.columns[source] for name, source in matching.source_of.items() if source in sample.columns}


def columns_of(layer: Layer, matching: Matching) -> list[str]:
    """The file's columns that tell which feature a row is, or in which unit it lies."""
    column_names = dict.fromkeys([*layer.key, *(name for name, _ in _codes(layer))])
    return [matching.source_of[name] for name in column_names if name in matching.source_of]


def _codes(layer: Layer) -> list[tuple[str, str]]:
    """Columns with codes of units, and the unit layer whose codes they are; of a unit layer also its own."""
    code_columns = [(name, column.unit_layer) for name, column in layer.columns.items() if column.unit_layer]
    own = [(layer.register_.key, layer.id)] if layer.register_ else []
    return [*code_columns, *own]


def _units_named_in(
    columns: Mapping[str, list[str | None]],
    code: tuple[str, str],
    locality: Locality,
    units: list[Units],
    on: date,
) -> Reference | None:
    """The units that the codes of one column name, where any of them are released."""
    name, unit_layer = code
    if name not in columns:
        return None
    codes_and_units = _units_of(columns[name], unit_layer, locality, units, on)
    if codes_and_units is None:
        return None
    codes, named = codes_and_units
    polygons = dict(zip(named.codes, named.polygons, strict=True))
    rows = np.array([row for row, value in enumerate(codes) if value in polygons], dtype=np.intp)
    if not len(rows):
        return None
    areas = np.array([polygons[codes[row]] for row in rows], dtype=object)
    what = explanation.release(named.layer.title, named.release, named.demo)
    return Reference(lambda placed: by_named_units(rows, areas, what, placed), not named.demo)


def _units_of(
    codes: list[str | None], unit_layer: str, locality: Locality, units: list[Units], on: date
) -> tuple[list[str | None], Units] | None:
    """`codes` with the units that they name; where those are not released, the units above them by the register."""
    released = next((each for each in units if each.layer.id == unit_layer), None)
    if released is not None:
        return codes, released
    layer = locality.layers.get(unit_layer)
    if layer is None or layer.register_ is None:
        return None
    rows = locality.register(layer.register_, on)
    for name, column in layer.columns.items():
        if column.unit_layer and name in layer.register_.fill:
            above = [rows[code][name] if code in rows else None for code in codes]
            return _units_of(above, column.unit_layer, locality, units, on)
    return None


def _previous(
    db: Connection,
    layer: Layer,
    columns: Mapping[str, list[str | None]],
    sample: Sample,
    on: date,
    within: shapely.Geometry | None,
) -> Reference | None:
    """The layer's current release, by the keys that the file shares with it, else by the nearest features."""
    release = release_of(db, layer)
    if release is None:
        return None
    number, demo = release
    what = explanation.release(layer.title, number, demo)
    same = same_features(db, layer, columns, on, within)
    if len(same.rows):
        return Reference(lambda placed: by_release(same.rows, same.centres, same.shapes, what, placed), not demo)
    if len(sample) < FEWEST_NEIGHBOURS:
        return None
    among = None if within is None else centroids_in(db, layer, on, within)
    if among is not None and not len(among):
        return None
    return Reference(lambda placed: by_neighbours(nearest(db, layer, placed, on, among), what, placed), not demo)
