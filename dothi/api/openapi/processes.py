"""The OpenAPI document's part on analyses, from their own descriptions, and on their jobs."""

from typing import Any

from dothi.api.openapi.editing import SECURITY
from dothi.api.openapi.parts import Offer, both, content, headers, operation, path, query, responses, shared
from dothi.core.settings import LimitSettings
from processes.base import GEOJSON
from processes.registry import processes

TAG = 'processes'


def process_paths(offer: Offer) -> dict[str, Any]:
    """Operations of the analyses that are offered to the audience, and of their jobs."""
    known = {name: one for name, one in processes().items() if one.offered_to(offer.audience)}
    offered = {name: one.metadata_for_pygeoapi() for name, one in known.items()}
    listed = _operation('getProcesses', both('Các phân tích', 'Analyses'), [_limit(), *shared('f', 'lang')])
    paths: dict[str, Any] = {'/processes': {'get': listed}}
    for name, metadata in offered.items():
        described = _operation(f'describeProcess.{name}', metadata['title'], shared('f', 'lang'))
        paths[f'/processes/{name}'] = {'get': described}
        paths[f'/processes/{name}/execution'] = {
            'post': _execution(name, metadata, for_editors=known[name].editors_only)
        }
    return paths | _jobs(list(offered.values()))


def _execution(name: str, metadata: dict[str, Any], *, for_editors: bool) -> dict[str, Any]:
    inputs = metadata['inputs']
    required = [key for key, described in inputs.items() if described['minOccurs']]
    fields = {
        'type': 'object',
        # an empty list is not allowed
        **({'required': required} if required else {}),
        'properties': {key: {'title': one['title'], **one['schema']} for key, one in inputs.items()},
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
    answers = responses(_result(metadata), '400', *(['401', '413'] if for_editors else []), '404', '422', '500', '503')
    if 'reference' in metadata['outputTransmission']:
        answers['204'] = {
            'description': both('Liên kết tới kết quả', 'A link to the result'),
            'headers': headers('Link'),
        }
    more = {'security': SECURITY} if for_editors else {}
    return operation(f'execute.{name}', metadata['title'], shared('lang'), answers, tag=TAG, requestBody=body, **more)


def _result(metadata: dict[str, Any]) -> dict[str, Any]:
    """The raw result, and the document around it."""
    document = {'application/json': {'schema': {'$ref': '#/components/schemas/anyObject'}}}
    return {
        'description': metadata['description'],
        'headers': headers('Dothi-Release', 'Link'),
        'content': _raw(metadata) | document,
    }


def _raw(metadata: dict[str, Any]) -> dict[str, Any]:
    """GeoJSON, or a file of one of several types."""
    if 'result' not in metadata['outputs']:
        types = [one['schema']['contentMediaType'] for one in metadata['outputs'].values()]
        return {name: {'schema': {'type': 'string'}} for name in types}
    files = [one['contentMediaType'] for one in metadata['outputs']['result']['schema'].get('oneOf', [])]
    collection = {'schema': {'$ref': '#/components/schemas/featureCollection'}}
    return {name: {'schema': {'type': 'string', 'format': 'binary'}} for name in files} or {GEOJSON: collection}


def _jobs(offered: list[dict[str, Any]]) -> dict[str, Any]:
    job = path('jobId', both('Mã tác vụ', 'Job id'))
    offset = query('offset', both('Số tác vụ bỏ qua.', 'Jobs to leave out.'), {'type': 'integer', 'minimum': 0})
    own, listed = [job, *shared('f', 'lang')], [_limit(), offset, *shared('f', 'lang')]
    return {
        '/jobs': {'get': _operation('getJobs', both('Các tác vụ', 'Jobs'), listed)},
        '/jobs/{jobId}': {
            'get': _operation('getJob', both('Một tác vụ', 'A job'), own),
            'delete': _operation(
                'dismissJob', both('Hủy tác vụ', 'Dismiss a job'), [job, *shared('lang')], '409', html=False
            ),
        },
        '/jobs/{jobId}/results': {'get': _results(job, offered)},
    }


def _results(job: dict[str, Any], offered: list[dict[str, Any]]) -> dict[str, Any]:
    """In the form that it was made in, whatever is asked for."""
    contents = {name: schema for metadata in offered for name, schema in _raw(metadata).items()}
    found = {
        'description': both('Kết quả', 'The result'), 'headers': headers('Dothi-Release'), 'content': contents,
    }  # fmt: skip
    answers = responses(found, '400', '404', '500', '503')
    return operation('getJobResults', both('Kết quả của tác vụ', "A job's result"), [job, *shared('lang')], answers,
                     tag=TAG)  # fmt: skip


def _limit() -> dict[str, Any]:
    limits = LimitSettings()
    schema = {'type': 'integer', 'minimum': 1, 'maximum': limits.max_items, 'default': limits.default_items}
    return query('limit', both('Nhiều nhất bao nhiêu.', 'How many at most.'), schema, style='form', explode=False)


def _operation(
    name: str, summary: dict[str, str], parameters: list[Any], *errors: str, html: bool = True
) -> dict[str, Any]:
    answers = responses(content('anyObject', html=html), '400', '404', *errors, '500', '503')
    return operation(name, summary, parameters, answers, tag=TAG)
