"""The OpenAPI document's part on jobs, and what their documents look like."""

from collections.abc import Iterable
from typing import Any

from dothi.api.http.offer import Offer
from dothi.api.http.operations import BINARY, content, headers, operation, responses
from dothi.api.http.parameters import LANG, Parameter, in_formats, in_path
from dothi.api.processes.job_list import PARAMETERS, STATUSES
from dothi.api.processes.jobs import OUTPUT_FORM
from dothi.core.text import Text
from processes.forms.form import FORMS
from processes.geojson import JSON

TAG = 'processes'
MOMENT = {'type': 'string', 'format': 'date-time'}
LINKS = {'type': 'array', 'items': {'$ref': '#/components/schemas/link'}}
TEXT = {'type': 'string'}
SUMMARY = {
    'id': TEXT,
    'version': TEXT,
    'title': TEXT,
    'description': TEXT,
    'keywords': {'type': 'array', 'items': TEXT},
    'jobControlOptions': {
        'type': 'array',
        'items': {'type': 'string', 'enum': ['sync-execute', 'async-execute', 'dismiss']},
    },
    'outputTransmission': {'type': 'array', 'items': {'type': 'string', 'enum': ['value', 'reference']}},
    'links': LINKS,
}
DESCRIBED = {'type': 'object', 'additionalProperties': {'type': 'object', 'required': ['schema']}}
JOB_SCHEMAS: dict[str, Any] = {
    'processSummary': {'type': 'object', 'required': ['id', 'version'], 'properties': SUMMARY},
    'process': {
        'type': 'object',
        'required': ['id', 'version', 'inputs', 'outputs'],
        'properties': {**SUMMARY, 'inputs': DESCRIBED, 'outputs': DESCRIBED, 'example': {'type': 'object'}},
    },
    'processList': {
        'type': 'object',
        'required': ['processes', 'links'],
        'properties': {
            'processes': {'type': 'array', 'items': {'$ref': '#/components/schemas/processSummary'}},
            'links': LINKS,
        },
    },
    'statusInfo': {
        'type': 'object',
        'required': ['jobID', 'status', 'type'],
        'properties': {
            'jobID': TEXT,
            'processID': TEXT,
            'type': {'type': 'string', 'enum': ['process']},
            'status': {'type': 'string', 'enum': [*STATUSES]},
            'message': TEXT,
            'progress': {'type': 'integer', 'minimum': 0, 'maximum': 100},
            **dict.fromkeys(('created', 'started', 'finished', 'updated'), MOMENT),
            'inputs': {'type': 'object'},
            'dothi:title': TEXT,
            'dothi:startedBy': TEXT,
            'dothi:software': TEXT,
            'dothi:releases': {
                'type': 'object',
                'additionalProperties': {'type': 'integer'},
                'description': Text(vi='Bản phát hành đã đọc, theo lớp.', en='The release that was read, by layer.'),
            },
            'dothi:inputsChanged': {
                'type': 'integer',
                'description': Text(
                    vi='Số lớp đã có dữ liệu mới hơn kết quả này.', en='Of how many of these there is a newer release.'
                ),
            },
            'links': LINKS,
        },
    },
    'jobList': {
        'type': 'object',
        'required': ['jobs', 'links'],
        'properties': {
            'jobs': {'type': 'array', 'items': {'$ref': '#/components/schemas/statusInfo'}},
            'links': LINKS,
            'numberMatched': {'type': 'integer', 'minimum': 0},
            'numberReturned': {'type': 'integer', 'minimum': 0},
        },
    },
    # of each output: a plain value, a qualified value (`value`, `mediaType`, `encoding`), a box, or a link
    'results': {'type': 'object', 'additionalProperties': {}},
}


JOB_ID = in_path('jobId', Text(vi='Mã tác vụ', en='Job id'), {'type': 'string', 'format': 'uuid'})
OUTPUT_ID = in_path('outputId', Text(vi='Tên kết quả', en='Name of the output'))


def job_paths(offer: Offer, media_types: set[str]) -> dict[str, Any]:
    """Operations of jobs. media_types: that an output may have."""
    own = [JOB_ID, *in_formats()]
    in_forms = media_types | {form.media_type for form in FORMS.values()}
    return {
        '/jobs': _job_operation(
            offer, 'get', 'getJobs', Text(vi='Các tác vụ', en='Jobs'), in_formats(parameters=PARAMETERS),
            content('jobList'),
        ),
        '/jobs/{jobId}': _job_operation(
            offer, 'get', 'getJob', Text(vi='Một tác vụ', en='A job'), own, content('statusInfo'), '404'
        )
        | _job_operation(
            offer, 'delete', 'dismissJob', Text(vi='Hủy tác vụ', en='Dismiss a job'), own, _state(), '404', '409'
        ),
        '/jobs/{jobId}/rerun': _job_operation(
            offer, 'post', 'rerunJob', Text(vi='Chạy lại trên dữ liệu hiện có', en='Run again on the present data'),
            [JOB_ID, LANG], _state('Location'), '404', '409', '429', status='201',
        ),
        '/jobs/{jobId}/results': _job_operation(
            offer, 'get', 'getJobResults', Text(vi='Kết quả của tác vụ', en="A job's results"), [JOB_ID, LANG],
            _results(media_types | {'multipart/related'}), '404', '409', '422',
        ),
        '/jobs/{jobId}/results/{outputId}': _job_operation(
            offer, 'get', 'getJobResult', Text(vi='Một kết quả', en='One output'),
            [JOB_ID, OUTPUT_ID, OUTPUT_FORM, LANG], _results(in_forms), '404', '409', '422',
        ),
    }  # fmt: skip


def _job_operation(
    offer: Offer,
    method: str,
    name: str,
    what: Text,
    parameters: Iterable[Parameter[Any]],
    success: dict[str, Any],
    *errors: str,
    status: str = '200',
) -> dict[str, Any]:
    answers = responses(success, '400', *errors, '500', '503', status=status)
    return {method: operation(offer, name, what, parameters, answers, tag=TAG)}


def _state(*more: str) -> dict[str, Any]:
    schema = {'$ref': '#/components/schemas/statusInfo'}
    return {
        'description': Text(vi='Trạng thái của tác vụ', en='State of the job'),
        **({'headers': headers(*more)} if more else {}),
        'content': {JSON: {'schema': schema}},
    }


def _results(media_types: set[str]) -> dict[str, Any]:
    """In the form that the execute request wanted, whatever is asked for."""
    contents = {kind: {'schema': BINARY} for kind in sorted(media_types - {JSON})}
    return {
        'description': Text(vi='Kết quả', en='The result'),
        'headers': headers('Dothi-Release', 'Link'),
        'content': {**contents, JSON: {'schema': {}}},
    }
