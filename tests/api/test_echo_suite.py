"""What OGC's executable test suite for Processes 1.0 asks of `echo`, asked as it asks it.

The suite (ets-ogcapi-processes10, classes Jobs, CommonFixture, OGCProcessDescription) makes its requests from the
schemas of the description; this makes the same ones, and checks the same of the answers.
"""

import base64
import email
import email.policy
import time
from email.message import Message
from typing import Any

import pytest
import requests
from jsonschema import Draft4Validator

from tests.api.conformance.processing import STATUS_INFO
from tests.conftest import PATIENCE_S, Province

TEST_STRING = 'teststring'
JSON = {'Accept': 'application/json', 'Content-Type': 'application/json'}
ASYNC = {**JSON, 'Prefer': 'respond-async'}
RESULTS = 'http://www.opengis.net/def/rel/ogc/1.0/results'
EXCEPTIONS = 'http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0'
IMAGE = base64.b64encode(b'II*\x00 an image').decode()


class Suite:
    """The suite on a service."""

    def __init__(self, url: str) -> None:
        self.url = f'{url}/api'
        self.echo: dict[str, Any] = self.get('/processes/echo').json()
        self.inputs: dict[str, Any] = self.echo['inputs']

    def get(self, path: str, headers: dict[str, str] | None = None) -> requests.Response:
        address = path if path.startswith('http') else f'{self.url}{path}'
        return requests.get(address, headers=headers or {'Accept': 'application/json'}, timeout=120)

    def execute(self, request: dict[str, Any], headers: dict[str, str] = JSON) -> requests.Response:
        return requests.post(f'{self.url}/processes/echo/execution', json=request, headers=headers, timeout=120)

    def request(self, *, kind: str = '', outputs: list[str] | None = None, **more: Any) -> dict[str, Any]:
        """An execute request with every input that the suite can fill in. kind: of the one that it is about."""
        inputs: dict[str, Any] = {}
        for name, described in self.inputs.items():
            schema = described['schema']
            if kind and kind in kinds(schema):
                inputs[name], kind = of_kind(kind, schema), ''
            else:
                inputs |= dict(zip([name], plain(schema), strict=False))
        assert not kind, f'no input is {kind}: the suite would skip'
        names = list(self.echo['outputs']) if outputs is None else outputs
        return {'inputs': inputs, 'outputs': {name: {'transmissionMode': 'value'} for name in names}, **more}


def plain(schema: dict[str, Any]) -> list[Any]:
    """What the suite puts where the input is not the one that it is about: the last of these, or nothing."""
    found: list[Any] = []
    for option in options(schema):
        if option.get('type') == 'string' and not schema.get('format') and not option.get('contentMediaType'):
            found = [TEST_STRING]
        elif option.get('type') == 'object':
            found = [{'value': TEST_STRING}]
    return found


