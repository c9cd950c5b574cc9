"""What was found in rows, told one by one: each fault and repair with its row, its place and the user's words."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from dothi.core.crs import WGS84, proj_string, transformer
from dothi.core.row_faults import Severity
from etl.doctor.coordinates import Reading
from etl.doctor.rows.repair import SAYS, Mended
from etl.doctor.text.decoder import Decoder
from etl.formats.source import Geometries, RawBatch
from etl.report.model import Repair
from etl.report.problems import Finding, Problem, message

# What the file has in a row: its attributes, and its geometry as WKB.
Original = tuple[dict[str, object], bytes | None]


def problems(
    batch: RawBatch, findings: list[Finding], decoder: Decoder, reading: Reading, severity: Severity = 'error'
) -> list[Problem]:
    """The faults one by one, in the order of rows, each with the row as the file gave it."""
    rows = {int(row) for finding in findings for row in finding.rows}
    if not rows:
        return []
    original_rows = originals(batch, sorted(rows), decoder)
    located = places(batch.geometry, sorted(rows), reading)
    described = [
        _problem(batch.first_row, int(row), finding, position, original_rows, located, severity)
        for finding in findings
        for position, row in enumerate(finding.rows)
    ]
    return sorted(described, key=lambda problem: problem.row)


def _problem(
    first_row: int,
    row: int,
    finding: Finding,
    position: int,
    originals: dict[int, Original],
    located: dict[int, tuple[float, float]],
    severity: Severity,
) -> Problem:
    attributes_, wkb = originals[row]
    value = attributes_.get(finding.column) if finding.column else None
    text = None if value is None or finding.code in ('key_missing', 'required') else str(value)
    said = message(first_row + row, finding.column, text, finding.text(position))
    place = located.get(row)
    return Problem(first_row + row, finding.code, finding.column, text, said, attributes_, wkb, place, severity)


def originals(batch: RawBatch, rows: list[int], decoder: Decoder) -> dict[int, Original]:
    """Attributes and geometry of `rows` as the file has them; bytes that are no text are shown as \\xNN."""
    row_numbers = pa.array(rows, pa.int64())
    row_values = {name: _plain(values.take(row_numbers), name, decoder) for name, values in batch.columns.items()}
    wkb = shapely.to_wkb(batch.geometry[rows])
    return {row: ({name: row_values[name][i] for name in row_values}, wkb[i]) for i, row in enumerate(rows)}


def _plain(values: Any, column: str, decoder: Decoder) -> list[object]:
    if pa.types.is_string(values.type):
        return [None if raw is None else decoder.show(raw, column) for raw in values.cast(pa.binary()).to_pylist()]
    return [v if v is None or isinstance(v, bool | int | float) else str(v) for v in values.to_pylist()]


def places(geometries: Geometries, rows: list[int], reading: Reading) -> dict[int, tuple[float, float]]:
    """Longitude and latitude of the rows whose geometry, in the file's coordinates, has a place on earth."""
    geometry = geometries[rows]
    usable = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    points = shapely.centroid(shapely.envelope(geometry[usable]))
    xy = shapely.get_coordinates(points)
    xy = xy[:, ::-1] if reading.swapped else xy
    lon, lat = transformer(reading.crs.definition, proj_string(WGS84)).transform(xy[:, 0], xy[:, 1])
    placed_rows = np.array(rows)[usable] if rows else np.array([], dtype=int)
    return {
        int(row): (round(float(x), 6), round(float(y), 6))
        for row, x, y in zip(placed_rows, lon, lat, strict=True)
        if abs(x) <= 180 and abs(y) <= 90
    }


def repairs(mended: list[Mended], first_row: int, reading: Reading, srid: int) -> list[Repair]:
    """What was put right, with the areas before and after in the working CRS, in the order of rows."""
    after = np.array([repair.after for repair in mended], dtype=object)
    before = np.array([repair.before for repair in mended], dtype=object)
    located = places(after, list(range(len(mended))), reading)
    # what could not be built has no area
    was_built = ~shapely.is_missing(before)
    areas_before = np.full(len(mended), np.nan)
    areas_before[was_built] = shapely.area(reading.to(before[was_built], srid))
    areas_after = shapely.area(reading.to(after, srid))
    described = [
        _repair(repair, first_row, located.get(i), areas_before[i], areas_after[i]) for i, repair in enumerate(mended)
    ]
    return sorted(described, key=lambda repair: repair.row)


def _repair(mended: Mended, first_row: int, place: tuple[float, float] | None, before: float, after: float) -> Repair:
    text = message(first_row + mended.row, None, None, SAYS[mended.repair])
    flat = shapely.get_dimensions(mended.after) == 2
    return Repair(
        row=first_row + mended.row,
        repair=mended.repair,
        message=text.vi,
        message_en=text.en,
        place=place,
        area_before_m2=round(float(before), 2) if flat and not np.isnan(before) else None,
        area_after_m2=round(float(after), 2) if flat else None,
    )
