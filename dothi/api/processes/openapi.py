"""The OpenAPI document's part on analyses, from their own descriptions."""

from typing import Any

from dothi.api.editing.openapi import SECURITY
from dothi.api.http.offer import Offer
from dothi.api.http.operations import BINARY, content, get, headers, operation, responses
from dothi.api.http.parameters import LANG, Parameter, in_formats, in_header
from dothi.api.processes.descriptions import LIST_PARAMETERS, offered_processes
from dothi.api.processes.form import example_of
from dothi.api.processes.jobs_openapi import TAG, job_paths
from dothi.core.text import Text
from processes.base import Process
from processes.forms.form import FORMS
from processes.geojson import GEOJSON, JSON

PREFER = in_header(
    'Prefer',
    Text(
        vi='respond-async: trả lời ngay bằng một tác vụ; wait=N: chờ kết quả nhiều nhất N giây (RFC 7240).',
        en='respond-async: answer at once, with a job; wait=N: wait N seconds at most for the outputs (RFC 7240).',
    ),
    example='respond-async',
)
CONTENT = ('contentMediaType', 'contentEncoding', 'contentSchema')
SUBSCRIBER = {
    'type': 'object',
    'description': Text(
        vi='Được báo khi tác vụ chạy, xong hoặc thất bại; chỉ tới máy mà người vận hành cho phép.',
        en='Is told when the job runs, is done or has failed; only at hosts that the operator allows.',
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
    offered = offered_processes(offer.audience)
    listed = in_formats(parameters=LIST_PARAMETERS)
    paths: dict[str, Any] = {
        '/processes': _describing(offer, 'getProcesses', Text(vi='Các phân tích', en='Analyses'), 'processList', listed)
    }
    for name, chosen in offered.items():
        described = _describing(offer, f'describeProcess.{name}', chosen.title, 'process', in_formats())
        paths[f'/processes/{name}'] = described
        paths[f'/processes/{name}/execution'] = {'post': _execution_operation(offer, name, chosen)}
    return paths | job_paths(offer, {kind for process in offered.values() for kind in _media_types(process)})


def _describing(offer: Offer, name: str, title: Text, schema: str, parameters: list[Parameter[Any]]) -> dict[str, Any]:
    return get(offer, name, title, parameters, content(schema), tag=TAG)


def _execution_operation(offer: Offer, name: str, chosen: Process[Any]) -> dict[str, Any]:
    metadata = chosen.describe_for(offer.audience)
    example = {'inputs': example_of(offer.locality, offer.audience, name, chosen)}
    body = {
        'required': True,
        'content': {JSON: {'schema': _request_schema(chosen, metadata), 'example': example}},
    }
    refusals = ('400', *(['401'] if chosen.knows_editors() else []), '404', '409', '413', '422', '429', '500', '503')
    answers = responses(_outputs_schema(chosen, metadata), *refusals)
    answers |= {'201': _created_answer(), '204': _linked_answer()}
    # some want a token for some of their inputs only
    without: list[dict[str, Any]] = [] if chosen.editors_only else [{}]
    more = {'security': [*SECURITY, *without]} if chosen.knows_editors() else {}
    return operation(offer, f'execute.{name}', chosen.title, [PREFER, LANG], answers, tag=TAG, requestBody=body, **more)


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
        contents['multipart/related'] = {'schema': BINARY}
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
    return {'schema': {} if media_type == JSON else BINARY}


def _created_answer() -> dict[str, Any]:
    return {
        'description': Text(vi='Tác vụ đã được nhận', en='The job was accepted'),
        'headers': headers('Location', 'Preference-Applied'),
        'content': {JSON: {'schema': {'$ref': '#/components/schemas/statusInfo'}}},
    }


def _linked_answer() -> dict[str, Any]:
    return {'description': Text(vi='Liên kết tới kết quả', en='A link to the result'), 'headers': headers('Link')}
