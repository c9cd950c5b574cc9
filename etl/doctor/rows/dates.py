"""Days of surveys: none lies in the future, and none is older than the layer allows."""

from datetime import date, datetime, time
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dothi.core.durations import shifted
from dothi.core.layer import Layer
from dothi.core.row_faults import FaultCode
from dothi.core.text import Text
from etl.doctor.columns import Matching
from etl.report.problems import Finding


def survey_dates(typed: dict[str, Any], layer: Layer, matching: Matching, on: date) -> list[Finding]:
    """Rows surveyed after the day `on`, which the data describe, and rows surveyed too long before it."""
    name = layer.checks.survey_date
    if name is None or name not in matching.source_of:
        return []
    days, source = typed[name].cast(pa.date32()), matching.source(name)
    findings = [_finding('date_future', pc.greater(days, on), _future(on), source)]
    if layer.checks.stale_after:
        oldest = shifted(datetime.combine(on, time()), layer.checks.stale_after, sign=-1).date()
        findings.append(_finding('date_stale', pc.less(days, oldest), _stale(oldest, on), source))
    return [finding for finding in findings if finding.rows.size]


def _finding(code: FaultCode, mask: Any, says: Text, source: str) -> Finding:
    return Finding(code, np.flatnonzero(np.asarray(pc.fill_null(mask, False))), says, source)


def _future(on: date) -> Text:
    return Text(
        vi=f'là ngày sau {on:%d/%m/%Y}. Sửa ngày khảo sát.', en=f'is after {on}. Correct the day of the survey.'
    )


def _stale(oldest: date, on: date) -> Text:
    return Text(
        vi=f'là khảo sát trước {oldest:%d/%m/%Y}, đã cũ vào ngày {on:%d/%m/%Y}. Khảo sát lại.',
        en=f'is a survey from before {oldest}, out of date on {on}. Survey it again.',
    )
