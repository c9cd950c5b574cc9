"""Files of the demonstration that were returned: which layers lack them, and why."""

from typing import Any

from psycopg2.extensions import connection as Connection
from pydantic import BaseModel

from dothi.core.errors import DataRefused, HeldForDecision
from dothi.core.text import Text
from etl.report.grouping import fault_lines
from etl.report.model import Report

# The last word on each part of a layer, where that is a file of the demo that was returned.
RETURNED = """select last.id, last.layer_id, last.file_name, last.report from (
        select distinct on (d.layer_id, d.scope) d.* from catalog.delivery as d
        where d.status not in ('received', 'failed') order by d.layer_id, d.scope, d.id desc
    ) as last join catalog.layer as l on l.id = last.layer_id
    where last.origin = 'demo' and last.status = 'returned' and l.demo_left_at is null order by last.id"""
NO_REASON = Text(vi='không có báo cáo', en='there is no report')


class RefusedDemo(BaseModel):
    """A file of the demo that was returned, the layer that lacks it, and the first reasons."""

    delivery: int
    layer: str
    file: str
    reason: Text


def refused_demo(db: Connection) -> list[RefusedDemo]:
    """The files of the demo that were returned and that nothing has replaced since."""
    with db.cursor() as cursor:
        cursor.execute(RETURNED)
        return [
            RefusedDemo(delivery=number, layer=layer, file=file, reason=_reason(report))
            for number, layer, file, report in cursor.fetchall()
        ]


def refused_report(layer: str, file: str, error: DataRefused | HeldForDecision) -> Report:
    """The report of a file that could not be read as the layer."""
    return Report(layer=layer, file=file, verdict='returned', error=type(error).__name__, notes=[error.text])


def _reason(report: dict[str, Any] | None) -> Text:
    """What the report says against the file: its first kind of fault, else its notes."""
    if not report:
        return NO_REASON
    model = Report.model_validate(report)
    reasons = [*(line.text for line in fault_lines(model)[:1]), *(Text(vi=n.vi, en=n.en) for n in model.notes)]
    return reasons[0] if reasons else NO_REASON
