"""Schemas of the desk's answers in the OpenAPI document."""

from typing import get_args

from dothi.api.http.model_schemas import schema_of
from dothi.api.http.operations import extend, list_of, object_with, or_null
from dothi.api.http.parameters import Schema
from dothi.core.dashboard_panel import NamesOf
from dothi.core.freshness import State
from etl.citizen.sending import Status as ReportStatus
from etl.desk.conflicts import Conflict, Shapes
from etl.desk.records import DecisionRecord, Status
from etl.editing.change_set import ChangeSet, PendingEdit
from etl.report.model import Report

TEXT: Schema = {'type': 'string'}
COUNT: Schema = {'type': 'integer'}
MOMENT: Schema = {'type': 'string', 'format': 'date-time'}
DAY: Schema = {'type': 'string', 'format': 'date'}
ANY: Schema = {'type': 'object', 'additionalProperties': True}
LINKS: Schema = {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}}
DELIVERY = object_with(
    id=COUNT, layer_id=TEXT, layer_title=TEXT, file_name=TEXT, sha256=TEXT, size_bytes=COUNT, agency=or_null(TEXT),
    agency_title=or_null(TEXT), sender=or_null(TEXT),
    origin={'type': 'string', 'enum': ['delivery', 'demo']}, scope=TEXT,
    mode={'type': 'string', 'enum': ['replace', 'upsert']}, as_of=or_null(DAY), note=or_null(TEXT), options=ANY,
    received_at=MOMENT, received_by=TEXT, status={'type': 'string', 'enum': [*get_args(Status)]}, held=list_of(TEXT),
    finished_at=or_null(MOMENT), superseded_by=or_null(COUNT), release=or_null(COUNT), waits_for=list_of(TEXT),
    links=LINKS,
)  # fmt: skip
# notes: why a file that was accepted did not pass
DECISION = extend(schema_of(DecisionRecord), notes=list_of(TEXT))
WHOLE_DELIVERY = extend(DELIVERY, decisions=list_of(DECISION), report=or_null(schema_of(Report)), failure=or_null(TEXT))
DELIVERIES = object_with(deliveries=list_of(DELIVERY))
FRESHNESS_LINE = object_with(
    layer=TEXT, layer_title=TEXT, agency=TEXT, agency_title=TEXT, update_cycle=TEXT, last_delivered=or_null(MOMENT),
    last_minute=or_null(TEXT), due=or_null(DAY), state={'type': 'string', 'enum': [*get_args(State)]}, state_title=TEXT,
)  # fmt: skip
FRESHNESS = object_with(freshness=list_of(FRESHNESS_LINE))
SUPPLIED_LAYER = object_with(id=TEXT, title=TEXT, scope=or_null(TEXT), update_cycle=TEXT, links=LINKS)
AGENCY = object_with(id=TEXT, title=TEXT, focal_point=TEXT, unit=or_null(TEXT), layers=list_of(SUPPLIED_LAYER))
AGENCY_WITH_FRESHNESS = extend(AGENCY, freshness=list_of(FRESHNESS_LINE))
EDIT_SET = extend(schema_of(ChangeSet), layer_title=TEXT)
EDITS = object_with(edits=list_of(EDIT_SET))
# By the name of a column: what it is called, and what its values mean.
DESCRIBED_COLUMNS: Schema = {
    'type': 'object',
    'additionalProperties': object_with(
        title=TEXT, unit=or_null(TEXT), domain=or_null({'type': 'object', 'additionalProperties': TEXT})
    ),
}
WHOLE_EDIT_SET = extend(EDIT_SET, pending=list_of(schema_of(PendingEdit)), described_columns=DESCRIBED_COLUMNS)
CONFLICT = extend(schema_of(Conflict), layer_title=TEXT)
CONFLICTS = object_with(conflicts=list_of(CONFLICT))
WHOLE_CONFLICT = extend(CONFLICT, shapes=schema_of(Shapes), described_columns=DESCRIBED_COLUMNS)
AGENCIES = object_with(agencies=list_of(AGENCY))
REPORT_LINE = object_with(
    id=COUNT, kind=TEXT, kind_title=TEXT, text=or_null(TEXT), place=or_null(list_of({'type': 'number'})),
    received_at=MOMENT, status={'type': 'string', 'enum': [*get_args(ReportStatus)]}, decided_at=or_null(MOMENT),
    decided_by=or_null(TEXT), reason=or_null(TEXT), release=or_null(COUNT), has_photo={'type': 'boolean'}, links=LINKS,
)  # fmt: skip
RECEIVED_REPORTS = object_with(
    reports=list_of(REPORT_LINE),
    counts=object_with(**dict.fromkeys(get_args(ReportStatus), COUNT)),
    kinds=list_of(object_with(id=TEXT, title=TEXT)),
)
RECEIVED_REPORT = extend(REPORT_LINE, contact=or_null(TEXT))
READING_VALUE = object_with(column=TEXT, title=TEXT, unit=or_null(TEXT))
DASHBOARD = object_with(
    indicators=or_null(TEXT),
    whole_level=or_null(TEXT),
    cases=list_of(
        object_with(layer=TEXT, title=TEXT, kind=TEXT, open={'type': 'object', 'additionalProperties': TEXT})
    ),
    readings=list_of(
        object_with(
            layer=TEXT, title=TEXT, station=TEXT, at=TEXT, values=list_of(READING_VALUE),
            names=or_null(schema_of(NamesOf)),
        )
    ),
)  # fmt: skip
