"""Running an analysis: pygeoapi's route turns every failure into a 400 with its text, so the view is ours."""

import json
from typing import Any

from flask import Blueprint, Response, request

from dothi.api import parameters
from dothi.api.address import api_url
from dothi.api.query import COMMON
from dothi.api.service import service
from dothi.core.errors import WrongUse
from processes.manager import execution
from processes.registry import process

PROCESSES = Blueprint('processes', __name__)


class BadRequest(WrongUse):
    """The body of the request is no execute request."""


@PROCESSES.route('/processes/<process_id>/execution', methods=['POST'])
def execute(process_id: str) -> Response:
    """The result, raw, or with `"response": "document"` as `{"result": ...}`."""
    parameters.refuse_unknown(COMMON)
    process(process_id, service().audience)
    wanted = _body()
    outcome = execution(process_id, wanted.get('inputs', {}), service().audience)
    as_document = wanted.get('response', 'raw') == 'document'
    body = b'{"result":' + outcome.body + b'}' if as_document else outcome.body
    response = Response(body, mimetype='application/json' if as_document else outcome.media_type)
    response.headers['Preference-Applied'] = 'wait'
    response.headers['Link'] = f'<{api_url()}/jobs/{outcome.job_id}>; rel="monitor"'
    response.headers['Cache-Control'] = 'no-store'
    return response


def _body() -> dict[str, Any]:
    try:
        body = json.loads(request.get_data() or b'{}')
    except (ValueError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        raise BadRequest(
            vi='Nội dung yêu cầu phải là JSON dạng {"inputs": {...}}.',
            en='The body of the request must be JSON like {"inputs": {...}}.',
        )
    unknown = body.keys() - {'inputs', 'outputs', 'response', 'subscriber'}
    if unknown:
        named = ', '.join(sorted(unknown))
        raise BadRequest(
            vi=f'Không hiểu {named}: đầu vào của phân tích nằm trong "inputs".',
            en=f'{named} is not understood: inputs of the analysis go into "inputs".',
        )
    if body.get('response', 'raw') not in {'raw', 'document'}:
        raise BadRequest(vi='"response" phải là raw hoặc document.', en='"response" must be raw or document.')
    return body
