"""One batch of a file made ready for staging: normalised, checked, its faults told."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.layer import Layer
from etl.doctor.columns import Matching
from etl.doctor.coordinates import Reading
from etl.doctor.legible import Decoder
from etl.doctor.rows.geometry import Area, place
from etl.doctor.rows.values import attributes, required
from etl.formats.source import Geometries, RawBatch
from etl.problems import Finding, Problem, message
from etl.register import RegisterRows, fill

# What the file has in a row: its attributes, and its geometry as WKB.
Original = tuple[dict[str, object], bytes | None]


@dataclass(frozen=True)
class Plan:
    """What is decided once for a delivery, and then done with every batch."""

    layer: Layer
    matching: Matching
    decoder: Decoder
    reading: Reading
    srid: int
    area: Area
    register: RegisterRows | None


@dataclass(frozen=True)
class Prepared:
    """The good rows of a batch, with their numbers in the file, and the faults of the others."""

    row_numbers: Any
    columns: dict[str, Any]
    geometry: Geometries
    problems: list[Problem]
    bad_rows: int
    flattened: int


def prepare(batch: RawBatch, plan: Plan) -> Prepared:
    """The batch as the layer wants it. A row with any fault is not among the good ones."""
    typed, findings = attributes(batch.columns, plan.layer, plan.matching, plan.decoder.decode, len(batch))
    typed, unknown = fill(typed, plan.layer, plan.matching, plan.register)
    findings += unknown
    findings += _required(typed, plan, findings)
    placed = place(batch.geometry, plan.layer, plan.reading, plan.srid, plan.area, batch.findings)
    findings = batch.findings + findings + placed.findings
    good = np.ones(len(batch), dtype=bool)
    for finding in findings:
        good[finding.rows] = False
    numbers = np.arange(batch.first_row, batch.first_row + len(batch))
    return Prepared(
        row_numbers=pa.array(numbers[good]),
        columns=typed if good.all() else {name: values.filter(pa.array(good)) for name, values in typed.items()},
        geometry=placed.geometry[good],
        problems=problems(batch, findings, plan),
        bad_rows=int((~good).sum()),
        flattened=placed.flattened,
    )


def _required(typed: dict[str, Any], plan: Plan, findings: list[Finding]) -> list[Finding]:
    """Missing values, without those that an unknown unit's code explains."""
    unknown = {int(row) for finding in findings if finding.code == 'unknown_unit' for row in finding.rows}
    found = required(typed, plan.layer, plan.matching, findings)
    kept = [(finding, [int(row) for row in finding.rows if int(row) not in unknown]) for finding in found]
    return [Finding(f.code, np.array(rows, dtype=np.intp), f.says, f.column) for f, rows in kept if rows]


def problems(batch: RawBatch, findings: list[Finding], plan: Plan) -> list[Problem]:
    """The faults one by one, in the order of rows, each with the row as the file gave it."""
    rows = {int(row) for finding in findings for row in finding.rows}
    given = originals(batch, sorted(rows), plan.decoder)
    located = places(batch, sorted(rows), plan.reading)
    told = [
        _problem(batch.first_row, int(row), finding, position, given, located)
        for finding in findings
        for position, row in enumerate(finding.rows)
    ]
    return sorted(told, key=lambda problem: problem.row)


def _problem(
    first_row: int,
    row: int,
    finding: Finding,
    position: int,
    given: dict[int, Original],
    located: dict[int, tuple[float, float]],
) -> Problem:
    attributes_, wkb = given[row]
    value = attributes_.get(finding.column) if finding.column else None
    text = None if value is None or finding.code in ('key_missing', 'required') else str(value)
    said = message(first_row + row, finding.column, text, finding.text(position))
    return Problem(first_row + row, finding.code, finding.column, text, said, attributes_, wkb, located.get(row))


def originals(batch: RawBatch, rows: list[int], decoder: Decoder) -> dict[int, Original]:
    """Attributes and geometry of `rows` as the file has them; bytes that are no text are shown as \\xNN."""
    taken = {name: _plain(values.take(pa.array(rows, pa.int64())), decoder) for name, values in batch.columns.items()}
    wkb = shapely.to_wkb(batch.geometry[rows])
    return {row: ({name: taken[name][i] for name in taken}, wkb[i]) for i, row in enumerate(rows)}


def _plain(values: Any, decoder: Decoder) -> list[object]:
    if pa.types.is_string(values.type):
        return [None if raw is None else decoder.show(raw) for raw in values.cast(pa.binary()).to_pylist()]
    return [v if v is None or isinstance(v, bool | int | float) else str(v) for v in values.to_pylist()]


def places(batch: RawBatch, rows: list[int], reading: Reading) -> dict[int, tuple[float, float]]:
    """Longitude and latitude of the rows whose geometry has a place on earth."""
    geometry = batch.geometry[rows]
    usable = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    points = shapely.centroid(shapely.envelope(geometry[usable]))
    xy = shapely.get_coordinates(points)
    xy = xy[:, ::-1] if reading.swapped else xy
    lon, lat = transformer(reading.crs.definition, proj_string(WGS84)).transform(xy[:, 0], xy[:, 1])
    known = np.array(rows)[usable] if rows else np.array([], dtype=int)
    return {
        int(row): (round(float(x), 6), round(float(y), 6))
        for row, x, y in zip(known, lon, lat, strict=True)
        if abs(x) <= 180 and abs(y) <= 90
    }
