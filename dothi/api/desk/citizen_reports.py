"""`/api/received-reports`: reports of citizens that wait for review, for who may decide on their layer."""

from typing import Any, get_args

from flask import Blueprint, Response

from dothi.api.access.forms import Fields, private_json
from dothi.api.access.identity import must_be_editor
from dothi.api.access.layers import require_on_layer
from dothi.api.desk.seen_version import must_be_current
from dothi.api.http import parameters
from dothi.api.http.caching import tagged
from dothi.api.http.documents import link
from dothi.api.http.faults import answer_unfit
from dothi.api.http.language import JSON, say, wanted_format
from dothi.api.http.parameters import COMMON, LANG, Parameter
from dothi.api.http.parsers import one_of
from dothi.api.http.query_parameters import LIMIT, OFFSET
from dothi.api.http.service import service
from dothi.core.access.person import Action
from dothi.core.citizen_reporting import CitizenReporting
from dothi.core.errors import WrongUse
from dothi.core.text import Text
from etl.citizen.review import (
    ReceivedReport,
    accept_report,
    counts_by_status,
    photo_of,
    received_report,
    received_reports,
    refuse_report,
)
from etl.citizen.sending import Status
from etl.editing.checks import Fault, Unfit

RECEIVED_REPORTS = Blueprint('received_reports', __name__, url_prefix='/api/received-reports')
USUAL, MOST = 50, 200
JPEG = 'image/jpeg'
STATUS = Parameter(
    'status', one_of(*get_args(Status)), {'type': 'string', 'enum': [*get_args(Status)]},
    Text(vi='Chỉ những phản ánh có tình trạng này.', en='With this status only.'),
)  # fmt: skip


class UnknownReportDecision(WrongUse):
    """A report is accepted or refused."""


RECEIVED_REPORTS.register_error_handler(Unfit, answer_unfit)


@RECEIVED_REPORTS.route('')
def reports() -> Response:
    """The reports: those that wait first, the oldest of them first, then the newest; and how many of each status."""
    parameters.refuse_unknown((*COMMON, STATUS, LIMIT, OFFSET))
    wanted_format(('json',))
    rules = _require_reviewer()
    status: Any = STATUS.read()
    listed = received_reports(status, min(LIMIT.read() or USUAL, MOST), OFFSET.read() or 0)
    members = [_member(report, rules) for report in listed]
    kinds = [{'id': kind, 'title': say(title)} for kind, title in _kinds(rules).items()]
    return tagged(private_json({'reports': members, 'counts': counts_by_status(), 'kinds': kinds}))


@RECEIVED_REPORTS.route('/<int:number>')
def report(number: int) -> Response:
    """One report, with how its sender can be reached. Raises NoSuchReport."""
    parameters.refuse_unknown(COMMON)
    wanted_format(('json',))
    rules, current = _require_reviewer(), received_report(number)
    return tagged(private_json(_member(current, rules) | {'contact': current.contact}), current.version)


@RECEIVED_REPORTS.route('/<int:number>/photo')
def photo(number: int) -> Response:
    """Its photo. Raises NoSuchReport where there is none."""
    parameters.refuse_unknown((LANG,))
    _require_reviewer()
    response = Response(photo_of(number), content_type=JPEG)
    response.headers['Cache-Control'] = 'no-store'
    return response


@RECEIVED_REPORTS.route('/<int:number>/decision', methods=['POST'])
def decide(number: int) -> Response:
    """The report, accepted as a release of its layer, or refused with a reason that its sender reads.

    Raises StaleDecision, ReportDecided, ReasonMissing and Unfit.
    """
    parameters.refuse_unknown(COMMON)
    rules = _require_reviewer()
    author, fields, current = must_be_editor(Action.DECIDE), Fields(), received_report(number)
    must_be_current(current.version, Text(vi=f'Phản ánh {number}', en=f'The report {number}'), fields)
    fields.refuse_unknown('decision', 'reason', 'kind', 'version')
    decision = fields.required('decision')
    if decision == 'accept':
        accept_report(number, service().locality.whole, author, _kind(fields.text('kind'), rules))
    elif decision == 'refuse':
        refuse_report(number, author, fields.text('reason'))
    else:
        raise UnknownReportDecision(vi='"decision" là accept hoặc refuse.', en='"decision" is accept or refuse.')
    decided = received_report(number)
    return tagged(private_json(_member(decided, rules) | {'contact': decided.contact}), decided.version)


def _require_reviewer() -> CitizenReporting:
    """The rules, for who may decide on the layer that reports become features of. Raises NotAllowedTo."""
    rules = service().locality.require_reporting()
    require_on_layer(Action.DECIDE, rules.layer)
    return rules


def _kinds(rules: CitizenReporting) -> dict[str, Text]:
    return rules.kinds_of(service().locality.whole.layers[rules.layer])


def _kind(kind: str, rules: CitizenReporting) -> str | None:
    """The kind that the reviewer puts in place of the sender's; None where it stays. Raises Unfit."""
    kinds = _kinds(rules)
    if kind and kind not in kinds:
        says = Text(vi='phải là một trong: {kinds}.', en='must be one of: {kinds}.').format(kinds=', '.join(kinds))
        raise Unfit([Fault('/kind', 'domain', says)])
    return kind or None


def _member(report: ReceivedReport, rules: CitizenReporting) -> dict[str, Any]:
    """The report without how its sender can be reached, which lists need not show."""
    kinds = _kinds(rules)
    path = f'/received-reports/{report.id}'
    links = [link('self', JSON, Text(vi='Phản ánh', en='The report'), path)]
    if report.has_photo:
        links.append(link('enclosure', JPEG, Text(vi='Ảnh', en='Photo'), f'{path}/photo'))
    kind_title = say(kinds[report.kind]) if report.kind in kinds else report.kind
    members = report.model_dump(mode='json', exclude={'contact', 'words'})
    return members | {'text': report.words, 'kind_title': kind_title, 'links': links}
