"""OGC API - Processes - Part 1, class JSON."""

from typing import Any

import requests
from jsonschema import Draft4Validator

from tests.api.conformance.conftest import Api
from tests.api.conformance.processing import EXPORT, LINK, RESULTS, STATUS_INFO, execute, succeeded

CLASSES = ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/json']
TEXTS = {'type': 'array', 'items': {'type': 'string'}}
LINKED: dict[str, Any] = {
    'type': 'object',
    'required': ['links'],
    'properties': {'links': {'type': 'array', 'items': LINK}},
}
# processSummary.yaml and processList.yaml
SUMMARY = {
    'type': 'object',
    'required': ['id', 'version'],
    'properties': {
        'id': {'type': 'string'},
        'version': {'type': 'string'},
        'title': {'type': 'string'},
        'description': {'type': 'string'},
        'keywords': TEXTS,
        'jobControlOptions': {'type': 'array', 'items': {'enum': ['sync-execute', 'async-execute', 'dismiss']}},
        'outputTransmission': {'type': 'array', 'items': {'enum': ['value', 'reference']}},
        'links': {'type': 'array', 'items': LINK},
    },
}
LIST = {
    'type': 'object',
    'required': ['processes', 'links'],
    'properties': {'processes': {'type': 'array', 'items': SUMMARY}, **LINKED['properties']},
}
# exception.yaml
EXCEPTION = {
    'type': 'object',
    'required': ['type'],
    'properties': {name: {'type': 'string'} for name in ('type', 'title', 'detail', 'instance')},
}
CONFORMANCE = {'type': 'object', 'required': ['conformsTo'], 'properties': {'conformsTo': TEXTS}}


def read(answer: requests.Response, schema: dict[str, Any]) -> None:
    """Checks that the answer is JSON, said to be, and of this schema."""
    assert answer.headers['Content-Type'].split(';')[0] == 'application/json', answer.url
    Draft4Validator(schema).validate(answer.json())


def test_json_is_what_every_resource_comes_in(api: Api) -> None:
    """/req/json/definition: asked for by `Accept`, and by default."""
    job = succeeded(execute(api, 'export-features', EXPORT)).links['monitor']['url']
    resources = (
        ('', LINKED),
        ('/conformance', CONFORMANCE),
        ('/processes', LIST),
        ('/processes/export-features', SUMMARY),
        ('/jobs', LINKED),
        (job, STATUS_INFO),
        ('/processes/nothing', EXCEPTION),
        ('/jobs/nothing', EXCEPTION),
        ('/jobs/nothing/results', EXCEPTION),
    )
    for where, schema in resources:
        read(api.get(where), schema)
        read(api.get(where, {'Accept': 'application/json'}), schema)


JSON_BODY = {'Content-Type': 'application/json'}


def test_json_is_what_is_executed(api: Api) -> None:
    """The request is JSON, and so is the document that answers it; a body that is none is refused in JSON."""
    read(execute(api, 'export-features', EXPORT, response='document'), RESULTS)
    for body in (b'', b'[]', b'<inputs/>', b'{"inputs": "schools"}'):
        answer = api.session.post(
            f'{api.url}/processes/export-features/execution', data=body, headers=JSON_BODY, timeout=30
        )
        assert answer.status_code == 400, body
        read(answer, EXCEPTION)
