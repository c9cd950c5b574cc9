"""What the modules about OGC API - Processes share: execute requests, and schemas of the standard's answers."""

import time
from typing import Any

import requests

from tests.api.conformance.conftest import Api
from tests.conftest import PATIENCE_S

EXCEPTIONS = 'http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0'
EXPORT = {'collection': 'schools', 'format': 'csv', 'properties': ['code']}

LINK = {
    'type': 'object',
    'required': ['href'],
    'properties': {name: {'type': 'string'} for name in ('href', 'rel', 'type', 'hreflang', 'title')},
}
# results.yaml: an object comes as a qualified value or is a link.
PLAIN = {'type': ['string', 'number', 'integer', 'boolean', 'array']}
BOX = {'type': 'object', 'required': ['bbox'], 'properties': {'bbox': {'type': 'array'}}}
QUALIFIED = {
    'type': 'object',
    'required': ['value'],
    'properties': {'mediaType': {'type': 'string'}, 'encoding': {'type': 'string'}},
}
RESULTS = {'type': 'object', 'additionalProperties': {'oneOf': [PLAIN, BOX, QUALIFIED, LINK]}}
# statusInfo.yaml
MOMENT = {'type': 'string', 'format': 'date-time'}
STATUS_INFO = {
    'type': 'object',
    'required': ['jobID', 'status', 'type'],
    'properties': {
        'processID': {'type': 'string'},
        'type': {'enum': ['process']},
        'jobID': {'type': 'string'},
        'status': {'enum': ['accepted', 'running', 'successful', 'failed', 'dismissed']},
        'message': {'type': 'string'},
        **dict.fromkeys(('created', 'started', 'finished', 'updated'), MOMENT),
        'progress': {'type': 'integer', 'minimum': 0, 'maximum': 100},
        'links': {'type': 'array', 'items': LINK},
    },
}


def execute(
    api: Api, process: str, inputs: dict[str, Any], headers: dict[str, str] | None = None, **more: Any
) -> requests.Response:
    """The answer to an execute request. more: its other members."""
    address = f'{api.url}/processes/{process}/execution'
    return api.session.post(address, json={'inputs': inputs, **more}, headers=headers, timeout=120)


def ended(api: Api, answer: requests.Response) -> dict[str, Any]:
    """The state of a job that was made just now, once it has ended."""
    assert answer.status_code == 201, answer.text
    deadline = time.monotonic() + PATIENCE_S
    while True:
        job: dict[str, Any] = api.json(answer.headers['Location'])
        if job['status'] not in {'accepted', 'running'}:
            return job
        assert time.monotonic() < deadline, job
        time.sleep(0.1)


def succeeded(answer: requests.Response) -> requests.Response:
    assert answer.status_code == 200, f'{answer.status_code} {answer.text[:500]}'
    return answer


def raw_types(description: dict[str, Any]) -> set[str]:
    """The media types that a description announces for its one output."""
    schema = description['outputs']['result']['schema']
    return {one['contentMediaType'] for one in schema.get('oneOf', [schema])}
