"""One batch of a file made ready for staging: normalised, checked, repaired where allowed, its faults told."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from dothi.core.layer import Layer
from etl.doctor.columns import Matching
from etl.doctor.coordinates import Reading
from etl.doctor.rows import factors
from etl.doctor.rows.dates import survey_dates
from etl.doctor.rows.geometry import Area, place
from etl.doctor.rows.repair import Mended, repaired
from etl.doctor.rows.slivers import slivers
from etl.doctor.rows.unit_names import names_of_other_units
from etl.doctor.rows.units import Parent, outside_parents, unknown_units
from etl.doctor.rows.values import attributes, required
from etl.doctor.text.decoder import Decoder
from etl.formats.source import Geometries, RawBatch
from etl.register import RegisterRows, fill
from etl.report.model import Repair
from etl.report.problems import Finding, Problem
from etl.report.quality import severity_of
from etl.report.telling import problems, repairs

# Of each kind of warning and repair, how many rows of a batch are told one by one; all are counted.
TOLD = 1_000
# Values of a layer's key columns.
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Plan:
    """What is decided once for a delivery, and then done with every batch.

    on: the day that the data describe. parents: the units that the layer's columns name.
    """

    layer: Layer
    matching: Matching
    decoder: Decoder
    reading: Reading
    srid: int
    area: Area
    register: RegisterRows | None
    on: date
    parents: list[Parent] = field(default_factory=list)


@dataclass(frozen=True)
class Prepared:
    """The good rows of a batch, with their numbers in the file, the faults of the others, and what else was noticed.

    warnings: what was noticed in good rows, and repairs: what was put right in them, each as far as TOLD;
    warned, repaired: how often in all. off: by column and factor, how many values seem to be in another unit;
    values: how many values a column has of which that can be told. bad_keys: keys of the bad rows, as far as they
    can be read.
    """

    row_numbers: Any
    columns: dict[str, Any]
    geometry: Geometries
    problems: list[Problem]
    bad_rows: int
    flattened: int
    warnings: list[Problem] = field(default_factory=list)
    warned: Counter[str] = field(default_factory=Counter)
    repairs: list[Repair] = field(default_factory=list)
    repaired: Counter[str] = field(default_factory=Counter)
    off: Counter[tuple[str, float]] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    bad_keys: list[Key] = field(default_factory=list)


@dataclass(frozen=True)
class Checked:
    """A batch as the layer wants it, with all that was found, before good rows and bad ones go apart."""

    columns: dict[str, Any]
    geometry: Geometries
    findings: list[Finding]
    mended: list[Mended]
    flattened: int


def prepare(batch: RawBatch, plan: Plan) -> Prepared:
    """The batch as the layer wants it. A row with any error is not among the good ones, a row with warnings is."""
    checked = _check(batch, plan)
    errors, warnings = _by_severity(checked.findings, plan.layer)
    good = np.ones(len(batch), dtype=bool)
    for finding in errors:
        good[finding.rows] = False
    warnings = [finding.only(good) for finding in warnings]
    listed_warnings = [finding.first(TOLD) for finding in warnings]
    mended = [repair for repair in checked.mended if good[repair.row]]
    numbers = np.arange(batch.first_row, batch.first_row + len(batch))
    return Prepared(
        row_numbers=pa.array(numbers[good]),
        columns=_rows(checked.columns, good),
        geometry=checked.geometry[good],
        problems=problems(batch, errors, plan.decoder, plan.reading),
        bad_rows=int((~good).sum()),
        flattened=checked.flattened,
        warnings=problems(batch, listed_warnings, plan.decoder, plan.reading, 'warning'),
        warned=_sizes(warnings),
        repairs=repairs(mended[:TOLD], batch.first_row, plan.reading, plan.srid),
        repaired=Counter(repair.repair for repair in mended),
        off=factors.count(checked.findings, checked.columns, plan.layer, plan.matching),
        values=factors.counted(checked.columns, plan.layer),
        bad_keys=_keys(checked.columns, plan.layer, ~good),
    )


def _check(batch: RawBatch, plan: Plan) -> Checked:
    layer, matching = plan.layer, plan.matching
    vertices = repaired(batch, layer)
    typed, findings = attributes(batch.columns, layer, matching, plan.decoder.decode, len(batch))
    typed, unknown = fill(typed, layer, matching, plan.register)
    findings += unknown
    findings += names_of_other_units(typed, layer, matching, plan.register)
    findings += _required(typed, plan, findings)
    mend = 'make_valid' in layer.checks.repair
    placed = place(vertices.geometry, layer, plan.reading, plan.srid, plan.area, vertices.findings, mend)
    findings = vertices.findings + findings + placed.findings + _asked_for(typed, placed.geometry, plan, findings)
    return Checked(typed, placed.geometry, findings, vertices.done + placed.mended, placed.flattened)


def _asked_for(
    typed: dict[str, Any], geometry: Geometries, plan: Plan, earlier_findings: list[Finding]
) -> list[Finding]:
    """What the layer file turns on; a code that the register does not know is told once."""
    checks, matching = plan.layer.checks, plan.matching
    columns_with_unknown_units = {finding.column for finding in earlier_findings if finding.code == 'unknown_unit'}
    findings = [
        finding
        for finding in unknown_units(typed, plan.parents, matching)
        if finding.column not in columns_with_unknown_units
    ]
    findings += survey_dates(typed, plan.layer, matching, plan.on)
    findings += slivers(geometry, checks.sliver_width_m)
    return findings + outside_parents(typed, geometry, plan.parents, matching, checks.parent_tolerance_m)


def _by_severity(findings: list[Finding], layer: Layer) -> tuple[list[Finding], list[Finding]]:
    """The findings that are errors, and those that are warnings."""
    errors = [finding for finding in findings if severity_of(finding.code, layer) == 'error']
    return errors, [finding for finding in findings if severity_of(finding.code, layer) == 'warning']


def _rows(columns: dict[str, Any], good: NDArray[np.bool_]) -> dict[str, Any]:
    return columns if good.all() else {name: values.filter(pa.array(good)) for name, values in columns.items()}


def _keys(columns: dict[str, Any], layer: Layer, bad: NDArray[np.bool_]) -> list[Key]:
    if not layer.key or not bad.any():
        return []
    keys = zip(*(columns[name].filter(pa.array(bad)).to_pylist() for name in layer.key), strict=True)
    return [key for key in keys if None not in key]


def _sizes(findings: list[Finding]) -> Counter[str]:
    sizes: Counter[str] = Counter()
    for finding in findings:
        sizes[finding.code] += finding.rows.size
    return +sizes


def _required(typed: dict[str, Any], plan: Plan, findings: list[Finding]) -> list[Finding]:
    """Missing values, without those that an unknown unit's code explains."""
    unknown = {int(row) for finding in findings if finding.code == 'unknown_unit' for row in finding.rows}
    missing_values = required(typed, plan.layer, plan.matching, findings)
    reported = [(finding, [int(row) for row in finding.rows if int(row) not in unknown]) for finding in missing_values]
    return [Finding(f.code, np.array(rows, dtype=np.intp), f.says, f.column) for f, rows in reported if rows]
