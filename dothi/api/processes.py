"""Running an analysis, and its result: pygeoapi's routes turn every failure into a 400 with its text, so ours stand
in front of them."""

import json
from typing import Any

from flask import Blueprint, Response, request

from dothi.api import parameters
from dothi.api.address import api_url
from dothi.api.problems import NotAllowed, answer
from dothi.api.query import COMMON
from dothi.api.service import service
from dothi.core.errors import Busy, WrongUse
from processes.manager import Outcome, execution, outcome_of
from processes.registry import process

PROCESSES = Blueprint('processes', __name__)
FIELDS = ('inputs', 'outputs', 'response')


class BadRequest(WrongUse):
    """The body of the request is no execute request."""


class TooManyAtOnce(Busy):
    """As many analyses are waited for as this process has places."""


@PROCESSES.route('/processes/<process_id>/execution', methods=['POST'])
def execute(process_id: str) -> Response:
    """The result, raw, or with `"response": "document"` as `{"result": ...}`."""
    parameters.refuse_unknown(COMMON)
    process(process_id, service().audience)
    wanted = _body()
    outcome = _executed(process_id, wanted.get('inputs', {}))
    as_document = wanted.get('response', 'raw') == 'document'
    body = b'{"result":' + outcome.body + b'}' if as_document else outcome.body
    response = Response(body, mimetype='application/json' if as_document else outcome.media_type)
    response.headers['Preference-Applied'] = 'wait'
    response.headers['Link'] = f'<{api_url()}/jobs/{outcome.job_id}>; rel="monitor"'
    response.headers['Cache-Control'] = 'no-store'
    return response


@PROCESSES.route('/processes/<process_id>/execution', methods=['GET', 'HEAD'])
def how_to_execute(process_id: str) -> Response:
    """Says that an analysis is run by POST, to whoever follows its link in a browser."""
    process(process_id, service().audience)
    refused = NotAllowed(
        vi=f'Chạy phân tích bằng POST, nội dung là JSON. Ví dụ: {api_url()}/processes/{process_id}?f=html.',
        en=f'An analysis is run by POST with a body in JSON. Example: {api_url()}/processes/{process_id}?f=html.',
    )
    response = answer(refused, 405)
    response.headers['Allow'] = 'POST, OPTIONS'
    return response


@PROCESSES.route('/jobs/<job_id>/results')
def results(job_id: str) -> Response:
    """The result of a job; raises what made the job fail, and NoResult while it has none."""
    parameters.refuse_unknown(COMMON)
    outcome = outcome_of(job_id, service().audience)
    return Response(outcome.body, mimetype=outcome.media_type, headers={'Cache-Control': 'no-store'})


def _executed(process_id: str, inputs: object) -> Outcome:
    places = service().places
    if not places.acquire(blocking=False):
        raise TooManyAtOnce(
            vi='Đang có quá nhiều phân tích chạy cùng lúc. Hãy thử lại sau ít phút.',
            en='Too many analyses are running at once. Try again in a moment.',
        )
    try:
        return execution(process_id, inputs, service().audience)
    finally:
        places.release()


def _body() -> dict[str, Any]:
    """The execute request; raises BadRequest for what it does not offer rather than leave it out in silence."""
    try:
        body = json.loads(request.get_data() or b'{}')
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise BadRequest(
            vi='Nội dung yêu cầu phải là JSON dạng {"inputs": {...}}.',
            en='The body of the request must be JSON like {"inputs": {...}}.',
        )
    unknown = body.keys() - set(FIELDS)
    if unknown:
        named, known = ', '.join(sorted(unknown)), ', '.join(FIELDS)
        raise BadRequest(
            vi=f'Không hiểu {named}. Yêu cầu gồm {known}; đầu vào của phân tích nằm trong "inputs".',
            en=f'{named} is not understood. A request has {known}; inputs of the analysis go into "inputs".',
        )
    if body.get('response', 'raw') not in ('raw', 'document'):
        raise BadRequest(vi='"response" phải là raw hoặc document.', en='"response" must be raw or document.')
    _check_outputs(body.get('outputs', {}))
    return body


def _check_outputs(wanted: Any) -> None:
    """There is one output, `result`, and it comes as a value."""
    modes = {'value'}
    if isinstance(wanted, dict):
        modes = {one.get('transmissionMode', 'value') if isinstance(one, dict) else '' for one in wanted.values()}
    if not isinstance(wanted, dict) or wanted.keys() - {'result'} or modes - {'value'}:
        raise BadRequest(
            vi='"outputs" chỉ có {"result": {"transmissionMode": "value"}}.',
            en='"outputs" can only be {"result": {"transmissionMode": "value"}}.',
        )
