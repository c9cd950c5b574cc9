"""Running an analysis, and its result: pygeoapi's routes turn every failure into a 400 with its text, so ours stand
in front of them."""

import base64
import json
import re
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from dothi.api import parameters
from dothi.api.address import api_url
from dothi.api.editing.access import editor, must_be_editor
from dothi.api.items.query import COMMON
from dothi.api.language import JSON
from dothi.api.problems import NotAllowed, answer
from dothi.api.service import service
from dothi.api.stored_file import stored_file
from dothi.core.errors import Busy, HeldForDecision, WrongUse
from processes.base import Process
from processes.manager import Outcome, execution, outcome_of
from processes.registry import process
from processes.requests import Result, desk, state
from processes.requests import dismiss as dismiss_job
from processes.uploads import most_bytes

PROCESSES = Blueprint('processes', __name__)
FIELDS = ('inputs', 'outputs', 'response')
QUALIFIED = frozenset(('value', 'mediaType', 'encoding', 'schema'))
# A file within a JSON document is a third larger, and whoever reads it holds all of it.
MOST_INLINE_BYTES = 10 * 2**20


class BadRequest(WrongUse):
    """The body of the request is no execute request."""


class TooLargeInline(WrongUse):
    """A file that is too large to be a value within a document."""


class TooManyAtOnce(Busy):
    """As many analyses are waited for as this process has places."""


class JobEnded(HeldForDecision):
    """A job that cannot be dismissed any more."""


@PROCESSES.route('/processes/<process_id>/execution', methods=['POST'])
def execute(process_id: str) -> Response:
    """The result, raw, or with `"response": "document"` as `{"result": ...}`."""
    parameters.refuse_unknown(COMMON)
    chosen = process(process_id, service().audience)
    sender = must_be_editor() if chosen.editors_only else None
    if chosen.upload:
        request.max_content_length = most_bytes()
    wanted = _body(chosen)
    outcome = _executed(process_id, _plain(wanted.get('inputs', {}), chosen.upload), sender)
    response = _answer(chosen, outcome, wanted)
    response.headers['Preference-Applied'] = 'wait'
    response.headers.add('Link', f'<{api_url()}/jobs/{outcome.job_id}>; rel="monitor"')
    return _with_releases(response, outcome)


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
    outcome = outcome_of(job_id, service().audience, editor())
    return _with_releases(_value(outcome), outcome)


@PROCESSES.route('/jobs/<job_id>', methods=['DELETE'])
def dismiss(job_id: str) -> Response:
    """Ends a job, or removes the result of one that has ended; raises JobEnded for one that was dismissed before."""
    parameters.refuse_unknown(COMMON)
    with desk(service().audience, editor()) as db:
        state(db, job_id)
        dismissed = dismiss_job(db, job_id)
        job = state(db, job_id)
    if not dismissed:
        raise JobEnded(
            vi='Tác vụ đã bị hủy trước đó.',
            en='The job was dismissed before.',
        )
    told = {'jobID': job_id, 'type': 'process', 'processID': job['process_id'], 'status': job['status']}
    return Response(json.dumps(told), mimetype=JSON)


def _answer(chosen: Process[Any], outcome: Outcome, wanted: dict[str, Any]) -> Response:
    # an output that the run left out, because nobody asked for it, is left out
    names = [name for name in wanted.get('outputs') or _outputs(chosen) if name in outcome.results]
    if names != ['result']:
        return _of_several(outcome, wanted, names)
    return _document(outcome, wanted) if wanted.get('response') == 'document' else _raw(outcome, wanted)


def _executed(process_id: str, inputs: object, sender: str | None) -> Outcome:
    places = service().places
    if not places.acquire(blocking=False):
        raise TooManyAtOnce(
            vi='Đang có quá nhiều phân tích chạy cùng lúc. Hãy thử lại sau ít phút.',
            en='Too many analyses are running at once. Try again in a moment.',
        )
    try:
        return execution(process_id, inputs, service().audience, sender)
    finally:
        places.release()


def _plain(inputs: Any, upload: str | None) -> Any:
    """The inputs without what the standard lets a client put around them: `{"value": ...}`, and `{"href": ...}`."""
    if not isinstance(inputs, dict):
        return inputs
    return {name: _value_of(name, given, file=name == upload) for name, given in inputs.items()}


def _value_of(name: str, given: Any, *, file: bool) -> Any:
    if isinstance(given, dict) and 'href' in given:
        if file:
            raise BadRequest(
                vi=f'Đầu vào "{name}": gửi chính tệp, mã hóa base64; không có gì được tải từ địa chỉ nào.',
                en=f'Input "{name}": send the file itself in base64; nothing is fetched from any address.',
            )
        return _referred(name, given['href'])
    return given['value'] if isinstance(given, dict) and 'value' in given and given.keys() <= QUALIFIED else given


