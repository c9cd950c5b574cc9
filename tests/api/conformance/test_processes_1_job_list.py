"""OGC API - Processes - Part 1, class Job List: the public service lists no stranger's job."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests.api.conformance.conftest import Api, links
from tests.api.conformance.processing import EXPORT, STATUS_INFO, ended, execute, succeeded

CLASSES = ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/job-list']
LIST = {
    'type': 'object',
    'required': ['jobs', 'links'],
    'properties': {'jobs': {'type': 'array', 'items': STATUS_INFO}, 'links': {'type': 'array'}},
}


@pytest.fixture(scope='module')
def seconds(internal: Api) -> float:
    """Makes a quick, a slow, a failed and a dismissed job; how long the slow one takes at least."""
    succeeded(execute(internal, 'echo', {'stringInput': 'Value1'}))
    ended(internal, execute(internal, 'echo', {'pause': 3}, headers={'Prefer': 'respond-async'}))
    assert execute(internal, 'export-features', EXPORT | {'crs': 'EPSG:32601'}).status_code == 400
    job = execute(internal, 'echo', {'pause': 60}, headers={'Prefer': 'respond-async'})
    assert internal.session.delete(job.headers['Location'], timeout=120).status_code == 200
    return 3.0


def listed(api: Api, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.json('/jobs', **({'limit': 1000} | query))['jobs']
    return found


def lasted_s(job: dict[str, Any]) -> float:
    return (datetime.fromisoformat(job['finished']) - datetime.fromisoformat(job['started'])).total_seconds()


def parameter(api: Api, name: str) -> dict[str, Any]:
    document = api.document()
    found = document['paths']['/jobs']['get']['parameters']
    shared = document['components']['parameters']
    resolved = [shared[one['$ref'].split('/')[-1]] if '$ref' in one else one for one in found]
    (described,) = [one for one in resolved if one['name'] == name]
    assert (described['in'], described['required']) == ('query', False)
    return dict(described)


def test_jobs_are_listed(internal: Api, seconds: float) -> None:
    """/req/job-list/job-list-op, /job-list-success, /links"""
    document = internal.json('/jobs')
    Draft4Validator(LIST).validate(document)
    assert document['jobs']
    assert document['numberMatched'] >= document['numberReturned'] == len(document['jobs'])
    assert links(document, 'self', 'application/json')
    (page,) = links(document, 'alternate', 'text/html')
    assert internal.get(page['href']).headers['Content-Type'].startswith('text/html')


def test_by_type(internal: Api, seconds: float) -> None:
    """/req/job-list/type-definition, /type-response"""
    assert parameter(internal, 'type')['schema']['items']['enum'] == ['process']
    assert len(listed(internal, type='process')) == len(listed(internal))
    assert internal.get('/jobs', type='dream').status_code == 400


def test_by_process(internal: Api, seconds: float) -> None:
    """/req/job-list/processID-definition, /processid-mandatory, /processid-response"""
    assert parameter(internal, 'processID')['schema']['type'] == 'array'
    assert {job['processID'] for job in listed(internal, processID='echo')} == {'echo'}
    found = {job['processID'] for job in listed(internal, processID='echo,export-features')}
    assert found == {'echo', 'export-features'}
    assert all(job['processID'] for job in listed(internal))
    assert internal.get('/jobs', processID='nothing').status_code == 400


def test_by_status(internal: Api, seconds: float) -> None:
    """/req/job-list/status-definition, /status-response"""
    assert parameter(internal, 'status')['schema']['type'] == 'array'
    for status in ('successful', 'failed', 'dismissed'):
        assert {job['status'] for job in listed(internal, status=status)} == {status}
    for both in ('failed,dismissed', ['failed', 'dismissed']):
        assert {job['status'] for job in listed(internal, status=both)} == {'failed', 'dismissed'}
    assert internal.get('/jobs', status='happy').status_code == 400


def test_by_time(internal: Api, seconds: float) -> None:
    """/req/job-list/datetime-definition, /datetime-response: when they were created"""
    assert parameter(internal, 'datetime')['schema']['type'] == 'string'
    now = datetime.now(UTC)
    every = len(listed(internal))
    hour_ago = (now - timedelta(hours=1)).isoformat(timespec='seconds').replace('+00:00', 'Z')
    assert len(listed(internal, datetime=f'{hour_ago}/..')) == every
    assert len(listed(internal, datetime=now.date().isoformat())) <= every
    assert not listed(internal, datetime=f'../{hour_ago}')
    newest = listed(internal)[0]['created']
    assert newest in {job['created'] for job in listed(internal, datetime=f'{newest[:-5]}Z/..')}
    assert internal.get('/jobs', datetime='tomorrow').status_code == 400


def test_by_duration(internal: Api, seconds: float) -> None:
    """/req/job-list/duration-definition, /duration-response: in seconds; what never started has none"""
    for name in ('minDuration', 'maxDuration'):
        assert parameter(internal, name)['schema']['type'] == 'integer'
    slow = listed(internal, minDuration=3, processID='echo', status='successful')
    assert slow
    assert all(lasted_s(job) >= seconds for job in slow)
    quick = listed(internal, maxDuration=2, status='successful')
    assert quick
    assert all(lasted_s(job) <= 2 for job in quick)
    assert not listed(internal, minDuration=3, maxDuration=2)
    assert all('started' in job for job in listed(internal, minDuration=0))
    assert internal.get('/jobs', minDuration='long').status_code == 400


def test_limit_and_pages(internal: Api, seconds: float) -> None:
    """/req/job-list/jl-limit-definition, /jl-limit-response, and the links to other pages"""
    described = parameter(internal, 'limit')
    assert (described['style'], described['explode']) == ('form', False)
    assert described['schema'] == {'type': 'integer', 'minimum': 1, 'maximum': 1000, 'default': 10}
    page = internal.json('/jobs', limit=1, status=['failed', 'dismissed'])
    (itself,) = links(page, 'self')
    assert internal.json(itself['href'])['jobs'] == page['jobs']
    statuses = {page['jobs'][0]['status']}
    while following := links(page, 'next'):
        page = internal.json(following[0]['href'])
        statuses.add(page['jobs'][0]['status'])
    assert statuses == {'failed', 'dismissed'}
    seen: list[str] = []
    page = internal.json('/jobs', limit=2, processID='echo')
    while True:
        assert 0 < len(page['jobs']) <= 2
        seen += [job['jobID'] for job in page['jobs']]
        following = links(page, 'next')
        if not following or len(seen) >= 6:
            break
        page = internal.json(following[0]['href'])
        assert links(page, 'prev')
    assert len(set(seen)) == len(seen)
    assert set(seen) <= {job['jobID'] for job in listed(internal, processID='echo')}
    for wrong in ({'limit': 0}, {'offset': -1}, {'limit': 'all'}, {'colour': 'red'}):
        assert internal.get('/jobs', **wrong).status_code == 400


def test_the_public_service_lists_no_job_of_a_stranger(public: Api) -> None:
    succeeded(execute(public, 'echo', {}))
    assert public.json('/jobs')['jobs'] == []
