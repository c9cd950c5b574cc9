"""The OpenAPI document's part on analyses, from their own descriptions."""

from typing import Any

from dothi.api.openapi.editing import SECURITY
from dothi.api.openapi.jobs import TAG, job_paths, limit
from dothi.api.openapi.parts import Offer, both, content, headers, operation, responses, shared
from dothi.core.settings import LimitSettings
from processes.base import Process
from processes.forms.form import FORMS
from processes.geojson import GEOJSON, JSON
from processes.registry import all_processes

PREFER = {
    'name': 'Prefer',
    'in': 'header',
    'description': both(
        'respond-async: trả lời ngay bằng một tác vụ; wait=N: chờ kết quả nhiều nhất N giây (RFC 7240).',
        'respond-async: answer at once, with a job; wait=N: wait N seconds at most for the outputs (RFC 7240).',
    ),
    'required': False,
    'schema': {'type': 'string'},
    'example': 'respond-async',
}
CONTENT = ('contentMediaType', 'contentEncoding', 'contentSchema')
SUBSCRIBER = {
    'type': 'object',
    'description': both(
        'Được báo khi tác vụ chạy, xong hoặc thất bại; chỉ tới máy trong DOTHI_CALLBACK_HOSTS.',
        'Is told when the job runs, is done or has failed; only at hosts of DOTHI_CALLBACK_HOSTS.',
    ),
    'required': ['successUri'],
    'properties': {
        name: {'type': 'string', 'format': 'uri', 'maxLength': 2000}
        for name in ('successUri', 'inProgressUri', 'failedUri')
    },
    'additionalProperties': False,
}


def process_paths(offer: Offer) -> dict[str, Any]:
    """Operations of the analyses that are offered to the audience, and of their jobs."""
    offered = {name: process for name, process in all_processes().items() if process.offered_to(offer.audience)}
    most = LimitSettings().max_items
    paths: dict[str, Any] = {
        '/processes': {
            'get': _read_operation('getProcesses', both('Các phân tích', 'Analyses'), 'processList', limit(most, most))
        }
    }
    for name, chosen in offered.items():
        title = chosen.title.model_dump()
        paths[f'/processes/{name}'] = {'get': _read_operation(f'describeProcess.{name}', title, 'process')}
        paths[f'/processes/{name}/execution'] = {'post': _execution_operation(name, chosen)}
    return paths | job_paths([*offered], {kind for process in offered.values() for kind in _media_types(process)})


def _read_operation(name: str, summary: dict[str, str], schema: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    answers = responses(content(schema), '304', '400', '404', '500', '503')
    return operation(name, summary, [*parameters, *shared('f', 'lang')], answers, tag=TAG)


def _execution_operation(name: str, chosen: Process[Any]) -> dict[str, Any]:
    metadata = chosen.metadata_for_pygeoapi()
    body = {
        'required': True,
        'content': {JSON: {'schema': _request_schema(chosen, metadata), 'example': metadata['example']}},
    }
    refusals = ('400', *(['401'] if chosen.knows_editors() else []), '404', '409', '413', '422', '429', '500', '503')
    answers = responses(_outputs_schema(chosen, metadata), *refusals)
    answers |= {'201': _created_answer(), '204': _linked_answer()}
    # some want a token for some of their inputs only
    without: list[dict[str, Any]] = [] if chosen.editors_only else [{}]
    more = {'security': [*SECURITY, *without]} if chosen.knows_editors() else {}
    return operation(
        f'execute.{name}', metadata['title'], [PREFER, *shared('lang')], answers, tag=TAG, requestBody=body, **more
    )


def _request_schema(chosen: Process[Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """The execute request of a process: what the standard puts around a value is said of none, but allowed to all."""
    inputs = metadata['inputs']
    required = [name for name, described in inputs.items() if described['minOccurs']]
    return {
        'type': 'object',
        'properties': {
            'inputs': {
                'type': 'object',
                # an empty list is not allowed
                **({'required': required} if required else {}),
                'properties': {name: _input_schema(described) for name, described in inputs.items()},
                'additionalProperties': False,
            },
            'outputs': {
                'type': 'object',
                'properties': {name: _output_schema(output.media_types) for name, output in chosen.outputs.items()},
                'additionalProperties': False,
            },
            'response': {'type': 'string', 'enum': ['raw', 'document'], 'default': 'raw'},
            'subscriber': SUBSCRIBER,
        },
        'additionalProperties': False,
    }


def _input_schema(described: dict[str, Any]) -> dict[str, Any]:
    words = {'title': described['title'], 'description': described['description']}
    unit = {'x-ogc-unit': described['x-ogc-unit']} if 'x-ogc-unit' in described else {}
    schema: dict[str, Any] = _in_oas30(described['schema'])
    if described['maxOccurs'] == 1:
        return words | schema | unit
    several = {'type': 'array', 'items': schema, 'maxItems': described['maxOccurs']}
    return words | {'anyOf': [schema, several]} | unit


def _in_oas30(schema: Any) -> Any:
    """The schema without the words of descriptions that OpenAPI 3.0 does not have."""
    if isinstance(schema, list):
        return [_in_oas30(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _in_oas30(value) for name, value in schema.items() if name not in CONTENT}


def _output_schema(media_types: tuple[str, ...]) -> dict[str, Any]:
    every = [*dict.fromkeys((*media_types, *(form.media_type for form in FORMS.values())))]
    media_type = {'type': 'object', 'properties': {'mediaType': {'type': 'string', 'enum': every}}}
    modes = {'type': 'string', 'enum': ['value', 'reference'], 'default': 'value'}
    return {
        'type': 'object',
        'properties': {'transmissionMode': modes, 'format': media_type},
        'additionalProperties': False,
    }


def _outputs_schema(chosen: Process[Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """The only output by itself, several as parts of one answer, or all in a document."""
    contents = {kind: _media_schema(kind) for kind in sorted(_media_types(chosen))}
    if len(chosen.outputs) > 1:
        contents['multipart/related'] = {'schema': {'type': 'string', 'format': 'binary'}}
    document = {JSON: {'schema': {'$ref': '#/components/schemas/results'}}}
    return {
        'description': metadata['description'],
        'headers': headers('Dothi-Release', 'Link', 'Preference-Applied'),
        'content': contents | document,
    }


def _media_types(chosen: Process[Any]) -> set[str]:
    return {kind for output in chosen.outputs.values() for kind in output.media_types}


def _media_schema(media_type: str) -> dict[str, Any]:
    if media_type == GEOJSON:
        return {'schema': {'$ref': '#/components/schemas/anyObject'}}
    return {'schema': {} if media_type == JSON else {'type': 'string', 'format': 'binary'}}


def _created_answer() -> dict[str, Any]:
    return {
        'description': both('Tác vụ đã được nhận', 'The job was accepted'),
        'headers': headers('Location', 'Preference-Applied'),
        'content': {JSON: {'schema': {'$ref': '#/components/schemas/statusInfo'}}},
    }


def _linked_answer() -> dict[str, Any]:
    return {'description': both('Liên kết tới kết quả', 'A link to the result'), 'headers': headers('Link')}
