"""Rows that lie far from the units that they name: more than a slip of the pen, and where they would be at home."""

from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from dothi.core.locality import Locality
from dothi.core.numbers import number_vi
from dothi.core.text import Text
from etl.doctor.coordinates.candidates import readings
from etl.doctor.coordinates.reading import Reading
from etl.doctor.coordinates.sample import Floats, Sample
from etl.doctor.rows.units import FAR_M, Parent, distances_to_units
from etl.formats.source import Geometries, RawBatch
from etl.prepare import Plan

# Of a list drawn up by hand one row in fifty may be wrong; a part of another zone is more.
FEWEST_FAR, FAR_SHARE = 5, 0.02
# Share of the far rows that another reading has to bring home before it is named.
BROUGHT_HOME = 0.8


def far_rows_note(rows: int, share: float, first: RawBatch, plan: Plan, locality: Locality) -> Text:
    """What the report says of `rows` far rows, with the system in which those of the first batch would be at home."""
    system = _system_of_far_rows(first, plan, locality)
    vi = f' Đọc theo {system} thì chúng nằm đúng đơn vị: có thể hai múi chiếu bị ghép vào một tệp.' if system else ''
    en = f' Read as {system} they lie in their units: two zones may have been joined in one file.' if system else ''
    return Text(
        vi=f'{number_vi(rows)} hàng ({number_vi(share, ".1%")}) nằm cách đơn vị ghi trong hàng hơn '
        f'{number_vi(FAR_M / 1_000, "g")} km.{vi} '
        'Tách các hàng đó thành tệp riêng, cho biết hệ tọa độ của chúng rồi giao.',
        en=f'{rows:,} rows ({share:.1%}) lie more than {FAR_M / 1_000:g} km from the unit that they name.{en} '
        'Put those rows into a file of their own, say which coordinate system they are in, and deliver it.',
    )


def _system_of_far_rows(first: RawBatch, plan: Plan, locality: Locality) -> str | None:
    """The label of the reading that brings most of the far rows home, if any does."""
    for parent in (parent for parent in plan.parents if parent.polygons):
        source = plan.matching.source_of.get(parent.column)
        if source is None:
            continue
        sample = Sample.of(first.geometry, {source: first.columns[source]})
        codes = pa.array(sample.columns[source], pa.string())
        far = np.flatnonzero(_distances_m(sample.shapes, plan.reading, codes, parent, plan.srid) >= FAR_M)
        if not far.size:
            continue
        rows = Sample.of(sample.shapes[far])
        for reading in readings(plan.layer, locality, rows, None):
            distances_m = _distances_m(rows.shapes, reading, codes.take(pa.array(far)), parent, plan.srid)
            if (distances_m < FAR_M).mean() >= BROUGHT_HOME:
                return reading.label
    return None


def _distances_m(geometry: Geometries, reading: Reading, codes: Any, parent: Parent, srid: int) -> Floats:
    """Metres from each row, as `reading` places it, to its unit."""
    return distances_to_units(codes, shapely.point_on_surface(reading.to(geometry, srid)), parent)
