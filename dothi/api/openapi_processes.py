"""The analyses in the OpenAPI document, from their own descriptions."""

from typing import Any

from dothi.api.openapi_parts import content, path, query, responses
from dothi.core.layer import Audience
from processes.registry import processes

LANG = {'$ref': '#/components/parameters/lang'}
F = {'$ref': '#/components/parameters/f'}


def process_paths(audience: Audience) -> dict[str, Any]:
    """Operations of the analyses that are offered to `audience`, and of their jobs."""
    paths = {'/processes': _operation('get', 'getProcesses', 'Các phân tích', [_limit(), F, LANG])}
    for name, process in processes().items():
        if process.offered_to(audience):
            metadata = process.metadata_for_pygeoapi()
            paths[f'/processes/{name}'] = _operation(
                'get', f'describeProcess.{name}', metadata['title']['vi'], [F, LANG]
            )
            paths[f'/processes/{name}/execution'] = _execution(name, metadata)
    return paths | _jobs()


def _execution(name: str, metadata: dict[str, Any]) -> dict[str, Any]:
    inputs = metadata['inputs']
    required = [key for key, described in inputs.items() if described['minOccurs']]
    fields = {
        'type': 'object',
        # an empty list is not allowed
        **({'required': required} if required else {}),
        'properties': {key: {'title': one['title']['vi'], **one['schema']} for key, one in inputs.items()},
        'additionalProperties': False,
    }
    schema = {
        'type': 'object',
        'properties': {
            'inputs': fields,
            'response': {'type': 'string', 'enum': ['raw', 'document'], 'default': 'raw'},
            'outputs': {'type': 'object'},
        },
    }
    body = {'required': True, 'content': {'application/json': {'schema': schema, 'example': metadata['example']}}}
    result = {'description': metadata['description']['vi'], 'content': {}}
    result['content'] = {
        'application/geo+json': {'schema': {'$ref': '#/components/schemas/featureCollection'}},
        'application/json': {'schema': {'$ref': '#/components/schemas/anyObject'}},
    }
    operation = _operation('post', f'execute.{name}', metadata['title']['vi'], [LANG])
    operation['post'] |= {'requestBody': body, 'responses': responses(result, '400', '404', '422', '500', '503')}
    return operation


def _jobs() -> dict[str, Any]:
    job = path('jobId', 'Job id')
    offset = query('offset', 'Jobs to leave out.', {'type': 'integer', 'minimum': 0})
    one = _operation('get', 'getJob', 'Một tác vụ', [job, F, LANG])
    return {
        '/jobs': _operation('get', 'getJobs', 'Các tác vụ', [_limit(), offset, F, LANG]),
        '/jobs/{jobId}': one | _operation('delete', 'dismissJob', 'Hủy tác vụ', [job]),
        '/jobs/{jobId}/results': _operation('get', 'getJobResults', 'Kết quả của tác vụ', [job, F, LANG]),
    }


def _limit() -> dict[str, Any]:
    return query('limit', 'How many at most.', {'type': 'integer', 'minimum': 1})


def _operation(method: str, name: str, summary: str, parameters: list[Any]) -> dict[str, Any]:
    answers = responses(content('anyObject'), '400', '404', '500', '503')
    return {
        method: {
            'operationId': name,
            'summary': summary,
            'tags': ['processes'],
            'parameters': parameters,
            'responses': answers,
        }
    }
