"""The OpenAPI document's part on jobs, and what their documents look like."""

from typing import Any

from dothi.api.openapi.parts import both, content, headers, operation, path, query, responses, shared
from dothi.api.processes.job_list import DEFAULT_LIMIT, MOST, STATUSES
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
            'dothi:software': TEXT,
            'dothi:releases': {
                'type': 'object',
                'additionalProperties': {'type': 'integer'},
                'description': both('Bản phát hành đã đọc, theo lớp.', 'The release that was read, by layer.'),
            },
            'dothi:inputsChanged': {
                'type': 'integer',
                'description': both(
                    'Số lớp đã có dữ liệu mới hơn kết quả này.', 'Of how many of these there is a newer release.'
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


FORM = query(
    'f',
    both(
        f'Dạng khác của kết quả: {", ".join(FORMS)}; không có thì như phân tích đã viết.',
        f'Another form of the output: {", ".join(FORMS)}; left out, as the analysis has written it.',
    ),
    {'type': 'string', 'pattern': f'^({"|".join(FORMS)}|json)$'},
    example='csv',
)


def job_paths(process_ids: list[str], media_types: set[str]) -> dict[str, Any]:
    """Operations of jobs. media_types: that an output may have."""
    job = path('jobId', both('Mã tác vụ', 'Job id'), {'type': 'string', 'format': 'uuid'})
    name = path('outputId', both('Tên kết quả', 'Name of the output'))
    own = [job, *shared('f', 'lang')]
    return {
        '/jobs': {'get': _operation('getJobs', both('Các tác vụ', 'Jobs'), _filters(process_ids), content('jobList'))},
        '/jobs/{jobId}': {
            'get': _operation('getJob', both('Một tác vụ', 'A job'), own, content('statusInfo'), '404'),
            'delete': _operation('dismissJob', both('Hủy tác vụ', 'Dismiss a job'), own, _state(), '404', '409'),
        },
        '/jobs/{jobId}/rerun': {
            'post': _operation(
                'rerunJob',
                both('Chạy lại trên dữ liệu hiện có', 'Run again on the present data'),
                [job, *shared('lang')],
                _state('Location'),
                '404', '409', '429',
                status='201',
            )
        },
        '/jobs/{jobId}/results': {
            'get': _operation(
                'getJobResults', both('Kết quả của tác vụ', "A job's results"), [job, *shared('lang')],
                _results(media_types | {'multipart/related'}), '404', '409', '422',
            )
        },
        '/jobs/{jobId}/results/{outputId}': {
            'get': _operation(
                'getJobResult', both('Một kết quả', 'One output'), [job, name, FORM, *shared('lang')],
                _results(media_types | {form.media_type for form in FORMS.values()}), '404', '409', '422',
            )
        },
    }  # fmt: skip


def limit(default: int, most: int) -> dict[str, Any]:
    """The parameter `limit`."""
    schema = {'type': 'integer', 'minimum': 1, 'maximum': most, 'default': default}
    return query('limit', both('Nhiều nhất bao nhiêu.', 'How many at most.'), schema, style='form', explode=False)


def _filters(process_ids: list[str]) -> list[dict[str, Any]]:
    texts = {
        'type': (both('Loại tác vụ.', 'Type of the jobs.'), ['process']),
        'processID': (both('Phân tích.', 'Analyses.'), process_ids),
        'status': (both('Trạng thái.', 'States.'), [*STATUSES]),
    }
    lists = [
        query(name, words, {'type': 'array', 'items': {'type': 'string', 'enum': values}})
        for name, (words, values) in texts.items()
    ]
    seconds = {'type': 'integer', 'minimum': 0}
    return [
        limit(DEFAULT_LIMIT, MOST),
        query('offset', both('Số tác vụ bỏ qua.', 'Jobs to leave out.'), {'type': 'integer', 'minimum': 0}),
        *lists,
        *shared('datetime'),
        query('minDuration', both('Chạy ít nhất bao nhiêu giây.', 'Seconds that they took at least.'), seconds),
        query('maxDuration', both('Chạy nhiều nhất bao nhiêu giây.', 'Seconds that they took at most.'), seconds),
        *shared('f', 'lang'),
    ]


def _state(*more: str) -> dict[str, Any]:
    schema = {'$ref': '#/components/schemas/statusInfo'}
    return {
        'description': both('Trạng thái của tác vụ', 'State of the job'),
        **({'headers': headers(*more)} if more else {}),
        'content': {JSON: {'schema': schema}},
    }


def _results(media_types: set[str]) -> dict[str, Any]:
    """In the form that the execute request wanted, whatever is asked for."""
    contents = {kind: {'schema': {'type': 'string', 'format': 'binary'}} for kind in sorted(media_types - {JSON})}
    return {
        'description': both('Kết quả', 'The result'),
        'headers': headers('Dothi-Release', 'Link'),
        'content': {**contents, JSON: {'schema': {}}},
    }


def _operation(
    name: str,
    summary: dict[str, str],
    parameters: list[Any],
    success: dict[str, Any],
    *errors: str,
    status: str = '200',
) -> dict[str, Any]:
    answers = responses(success, '400', *errors, '500', '503', status=status)
    return operation(name, summary, parameters, answers, tag=TAG)