def _referred(name: str, href: Any) -> str:
    """The collection of this API that a reference leads to; nothing is fetched from any address."""
    base = f'{api_url()}/collections/'
    collection = href.removeprefix(base).removesuffix('/items') if isinstance(href, str) else ''
    if not isinstance(href, str) or not href.startswith(base) or not re.fullmatch(r'\w+', collection):
        raise BadRequest(
            vi=f'Đầu vào "{name}": chỉ tham chiếu được tới một lớp của API này, ví dụ {base}schools.',
            en=f'Input "{name}": a reference can only be to a collection of this API, such as {base}schools.',
        )
    return collection


def _raw(outcome: Outcome, wanted: dict[str, Any]) -> Response:
    """The result itself, or no body and a link to it."""
    if _mode(wanted) != 'reference':
        return _value(outcome)
    link = f'<{api_url()}/jobs/{outcome.job_id}/results>; rel="result"; type="{outcome.result.media_type}"'
    return Response(status=204, headers={'Link': link})


def _value(outcome: Outcome) -> Response:
    return _content(outcome.result)


def _content(result: Result) -> Response:
    if result.file is None:
        return Response(result.body, mimetype=result.media_type)
    return stored_file(result.file, result.media_type, result.name or result.file.name)


def _with_releases(response: Response, outcome: Outcome) -> Response:
    """Names the releases that the result was computed from. It is kept here, so clients need not keep it."""
    if outcome.releases:
        response.headers['Dothi-Release'] = ', '.join(str(number) for number in outcome.releases.values())
    response.headers['Cache-Control'] = 'no-store'
    return response


def _document(outcome: Outcome, wanted: dict[str, Any]) -> Response:
    """`{"result": ...}`: an object as `value`; a file as a link unless its value is asked for, which is base64 then."""
    result = outcome.result
    if result.file is None and _mode(wanted) != 'reference':
        media_type = json.dumps(result.media_type).encode()
        return Response(
            b'{"result":{"value":' + result.content() + b',"mediaType":' + media_type + b'}}', mimetype=JSON
        )
    if _mode(wanted) == 'value' and result.file is not None:
        _small_enough(result.file)
        value = {
            'value': base64.b64encode(result.content()).decode(),
            'encoding': 'base64',
            'mediaType': result.media_type,
        }
        return Response(json.dumps({'result': value}), mimetype=JSON)
    href = f'{api_url()}/jobs/{outcome.job_id}/results'
    link = {'href': href, 'rel': 'result', 'type': result.media_type, 'title': result.name}
    return Response(json.dumps({'result': link}), mimetype=JSON)


def _of_several(outcome: Outcome, wanted: dict[str, Any], names: list[str]) -> Response:
    """One output raw, by its own media type; otherwise a document of those that are asked for."""
    if wanted.get('response', 'raw') == 'raw' and len(names) == 1:
        return _content(outcome.results[names[0]])
    told = {name: _qualified(outcome.results[name]) for name in names if name in outcome.results}
    return Response(json.dumps(told, ensure_ascii=False), mimetype=JSON)


def _qualified(result: Result) -> dict[str, Any]:
    if result.file is not None:
        _small_enough(result.file)
        value = base64.b64encode(result.content()).decode()
        return {'value': value, 'encoding': 'base64', 'mediaType': result.media_type}
    text = result.content().decode()
    return {'value': json.loads(text) if 'json' in result.media_type else text, 'mediaType': result.media_type}


def _small_enough(file: Path) -> None:
    if file.stat().st_size > MOST_INLINE_BYTES:
        raise TooLargeInline(
            vi=f'Tệp lớn hơn {MOST_INLINE_BYTES // 2**20} MB. Dùng "transmissionMode": "reference", hoặc kiểu raw.',
            en=f'The file exceeds {MOST_INLINE_BYTES // 2**20} MB. Use "transmissionMode": "reference", or raw.',
        )


def _outputs(chosen: Process[Any]) -> list[str]:
    return list(chosen.outputs)


def _mode(wanted: dict[str, Any]) -> str | None:
    mode: str | None = wanted.get('outputs', {}).get('result', {}).get('transmissionMode')
    return mode


def _body(chosen: Process[Any]) -> dict[str, Any]:
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
    _check_outputs(body.get('outputs', {}), chosen)
    return body


def _check_outputs(wanted: Any, chosen: Process[Any]) -> None:
    """Documents come as values, files by reference too."""
    names = _outputs(chosen)
    modes = set(chosen.metadata_for_pygeoapi()['outputTransmission'])
    asked: set[Any] = set()
    if isinstance(wanted, dict):
        asked = {one.get('transmissionMode', 'value') if isinstance(one, dict) else '' for one in wanted.values()}
    if not isinstance(wanted, dict) or wanted.keys() - set(names) or asked - modes:
        known, named = '" | "'.join(sorted(modes, reverse=True)), '" | "'.join(names)
        raise BadRequest(
            vi=f'"outputs" chỉ có {{"{named}": {{"transmissionMode": "{known}"}}}}.',
            en=f'"outputs" can only be {{"{named}": {{"transmissionMode": "{known}"}}}}.',
        )
