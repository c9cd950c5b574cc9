"""OGC API - Processes - Part 1 (OGC 18-062r2), class Core, on the running service and its worker."""

import base64
import email
import email.policy
from typing import Any
from uuid import uuid4

import pytest
import requests
from jsonschema import Draft4Validator

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.processing import (
    EXCEPTIONS,
    EXPORT,
    RESULTS,
    STATUS_INFO,
    ended,
    execute,
    raw_types,
    succeeded,
)  # fmt: skip

CLASSES = ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/core']
OGC = 'http://www.opengis.net/def/rel/ogc/1.0'
COVERAGE = {'facilities': 'schools', 'distance_m': 800, 'mode': 'straight-line', 'zones': 'districts'}
REFERENCE = {'result': {'transmissionMode': 'reference'}}
BOX = {'bbox': [51.9, 7, 52, 7.1], 'crs': 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'}
POINT = {'type': 'Point', 'coordinates': [106.2, 20.4]}
GML = {'value': '<gml:Point><gml:pos>20.4 106.2</gml:pos></gml:Point>', 'mediaType': 'application/gml+xml; version=3.2'}
MEASURE = {'measurement': 10.3, 'uom': 'm', 'reference': 'https://ucum.org/ucum-essence.xml'}
IMAGE = base64.b64encode(b'II*\x00 an image').decode()


def test_landing_page_leads_to_definition_conformance_and_processes(api: Api) -> None:
    """/req/core/landingpage-op, -success, /api-definition-op, -success, /conformance-op, -success"""
    landing = api.json('')
    for rel in ('service-desc', 'conformance', f'{OGC}/processes', f'{OGC}/job-list'):
        assert links(landing, rel), rel
        assert api.get(links(landing, rel)[0]['href']).status_code == 200
    assert set(CLASSES) <= api.declared()


def test_the_list_names_every_process_with_its_description(api: Api) -> None:
    """/req/core/process-list, -success, /pl-links"""
    listed = api.json('/processes')
    assert listed['processes']
    assert links(listed, 'self', 'application/json')
    assert api.get(links(listed, 'alternate', 'text/html')[0]['href']).status_code == 200
    for one in listed['processes']:
        assert one['id']
        assert one['version']
        described = api.json(links(one, 'self', 'application/json')[0]['href'])
        assert described['id'] == one['id']


def test_pages_of_the_list_name_themselves_and_one_another(api: Api) -> None:
    """/req/core/pl-links: `self` is the document at hand, so of a part of the list it has that part's parameters."""
    whole = [summary['id'] for summary in api.json('/processes')['processes']]
    assert not links(api.json('/processes'), 'next')
    page, walked = api.json('/processes', limit=5), []
    while True:
        part = [summary['id'] for summary in page['processes']]
        (itself,) = links(page, 'self')
        assert [summary['id'] for summary in api.json(itself['href'])['processes']] == part
        walked += part
        following = links(page, 'next')
        if not following:
            break
        page = api.json(following[0]['href'])
        assert links(page, 'prev')
    assert walked == whole


def test_limit_of_the_list(api: Api) -> None:
    """/req/core/pl-limit-definition, /pl-limit-response"""
    (limit,) = [one for one in api.document()['paths']['/processes']['get']['parameters'] if one.get('name') == 'limit']
    assert (limit['in'], limit['required'], limit['style'], limit['explode']) == ('query', False, 'form', False)
    assert limit['schema']['type'] == 'integer'
    assert limit['schema']['minimum'] == 1
    assert limit['schema']['default'] <= limit['schema']['maximum']
    assert len(api.json('/processes', limit=1)['processes']) == 1
    for wrong in (0, -1, 'many'):
        assert api.get('/processes', limit=wrong).status_code == 400


def test_a_process_is_described_and_an_unknown_one_is_not_found(api: Api) -> None:
    """/req/core/process-description, -success, /process-exception-no-such-process"""
    for one in api.json('/processes')['processes']:
        described = api.json(f'/processes/{one["id"]}')
        assert {name: described[name] for name in ('id', 'version', 'title')} == {
            name: one[name] for name in ('id', 'version', 'title')
        }
        assert described['inputs']
        assert described['outputs']
    for answer in (api.get('/processes/nothing'), execute(api, 'nothing', {})):
        assert answer.status_code == 404
        assert answer.json()['type'] == f'{EXCEPTIONS}/no-such-process'


def test_a_process_of_the_internal_service_is_unknown_to_the_public_one(public: Api) -> None:
    assert public.get('/processes/service-coverage').status_code == 404
    assert execute(public, 'service-coverage', COVERAGE).status_code == 404


def test_inputs_are_taken_in_line_qualified_and_by_reference(internal: Api) -> None:
    """/req/core/job-creation-op, -request, -inputs, -input-inline, -inline-object, -inline-mixed, -input-ref

    A reference can be to what the service has itself: it fetches nothing from anywhere.
    """
    expected = succeeded(execute(internal, 'service-coverage', COVERAGE)).json()['features']
    zones = {'collection': 'districts', 'filter': None}
    reference = {'href': f'{internal.url}/collections/districts', 'type': 'application/json'}
    for more in (
        {'distance_m': {'value': 800}},
        {'zones': zones},
        {'zones': {'value': zones, 'mediaType': 'application/json'}},
        {'zones': reference},
        {'zones': {'href': f'{reference["href"]}/items'}},
    ):
        found = succeeded(execute(internal, 'service-coverage', COVERAGE | more)).json()
        assert found['features'] == expected, more
    for href in ('http://elsewhere.example/collections/districts', f'{internal.url}/collections/../jobs', 7, None):
        answer = execute(internal, 'service-coverage', COVERAGE | {'zones': {'href': href}})
        assert answer.status_code == 400, href
        assert 'zones' in answer.json()['description']


@pytest.mark.parametrize(
    ('wrong', 'named'),
    [
        ({'distance_m': 'far'}, 'distance_m'),
        ({'distance_m': -1}, 'distance_m'),
        ({'distance_m': {'value': 'far'}}, 'distance_m'),
        ({'distance_m': [800]}, 'distance_m'),
        ({'mode': 'by boat'}, 'mode'),
        ({'zones': 'nowhere'}, 'zones'),
        ({'zones': {'value': {'collection': 'districts', 'colour': 'red'}}}, 'colour'),
        ({'dist': 1}, 'dist'),
    ],
)
def test_inputs_are_validated(internal: Api, wrong: dict[str, Any], named: str) -> None:
    """/req/core/job-creation-input-validation"""
    answer = execute(internal, 'service-coverage', COVERAGE | wrong)
    assert answer.status_code == 400, answer.text
    assert named in answer.json()['description']


@pytest.mark.parametrize(
    ('given', 'output', 'expected'),
    [
        ({'stringInput': 'Value1'}, 'stringOutput', 'Value1'),
        ({'doubleInput': 3.14159}, 'doubleOutput', 3.14159),
        ({'doubleInput': {'value': 2}}, 'doubleOutput', 2),
        ({'dateInput': '2021-03-06T07:21:00'}, 'dateOutput', '2021-03-06T07:21:00'),
        ({'arrayInput': [1, 2, 3, 4, 5, 6]}, 'arrayOutput', [1, 2, 3, 4, 5, 6]),
        ({'boundingBoxInput': BOX}, 'boundingBoxOutput', BOX),
        ({'measureInput': {'value': MEASURE}}, 'measureOutput', {'value': MEASURE, 'mediaType': 'application/json'}),
        ({'measureInput': MEASURE}, 'measureOutput', {'value': MEASURE, 'mediaType': 'application/json'}),
        ({'geometryInput': POINT}, 'geometryOutput', {'value': POINT, 'mediaType': 'application/geo+json'}),
        ({'geometryInput': {'value': POINT}}, 'geometryOutput', {'value': POINT, 'mediaType': 'application/geo+json'}),
        ({'geometryInput': GML}, 'geometryOutput', GML),
        ({'geometryInput': [GML, POINT]}, 'geometryOutput', [GML, {'value': POINT}]),
        (
            {'imagesInput': {'value': IMAGE, 'mediaType': 'image/jp2', 'encoding': 'base64'}},
            'imagesOutput',
            {'value': IMAGE, 'mediaType': 'image/jp2', 'encoding': 'base64'},
        ),
        ({'imagesInput': {'href': 'http://a.example/b.tif', 'type': 'image/tiff'}}, 'imagesOutput',
         {'href': 'http://a.example/b.tif', 'type': 'image/tiff'}),
    ],
)  # fmt: skip
def test_every_kind_of_input_comes_back_as_it_was_meant(
    api: Api, given: dict[str, Any], output: str, expected: Any
) -> None:
    """/req/core/job-creation-input-inline, -inline-object, -inline-mixed, -inline-binary, -inline-bbox, -array, -ref"""
    document = succeeded(execute(api, 'echo', given, response='document', outputs={output: {}})).json()
    Draft4Validator(RESULTS).validate(document)
    assert document == {output: expected}


@pytest.mark.parametrize(
    ('wrong', 'named'),
    [
        ({'stringInput': 'Value9'}, 'stringInput'),
        ({'stringInput': ['Value1']}, 'stringInput'),
        ({'arrayInput': [1]}, 'arrayInput'),
        ({'arrayInput': [1, 'two']}, 'arrayInput'),
        ({'doubleInput': 0}, 'doubleInput'),
        ({'doubleInput': 10.1}, 'doubleInput'),
        ({'dateInput': 'yesterday'}, 'dateInput'),
        ({'boundingBoxInput': {'bbox': [1, 2, 3]}}, 'boundingBoxInput'),
        ({'boundingBoxInput': BOX | {'crs': 'http://a.example/crs'}}, 'boundingBoxInput'),
        ({'measureInput': {'value': {'uom': 'm'}}}, 'measureInput'),
        ({'geometryInput': [POINT] * 6}, 'geometryInput'),
        ({'geometryInput': {'value': '<a/>', 'mediaType': 'text/plain'}}, 'geometryInput'),
        ({'imagesInput': 'not base64!'}, 'imagesInput'),
        ({'imagesInput': {'value': IMAGE, 'mediaType': 'image/gif'}}, 'imagesInput'),
        ({'featureCollectionInput': POINT}, 'featureCollectionInput'),
        ({'pause': -1}, 'pause'),
        ({'pause': 1e9}, 'pause'),
    ],
)
def test_each_kind_of_input_is_validated(api: Api, wrong: dict[str, Any], named: str) -> None:
    """/req/core/job-creation-input-validation"""
    answer = execute(api, 'echo', wrong)
    assert answer.status_code == 400, answer.text
    assert named in answer.json()['description']


def test_a_missing_input_is_refused(internal: Api) -> None:
    answer = execute(internal, 'service-coverage', {'facilities': 'schools'})
    assert answer.status_code == 400
    assert 'distance_m' in answer.json()['description']


def test_every_mode_is_offered(api: Api) -> None:
    for one in api.json('/processes')['processes']:
        assert set(one['jobControlOptions']) == {'sync-execute', 'async-execute', 'dismiss'}
        assert set(one['outputTransmission']) == {'value', 'reference'}


def test_what_may_be_either_is_waited_for(api: Api) -> None:
    """/req/core/job-creation-default-execution-mode, -success-sync, /job-results-success-sync"""
    for wish in ({}, {'Prefer': 'wait=60'}):
        answer = succeeded(execute(api, 'export-features', EXPORT, headers=wish))
        assert answer.headers.get('Preference-Applied') == wish.get('Prefer')
        assert api.json(answer.links['monitor']['url'])['status'] == 'successful'


def test_what_the_client_prefers_to_come_back_for_is_a_job(api: Api) -> None:
    """/req/core/job-creation-auto-execution-mode, -success-async: 201, statusInfo, and where the job is."""
    answer = execute(api, 'echo', {'pause': 0.5}, headers={'Prefer': 'respond-async'})
    assert answer.status_code == 201
    assert answer.headers['Preference-Applied'] == 'respond-async'
    Draft4Validator(STATUS_INFO).validate(answer.json())
    assert answer.headers['Location'] == f'{api.url}/jobs/{answer.json()["jobID"]}'
    assert ended(api, answer)['status'] == 'successful'


def test_a_client_waits_no_longer_than_it_wants(api: Api) -> None:
    """The run goes on, and its result can be fetched later."""
    for prefer in ('wait=1', 'respond-async, wait=1'):
        answer = execute(api, 'echo', {'stringInput': 'Value2', 'pause': 1.5}, headers={'Prefer': prefer})
        assert answer.status_code == 201
        assert 'wait=1' in answer.headers['Preference-Applied']
        assert ended(api, answer)['status'] == 'successful'
        assert api.json(f'{answer.headers["Location"]}/results')['stringOutput'] == 'Value2'
    quick = execute(api, 'echo', {'pause': 0}, headers={'Prefer': 'respond-async, wait=30'})
    assert quick.status_code == 200


def test_what_would_take_long_is_a_job_where_the_client_leaves_it_open(api: Api) -> None:
    answer = execute(api, 'echo', {'pause': 250})
    assert answer.status_code == 201
    assert api.session.delete(answer.headers['Location'], timeout=120).status_code == 200


def test_left_out_outputs_are_all_outputs(api: Api) -> None:
    """/req/core/job-creation-default-outputs"""
    whole = succeeded(execute(api, 'export-features', EXPORT))
    named = succeeded(execute(api, 'export-features', EXPORT, outputs={'result': {}}))
    assert whole.content == named.content
    assert execute(api, 'export-features', EXPORT, outputs={'other': {}}).status_code == 400


def test_raw_value_of_one_output(api: Api) -> None:
    """/req/core/job-creation-success-sync-raw-value-one: the value itself, of a media type that was announced."""
    announced = raw_types(api.json('/processes/export-features'))
    for chosen in ('csv', 'gpkg', 'geojson'):
        answer = succeeded(execute(api, 'export-features', EXPORT | {'format': chosen}, response='raw'))
        assert answer.headers['Content-Type'].split(';')[0] in {one.split(';')[0] for one in announced}
        assert answer.content


def test_raw_reference(api: Api) -> None:
    """/req/core/job-creation-success-sync-raw-ref: no content, and a link to the value."""
    answer = execute(api, 'export-features', EXPORT, outputs=REFERENCE)
    assert (answer.status_code, answer.content) == (204, b'')
    linked = api.get(answer.links['result']['url'])
    assert linked.content == succeeded(execute(api, 'export-features', EXPORT)).content


def test_raw_values_of_several_outputs_are_parts_of_one_answer(api: Api) -> None:
    """/req/core/job-creation-success-sync-raw-value-multi, -raw-mixed-multi"""
    outputs = {'stringOutput': {}, 'arrayOutput': {'transmissionMode': 'reference'}}
    answer = succeeded(execute(api, 'echo', {'stringInput': 'Value3', 'arrayInput': [1, 2]}, outputs=outputs))
    kind = answer.headers['Content-Type']
    document = f'Content-Type: {kind}\r\n\r\n'.encode() + answer.content
    message = email.message_from_bytes(document, policy=email.policy.default)
    assert message.get_content_type() == 'multipart/related'
    text, array = message.iter_parts()
    assert [part['Content-ID'].strip('<>') for part in (text, array)] == ['stringOutput', 'arrayOutput']
    assert text.get_payload() == 'Value3'
    assert array.get_payload() == ''
    assert api.json(array['Content-Location']) == [1, 2]


def test_document(internal: Api) -> None:
    """/req/core/job-creation-success-sync-document: results.yaml, by value and by reference."""
    content = succeeded(execute(internal, 'export-features', EXPORT)).content
    by_value = {'result': {'transmissionMode': 'value'}}
    for outputs in (by_value, REFERENCE):
        answer = succeeded(execute(internal, 'export-features', EXPORT, response='document', outputs=outputs))
        assert answer.headers['Content-Type'].split(';')[0] == 'application/json'
        Draft4Validator(RESULTS).validate(answer.json())
        found = answer.json()['result']
        sent = base64.b64decode(found['value']) if 'value' in found else internal.get(found['href']).content
        assert sent == content
    document = succeeded(execute(internal, 'service-coverage', COVERAGE, response='document')).json()
    Draft4Validator(RESULTS).validate(document)
    raw = succeeded(execute(internal, 'service-coverage', COVERAGE)).json()
    assert document['result']['value']['features'] == raw['features']
    assert document['result']['mediaType'] == 'application/geo+json'


def test_a_job_has_a_status_and_results(api: Api) -> None:
    """/req/core/job, -success, /job-results, /job-results-success-sync"""
    answer = succeeded(execute(api, 'export-features', EXPORT))
    job = answer.links['monitor']['url']
    status = api.json(job)
    Draft4Validator(STATUS_INFO).validate(status)
    assert (status['jobID'], status['status'], status['progress']) == (job.rsplit('/', 1)[-1], 'successful', 100)
    (results,) = links(status, f'{OGC}/results')
    for address in (results['href'], f'{job}/results'):
        Draft4Validator(RESULTS).validate(api.json(address))
    assert api.get(f'{job}/results/result').content == answer.content


def test_unknown_jobs_are_not_found(api: Api) -> None:
    """/req/core/job-exception-no-such-job, /job-results-exception/no-such-job"""
    for name in ('nothing', str(uuid4())):
        for address in (f'/jobs/{name}', f'/jobs/{name}/results'):
            answer = api.get(address)
            assert answer.status_code == 404, address
            assert answer.json()['type'] == f'{EXCEPTIONS}/no-such-job'


def test_a_job_of_another_audience_is_unknown(internal: Api, public: Api) -> None:
    job = succeeded(execute(internal, 'export-features', EXPORT)).links['monitor']['url'].rsplit('/', 1)[-1]
    assert internal.get(f'/jobs/{job}').status_code == 200
    assert public.get(f'/jobs/{job}').status_code == 404
    assert public.get(f'/jobs/{job}/results').status_code == 404


def test_the_results_of_a_failed_job_say_why(internal: Api) -> None:
    """/req/core/job-results-failed: the status and the reason that the execution had."""
    answer = execute(internal, 'export-features', EXPORT | {'crs': 'EPSG:32601'})
    assert answer.status_code == 400, answer.text
    failed = next(one for one in internal.json('/jobs', limit=20)['jobs'] if one['status'] == 'failed')
    assert not links(failed, f'{OGC}/results')
    later = internal.get(f'/jobs/{failed["jobID"]}/results')
    assert later.status_code == answer.status_code
    # each answer names the request that it is one to
    assert later.json() | {'request': None} == answer.json() | {'request': None}
    assert later.json()['request'] != answer.json()['request']


def test_results_of_a_job_that_has_not_ended_are_not_ready(api: Api) -> None:
    """/req/core/job-results-exception/results-not-ready"""
    job = execute(api, 'echo', {'pause': 60}, headers={'Prefer': 'respond-async'}).headers['Location']
    for address in (f'{job}/results', f'{job}/results/stringOutput'):
        answer = api.get(address)
        assert answer.status_code == 404
        assert answer.json()['type'] == f'{EXCEPTIONS}/result-not-ready'
    assert api.session.delete(job, timeout=120).status_code == 200


def test_the_results_of_a_job_come_as_they_were_wanted(api: Api) -> None:
    """/req/core/job-results-async-document, -async-raw-value-one, -async-raw-value-multi, -async-raw-ref"""
    given = {'stringInput': 'Value1', 'arrayInput': [4, 5]}
    one: dict[str, Any] = {'stringOutput': {}}
    both = {**one, 'arrayOutput': {}}
    for more, status, kind in (
        ({}, 200, 'application/json'),
        ({'response': 'document', 'outputs': both}, 200, 'application/json'),
        ({'response': 'raw', 'outputs': one}, 200, 'text/plain'),
        ({'response': 'raw', 'outputs': both}, 200, 'multipart/related'),
        ({'response': 'raw', 'outputs': {'stringOutput': {'transmissionMode': 'reference'}}}, 204, ''),
    ):
        job = execute(api, 'echo', given, headers={'Prefer': 'respond-async'}, **more)
        assert ended(api, job)['status'] == 'successful'
        answer = api.get(f'{job.headers["Location"]}/results')
        assert answer.status_code == status, answer.text
        assert answer.headers.get('Content-Type', '').split(';')[0] in (kind, 'text/html' if status == 204 else kind)
        if kind == 'application/json':
            assert answer.json()['arrayOutput'] == [4, 5]


def test_http_is_spoken_as_it_should_be(api: Api) -> None:
    """/req/core/http: HTTP 1.1, and methods that are not taken are named."""
    answer = api.get('/processes')
    assert answer.raw.version == 11
    refused = requests.get(f'{api.url}/processes/export-features/execution', timeout=120)
    assert refused.status_code == 405
    assert 'POST' in refused.headers['Allow']