def options(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [schema] if 'type' in schema else [one for one in schema.get('oneOf', []) if 'type' in one]


def kinds(schema: dict[str, Any]) -> set[str]:
    found = {option['type'] for option in options(schema)}
    if any(option.get('contentEncoding') == 'binary' for option in options(schema)):
        found |= {'binary', 'href'}
    if any(one.get('format') == 'ogc-bbox' for one in schema.get('allOf', [])):
        found.add('bbox')
    return found


def of_kind(kind: str, schema: dict[str, Any]) -> Any:
    tiff = next((one['contentMediaType'] for one in options(schema) if 'tiff' in one.get('contentMediaType', '')), '')
    return {
        'array': [1, 2, 3],
        'bbox': {'bbox': [51.9, 7, 52, 7.1], 'crs': 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'},
        'binary': {'value': IMAGE, 'format': {'mediaType': tiff, 'encoding': 'base64'}},
        'href': {'href': 'https://raw.githubusercontent.com/x/testgeotiff.tiff', 'format': {'mediaType': tiff}},
    }[kind]


def parts(answer: requests.Response) -> dict[str, Message]:
    """The parts of a multipart answer by their output."""
    head = f'Content-Type: {answer.headers["Content-Type"]}\r\n\r\n'.encode()
    message = email.message_from_bytes(head + answer.content, policy=email.policy.default)
    assert message.is_multipart(), answer.text[:300]
    return {str(part['Content-ID']).strip('<>'): part for part in message.iter_parts()}


@pytest.fixture(params=['internal_url', 'public_url'])
def suite(request: pytest.FixtureRequest, province: Province) -> Suite:
    return Suite(getattr(province, request.param))


def test_one_input_is_a_plain_text_and_comes_first(suite: Suite) -> None:
    """The suite asks for the first input, and for the text that it put there."""
    assert plain(next(iter(suite.inputs.values()))['schema']) == [TEST_STRING]
    assert 'pause' in suite.inputs


@pytest.mark.parametrize('kind', ['', 'array', 'bbox', 'binary', 'href'])
def test_each_kind_of_input_is_taken(suite: Suite, kind: str) -> None:
    """testJobCreationInputs, -InputArray, -InputInlineBbox, -InputInlineBinary, -InputRef, -DefaultExecutionMode"""
    answer = suite.execute(suite.request(kind=kind))
    assert answer.status_code == 200, answer.text
    assert answer.headers['Content-Type'].startswith('multipart/related')
    found = parts(answer)
    assert TEST_STRING in str(found['stringOutput'].get_payload())
    assert found['stringOutput'].get_content_type() == 'text/plain'


def test_left_out_or_empty_outputs_are_all_outputs(suite: Suite) -> None:
    """testJobCreationDefaultOutputs, -SyncRawValueOne (whose output's name is no output's)"""
    request = suite.request()
    for more in ({}, {'outputs': {}, 'response': 'raw'}, {'response': 'raw'}):
        answer = suite.execute({'inputs': request['inputs'], **more})
        assert answer.status_code == 200
        assert TEST_STRING in answer.text


def test_a_document(suite: Suite) -> None:
    """testJobCreationSyncDocument"""
    answer = suite.execute(suite.request(response='document'))
    assert answer.status_code == 200
    assert answer.json()['stringOutput'] == TEST_STRING


def test_no_link_that_the_suite_cannot_read(suite: Suite) -> None:
    """testJobResultsSync takes the address out of a header Link with its brackets, and fails on it."""
    answer = suite.execute(suite.request())
    assert answer.status_code == 200
    assert 'Link' not in answer.headers


def test_a_wrong_format_is_refused_in_json(suite: Suite) -> None:
    """testJobCreationInputValidation"""
    request = suite.request()
    wrong = [
        name
        for name, one in suite.inputs.items()
        if any('contentMediaType' in option for option in options(one['schema']))
    ]
    assert wrong
    for name in wrong:
        request['inputs'][name] = {'type': 'wrong/type_17'}
    answer = suite.execute(request)
    assert answer.status_code == 400
    assert answer.headers['Content-Type'].startswith('application/json')
    assert isinstance(answer.json()['type'], str)
    assert wrong[0] in answer.json()['description']


@pytest.mark.parametrize('prefer', ['respond-async', 'respond-async '])
def test_a_job_is_made_where_it_is_preferred(suite: Suite, prefer: str) -> None:
    """testJobCreationAutoExecutionMode, -Op, -Request, -SuccessAsync, testJobResults, -AsyncDocument, -AsyncRaw..."""
    for more in ({}, {'response': 'document'}, {'response': 'raw'}):
        answer = suite.execute(suite.request() | more, {**JSON, 'Prefer': prefer})
        assert answer.status_code == 201, answer.text
        status = suite.get(answer.headers['Location'])
        assert status.status_code == 200
        Draft4Validator(STATUS_INFO).validate(status.json())


def test_results_are_found_by_following_the_links(suite: Suite) -> None:
    """testJobResultsAsyncRawValueOne: results once they are linked, until then the state once more."""
    answer = suite.execute(suite.request(outputs=[], response='raw'), ASYNC)
    status = suite.get(answer.headers['Location']).json()
    for _ in range(4 * PATIENCE_S):
        links = {link['rel']: link['href'] for link in status['links']}
        if RESULTS in links:
            break
        assert [link['rel'] for link in status['links']].count('monitor') == 1
        time.sleep(0.25)
        status = suite.get(links['monitor']).json()
    assert TEST_STRING in requests.get(links[RESULTS], timeout=120).text


def test_results_of_a_job_that_runs_are_not_ready(suite: Suite) -> None:
    """testJobResultsExceptionResultsNotReady"""
    answer = suite.execute({'inputs': {'stringInput': TEST_STRING, 'pause': 5}, 'response': 'raw'}, ASYNC)
    assert answer.status_code == 201
    early = suite.get(f'{answer.headers["Location"]}/results')
    assert (early.status_code, early.json()['type']) == (404, f'{EXCEPTIONS}/result-not-ready')
    assert requests.delete(answer.headers['Location'], timeout=120).json()['status'] == 'dismissed'


def test_what_is_no_execute_request_is_refused(suite: Suite) -> None:
    """testJobResultsFailed, testJobExceptionNoSuchJob, testJobResultsNoSuchJob, testProcessExceptionNoSuchProcess"""
    answer = suite.execute({'invalid-execute-request': 'true)'})
    assert answer.status_code == 400
    assert isinstance(answer.json()['type'], str)
    for path, kind in (
        ('/jobs/invalid-job-17', 'no-such-job'),
        ('/jobs/invalid-job-17/results', 'no-such-job'),
        ('/processes/invalid-process-17', 'no-such-process'),
    ):
        answer = suite.get(path)
        assert (answer.status_code, answer.json()['type']) == (404, f'{EXCEPTIONS}/{kind}')


def test_the_description_has_inputs_and_outputs_of_several_types(suite: Suite) -> None:
    """testOGCProcessDescriptionInputDefinitionOfMixedType, -OutputDefinitionOfMixedType: or they are skipped"""
    for described in (suite.inputs, suite.echo['outputs']):
        assert any('oneOf' in one['schema'] for one in described.values())
        assert any(one['schema'].get('type') == 'array' for one in described.values())
