"""OGC API - Processes - Part 1, class Dismiss."""

import time
from uuid import uuid4

from jsonschema import Draft4Validator

from tests.api.conformance.conftest import Api
from tests.api.conformance.processing import EXCEPTIONS, STATUS_INFO, ended, execute
from tests.conftest import PATIENCE_S

CLASSES = ['http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/dismiss']
ASYNC = {'Prefer': 'respond-async'}


def test_a_running_job_is_dismissed(api: Api) -> None:
    """/req/dismiss/job-dismiss-op, /job-dismiss-success"""
    job = execute(api, 'echo', {'pause': 120}, headers=ASYNC).headers['Location']
    deadline = time.monotonic() + PATIENCE_S
    while api.json(job)['status'] != 'running':
        assert time.monotonic() < deadline
        time.sleep(0.1)
    answer = api.session.delete(job, timeout=120)
    assert answer.status_code == 200
    Draft4Validator(STATUS_INFO).validate(answer.json())
    assert answer.json()['status'] == 'dismissed'
    assert api.json(job)['status'] == 'dismissed'
    assert api.get(f'{job}/results').status_code == 404


def test_of_a_job_that_has_ended_the_result_is_removed(api: Api) -> None:
    answer = execute(api, 'echo', {'stringInput': 'Value1'}, headers=ASYNC)
    job = answer.headers['Location']
    assert ended(api, answer)['status'] == 'successful'
    assert api.session.delete(job, timeout=120).json()['status'] == 'dismissed'
    assert api.get(f'{job}/results').status_code == 404
    assert api.session.delete(job, timeout=120).status_code == 409


def test_what_is_no_job_cannot_be_dismissed(api: Api) -> None:
    """/req/core/job-exception-no-such-job"""
    for name in ('nothing', str(uuid4())):
        answer = api.session.delete(f'{api.url}/jobs/{name}', timeout=120)
        assert (answer.status_code, answer.json()['type']) == (404, f'{EXCEPTIONS}/no-such-job')


def test_a_job_of_another_audience_cannot_be_dismissed(internal: Api, public: Api) -> None:
    job = execute(internal, 'echo', {'pause': 60}, headers=ASYNC).json()['jobID']
    assert public.session.delete(f'{public.url}/jobs/{job}', timeout=120).status_code == 404
    assert internal.session.delete(f'{internal.url}/jobs/{job}', timeout=120).status_code == 200


def test_every_process_says_that_it_can_be_dismissed(api: Api) -> None:
    assert all('dismiss' in one['jobControlOptions'] for one in api.json('/processes')['processes'])
    assert 'delete' in api.document()['paths']['/jobs/{jobId}']
